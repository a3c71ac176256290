/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `biqa-train eval` shares between its halves: agreement with ratings (eval-ratings.c) and
 * with distortion levels (eval-levels.c). */
#pragma once

#include "builder.h"
#include "levels.h"
#include "ratings.h"

typedef struct {
    char *name; /* of the file, for tables */
    BiqaModel *model;
    TrainScorer *scorer;
} TrainEvalModel;

typedef struct {
    guint n_models;
    TrainEvalModel *models;
    TrainWorkers *workers;
    JsonBuilder *json; /* inside an object; NULL: print tables */

    const char *ratings, *part;    /* CSV or folder; "R/M", "held-out" or NULL */
    const TrainRatingScale *scale; /* of the CSV; NULL: 0..100, higher is better */
    char **scores, **distances;    /* NAME=FILE, higher or lower is better; NULL: none */
    const char *csv;               /* scores of each image are written here; NULL: nowhere */
    guint splits, resamples;
    guint64 seed;

    char *pictures; /* folder */
    char **only, **types;
    const char *cache; /* NULL: a temporary folder */
    const char *judge; /* file of a fused judge; NULL: pairs across types are not looked at */
    double margin;     /* points that the judge must see between the two of a pair */
} TrainEval;

/* Each does what it is asked for and prints it, or adds it to the JSON object. */
gboolean train_eval_ratings(const TrainEval *eval, GError **error);
gboolean train_eval_levels(const TrainEval *eval, GError **error);

/* How tables call a model's branch: "full model" and "competitor" where there is but one model,
 * else with its name. (transfer full) */
char *train_eval_branch_name(const TrainEval *eval, guint model, BiqaBranch branch);
