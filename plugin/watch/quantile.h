/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Quantiles of a stream of scores in constant memory: DDSketch (Masson, Rim, Lee, "DDSketch: a fast
 * and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019).
 *
 * A value x in [0, 100] is counted in bucket i = ceil(log_g x) with g = (1 + a) / (1 - a), where a
 * is BIQA_QUANTILE_ERROR. Scores have a range, so the buckets are an array of fixed length and the
 * paper's collapsing of buckets is never needed: what it guarantees holds for every quantile, for
 * any input in any order. */
#pragma once

#include <glib.h>

#define BIQA_QUANTILE_ERROR .002 /* a: relative, so at most .2 points */
#define BIQA_QUANTILE_LOWEST .01 /* anything below is counted as 0 */
#define BIQA_QUANTILE_BUCKETS 2304

typedef struct {
    guint64 n;
    double minimum, maximum;
    guint64 counts[BIQA_QUANTILE_BUCKETS];
} BiqaQuantile;

void biqa_quantile_init(BiqaQuantile *sketch);

/* value: 0..100. */
void biqa_quantile_add(BiqaQuantile *sketch, double value);

/* As if all that was added to other had been added to sketch. */
void biqa_quantile_merge(BiqaQuantile *sketch, const BiqaQuantile *other);

/* The value of rank floor(q (n - 1)), counted from 0 in rising order, q in 0..1: within
 * BIQA_QUANTILE_ERROR of it as a share of it, or within BIQA_QUANTILE_LOWEST points where it is
 * smaller than that. NAN if nothing was added. */
double biqa_quantile_at(const BiqaQuantile *sketch, double q);
