/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pairs of a competition once more, when people have rated them: who was right, and who is now
 * that the model has learned from them. */
#pragma once

#include "pairs.h"
#include "ratings.h"
#include "workers.h"

/* Half a category of five: who sees less between two pictures sees no difference. */
#define TRAIN_REPLAY_VISIBLE 12.5

/* Names of the two roles, "defender" and "attacker". */
typedef enum { TRAIN_DEFENDER, TRAIN_ATTACKER, TRAIN_N_ROLES } TrainRole;
extern const char *const train_roles[TRAIN_N_ROLES];

enum { TRAIN_BEFORE, TRAIN_AFTER, TRAIN_N_TIMES };

/* Gaps are in points, the picture that the attacker holds for better less the other. */
typedef struct {
    guint pair;                 /* index */
    TrainRole role;             /* of the model */
    double rated;               /* what people see */
    double seen[TRAIN_N_TIMES]; /* what the model sees */
    gboolean right[TRAIN_N_TIMES];
    gboolean opponent_right;
} TrainReplayRow;

/* All pairs in which the model has that role. */
typedef struct {
    guint n, right[TRAIN_N_TIMES], opponent_right;
    double error[TRAIN_N_TIMES]; /* mean distance of its gap from what people see; NAN: no pairs */
} TrainReplayCount;

typedef struct {
    GArray *rows; /* TrainReplayRow, in the pairs' order */
    TrainReplayCount counts[TRAIN_N_ROLES];
} TrainReplay;

typedef struct {
    const TrainPairs *pairs;
    const TrainRatings *rated;         /* of their pictures */
    const char *model;                 /* its name in the pairs */
    const double *seen[TRAIN_N_TIMES]; /* its scores, by picture of the pairs */
} TrainReplayParams;

/* Who sees a gap of TRAIN_REPLAY_VISIBLE or more calls that picture better, who sees less calls the
 * two equal; right is who says what people say. A defender says equal and an attacker better, which
 * is what the opponent goes by. Pairs without the model, or with a picture that is not rated, are
 * left out. (transfer full) */
TrainReplay *train_replay_new(const TrainReplayParams *params);
void train_replay_free(TrainReplay *replay);

/* A table of both roles on standard output; nothing where there are no rows. */
void train_replay_print(const TrainReplay *replay);
/* replay.csv: pair, role, opponent, rated, before, after, right-before, right-after,
 * opponent-right. */
gboolean train_replay_save(const TrainReplay *replay, const TrainPairs *pairs, const char *path,
                           GError **error);

/* The rating of each picture of the pairs (NAN: none). (transfer full) */
double *train_replay_ratings(const TrainPairs *pairs, const TrainRatings *rated);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainReplay, train_replay_free)
