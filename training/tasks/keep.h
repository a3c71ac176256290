/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was learned, kept in a folder as model files under names made of all that decides it: who
 * comes to the same lesson again, in another order of tasks or after a stop, need not learn it. */
#pragma once

#include "model.h"
#include "ratings.h"
#include "recipe.h"

/* What decides the weights that a lesson ends in. */
typedef struct {
    const char *how;    /* the way of learning */
    const char *before; /* digest of what it began with, see below */
    const TrainRecipe *recipe;
    const TrainRatings *ratings;
} TrainKeepLesson;

/* A digest (hex) of a model's full weights. (transfer full) */
char *train_keep_model(const BiqaModel *model);
/* A digest (hex) of a lesson, which stands for the weights it ends in as long as the program that
 * learns stays the same. Pictures count by their names and ratings, not by their pixels. (transfer
 * full) */
char *train_keep_lesson(const TrainKeepLesson *lesson);

/* The model kept under a digest, into found; NULL: none is. folder NULL keeps nothing. Errors: a
 * file that is no model, or not of like's layers and of n_tasks. */
gboolean train_keep_load(const char *folder, const char *digest, const BiqaModel *like,
                         guint n_tasks, BiqaModel **found /* (transfer full) */, GError **error);
gboolean train_keep_save(const char *folder, const char *digest, const BiqaModel *model,
                         GError **error);
