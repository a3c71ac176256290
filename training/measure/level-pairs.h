/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a model orders distorted pictures of different contents and types as a full-reference
 * judge does. */
#pragma once

#include "judge.h"
#include "levels.h"

/* The judge's score of every picture of the pool, laid out as TrainLevels' verdicts. progress may
 * be NULL; it is called from the calling thread, a content at a time. (transfer full) */
double *train_level_labels(const TrainPool *pool, const TrainJudge *judge, TrainWorkers *workers,
                           void (*progress)(guint done, guint total, gpointer data), gpointer data);

typedef struct {
    guint64 n;    /* pairs looked at */
    double share; /* ordered as the labels are; a tie of the model counts half; 0 where n is 0 */
    double srcc;  /* of the model's scores with the labels, over all pictures */
} TrainLevelPairs;

/* All pairs of pictures that differ in content or in type (a content's reference is one picture,
 * and pairs of it with its own distortions are left to train_levels_srcc()) and whose labels differ
 * by more than margin points. */
TrainLevelPairs train_levels_pairs(const TrainLevels *levels, BiqaBranch branch,
                                   const double *labels, double margin);
