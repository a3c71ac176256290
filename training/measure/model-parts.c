/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The recipe of a model, dealt again. */
#include "model-parts.h"

#include "dataset.h"

TrainPart *train_model_parts(const BiqaModel *model, const char *name, const TrainRatings *list,
                             GError **error)
{
    const char *const folders[] = {".", NULL};
    g_autoptr(TrainRecipe) recipe =
        model->recipe ? train_recipe_parse(model->recipe, name, folders, NULL) : NULL;

    if (!recipe || !recipe->ratings) {
        g_set_error(
            error, BIQA_ERROR, BIQA_ERROR_VALUE,
            "the recipe in model \"%s\" deals no ratings to parts: name parts as R/M, or take "
            "a model that was trained on a rated list",
            name);
        return NULL;
    }
    return train_dataset_parts(recipe, list, error);
}
