/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the raw network outputs of a frame to what is said of it. */
#pragma once

#include "preprocess.h"

typedef enum {
    BIQA_FULL,       /* the full model */
    BIQA_COMPETITOR, /* its pruned self-competitor */
    BIQA_N_BRANCHES
} BiqaBranch;

/* score = clamp(offset + scale * raw, 0, 100); higher is better. */
typedef struct {
    float offset, scale;
} BiqaScale;

#define BIQA_MAX_TASKS 16 /* of a model, see task.h */

/* Each branch's raw output on each crop of a frame, those of one spot after those of another. */
typedef struct {
    guint n_crops; /* 1..BIQA_MAX_CROPS, at all spots together */
    float crops[BIQA_N_BRANCHES][BIQA_MAX_CROPS];
    guint n_spots; /* divides n_crops; 0 counts as 1 */
    guint n_tasks; /* of the model; 0: it was not asked about any */
    float weights[BIQA_MAX_CROPS]
                 [BIQA_MAX_TASKS]; /* of each task in it at each spot; 0: left out */
} BiqaResult;

struct BiqaUncertainty; /* uncertainty.h */

typedef struct {
    double score, competitor_score; /* 0..100, higher is better */
    double disagreement;            /* |score - competitor_score| */
    double uncertainty;             /* expected |score - rating|, 0..100; NAN: the model has none */
    double score_low, score_high;   /* 0..100, low <= score <= high; NAN: the model has none */
    gboolean hard;                  /* uncertainty, or where NAN disagreement, above threshold */
    guint n_tasks;                  /* whose scores it is of; 0: the model has but its own */
    struct {
        const char *name; /* interned */
        float weight;     /* 0: left out */
    } tasks[BIQA_MAX_TASKS];
} BiqaVerdict;

/* Mean over all crops of a branch's raw output. */
float biqa_result_raw(const BiqaResult *result, BiqaBranch branch);

/* Mean over the spots of a task's weight. */
double biqa_result_weight(const BiqaResult *result, guint task);

double biqa_score(const BiqaScale *scale, double raw);

/* head may be NULL: the model has none. hard_threshold: points of what decides. */
BiqaVerdict biqa_verdict(const BiqaScale *scale, const struct BiqaUncertainty *head,
                         const BiqaResult *result, double hard_threshold);
