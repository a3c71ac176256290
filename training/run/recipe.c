/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recipes: one table of keys, one loop that reads them. */
#include "recipe.h"

#include "calibrate.h"
#include "error.h"
#include "nearest.h"
#include <math.h>
#include <string.h>

typedef enum {
    KEY_STRING,
    KEY_STRINGS,
    KEY_PATH,
    KEY_PATHS,
    KEY_UINT,
    KEY_SEED,
    KEY_REAL,
    KEY_BOOL
} KeyType;

typedef struct {
    const char *group, *key;
    KeyType type;
    gsize offset;
    double low, high; /* of numbers */
} Key;

#define RUN(group, key, type, field, ...)                                                          \
    {                                                                                              \
        group, key, type, G_STRUCT_OFFSET(TrainRecipe, field), __VA_ARGS__                         \
    }
#define STAGE(key, type, field, ...)                                                               \
    {                                                                                              \
        "stage", key, type, G_STRUCT_OFFSET(TrainStageRecipe, field), __VA_ARGS__                  \
    }

static const Key keys[] = {
    RUN("run", "name", KEY_STRING, name),
    RUN("run", "license", KEY_STRING, license),
    RUN("run", "description", KEY_STRING, description),
    RUN("run", "datasets", KEY_STRINGS, datasets),
    RUN("run", "seed", KEY_SEED, seed),
    RUN("run", "checkpoint-every", KEY_UINT, checkpoint_every, 1, 1e9),
    RUN("run", "validate-every", KEY_UINT, validate_every, 0, 1e9),
    RUN("network", "model", KEY_PATH, model),
    RUN("network", "backbone", KEY_PATH, backbone),
    RUN("network", "graph", KEY_STRINGS, graph),
    RUN("network", "pooled", KEY_STRINGS, pooled),
    RUN("network", "outputs", KEY_UINT, outputs, 1, 2),
    RUN("network", "hidden", KEY_UINT, hidden, 0, 4096),
    RUN("network", "deviation", KEY_BOOL, deviation),
    RUN("network", "batch-norm", KEY_BOOL, batch_norm),
    RUN("input", "size", KEY_UINT, input.size, 16, 1024),
    RUN("input", "rank-size", KEY_UINT, rank_size, 16, 1024),
    RUN("ranked", "images", KEY_PATHS, images),
    RUN("ranked", "types", KEY_STRINGS, types),
    RUN("ranked", "tail", KEY_STRING, tail),
    RUN("ranked", "side", KEY_UINT, side, 16, 4096),
    RUN("ranked", "cuts", KEY_UINT, cuts, 1, 64),
    RUN("ranked", "tiles", KEY_STRING, tiles),
    RUN("ranked", "rated-above", KEY_REAL, rated_above, 0, 101),
    RUN("ranked", "hold-out", KEY_STRINGS, hold_out),
    RUN("ranked", "judge", KEY_PATH, judge),
    RUN("rated", "ratings", KEY_PATH, ratings),
    RUN("rated", "scale", KEY_STRING, rated.ends),
    RUN("rated", "direction", KEY_STRING, rated.direction),
    RUN("rated", "split-seed", KEY_SEED, rated.split.seed),
    RUN("rated", "split-shares", KEY_STRING, rated.shares),
    RUN("rated", "hold-out-modulus", KEY_UINT, hold_out_modulus, 1, 1000),
    RUN("rated", "hold-out-remainder", KEY_UINT, hold_out_remainder, 0, 999),
    RUN("rated", "validation-modulus", KEY_UINT, validation_modulus, 1, 1000),
    RUN("rated", "validation-remainder", KEY_UINT, validation_remainder, 0, 999),
    RUN("competitor", "ratio", KEY_REAL, ratio, 0, .99),
    RUN("competitor", "own-norm", KEY_BOOL, own_norm),
    RUN("competitor", "hard-share", KEY_REAL, hard_share, 0, 1),
    RUN("uncertainty", "figures", KEY_STRINGS, figures),
    RUN("optimiser", "beta1", KEY_REAL, optim.beta1, 0, .9999),
    RUN("optimiser", "beta2", KEY_REAL, optim.beta2, 0, .99999),
    RUN("optimiser", "momentum", KEY_REAL, optim.momentum, 0, .9999),
    RUN("optimiser", "decay", KEY_REAL, optim.decay, 0, 1),
    RUN("optimiser", "decoupled", KEY_BOOL, optim.decoupled),
    RUN("optimiser", "clip", KEY_REAL, clip, 1e-9, 1e9),
    RUN("optimiser", "average", KEY_REAL, average, 0, .999999),
    STAGE("kind", KEY_STRING, kind),
    STAGE("steps", KEY_UINT, steps, 1, 1e8),
    STAGE("rate", KEY_REAL, rate, 0, 10),
    STAGE("head-rate", KEY_REAL, head_rate, 0, 1e4),
    STAGE("head-only", KEY_BOOL, head_only),
    STAGE("groups", KEY_UINT, groups, 0, 1024),
    STAGE("types-per-content", KEY_UINT, types_per_content, 1, 64),
    STAGE("rated", KEY_UINT, rated, 0, 4096),
    STAGE("rank-loss", KEY_STRING, rank_loss),
    STAGE("rank-pairs", KEY_STRING, rank_pairs),
    STAGE("margin", KEY_REAL, margin, 0, 1e3),
    STAGE("rank-weight", KEY_REAL, rank_weight, 0, 1e3),
    STAGE("judged-weight", KEY_REAL, judged_weight, 0, 1e3),
    STAGE("anchor-weight", KEY_REAL, anchor_weight, 0, 1e3),
    STAGE("fidelity-weight", KEY_REAL, fidelity_weight, 0, 1e3),
    STAGE("sigma", KEY_REAL, sigma, 0, 100),
    STAGE("squared-weight", KEY_REAL, squared_weight, 0, 1e3),
    STAGE("variance", KEY_STRING, variance),
    STAGE("spread-weight", KEY_REAL, spread_weight, 0, 1e3),
    STAGE("spread-margin", KEY_REAL, spread_margin, 0, 1e3),
    STAGE("consistency-weight", KEY_REAL, consistency_weight, 0, 1e3),
    STAGE("views", KEY_STRING, views),
    STAGE("mining", KEY_STRING, mining),
    STAGE("mask-refresh", KEY_STRING, mask_refresh),
};

