/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean, harmonic mean and extremes of a figure. */
#pragma once

#include <glib.h>

typedef struct {
    guint64 n;
    double sum, inverse; /* of the values, of 1 / (value + 1) */
    double minimum, maximum;
} BiqaTally;

void biqa_tally_init(BiqaTally *tally);

/* value: 0 or more; NAN is passed over. */
void biqa_tally_add(BiqaTally *tally, double value);

/* NAN of nothing. */
double biqa_tally_mean(const BiqaTally *tally);
double biqa_tally_minimum(const BiqaTally *tally);
double biqa_tally_maximum(const BiqaTally *tally);

/* As libvmaf has it, so that a 0 does not make everything 0: n / sum(1 / (value + 1)) - 1. */
double biqa_tally_harmonic_mean(const BiqaTally *tally);
