/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of a run's state in one file, written beside and renamed: whatever interrupts a run, the last
 * checkpoint is whole. */
#pragma once

#include "recipe.h"
#include "weights.h"

/* Where a run stands. */
typedef struct {
    guint stage; /* the one in progress */
    guint step;  /* of it, already done */
} TrainPlace;

/* What a run is a run of. */
typedef struct {
    const TrainRecipe *recipe;
    const char *data; /* train_dataset_digest() */
} TrainOrigin;

gboolean train_checkpoint_save(const char *path, const TrainOrigin *origin, TrainWeights *weights,
                               TrainPlace place, GError **error);

/* A checkpoint is the recipe's own as long as nothing has changed that decides its weights: stages
 * that it has not reached may have. Errors: not a checkpoint, one of another network, recipe or
 * data. */
gboolean train_checkpoint_load(const char *path, const TrainOrigin *origin, TrainWeights *weights,
                               TrainPlace *place, GError **error);

/* Whether the file at path is a checkpoint of all stages of this recipe, on whatever data. Its
 * weights are not looked at. */
gboolean train_checkpoint_is_finished(const char *path, const TrainRecipe *recipe);
