/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of [rated]. */
#include "recipe.h"

/* Two ways of dealing images to parts at once would leave one of them unheard. */
static gboolean check_parts(GKeyFile *file, const TrainRatedRecipe *rated, GError **error)
{
    static const char *const hashed[] = {"hold-out-modulus", "hold-out-remainder",
                                         "validation-modulus", "validation-remainder"};
    if (!rated->is_split && g_key_file_has_key(file, "rated", "split-seed", NULL)) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "[rated] split-seed: it needs split-shares, as 70;10;20");
        return FALSE;
    }
    for (guint k = 0; rated->is_split && k < G_N_ELEMENTS(hashed); k++) {
        if (!g_key_file_has_key(file, "rated", hashed[k], NULL))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "[rated] split-shares: parts are dealt by seed or by hash, not both; take %s "
                    "or it out",
                    hashed[k]);
        return FALSE;
    }
    return TRUE;
}

gboolean train_recipe_read_rated(GKeyFile *file, TrainRatedRecipe *rated, GError **error)
{
    rated->has_scale = rated->ends || rated->direction;
    rated->is_split = rated->shares != NULL;
    if (rated->has_scale &&
        !train_rating_scale_parse(rated->ends, rated->direction, &rated->scale, error)) {
        g_prefix_error(error, "[rated] scale, direction: ");
        return FALSE;
    }
    if (rated->is_split && !train_split_parse(rated->shares, rated->split.shares, error)) {
        g_prefix_error(error, "[rated] split-shares: ");
        return FALSE;
    }
    return check_parts(file, rated, error);
}
