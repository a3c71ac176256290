/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a model says of distorted pictures whose order is known. */
#pragma once

#include "score.h"

/* Contents to judge by are at most this many pixels wide and high: a Kodak photograph stays whole,
 * a wallpaper is reduced. */
#define TRAIN_LEVELS_SIDE 768

typedef struct {
    guint n_contents, n_types;
    BiqaVerdict *verdicts; /* (contents, types, TRAIN_LEVELS + 1); level 0: the content itself */
} TrainLevels;

/* Scores every picture of the pool. (transfer full) */
TrainLevels *train_levels_new(const TrainScorer *scorer, const TrainPool *pool,
                              TrainWorkers *workers);
void train_levels_free(TrainLevels *levels);

/* A branch's score of one picture. */
double train_levels_score(const TrainLevels *levels, BiqaBranch branch, guint picture);

/* Mean Spearman correlation of score with quality (minus the level), reference included, over
 * contents: types receives one mean a type; returns the mean over all. */
double train_levels_srcc(const TrainLevels *levels, BiqaBranch branch, double *types);

/* Mean score over contents of a type at a level. */
double train_levels_mean(const TrainLevels *levels, BiqaBranch branch, guint type, guint level);

/* Share of contents at which a level scores below the level before it. */
double train_levels_in_order(const TrainLevels *levels, BiqaBranch branch, guint type, guint level);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainLevels, train_levels_free)