/* Read by hand below, beside the table. */
static const char *const special_keys[] = {"crop-reduce", "crop-x", "crop-y", "mean", "deviation"};

/* "stage rank" is of group "stage". */
static gboolean is_in_group(const char *group, const char *name)
{
    return g_str_equal(group, "stage") ? g_str_has_prefix(name, "stage ")
                                       : g_str_equal(group, name);
}

static gboolean fail(GError **error, const char *group, const char *key, const char *why)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "[%s] %s: %s", group, key, why);
    return FALSE;
}

/* The path in the first of folders that has it, else in the first. */
static char *resolve(const char *const *folders, const char *path)
{
    for (const char *const *folder = folders; *folder && !g_path_is_absolute(path); folder++) {
        g_autofree char *resolved = g_build_filename(*folder, path, NULL);
        if (g_file_test(resolved, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&resolved);
    }
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(*folders, path, NULL);
}

static char **resolve_all(const char *const *folders, char **paths)
{
    for (char **path = paths; *path; path++) {
        char *resolved = resolve(folders, *path);
        g_free(*path);
        *path = resolved;
    }
    return paths;
}

static gboolean read_number(GKeyFile *file, const char *group, const Key *key, void *field,
                            GError **error)
{
    const double value = g_key_file_get_double(file, group, key->key, NULL);
    g_autofree char *text = g_key_file_get_value(file, group, key->key, NULL);
    char *end = NULL;
    g_ascii_strtod(text, &end);
    if (end == text || *end || isnan(value) || value < key->low || value > key->high ||
        (key->type == KEY_UINT && value != floor(value))) {
        g_autofree char *why =
            g_strdup_printf("\"%s\" is not a%s number from %g to %g", text,
                            key->type == KEY_UINT ? " whole" : "", key->low, key->high);
        return fail(error, group, key->key, why);
    }
    if (key->type == KEY_UINT)
        *(guint *)field = (guint)value;
    else
        *(double *)field = value;
    return TRUE;
}

static gboolean read_key(GKeyFile *file, const char *group, const Key *key,
                         const char *const *folders, void *field, GError **error)
{
    switch (key->type) {
    case KEY_STRING:
        g_free(*(char **)field);
        *(char **)field = g_key_file_get_string(file, group, key->key, error);
        return *(char **)field != NULL;
    case KEY_PATH: {
        g_autofree char *path = g_key_file_get_string(file, group, key->key, error);
        *(char **)field = path ? resolve(folders, path) : NULL;
        return path != NULL;
    }
    case KEY_STRINGS:
    case KEY_PATHS:
        *(char ***)field = g_key_file_get_string_list(file, group, key->key, NULL, error);
        if (*(char ***)field && key->type == KEY_PATHS)
            resolve_all(folders, *(char ***)field);
        return *(char ***)field != NULL;
    case KEY_SEED: {
        g_autofree char *text = g_key_file_get_value(file, group, key->key, NULL);
        return g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, (guint64 *)field, NULL) ||
               fail(error, group, key->key, "not a whole number");
    }
    case KEY_BOOL: {
        g_autoptr(GError) why = NULL;
        *(gboolean *)field = g_key_file_get_boolean(file, group, key->key, &why);
        return !why || fail(error, group, key->key, "must be true or false");
    }
    default:
        return read_number(file, group, key, field, error);
    }
}

