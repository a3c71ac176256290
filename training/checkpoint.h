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

gboolean train_checkpoint_save(const char *path, const TrainRecipe *recipe, TrainWeights *weights,
                               TrainPlace place, GError **error);

/* Errors: not a checkpoint, one of another network or another recipe. */
gboolean train_checkpoint_load(const char *path, const TrainRecipe *recipe, TrainWeights *weights,
                               TrainPlace *place, GError **error);
