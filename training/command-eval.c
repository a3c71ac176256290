/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train eval */
#include "command.h"
#include "dataset.h"
#include "score.h"

#include <glib/gstdio.h>
#include <stdio.h>

static char *ratings_path, *pictures, *part, *cache;
static char **only, **types;
static int threads;

static const GOptionEntry entries[] = {
    {"ratings", 'r', 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "Rated list to agree with: CSV with image, mos", "CSV"},
    {"part", 'p', 0, G_OPTION_ARG_STRING, &part,
     "Only images whose file name has SHA-256 = R modulo M", "R/M"},
    {"pictures", 'l', 0, G_OPTION_ARG_FILENAME, &pictures,
     "Pristine pictures to distort: correlation with level", "DIR"},
    {"only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only,
     "Of the pictures, only this file name (repeatable)", "NAME"},
    {"types", 'y', 0, G_OPTION_ARG_STRING_ARRAY, &types,
     "Of the distortions, only this type or family (repeatable; all)", "NAME"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &cache,
     "Folder to keep distorted pictures in (a temporary one)", "DIR"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

/* Contents are at most this many pixels wide and high: a Kodak photograph stays whole, a wallpaper
 * is reduced. */
#define EVAL_SIDE 768

static const char *const branch_names[] = {
    [BIQA_FULL] = "full model", [BIQA_COMPETITOR] = "competitor"};

static double branch_score(const BiqaVerdict *verdict, BiqaBranch branch)
{
    return branch == BIQA_FULL ? verdict->score : verdict->competitor_score;
}

static gboolean parse_part(guint *remainder, guint *modulus, GError **error)
{
    *remainder = 0;
    *modulus = 1;
    if (!part ||
        (sscanf(part, "%u/%u", remainder, modulus) == 2 && *modulus && *remainder < *modulus))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "--part \"%s\": write R/M with R below M, as 0/5", part);
    return FALSE;
}

/* Moves the wanted rows to the front; returns their number. */
static guint select_part(TrainRatings *ratings, guint remainder, guint modulus)
{
    guint n = 0;
    for (guint i = 0; i < ratings->n; i++) {
        if (train_ratings_part(ratings->paths[i], modulus) != remainder)
            continue;
        char *path = ratings->paths[n];
        ratings->paths[n] = ratings->paths[i];
        ratings->paths[i] = path;
        const double score = ratings->scores[n];
        ratings->scores[n] = ratings->scores[i];
        ratings->scores[i] = score;
        n++;
    }
    return n;
}

static gboolean eval_ratings(const TrainScorer *scorer, TrainWorkers *workers, GError **error)
{
    guint remainder, modulus;
    g_autoptr(TrainRatings) ratings = train_ratings_load(ratings_path, error);
    if (!ratings || !parse_part(&remainder, &modulus, error))
        return FALSE;
    const guint n = select_part(ratings, remainder, modulus);
    if (n < 3) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "%u images to agree on are too few", n);
        return FALSE;
    }
    g_autofree BiqaVerdict *verdicts = g_new0(BiqaVerdict, n);
    g_autofree double *scores = g_new(double, n);
    if (!train_scorer_files(scorer, ratings->paths, n, workers, verdicts, error))
        return FALSE;
    printf("%-12s %6s %8s %8s %8s %8s\n", "agreement", "images", "SRCC", "PLCC", "KRCC", "RMSE");
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        for (guint i = 0; i < n; i++)
            scores[i] = branch_score(&verdicts[i], b);
        const TrainAgreement a = train_agreement(scores, ratings->scores, n);
        printf("%-12s %6u %8.4f %8.4f %8.4f %8.3f\n", branch_names[b], n, a.srcc, a.plcc, a.krcc,
               a.rmse);
    }
    return TRUE;
}

static gboolean keep_only(char **paths, GError **error)
{
    guint n = 0;
    for (guint i = 0; paths[i]; i++) {
        g_autofree char *name = g_path_get_basename(paths[i]);
        if (!only || g_strv_contains((const char *const *)only, name))
            paths[n++] = paths[i];
        else
            g_free(paths[i]);
    }
    paths[n] = NULL;
    if (!n)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                    "\"%s\" holds no picture of the names given", pictures);
    return n > 0;
}

static TrainPool *open_pool(char **paths, const char *folder, TrainWorkers *workers, GError **error)
{
    const TrainPoolParams params = {.paths = (const char *const *)paths,
                                    .types = (const char *const *)types,
                                    .side = EVAL_SIDE,
                                    .cuts = 1,
                                    .cache = folder,
                                    .seed = 1};
    return train_pool_open(&params, workers, error);
}

static void print_levels(const TrainScorer *scorer, const TrainPool *pool, TrainWorkers *workers)
{
    g_autoptr(GPtrArray) rows = train_distortions_named((const char *const *)types, NULL);
    g_autofree double *means = g_new(double, rows->len);
    printf("SRCC with level within each content and type, reference included, %u contents\n%-12s "
           "%8s",
           train_pool_n_contents(pool), "", "mean");
    for (guint t = 0; t < rows->len; t++)
        printf(" %8s", ((const TrainDistortion *)g_ptr_array_index(rows, t))->name);
    printf("\n");
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        printf("%-12s %8.4f", branch_names[b],
               train_scorer_levels(scorer, pool, workers, b, means));
        for (guint t = 0; t < rows->len; t++)
            printf(" %8.4f", means[t]);
        printf("\n");
    }
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

static gboolean eval_levels(const TrainScorer *scorer, TrainWorkers *workers, GError **error)
{
    char *const folders[] = {pictures, NULL};
    g_auto(GStrv) paths = train_dataset_pictures(folders, NULL, error);
    if (!paths || !keep_only(paths, error))
        return FALSE;
    g_autofree char *folder = cache ? g_strdup(cache) : g_dir_make_tmp("biqa-eval-XXXXXX", error);
    if (!folder)
        return FALSE;
    TrainPool *pool = open_pool(paths, folder, workers, error);
    if (pool)
        print_levels(scorer, pool, workers);
    train_pool_free(pool);
    if (!cache)
        remove_folder(folder);
    return pool != NULL;
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, 1, "one model", error))
        return 2;
    if (!ratings_path && !pictures) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "nothing to judge by: give --ratings or --pictures");
        return 2;
    }
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    if (!model)
        return 1;
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    const gboolean ok = (!ratings_path || eval_ratings(scorer, workers, error)) &&
                        (!pictures || eval_levels(scorer, workers, error));
    train_workers_free(workers);
    return ok ? 0 : 1;
}

const TrainCommand train_command_eval = {
    .name = "eval",
    .summary = "Judge a model on rated images and on distortion levels",
    .arguments = "MODEL",
    .description = "PLCC and RMSE are taken after the usual five-parameter logistic.",
    .entries = entries,
    .run = run,
};
