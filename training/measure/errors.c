/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores, and how far they are from ratings. */
#include "errors.h"

#include "model-parts.h"
#include "score.h"

TrainErrors *train_errors_score(const BiqaModel *model, const TrainRatings *list,
                                const gboolean *wanted, TrainWorkers *workers, GError **error)
{
    const BiqaModel own = biqa_model_task(model, 0); /* its tasks have heads of their own */
    g_autoptr(TrainScorer) scorer = train_scorer_new(&own);
    g_autofree char **paths = g_new(char *, list->n);
    g_autofree double *ratings = g_new(double, list->n);
    g_autofree BiqaResult *results = g_new0(BiqaResult, list->n);
    guint n = 0;

    for (guint i = 0; i < list->n; i++) {
        paths[n] = list->paths[i];
        ratings[n] = list->scores[i];
        n += wanted[i] ? 1 : 0;
    }
    return train_scorer_results(scorer, paths, n, workers, results, error)
               ? train_errors_new(model, results, ratings, n)
               : NULL;
}

/* Of one of the others. */
static TrainErrors *score_other(const char *file, const TrainRatings *list, const gboolean *taken,
                                TrainWorkers *workers, GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_load(file, error);
    g_autofree TrainPart *parts = model ? train_model_parts(model, file, list, error) : NULL;
    g_autofree gboolean *wanted = g_new(gboolean, list->n);
    gboolean any = FALSE;

    if (!parts)
        return NULL;
    for (guint i = 0; i < list->n; i++) {
        wanted[i] = parts[i] == TRAIN_PART_VALIDATION && !taken[i];
        any |= wanted[i];
    }
    if (!any) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "no image is left to ask model \"%s\" about: what its recipe validates on is "
                    "calibrated on, or judged by",
                    file);
        return NULL;
    }
    return train_errors_score(model, list, wanted, workers, error);
}

TrainErrors *train_errors_score_others(char *const *files, const TrainRatings *list,
                                       const gboolean *taken, TrainWorkers *workers, GError **error)
{
    g_autoptr(TrainErrors) all = train_errors_take(NULL, NULL, 0);

    for (guint k = 0; files[k]; k++) {
        g_autoptr(TrainErrors) errors = score_other(files[k], list, taken, workers, error);
        if (!errors)
            return NULL;
        train_errors_append(all, errors);
    }
    return g_steal_pointer(&all);
}
