/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The recipe of an adaptation. */
#include "adapt.h"

/* Zhang et al.: the head first, then normalisation too. Rates are for the small sets of which tasks
 * are made; normalisation's is higher, as its scales are about 1 and convolution weights are not.
 * The competitor learns along in the second stage. */
static const char built_in[] = "[rated]\n"
                               "split-shares=80;20;0\n"
                               "[optimiser]\n"
                               "average=0.97\n"
                               "[stage head]\n"
                               "kind=tune\n"
                               "head-only=true\n"
                               "steps=100\n"
                               "rated=16\n"
                               "rate=0.003\n"
                               "squared-weight=0.4\n"
                               "[stage norm]\n"
                               "kind=ohem\n"
                               "freeze-convolutions=true\n"
                               "steps=120\n"
                               "rated=16\n"
                               "rate=0.008\n"
                               "head-rate=0.375\n"
                               "squared-weight=0.4\n"
                               "consistency-weight=0.5\n"
                               "mask-refresh=never\n";

gboolean train_adapt_allowed(const BiqaModel *model, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) absent = NULL;
    gboolean adapt;

    if (!model->recipe || !g_key_file_load_from_data(file, model->recipe, (gsize)-1, 0, NULL))
        return TRUE;
    adapt = g_key_file_get_boolean(file, "tasks", "adapt", &absent);
    if (absent || adapt)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                        "the recipe the model was made by forbids to give it tasks ([tasks] "
                        "adapt=false); ask its makers, or adapt another");
    return FALSE;
}

/* Groups that speak of what the model has decided. */
static gboolean check_groups(GKeyFile *file, const char *name, GError **error)
{
    static const char *const taken[] = {"network", "input", "ranked"};

    for (guint i = 0; i < G_N_ELEMENTS(taken); i++) {
        if (!g_key_file_has_group(file, taken[i]))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "recipe \"%s\": [%s] is not a task's to say but its model's; take it out", name,
                    taken[i]);
        return FALSE;
    }
    return TRUE;
}

static gboolean load(GKeyFile *file, const char *path, GError **error)
{
    if (!path)
        return g_key_file_load_from_data(file, built_in, (gsize)-1, 0, error);
    if (g_key_file_load_from_file(file, path, 0, error))
        return check_groups(file, path, error);
    g_prefix_error(error, "recipe \"%s\": ", path);
    return FALSE;
}

/* A path that does not depend on where the recipe lies. */
static void set_path(GKeyFile *file, const char *group, const char *key, const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);

    g_key_file_set_string(file, group, key, whole);
}

static void set_given(GKeyFile *file, const char *key, const char *value)
{
    if (value)
        g_key_file_set_string(file, "rated", key, value);
}

TrainRecipe *train_adapt_recipe(const BiqaModel *model, const char *path,
                                const TrainAdaptParams *params, GError **error)
{
    static const char *const folders[] = {".", NULL};
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *text = NULL;
    TrainRecipe *recipe;

    if (!load(file, params->recipe, error))
        return NULL;
    set_path(file, "network", "model", path);
    set_path(file, "rated", "ratings", params->ratings);
    set_given(file, "scale", params->ends);
    set_given(file, "direction", params->direction);
    set_given(file, "split-shares", params->shares);
    text = g_key_file_to_data(file, NULL, NULL);
    recipe =
        train_recipe_parse(text, params->recipe ? params->recipe : "(built-in)", folders, error);
    if (!recipe)
        return NULL;
    recipe->input = model->input;
    recipe->pruning = model->pruning;
    recipe->own_norm = model->competitor_norm;
    return recipe;
}