static const Key *key_find(const char *group, const char *name)
{
    for (guint k = 0; k < G_N_ELEMENTS(keys); k++) {
        if (is_in_group(keys[k].group, group) && g_str_equal(keys[k].key, name))
            return &keys[k];
    }
    return NULL;
}

static gboolean is_special(const char *group, const char *name)
{
    for (guint k = 0; g_str_equal(group, "input") && k < G_N_ELEMENTS(special_keys); k++) {
        if (g_str_equal(special_keys[k], name))
            return TRUE;
    }
    return FALSE;
}

/* Adds what the group may hold, or the names of groups where group is NULL. */
static void list_known(const char *group, GPtrArray *words)
{
    for (guint k = 0; k < G_N_ELEMENTS(keys); k++) {
        if (!group || is_in_group(keys[k].group, group))
            g_ptr_array_add(words, (gpointer)(group ? keys[k].key : keys[k].group));
    }
    for (guint k = 0; group && g_str_equal(group, "input") && k < G_N_ELEMENTS(special_keys); k++)
        g_ptr_array_add(words, (gpointer)special_keys[k]);
    if (group && g_str_equal(group, "optimiser"))
        g_ptr_array_add(words, (gpointer) "kind");
}

/* The group that a key belongs to that was looked for in the wrong one. */
static const char *group_of(const char *name)
{
    for (guint k = 0; k < G_N_ELEMENTS(keys); k++) {
        if (g_str_equal(keys[k].key, name))
            return g_str_equal(keys[k].group, "stage") ? "stage NAME" : keys[k].group;
    }
    return NULL;
}

/* name: of a key, or NULL where the group itself is not known. */
static gboolean fail_unknown(GError **error, const char *group, const char *name)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *hint = NULL;
    list_known(name ? group : NULL, words);
    const char *typed = name ? name : g_str_has_prefix(group, "stage") ? "stage" : group;
    const char *nearest = train_nearest(typed, (const char *const *)words->pdata, words->len);
    if (!name && nearest && g_str_equal(nearest, "stage"))
        hint = g_strdup("did you mean [stage NAME]?");
    else if (nearest)
        hint = g_strdup_printf(name ? "did you mean \"%s\"?" : "did you mean [%s]?", nearest);
    else if (name && group_of(name))
        hint = g_strdup_printf("it belongs to [%s]", group_of(name));
    else
        hint = g_strdup("see docs/training.md for those there are");
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "%s%s%s[%s]%s%s", name ? "\"" : "",
                name ? name : "", name ? "\": no such key in " : "", group,
                name ? "; " : ": no such group; ", hint);
    return FALSE;
}

/* Exactly n numbers, or any number up to n where *count is asked for. */
static gboolean read_list(GKeyFile *file, const char *key, guint n, double *values, guint *count,
                          GError **error)
{
    gsize length = 0;
    g_autofree double *list = g_key_file_get_double_list(file, "input", key, &length, error);
    if (!list)
        return FALSE;
    if (!length || length > n || (!count && length != n))
        return fail(error, "input", key, "the wrong number of values");
    memcpy(values, list, length * sizeof *list);
    if (count)
        *count = (guint)length;
    return TRUE;
}

static gboolean read_crops(GKeyFile *file, BiqaInput *input, GError **error)
{
    double reduce[BIQA_MAX_CROPS], x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];
    if (!g_key_file_has_key(file, "input", "crop-reduce", NULL))
        return TRUE;
    if (!read_list(file, "crop-reduce", BIQA_MAX_CROPS, reduce, &input->n_crops, error) ||
        !read_list(file, "crop-x", input->n_crops, x, NULL, error) ||
        !read_list(file, "crop-y", input->n_crops, y, NULL, error))
        return FALSE;
    for (guint i = 0; i < input->n_crops; i++) {
        if (!(reduce[i] >= 1 && reduce[i] <= 16 && x[i] >= 0 && x[i] <= 1 && y[i] >= 0 &&
              y[i] <= 1))
            return fail(error, "input", "crop-reduce", "crops reduce by 1 to 16 and lie at 0 to 1");
        input->crops[i] = (BiqaCrop){(guint)reduce[i], (float)x[i], (float)y[i]};
    }
    return TRUE;
}

