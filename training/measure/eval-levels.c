/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agreement with distortion levels. */
#include "eval.h"

#include "dataset.h"
#include "journal.h"
#include "level-pairs.h"
#include <glib/gstdio.h>
#include <stdio.h>

static gboolean keep_only(const TrainEval *eval, char **paths, GError **error)
{
    guint n = 0;
    for (guint i = 0; paths[i]; i++) {
        g_autofree char *name = g_path_get_basename(paths[i]);
        if (!eval->only || g_strv_contains((const char *const *)eval->only, name))
            paths[n++] = paths[i];
        else
            g_free(paths[i]);
    }
    paths[n] = NULL;
    if (!n)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                    "\"%s\" holds no picture of the names given", eval->pictures);
    return n > 0;
}

static TrainPool *open_pool(const TrainEval *eval, char **paths, const char *folder, GError **error)
{
    const TrainPoolParams params = {.paths = (const char *const *)paths,
                                    .types = (const char *const *)eval->types,
                                    .side = TRAIN_LEVELS_SIDE,
                                    .cuts = 1,
                                    .sizes = 1,
                                    .cache = folder,
                                    .seed = 1};
    return train_pool_open(&params, eval->workers, error);
}

/* One branch's figures, and what they are called. */
typedef struct {
    char *name;
    double mean, *types; /* SRCC */
    guint worst;         /* type */
    TrainLevelPairs pairs;
} Row;

/* labels: the judge's; NULL without one. */
static Row make_row(const TrainEval *eval, guint candidate, const TrainLevels *levels,
                    const double *labels)
{
    const guint model = candidate / BIQA_N_BRANCHES;
    const BiqaBranch branch = candidate % BIQA_N_BRANCHES;
    Row row = {.name = train_eval_branch_name(eval, model, branch),
               .types = g_new(double, levels->n_types)};
    row.mean = train_levels_srcc(levels, branch, row.types);
    for (guint t = 0; t < levels->n_types; t++)
        row.worst = row.types[t] < row.types[row.worst] ? t : row.worst;
    if (labels)
        row.pairs = train_levels_pairs(levels, branch, labels, eval->margin);
    return row;
}

static void row_clear(Row *row)
{
    g_free(row->name);
    g_free(row->types);
}

static const char *type_name(const GPtrArray *types, guint t)
{
    return ((const TrainDistortion *)g_ptr_array_index(types, t))->name;
}

/* Types are rows: there are too many for columns. */
static void print_rows(const Row *rows, guint n, const GPtrArray *types)
{
    printf("%-16s", "type");
    for (guint r = 0; r < n; r++)
        printf("  %*s", MAX(10, (int)g_utf8_strlen(rows[r].name, -1)), rows[r].name);
    for (guint t = 0; t < types->len; t++) {
        printf("\n%-16s", type_name(types, t));
        for (guint r = 0; r < n; r++)
            printf("  %*.4f", MAX(10, (int)g_utf8_strlen(rows[r].name, -1)), rows[r].types[t]);
    }
    printf("\n\n");
    for (guint r = 0; r < n; r++)
        printf("%s: mean %.4f, worst %s %.4f\n", rows[r].name, rows[r].mean,
               type_name(types, rows[r].worst), rows[r].types[rows[r].worst]);
}

static void print_pairs(const TrainEval *eval, const Row *row)
{
    printf("%s: of %" G_GUINT64_FORMAT
           " pairs across types and contents that the judge sees more than %g points apart, %.4f "
           "in its order; SRCC with the judge %.4f\n",
           row->name, row->pairs.n, eval->margin, row->pairs.share, row->pairs.srcc);
}

static void add_pairs(const TrainEval *eval, const TrainLevelPairs *pairs)
{
    biqa_json_add_number(eval->json, "margin", eval->margin);
    biqa_json_add_number(eval->json, "pairs", (double)pairs->n);
    biqa_json_add_number(eval->json, "pairs_in_order", pairs->share);
    biqa_json_add_number(eval->json, "judge_srcc", pairs->srcc);
}

static void add_rows(const TrainEval *eval, const Row *rows, guint n, const GPtrArray *types)
{
    JsonBuilder *json = eval->json;
    biqa_json_begin_array(json, "levels");
    for (guint r = 0; r < n; r++) {
        json_builder_begin_object(json);
        biqa_json_add_text(json, "name", rows[r].name);
        biqa_json_add_number(json, "srcc", rows[r].mean);
        biqa_json_add_text(json, "worst", type_name(types, rows[r].worst));
        if (eval->judge)
            add_pairs(eval, &rows[r].pairs);
        biqa_json_begin_object(json, "types");
        for (guint t = 0; t < types->len; t++)
            biqa_json_add_number(json, type_name(types, t), rows[r].types[t]);
        json_builder_end_object(json);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void show(guint done, guint total, gpointer data)
{
    ((TrainProgress *)data)->total = total;
    train_progress_show(data, done, 0, NULL);
}

static double *label_pool(const TrainEval *eval, const TrainPool *pool, const TrainJudge *judge)
{
    TrainProgress progress = train_progress("judge", 0, train_pool_n_contents(pool));
    double *labels = train_level_labels(pool, judge, eval->workers, show, &progress);
    train_progress_leave(&progress);
    return labels;
}

/* judge: NULL without one. */
static void judge_pool(const TrainEval *eval, const TrainPool *pool, const TrainJudge *judge)
{
    g_autofree double *labels = judge ? label_pool(eval, pool, judge) : NULL;
    g_autoptr(GPtrArray) types = train_distortions_ranked((const char *const *)eval->types, NULL);
    const guint n = BIQA_N_BRANCHES * eval->n_models;
    g_autofree Row *rows = g_new0(Row, n);

    for (guint m = 0; m < eval->n_models; m++) {
        g_autoptr(TrainLevels) levels =
            train_levels_new(eval->models[m].scorer, pool, eval->workers);
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            rows[BIQA_N_BRANCHES * m + b] = make_row(eval, BIQA_N_BRANCHES * m + b, levels, labels);
    }
    if (eval->json) {
        add_rows(eval, rows, n, types);
    } else {
        printf("%sSRCC with level within each content and type, reference included, %u contents\n",
               eval->ratings ? "\n" : "", train_pool_n_contents(pool));
        print_rows(rows, n, types);
        for (guint r = 0; labels && r < n; r++)
            print_pairs(eval, &rows[r]);
    }
    for (guint r = 0; r < n; r++)
        row_clear(&rows[r]);
}

/* Folders of eval's own hold nothing but the pool's file. */
static void remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

gboolean train_eval_levels(const TrainEval *eval, GError **error)
{
    char *const folders[] = {eval->pictures, NULL};
    g_auto(GStrv) paths = train_dataset_pictures(folders, NULL, error);
    if (!paths || !keep_only(eval, paths, error))
        return FALSE;
    /* Before minutes of distorting. */
    g_autoptr(TrainJudge) judge = eval->judge ? train_judge_load(eval->judge, error) : NULL;
    if (eval->judge && !judge)
        return FALSE;
    g_autofree char *folder =
        eval->cache ? g_strdup(eval->cache) : g_dir_make_tmp("biqa-eval-XXXXXX", error);
    if (!folder)
        return FALSE;
    TrainPool *pool = open_pool(eval, paths, folder, error);
    if (pool)
        judge_pool(eval, pool, judge);
    train_pool_free(pool);
    if (!eval->cache)
        remove_folder(folder);
    return pool != NULL;
}
