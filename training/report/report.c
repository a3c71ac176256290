/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathering what is told of a run. */
#include "report.h"

#include "dataset.h"
#include <string.h>

#define SEEN_CONTENTS 6 /* at most, where the recipe holds no picture out */
#define RESAMPLES 2000
#define INTERVAL .95

/* The paths and ratings of the validation part. */
static void select_validation(const TrainRatings *ratings, const TrainPart *parts,
                              TrainReport *report)
{
    report->paths = g_new0(char *, (gsize)ratings->n + 1);
    report->rated = g_new(double, ratings->n);
    for (guint i = 0; i < ratings->n; i++) {
        if (parts[i] != TRAIN_PART_VALIDATION)
            continue;
        report->paths[report->n] = g_strdup(ratings->paths[i]);
        report->rated[report->n++] = ratings->scores[i];
    }
}

static gboolean judge_validation(const TrainReportParams *params, const TrainScorer *scorer,
                                 TrainReport *report, GError **error)
{
    const TrainBootstrap bootstrap = {RESAMPLES, 1, INTERVAL, params->workers};
    g_autoptr(TrainRatings) ratings = train_dataset_ratings(report->recipe, error);
    g_autofree TrainPart *parts =
        ratings ? train_dataset_parts(report->recipe, ratings, error) : NULL;
    if (!parts)
        return FALSE;
    select_validation(ratings, parts, report);
    const guint n = report->n;
    if (!n)
        return TRUE;
    report->verdicts = g_new0(BiqaVerdict, n);
    g_autofree double *scores = g_new(double, n);
    if (!train_scorer_files(scorer, report->paths, n, params->workers, report->verdicts, error))
        return FALSE;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        for (guint i = 0; i < n; i++)
            scores[i] =
                b == BIQA_FULL ? report->verdicts[i].score : report->verdicts[i].competitor_score;
        report->agreement[b] = train_agreement(scores, report->rated, n);
        report->intervals[b] = train_bootstrap_agreement(&bootstrap, scores, report->rated, n);
    }
    return TRUE;
}

static gboolean is_held_out(const TrainRecipe *recipe, const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return recipe->hold_out && g_strv_contains((const char *const *)recipe->hold_out, name);
}

/* Keeps the pictures held out from training, or where there are none the first few. */
static void choose_contents(TrainReport *report, char **paths)
{
    guint n = 0;
    for (guint i = 0; paths[i]; i++)
        report->levels_held_out |= is_held_out(report->recipe, paths[i]);
    for (guint i = 0; paths[i]; i++) {
        if (report->levels_held_out ? is_held_out(report->recipe, paths[i]) : n < SEEN_CONTENTS)
            paths[n++] = paths[i];
        else
            g_free(paths[i]);
    }
    paths[n] = NULL;
}

static gboolean judge_levels(const TrainReportParams *params, const TrainScorer *scorer,
                             TrainReport *report, GError **error)
{
    const TrainRecipe *recipe = report->recipe;
    g_auto(GStrv) paths = train_dataset_pictures(recipe->images, NULL, error);
    if (!paths)
        return FALSE;
    choose_contents(report, paths);
    g_autofree char *cache = g_build_filename(params->run, "cache", NULL);
    report->types = train_distortions_named((const char *const *)recipe->types, error);
    if (!report->types)
        return FALSE;
    const TrainPoolParams pool_params = {.paths = (const char *const *)paths,
                                         .types = (const char *const *)recipe->types,
                                         .side = TRAIN_LEVELS_SIDE,
                                         .cuts = 1,
                                         .sizes = 1,
                                         .cache = cache,
                                         .seed = 1,
                                         .progress = params->progress,
                                         .progress_data = params->progress_data};
    TrainPool *pool = train_pool_open(&pool_params, params->workers, error);
    if (pool)
        report->levels = train_levels_new(scorer, pool, params->workers);
    train_pool_free(pool);
    return report->levels != NULL;
}

static gboolean judge(const TrainReportParams *params, TrainReport *report, GError **error)
{
    const TrainRecipe *recipe = report->recipe;
    if (!params->data)
        return TRUE;
    g_autoptr(TrainScorer) scorer = train_scorer_new(report->model);
    return (!recipe->ratings || judge_validation(params, scorer, report, error)) &&
           (!recipe->images || judge_levels(params, scorer, report, error));
}

TrainReport *train_report_new(const TrainReportParams *params, GError **error)
{
    g_autoptr(TrainReport) report = g_new0(TrainReport, 1);
    g_autofree char *model = g_build_filename(params->run, "model.gguf", NULL);
    g_autofree char *log = g_build_filename(params->run, "log.jsonl", NULL);

    report->model = biqa_model_load(model, error);
    if (!report->model)
        return NULL;
    const char *const folders[] = {params->data ? params->data : params->run, params->run, NULL};
    report->recipe = train_recipe_parse(report->model->recipe ? report->model->recipe : "", model,
                                        folders, error);
    if (!report->recipe)
        return NULL;
    report->log = train_run_log_load(log, report->recipe, error);
    if (!report->log || !judge(params, report, error))
        return NULL;
    return g_steal_pointer(&report);
}

void train_report_free(TrainReport *report)
{
    if (!report)
        return;
    biqa_model_free(report->model);
    train_recipe_free(report->recipe);
    train_run_log_free(report->log);
    g_strfreev(report->paths);
    g_free(report->rated);
    g_free(report->verdicts);
    train_levels_free(report->levels);
    if (report->types)
        g_ptr_array_unref(report->types);
    g_free(report);
}
