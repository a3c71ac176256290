/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of many frames together. A pool is as large after a month as after a frame. */
#pragma once

#include "domain.h"
#include "moment.h"
#include "quantile.h"
#include "tally.h"
#include "verdict.h"

/* The figures of a verdict that are pooled. */
typedef enum {
    BIQA_POOLED_SCORE,
    BIQA_POOLED_COMPETITOR_SCORE,
    BIQA_POOLED_DISAGREEMENT,
    BIQA_POOLED_UNCERTAINTY,
    BIQA_N_POOLED
} BiqaPooled;

const char *biqa_pooled_name(BiqaPooled which); /* "competitor-score", as in a frame's record */
double biqa_pooled_value(BiqaPooled which, const BiqaVerdict *verdict); /* NAN: not told */

/* The percentiles of the score that are told: 1, 5, 10, 50. */
#define BIQA_POOL_PERCENTILES 4
extern const guint biqa_pool_percents[BIQA_POOL_PERCENTILES];

#define BIQA_POOL_WORST 10

typedef struct {
    BiqaMoment when;
    double score;
} BiqaWorst;

/* Frames one after the other whose scores, held ones included, were below a threshold. */
typedef struct {
    BiqaMoment start; /* of the first of them; set where frames > 0 */
    guint64 frames;
    guint64 time; /* ns of running time, from the first one's start to the last one's end */
} BiqaRun;

/* Pooled figures. Scores count where they were inferred: a held score is a frame's before it. */
typedef struct {
    guint64 frames, inferred, held, skipped, hard; /* hard: of those inferred */
    guint64 domains[BIQA_N_DOMAINS];
    BiqaMoment first, last; /* set where frames > 0 */
    BiqaTally figures[BIQA_N_POOLED];
    double percentiles[BIQA_POOL_PERCENTILES]; /* of the score; NAN where none was inferred */
    BiqaRun longest;
    guint n_worst;
    BiqaWorst worst[BIQA_POOL_WORST]; /* lowest first; of equal scores the earlier */
} BiqaSummary;

/* A frame as pools see it. */
typedef struct {
    BiqaMoment when;
    BiqaDomain domain;
    const BiqaVerdict *verdict; /* NULL: skipped */
    gboolean inferred;          /* the verdict is this frame's; else held */
    double below;               /* threshold of runs in points; negative: no runs */
} BiqaPoolFrame;

typedef struct {
    BiqaSummary summary; /* but for the percentiles */
    BiqaQuantile scores;
    BiqaRun run; /* the one that goes on */
} BiqaPool;

void biqa_pool_init(BiqaPool *pool);
void biqa_pool_add(BiqaPool *pool, const BiqaPoolFrame *frame);
void biqa_pool_summarise(const BiqaPool *pool, BiqaSummary *summary);
