/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recipes: what they are before a word is read, and the order in which they are read. */
#include "recipe-private.h"

#include "error.h"
#include <string.h>

gboolean recipe_fail(GError **error, const char *group, const char *key, const char *why)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "[%s] %s: %s", group, key, why);
    return FALSE;
}

gboolean train_stage_learns_variance(const TrainStageRecipe *stage)
{
    return g_str_equal(stage->variance, "learned");
}

static void stage_defaults(TrainStageRecipe *stage, const char *name)
{
    *stage = (TrainStageRecipe){
        .name = g_strdup(name),
        .steps = 100,
        .rate = 1e-3,
        .head_rate = 1.,
        .types_per_content = 1,
        .rank_loss = g_strdup("fidelity"),
        .rank_pairs = g_strdup("content"),
        .margin = 1.,
        .rank_weight = 1.,
        .reliability_rate = .02,
        .anchor_weight = .1,
        .fidelity_weight = 1.,
        .sigma = 12.,
        .squared_weight = .3,
        .variance = g_strdup("fixed"),
        .spread_weight = 1.,
        .spread_margin = .025,
        .own_norm_rate = 1,
        .competitor_weight = 1,
        .consistency_weight = 1.,
        .views = g_strdup("same"),
        .mining = g_strdup("none"),
        .mask_refresh = g_strdup("epoch"),
    };
}

static void defaults(TrainRecipe *recipe)
{
    recipe->name = g_strdup("unnamed");
    recipe->license = g_strdup("unknown");
    recipe->description = g_strdup("");
    recipe->seed = 1;
    recipe->checkpoint_every = 100;
    recipe->outputs = 1;
    recipe->deviation = TRUE;
    recipe->input = (BiqaInput){
        .size = 224,
        .n_crops = 1,
        .crops = {{1, .5f, .5f}},
        .mean = {127.5f, 127.5f, 127.5f},
        .deviation = {127.5f, 127.5f, 127.5f},
    };
    recipe->rank_size = 112;
    recipe->side = 320;
    recipe->cuts = recipe->sizes = 1;
    recipe->tiles = g_strdup("random");
    recipe->rated_above = 101.;
    recipe->rated.split.seed = 1;
    recipe->hold_out_modulus = 5;
    recipe->validation_modulus = 10;
    recipe->validation_remainder = 1;
    recipe->structure = g_strdup(biqa_prune_structure_name(BIQA_PRUNE_WEIGHTS));
    recipe->pruning.ratio = .7;
    recipe->own_norm = TRUE;
    recipe->hard_share = .1;
    recipe->tasks =
        (TrainTasksRecipe){.adapt = TRUE, .centroids = 128, .temperature = 32, .least_weight = .05};
    recipe->optim = (TrainOptimParams){.kind = TRAIN_ADAM,
                                       .beta1 = .9,
                                       .beta2 = .99,
                                       .epsilon = 1e-8,
                                       .momentum = .9,
                                       .decay = .01,
                                       .decoupled = TRUE};
    recipe->clip = 5.;
}

/* [optimiser] kind is the one enumeration of a recipe. */
static gboolean read_optimiser(GKeyFile *file, TrainRecipe *recipe, GError **error)
{
    g_autofree char *kind = g_key_file_get_string(file, "optimiser", "kind", NULL);
    if (!kind)
        return TRUE;
    recipe->optim.kind = g_str_equal(kind, "sgd") ? TRAIN_SGD : TRAIN_ADAM;
    g_key_file_remove_key(file, "optimiser", "kind", NULL);
    return g_str_equal(kind, "sgd") || g_str_equal(kind, "adam") ||
           recipe_fail(error, "optimiser", "kind", "must be adam or sgd");
}

static gboolean read_structure(TrainRecipe *recipe, GError **error)
{
    return biqa_prune_structure_find(recipe->structure, &recipe->pruning.structure) ||
           recipe_fail(error, "competitor", "structure", "must be weights or channels");
}

static gboolean read_groups(GKeyFile *file, const char *const *folders, TrainRecipe *recipe,
                            GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        void *fields = recipe;
        if (g_str_has_prefix(*group, "stage ")) {
            if (recipe->n_stages == TRAIN_MAX_STAGES)
                return recipe_fail(error, *group, "(group)", "too many stages");
            fields = &recipe->stages[recipe->n_stages++];
            stage_defaults(fields, *group + strlen("stage "));
        }
        if (!recipe_read_group(file, *group, folders, fields, error))
            return FALSE;
    }
    return TRUE;
}

TrainRecipe *train_recipe_parse(const char *text, const char *name, const char *const *folders,
                                GError **error)
{
    g_autoptr(TrainRecipe) recipe = g_new0(TrainRecipe, 1);
    g_autoptr(GKeyFile) file = g_key_file_new();

    defaults(recipe);
    recipe->text = g_strdup(text);
    if (g_key_file_load_from_data(file, text, (gsize)-1, G_KEY_FILE_NONE, error) &&
        read_optimiser(file, recipe, error) && read_groups(file, folders, recipe, error) &&
        read_structure(recipe, error) && train_recipe_read_rated(file, &recipe->rated, error) &&
        recipe_read_input(file, &recipe->input, error) && recipe_check(recipe, error))
        return g_steal_pointer(&recipe);
    g_prefix_error(error, "recipe \"%s\": ", name);
    return NULL;
}

TrainRecipe *train_recipe_load(const char *path, const char *data, GError **error)
{
    g_autofree char *own = g_path_get_dirname(path);
    g_autofree char *text = NULL;
    const char *const folders[] = {data ? data : own, own, NULL};
    if (g_file_get_contents(path, &text, NULL, error))
        return train_recipe_parse(text, path, folders, error);
    g_prefix_error(error, "recipe \"%s\": ", path);
    return NULL;
}

void train_recipe_free(TrainRecipe *recipe)
{
    if (!recipe)
        return;
    for (guint s = 0; s < recipe->n_stages; s++) {
        TrainStageRecipe *stage = &recipe->stages[s];
        g_free(stage->name);
        g_free(stage->kind);
        g_free(stage->rank_loss);
        g_free(stage->rank_pairs);
        g_free(stage->mask_refresh);
        g_free(stage->variance);
        g_free(stage->views);
        g_free(stage->mining);
    }
    g_free(recipe->text);
    g_free(recipe->name);
    g_free(recipe->license);
    g_free(recipe->description);
    g_strfreev(recipe->datasets);
    g_free(recipe->model);
    g_free(recipe->backbone);
    g_strfreev(recipe->teachers);
    g_free(recipe->judge);
    g_free(recipe->tail);
    g_free(recipe->tiles);
    g_strfreev(recipe->graph);
    g_strfreev(recipe->pooled);
    g_strfreev(recipe->tasks.inputs);
    g_strfreev(recipe->images);
    g_strfreev(recipe->types);
    g_strfreev(recipe->annotators);
    g_strfreev(recipe->hold_out);
    g_strfreev(recipe->figures);
    g_free(recipe->structure);
    g_free(recipe->ratings);
    g_free(recipe->rated.ends);
    g_free(recipe->rated.direction);
    g_free(recipe->rated.shares);
    g_free(recipe);
}