static gboolean read_colour(GKeyFile *file, const char *key, float values[3], GError **error)
{
    double list[3];
    if (!g_key_file_has_key(file, "input", key, NULL))
        return TRUE;
    if (!read_list(file, key, 3, list, NULL, error))
        return FALSE;
    for (guint i = 0; i < 3; i++)
        values[i] = (float)list[i];
    return TRUE;
}

static gboolean read_group(GKeyFile *file, const char *group, const char *const *folders,
                           void *fields, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, error);
    for (char **name = names; name && *name; name++) {
        const Key *key = key_find(group, *name);
        if (!key && !is_special(group, *name))
            return fail_unknown(error, group, *name);
        if (key && !read_key(file, group, key, folders, (guint8 *)fields + key->offset, error))
            return FALSE;
    }
    return names != NULL;
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
        .anchor_weight = .1,
        .fidelity_weight = 1.,
        .sigma = 12.,
        .squared_weight = .3,
        .variance = g_strdup("fixed"),
        .spread_weight = 1.,
        .spread_margin = .025,
        .consistency_weight = 1.,
        .views = g_strdup("same"),
        .mining = g_strdup("none"),
        .mask_refresh = g_strdup("epoch"),
    };
}

gboolean train_stage_learns_variance(const TrainStageRecipe *stage)
{
    return g_str_equal(stage->variance, "learned");
}

static gboolean is_one_of(const char *value, const char *const *choices)
{
    return value && g_strv_contains(choices, value);
}

static gboolean check_stage(const TrainRecipe *recipe, const TrainStageRecipe *stage,
                            GError **error)
{
    static const char *const kinds[] = {"rank", "tune", "ohem", NULL};
    static const char *const losses[] = {"fidelity", "hinge", NULL};
    static const char *const pairs[] = {"content", "type", NULL};
    static const char *const variances[] = {"fixed", "learned", NULL};
    static const char *const views[] = {"same", "second", NULL};
    static const char *const minings[] = {"none", "disagreement", NULL};
    const gboolean ranks = stage->kind && g_str_equal(stage->kind, "rank");
    g_autofree char *group = g_strconcat("stage ", stage->name, NULL);
    guint64 refresh;

    if (!is_one_of(stage->kind, kinds))
        return fail(error, group, "kind", "must be rank, tune or ohem");
    if (!is_one_of(stage->rank_loss, losses))
        return fail(error, group, "rank-loss", "must be fidelity or hinge");
    if (!is_one_of(stage->rank_pairs, pairs))
        return fail(error, group, "rank-pairs", "must be content or type");
    if (!is_one_of(stage->views, views))
        return fail(error, group, "views", "must be same or second");
    if (!is_one_of(stage->mining, minings))
        return fail(error, group, "mining", "must be none or disagreement");
    if (g_str_equal(stage->mining, "disagreement") &&
        !(g_str_equal(stage->kind, "ohem") && stage->rated))
        return fail(error, group, "mining", "disagreement needs kind=ohem and rated crops");
    if (!is_one_of(stage->variance, variances))
        return fail(error, group, "variance", "must be fixed or learned");
    if (train_stage_learns_variance(stage) && !stage->rated)
        return fail(error, group, "variance", "only rated crops teach a standard deviation");
    if (!g_str_equal(stage->mask_refresh, "never") && !g_str_equal(stage->mask_refresh, "epoch") &&
        !g_ascii_string_to_unsigned(stage->mask_refresh, 10, 1, G_MAXUINT, &refresh, NULL))
        return fail(error, group, "mask-refresh", "must be never, epoch or a number of steps");
    if (ranks && !stage->groups)
        return fail(error, group, "groups", "a rank stage needs at least one ranked group a step");
    if (ranks && stage->rated)
        return fail(error, group, "rated", "a rank stage looks at no ratings; use tune");
    if (!ranks && !stage->rated && !stage->groups)
        return fail(error, group, "rated", "the stage has neither rated crops nor ranked groups");
    if (stage->groups && !recipe->images)
        return fail(error, "ranked", "images",
                    "missing: ranked groups need folders of pristine pictures");
    if (stage->judged_weight > 0 && !(stage->groups && recipe->judge))
        return fail(error, group, "judged-weight",
                    "needs ranked groups and the file of a judge in [ranked] judge");
    if (stage->rated && !recipe->ratings)
        return fail(error, "rated", "ratings", "missing: rated crops need a list of ratings");
    return TRUE;
}

