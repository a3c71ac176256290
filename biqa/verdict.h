/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From two raw network outputs to what is said of a frame. */
#pragma once

#include <glib.h>

typedef enum {
    BIQA_FULL,       /* the full model */
    BIQA_COMPETITOR, /* its pruned self-competitor */
    BIQA_N_BRANCHES
} BiqaBranch;

/* score = clamp(offset + scale * raw, 0, 100); higher is better. */
typedef struct {
    float offset, scale;
} BiqaScale;

/* Mean over the crops of each branch's raw output. */
typedef struct {
    float raw[BIQA_N_BRANCHES];
} BiqaResult;

typedef struct {
    double score, competitor_score; /* 0..100, higher is better */
    double disagreement;            /* |score - competitor_score| */
    gboolean hard;                  /* disagreement above the threshold */
} BiqaVerdict;

double biqa_score(const BiqaScale *scale, double raw);
BiqaVerdict biqa_verdict(const BiqaScale *scale, const BiqaResult *result, double hard_threshold);
