/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The recipe of a model, dealt again. */
#include "model-parts.h"

#include "dataset.h"

gboolean train_part_find(const char *name, TrainPart *part)
{
    static const char *const names[TRAIN_N_PARTS] = {[TRAIN_PART_TRAIN] = "training",
                                                     [TRAIN_PART_VALIDATION] = "validation",
                                                     [TRAIN_PART_HELD_OUT] = "held-out"};

    for (guint p = 0; p < TRAIN_N_PARTS; p++)
        if (g_str_equal(name, names[p])) {
            *part = (TrainPart)p;
            return TRUE;
        }
    return FALSE;
}

TrainPart *train_model_parts(const BiqaModel *model, const char *name, const TrainRatings *list,
                             GError **error)
{
    const char *const folders[] = {".", NULL};
    g_autoptr(TrainRecipe) recipe =
        model->recipe ? train_recipe_parse(model->recipe, name, folders, NULL) : NULL;

    if (!recipe || !recipe->ratings) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "the recipe in model \"%s\" deals no ratings to parts", name);
        return NULL;
    }
    return train_dataset_parts(recipe, list, error);
}
