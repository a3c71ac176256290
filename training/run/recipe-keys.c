/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of a recipe: one table, one loop that reads them. */
#include "recipe-private.h"

#include "error.h"
#include "nearest.h"
#include "task.h"
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
    RUN("network", "teachers", KEY_PATHS, teachers),
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
    RUN("ranked", "sizes", KEY_UINT, sizes, 1, 8),
    RUN("ranked", "tiles", KEY_STRING, tiles),
    RUN("ranked", "rated-above", KEY_REAL, rated_above, 0, 101),
    RUN("ranked", "hold-out", KEY_STRINGS, hold_out),
    RUN("ranked", "judge", KEY_PATH, judge),
    RUN("ranked", "annotators", KEY_STRINGS, annotators),
    RUN("rated", "ratings", KEY_PATH, ratings),
    RUN("rated", "scale", KEY_STRING, rated.ends),
    RUN("rated", "direction", KEY_STRING, rated.direction),
    RUN("rated", "split-seed", KEY_SEED, rated.split.seed),
    RUN("rated", "split-shares", KEY_STRING, rated.shares),
    RUN("rated", "hold-out-modulus", KEY_UINT, hold_out_modulus, 1, 1000),
    RUN("rated", "hold-out-remainder", KEY_UINT, hold_out_remainder, 0, 999),
    RUN("rated", "validation-modulus", KEY_UINT, validation_modulus, 1, 1000),
    RUN("rated", "validation-remainder", KEY_UINT, validation_remainder, 0, 999),
    RUN("competitor", "structure", KEY_STRING, structure),
    RUN("competitor", "ratio", KEY_REAL, pruning.ratio, 0, .99),
    RUN("competitor", "own-norm", KEY_BOOL, own_norm),
    RUN("competitor", "hard-share", KEY_REAL, hard_share, 0, 1),
    RUN("uncertainty", "figures", KEY_STRINGS, figures),
    RUN("tasks", "adapt", KEY_BOOL, tasks.adapt),
    RUN("tasks", "centroids", KEY_UINT, tasks.centroids, 1, BIQA_MAX_CENTROIDS),
    RUN("tasks", "temperature", KEY_REAL, tasks.temperature, 1e-3, 1e6),
    RUN("tasks", "least-weight", KEY_REAL, tasks.least_weight, 0, 1),
    RUN("tasks", "inputs", KEY_STRINGS, tasks.inputs),
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
    STAGE("freeze-convolutions", KEY_BOOL, frozen),
    STAGE("groups", KEY_UINT, groups, 0, 1024),
    STAGE("types-per-content", KEY_UINT, types_per_content, 1, 64),
    STAGE("rated", KEY_UINT, rated, 0, 4096),
    STAGE("rank-loss", KEY_STRING, rank_loss),
    STAGE("rank-pairs", KEY_STRING, rank_pairs),
    STAGE("margin", KEY_REAL, margin, 0, 1e3),
    STAGE("rank-weight", KEY_REAL, rank_weight, 0, 1e3),
    STAGE("judged-weight", KEY_REAL, judged_weight, 0, 1e3),
    STAGE("judged-squared-weight", KEY_REAL, judged_squared_weight, 0, 1e3),
    STAGE("votes-weight", KEY_REAL, votes_weight, 0, 1e3),
    STAGE("reliability-rate", KEY_REAL, reliability_rate, 0, 10),
    STAGE("anchor-weight", KEY_REAL, anchor_weight, 0, 1e3),
    STAGE("fidelity-weight", KEY_REAL, fidelity_weight, 0, 1e3),
    STAGE("sigma", KEY_REAL, sigma, 0, 100),
    STAGE("squared-weight", KEY_REAL, squared_weight, 0, 1e3),
    STAGE("teacher-weight", KEY_REAL, teacher_weight, 0, 1e3),
    STAGE("variance", KEY_STRING, variance),
    STAGE("spread-weight", KEY_REAL, spread_weight, 0, 1e3),
    STAGE("spread-margin", KEY_REAL, spread_margin, 0, 1e3),
    STAGE("own-norm-rate", KEY_REAL, own_norm_rate, 0, 1e4),
    STAGE("competitor-weight", KEY_REAL, competitor_weight, 0, 1e3),
    STAGE("consistency-weight", KEY_REAL, consistency_weight, 0, 1e3),
    STAGE("views", KEY_STRING, views),
    STAGE("mining", KEY_STRING, mining),
    STAGE("mask-refresh", KEY_STRING, mask_refresh),
};

/* Read in recipe-input.c, beside the table. */
static const char *const special_keys[] = {"crop-reduce", "crop-x", "crop-y",   "spot-x",
                                           "spot-y",      "mean",   "deviation"};

/* "stage rank" is of group "stage". */
static gboolean is_in_group(const char *group, const char *name)
{
    return g_str_equal(group, "stage") ? g_str_has_prefix(name, "stage ")
                                       : g_str_equal(group, name);
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
        return recipe_fail(error, group, key->key, why);
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
               recipe_fail(error, group, key->key, "not a whole number");
    }
    case KEY_BOOL: {
        g_autoptr(GError) why = NULL;
        *(gboolean *)field = g_key_file_get_boolean(file, group, key->key, &why);
        return !why || recipe_fail(error, group, key->key, "must be true or false");
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

static gboolean is_known(const char *group)
{
    for (guint k = 0; k < G_N_ELEMENTS(keys); k++) {
        if (is_in_group(keys[k].group, group))
            return TRUE;
    }
    return FALSE;
}

gboolean recipe_read_group(GKeyFile *file, const char *group, const char *const *folders,
                           void *fields, GError **error)
{
    if (!is_known(group))
        return fail_unknown(error, group, NULL);
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
