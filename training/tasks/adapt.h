/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One more task for a model: normalisation and a head learned from rated pictures, on convolutions
 * that stay as they are. */
#pragma once

#include "dataset.h"
#include "metrics.h"
#include "recipe.h"
#include "task.h"
#include "weights.h"
#include "workers.h"

/* The fewest rated images to learn a task from, and the least part of the scale they must span: a
 * list on another scale than was said mostly shows by that. */
#define TRAIN_ADAPT_LEAST 20
#define TRAIN_ADAPT_SPAN 10. /* points */

typedef struct {
    const char *name;             /* of the task */
    const char *ratings;          /* as train_ratings_open() */
    const char *ends, *direction; /* of the list's scale, as in [rated]; NULL: not said */
    const char *recipe;           /* file; NULL: the built-in one */
    const char *shares;           /* split-shares in place of the recipe's; NULL: those */
    char *const *base_images;     /* pictures like those the model was made of; NULL: none given */
    gboolean without_base;        /* the model's own head may be left out of the choice */
    gboolean quiet;
} TrainAdaptParams;

typedef struct {
    guint n_train;
    TrainAgreement agreement; /* on the validation part, of the task alone; n 0: there is none */
} TrainAdapted;

/* Learns the task and adds it to the model, of which nothing else changes but that task 0 is given
 * centroids of base_images. path: the model's file. Errors, before anything is learned where they
 * can be: the name, the model's recipe forbids it, base images needed and not given, fewer than
 * TRAIN_ADAPT_LEAST images, ratings within TRAIN_ADAPT_SPAN points or outside their scale, a
 * recipe that says what is the model's to say. */
gboolean train_adapt(BiqaModel *model, const char *path, const TrainAdaptParams *params,
                     TrainWorkers *workers, TrainAdapted *adapted, GError **error);

/* The recipe that a task is learned by: the file or the built-in one with what comes from the model
 * and params. (transfer full) */
TrainRecipe *train_adapt_recipe(const BiqaModel *model, const char *path,
                                const TrainAdaptParams *params, GError **error);

/* What train_adapt_learn() goes by; all borrowed. */
typedef struct {
    const BiqaModel *model; /* of which the full weights are where learning begins */
    const TrainRecipe *recipe;
    const TrainDataset *dataset;
    gboolean keep; /* learn from the model's own scores, as from a teacher of weight 1, too */
    gboolean quiet;
} TrainLesson;

/* The stages of a recipe. Errors: a loss that is no finite number. (transfer full) */
TrainWeights *train_adapt_learn(const TrainLesson *lesson, TrainWorkers *workers, GError **error);

/* FALSE and error where the model's recipe says [tasks] adapt=false. */
gboolean train_adapt_allowed(const BiqaModel *model, GError **error);
