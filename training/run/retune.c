/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A recipe and a list of ratings made of older ones. */
#include "retune.h"

#include "csv.h"
#include "model.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(text, ',');
    if (!isnan(value))
        g_string_append(text, g_ascii_dtostr(digits, sizeof digits, value));
}

/* Rows of images that were not seen yet, each to come so many times. */
static guint append_rows(GString *text, const TrainRatings *ratings, guint times, GHashTable *seen)
{
    guint n = 0;
    for (guint i = 0; i < ratings->n; i++) {
        char *path = g_canonicalize_filename(ratings->paths[i], NULL);
        const char *content = ratings->contents ? ratings->contents[i] : path;
        if (g_hash_table_contains(seen, path)) {
            g_free(path);
            continue;
        }
        g_hash_table_add(seen, path);
        n++;
        train_csv_append(text, path);
        append_number(text, ratings->scores[i]);
        append_number(text, ratings->spread ? ratings->spread[i] : NAN);
        g_string_append_printf(
            text, ",%u,", MIN(times * (ratings->times ? ratings->times[i] : 1), TRAIN_MOST_TIMES));
        train_csv_append(text, content);
        g_string_append_c(text, '\n');
    }
    return n;
}

static guint count(const TrainRatings *ratings)
{
    guint n = 0;
    for (guint i = 0; i < ratings->n; i++)
        n += ratings->times ? ratings->times[i] : 1;
    return n;
}

/* How often a new image comes while the old ones come as often as their list says. */
static guint times_of_new(const TrainRetune *retune)
{
    guint n = 0;
    for (guint k = 0; k < retune->added->len; k++)
        n += count(g_ptr_array_index(retune->added, k));
    const double times = retune->share / (1 - retune->share) * count(retune->old) / n;
    return (guint)CLAMP(round(times), 1, TRAIN_MOST_TIMES);
}

/* The newest list first: it is right where an older one differs. */
static gboolean write_union(const TrainRetune *retune, guint *n, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) text = g_string_new("image,mos,std,times,content\n");
    const guint times = times_of_new(retune);
    g_autofree char *path = g_build_filename(retune->folder, "ratings.csv", NULL);
    *n = 0;
    for (guint k = retune->added->len; k-- > 0;)
        *n += append_rows(text, g_ptr_array_index(retune->added, k), times, seen);
    *n += append_rows(text, retune->old, 1, seen);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

/* The last stage of that kind; NULL: there was none. (transfer full) */
static char *last_stage(GKeyFile *file, const char *kind)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint k = g_strv_length(groups); k-- > 0;) {
        g_autofree char *own = g_key_file_get_string(file, groups[k], "kind", NULL);
        if (g_str_has_prefix(groups[k], "stage ") && g_strcmp0(own, kind) == 0)
            return g_strdup(groups[k]);
    }
    return NULL;
}

/* Gives the recipe a stage that weighs its losses as the last one of that kind in the model's own,
 * from, did. */
static void add_stage(GKeyFile *file, const TrainRetune *retune, GKeyFile *from, const char *kind,
                      guint steps, double rate)
{
    static const char *const kept[] = {
        "fidelity-weight", "sigma",         "squared-weight",    "variance",
        "spread-weight",   "spread-margin", "competitor-weight", "consistency-weight",
        "own-norm-rate",   "views",         "mask-refresh"};
    g_autofree char *group = g_strconcat("stage ", kind, NULL);
    g_autofree char *own = last_stage(from, kind);
    for (guint k = 0; own && k < G_N_ELEMENTS(kept); k++) {
        g_autofree char *value = g_key_file_get_value(from, own, kept[k], NULL);
        if (value)
            g_key_file_set_value(file, group, kept[k], value);
    }
    g_key_file_set_string(file, group, "kind", kind);
    g_key_file_set_integer(file, group, "steps", (gint)steps);
    g_key_file_set_integer(file, group, "rated", (gint)retune->rated);
    g_key_file_set_double(file, group, "rate", rate);
}

/* What the model's own recipe says of where it came from, and of stages that are done. */
static void drop_origin(GKeyFile *file)
{
    static const char *const network[] = {"backbone", "teachers", "graph",    "pooled",
                                          "hidden",   "outputs",  "deviation"};
    static const char *const rated[] = {"scale", "direction"};
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        if (g_str_has_prefix(*group, "stage ") || g_str_equal(*group, "ranked"))
            g_key_file_remove_group(file, *group, NULL);
    }
    for (guint k = 0; k < G_N_ELEMENTS(network); k++)
        g_key_file_remove_key(file, "network", network[k], NULL);
    for (guint k = 0; k < G_N_ELEMENTS(rated); k++)
        g_key_file_remove_key(file, "rated", rated[k], NULL);
}

static gboolean write_recipe(const TrainRetune *retune, GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_load(retune->model, error);
    g_autoptr(GKeyFile) own = g_key_file_new(), file = g_key_file_new();
    g_autofree char *absolute = g_canonicalize_filename(retune->model, NULL);
    g_autofree char *path = g_build_filename(retune->folder, "recipe.ini", NULL);
    if (!model)
        return FALSE;
    if (!model->recipe || !*model->recipe ||
        !g_key_file_load_from_data(own, model->recipe, strlen(model->recipe), G_KEY_FILE_NONE,
                                   NULL) ||
        !g_key_file_load_from_data(file, model->recipe, strlen(model->recipe), G_KEY_FILE_NONE,
                                   NULL)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "model \"%s\" holds no recipe: write one with model= in [network], and train",
                    retune->model);
        return FALSE;
    }
    drop_origin(file);
    g_key_file_set_string(file, "network", "model", absolute);
    g_key_file_set_string(file, "rated", "ratings", "ratings.csv");
    if (retune->seed >= 0)
        g_key_file_set_int64(file, "run", "seed", retune->seed);
    add_stage(file, retune, own, "tune", retune->steps, retune->rate);
    add_stage(file, retune, own, "ohem", MAX(1, retune->steps / 3), retune->rate / 2);
    return g_key_file_save_to_file(file, path, error);
}

gboolean train_retune_write(const TrainRetune *retune, guint *n, GError **error)
{
    if (g_mkdir_with_parents(retune->folder, 0777) == 0)
        return write_union(retune, n, error) && write_recipe(retune, error);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder \"%s\"",
                retune->folder);
    return FALSE;
}
