/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a recipe decides what a stage ends in. */
#include "recipe-private.h"

#include <string.h>

/* Keys that change no weight, or name files whose contents are what counts. */
static const char *const indifferent[][2] = {
    {"competitor", "hard-share"}, {"input", "spot-x"},  {"input", "spot-y"},
    {"network", "backbone"},      {"network", "model"}, {"network", "teachers"},
    {"ranked", "images"},         {"rated", "ratings"},
};

static gboolean counts(const char *group, const char *key)
{
    if (g_str_equal(group, "run"))
        return g_str_equal(key, "seed");
    for (guint i = 0; i < G_N_ELEMENTS(indifferent); i++) {
        if (g_str_equal(group, indifferent[i][0]) && g_str_equal(key, indifferent[i][1]))
            return FALSE;
    }
    return TRUE;
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(char **words)
{
    qsort(words, g_strv_length(words), sizeof *words, compare);
}

static void add(GChecksum *sum, const char *word)
{
    g_checksum_update(sum, (const guchar *)word, (gssize)strlen(word) + 1);
}

/* A group under title, its keys in order of the alphabet. */
static void add_group(GChecksum *sum, GKeyFile *file, const char *group, const char *title)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);
    add(sum, title);
    sort(names);
    for (char **name = names; *name; name++) {
        g_autofree char *value = g_key_file_get_value(file, group, *name, NULL);
        if (!counts(group, *name))
            continue;
        add(sum, *name);
        add(sum, value);
    }
}

/* The competitor is none of a stage's business before it exists. */
static gboolean has_competitor(const TrainRecipe *recipe, guint n_stages)
{
    for (guint s = 0; s < n_stages; s++) {
        if (g_str_equal(recipe->stages[s].kind, "ohem"))
            return TRUE;
    }
    return FALSE;
}

/* Nor are teachers, before they are asked. */
gboolean recipe_asks_teachers(const TrainRecipe *recipe, guint n_stages)
{
    for (guint s = 0; recipe->teachers && s < n_stages; s++) {
        if (recipe->stages[s].teacher_weight > 0)
            return TRUE;
    }
    return FALSE;
}

static void add_file(GChecksum *sum, const char *path)
{
    g_autofree char *contents = NULL;
    gsize size = 0;
    if (path && g_file_get_contents(path, &contents, &size, NULL))
        g_checksum_update(sum, (const guchar *)contents, (gssize)size);
}

char *train_recipe_digest(const TrainRecipe *recipe, guint n_stages)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GKeyFile) file = g_key_file_new();
    guint stages = 0;

    g_return_val_if_fail(n_stages <= recipe->n_stages, NULL);
    g_key_file_load_from_data(file, recipe->text, (gsize)-1, G_KEY_FILE_NONE, NULL);
    g_auto(GStrv) sorted = g_key_file_get_groups(file, NULL);
    g_auto(GStrv) groups = g_strdupv(sorted); /* stages count in the file's order */
    sort(sorted);
    for (char **group = sorted; *group; group++) {
        if (!g_str_has_prefix(*group, "stage ") && !g_str_equal(*group, "tasks") &&
            (!g_str_equal(*group, "competitor") || has_competitor(recipe, n_stages)))
            add_group(sum, file, *group, *group);
    }
    for (char **group = groups; *group; group++) {
        if (g_str_has_prefix(*group, "stage ") && stages++ < n_stages)
            add_group(sum, file, *group, "stage");
    }
    add_file(sum, recipe->backbone);
    add_file(sum, recipe->model);
    if (recipe_asks_teachers(recipe, n_stages)) {
        for (char **teacher = recipe->teachers; *teacher; teacher++)
            add_file(sum, *teacher);
    }
    return g_strdup(g_checksum_get_string(sum));
}
