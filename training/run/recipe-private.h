/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that a recipe is read in. Errors name group and key. */
#pragma once

#include "recipe.h"

/* The keys of a group into fields, a TrainRecipe or for a group "stage NAME" a TrainStageRecipe; a
 * path is looked for in each of folders (NULL-terminated). Errors: a group or key that is not
 * known, a value out of its range. */
gboolean recipe_read_group(GKeyFile *file, const char *group, const char *const *folders,
                           void *fields, GError **error);

/* What of [input] is a list: crops, mean and deviation. */
gboolean recipe_read_input(GKeyFile *file, BiqaInput *input, GError **error);

/* Whether one of the first n_stages asks teachers that the recipe names. */
gboolean recipe_asks_teachers(const TrainRecipe *recipe, guint n_stages);

/* Whether the parts fit together. */
gboolean recipe_check(const TrainRecipe *recipe, GError **error);

/* Sets the error. Returns FALSE. */
gboolean recipe_fail(GError **error, const char *group, const char *key, const char *why);
