/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model and what became of it, side by side on pictures of which more is known. */
#pragma once

#include "metrics.h"
#include "ratings.h"
#include "replay.h"
#include "score-cache.h"

/* The files of the two models. */
typedef struct {
    const char *files[TRAIN_N_TIMES];
    TrainWorkers *workers;
} TrainChange;

/* How the full models agree with ratings. */
typedef struct {
    char *name; /* of the list */
    TrainAgreement agreement[TRAIN_N_TIMES];
    double error[TRAIN_N_TIMES]; /* root mean square, without a logistic, in points */
} TrainTestRow;

/* Scores of both full models of files (NULL-terminated), one after the other: scores[TRAIN_BEFORE]
 * and [TRAIN_AFTER] are to be freed. Errors name the file. */
gboolean train_change_scores(const TrainChange *change, char *const *paths,
                             double *scores[TRAIN_N_TIMES], GError **error);

/* Both on a list, or on a part of one: rated has n > 1 images. row->name is to be freed. */
gboolean train_change_test(const TrainChange *change, const char *name, char *const *paths,
                           const double *rated, TrainTestRow *row, GError **error);

void train_change_print_head(void);
void train_change_print(const TrainTestRow *row);

/* The pairs beside a list of ratings once more, where its folder has pairs.csv, which *pairs
 * receives; NULL and no error where it has not. Without rows where the model of files[TRAIN_BEFORE]
 * is none of their judges. (transfer full) */
TrainReplay *train_change_replay(const TrainChange *change, const TrainRatings *rated,
                                 TrainPairs **pairs, GError **error);