/* A remainder that no number has would hold nothing out, silently. */
static gboolean check_parts(const TrainRecipe *recipe, GError **error)
{
    if (recipe->hold_out_remainder >= recipe->hold_out_modulus)
        return fail(error, "rated", "hold-out-remainder", "must be below hold-out-modulus");
    if (recipe->validation_remainder >= recipe->validation_modulus)
        return fail(error, "rated", "validation-remainder", "must be below validation-modulus");
    return TRUE;
}

/* Now, not when hours of training end in it. */
static gboolean check_figures(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(GError) why = NULL;
    TrainCalibration unused;

    return !recipe->figures || !recipe->figures[0] ||
           train_calibration_parse((const char *const *)recipe->figures, &unused, &why) ||
           fail(error, "uncertainty", "figures", why->message);
}

static gboolean check_recipe(const TrainRecipe *recipe, GError **error)
{
    static const char *const tiles[] = {"random", "sharpest", NULL};

    if (!recipe->n_stages)
        return fail(error, "stage NAME", "kind", "missing: a recipe needs at least one stage");
    if (!!recipe->backbone + !!recipe->graph + !!recipe->model != 1)
        return fail(error, "network", "graph", "give one of backbone, graph and model");
    if (recipe->backbone && !recipe->pooled)
        return fail(error, "network", "pooled", "missing: ids of the backbone's layers to pool");
    for (guint i = 0; i < 3; i++) {
        if (!(recipe->input.deviation[i] > 0))
            return fail(error, "input", "deviation", "must be above 0");
    }
    if (recipe->types && !recipe->types[0])
        return fail(error, "ranked", "types", "names no distortion");
    if (!is_one_of(recipe->tiles, tiles))
        return fail(error, "ranked", "tiles", "must be random or sharpest");
    if (!check_parts(recipe, error) || !check_figures(recipe, error))
        return FALSE;
    for (guint s = 0; s < recipe->n_stages; s++) {
        if (!check_stage(recipe, &recipe->stages[s], error))
            return FALSE;
    }
    return TRUE;
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
    recipe->cuts = 1;
    recipe->tiles = g_strdup("random");
    recipe->rated_above = 101.;
    recipe->rated.split.seed = 1;
    recipe->hold_out_modulus = 5;
    recipe->validation_modulus = 10;
    recipe->validation_remainder = 1;
    recipe->ratio = .7;
    recipe->own_norm = TRUE;
    recipe->hard_share = .1;
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
           fail(error, "optimiser", "kind", "must be adam or sgd");
}

static gboolean read_groups(GKeyFile *file, const char *const *folders, TrainRecipe *recipe,
                            GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        void *fields = recipe;
        gboolean known = FALSE;
        for (guint k = 0; k < G_N_ELEMENTS(keys); k++)
            known |= is_in_group(keys[k].group, *group);
        if (!known)
            return fail_unknown(error, *group, NULL);
        if (g_str_has_prefix(*group, "stage ")) {
            if (recipe->n_stages == TRAIN_MAX_STAGES)
                return fail(error, *group, "(group)", "too many stages");
            fields = &recipe->stages[recipe->n_stages++];
            stage_defaults(fields, *group + strlen("stage "));
        }
        if (!read_group(file, *group, folders, fields, error))
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
        train_recipe_read_rated(file, &recipe->rated, error) &&
        read_crops(file, &recipe->input, error) &&
        read_colour(file, "mean", recipe->input.mean, error) &&
        read_colour(file, "deviation", recipe->input.deviation, error) &&
        check_recipe(recipe, error))
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
    g_free(recipe->judge);
    g_free(recipe->tail);
    g_free(recipe->tiles);
    g_strfreev(recipe->graph);
    g_strfreev(recipe->pooled);
    g_strfreev(recipe->images);
    g_strfreev(recipe->types);
    g_strfreev(recipe->hold_out);
    g_strfreev(recipe->figures);
    g_free(recipe->ratings);
    g_free(recipe->rated.ends);
    g_free(recipe->rated.direction);
    g_free(recipe->rated.shares);
    g_free(recipe);
}
