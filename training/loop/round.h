/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One round of a loop, and what came of it. */
#pragma once

#include "loop.h"
#include "survey.h"

typedef struct {
    const TrainLoop *loop;
    guint number;               /* from 1 */
    char *folder;               /* of the round */
    char *files[TRAIN_N_TIMES]; /* the model before, and the one that is made */
    GHashTable *rated_before;   /* names of entries that earlier rounds took */
    GPtrArray *added;           /* of TrainRatings *: ratings of earlier rounds, then of this one */
    TrainWorkers *workers;
    TrainScoreCache *cache;

    /* What came of it. */
    TrainPairs *pairs;
    double *ratings;             /* of the pairs' pictures */
    double *seen[TRAIN_N_TIMES]; /* the models' scores of them */
    TrainReplay *replay;
    GArray *tests;       /* TrainTestRow */
    TrainSurvey *survey; /* NULL: no contents are held out */
} TrainRound;

/* Goes through a round; its report is written last. */
TrainRunResult train_round_run(TrainRound *round, GError **error);
/* Frees what came of it. */
void train_round_clear(TrainRound *round);

/* What was done to picture i of the pairs: a type's name, or "-" for an original. Its level goes to
 * *level (0 of an original). (transfer full) */
char *train_round_type(const TrainRound *round, guint i, guint *level);

/* The report, one HTML file without others. (transfer full) Errors name a picture. */
char *train_round_page(const TrainRound *round, GError **error);
