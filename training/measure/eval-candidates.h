/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is compared on a rated list: both branches of every model, and judges of somebody else's. */
#pragma once

#include "calibrate.h"
#include "eval.h"
#include "ratings.h"

typedef struct {
    char *name;
    double *scores;              /* one an image; distances are negated, so higher is better */
    const BiqaVerdict *verdicts; /* NULL: not one of our models. Borrowed from the full model. */
    guint model;
    BiqaBranch branch;
} TrainCandidate;

typedef struct {
    guint n, n_images;
    TrainCandidate *all;
    BiqaVerdict **verdicts; /* (models)(images) */
    TrainErrors **errors;   /* (models) */
    guint n_models;
} TrainCandidates;

/* Scores the first n images of the list. (transfer full) */
TrainCandidates *train_candidates_new(const TrainEval *eval, const TrainRatings *ratings, guint n,
                                      GError **error);
void train_candidates_free(TrainCandidates *candidates);

/* Whether a table of differences has this pair: full models and other judges among each other, and
 * each full model with its own competitor. */
gboolean train_candidates_meet(const TrainCandidate *a, const TrainCandidate *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainCandidates, train_candidates_free)
