/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores of everybody on a rated list. */
#include "eval-candidates.h"

#include "score-list.h"
#include <string.h>

static gboolean score_model(const TrainEval *eval, guint m, const TrainRatings *ratings,
                            TrainCandidates *candidates, GError **error)
{
    const guint n = candidates->n_images;
    const BiqaModel *model = eval->models[m].model;
    g_autofree BiqaResult *results = g_new0(BiqaResult, n);
    candidates->verdicts[m] = g_new0(BiqaVerdict, n);
    if (!train_scorer_results(eval->models[m].scorer, ratings->paths, n, eval->workers, results,
                              error))
        return FALSE;
    for (guint i = 0; i < n; i++)
        candidates->verdicts[m][i] = biqa_model_verdict(model, &results[i], -1);
    candidates->errors[m] = train_errors_new(model, results, ratings->scores, n);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        TrainCandidate *candidate = &candidates->all[candidates->n++];
        *candidate = (TrainCandidate){.name = train_eval_branch_name(eval, m, b),
                                      .scores = g_new(double, n),
                                      .verdicts = candidates->verdicts[m],
                                      .model = m,
                                      .branch = b};
        for (guint i = 0; i < n; i++)
            candidate->scores[i] = b == BIQA_FULL ? candidate->verdicts[i].score
                                                  : candidate->verdicts[i].competitor_score;
    }
    return TRUE;
}

/* One NAME=FILE; sign -1 turns distances into scores. */
static gboolean load_list(const char *option, double sign, const TrainRatings *ratings,
                          TrainCandidates *candidates, GError **error)
{
    const char *equals = strchr(option, '=');
    if (!equals || equals == option || !equals[1]) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\": write NAME=FILE.csv, as brisque=scores.csv", option);
        return FALSE;
    }
    double *scores = train_score_list_load(equals + 1, ratings->paths, candidates->n_images, error);
    if (!scores)
        return FALSE;
    for (guint i = 0; i < candidates->n_images; i++)
        scores[i] *= sign;
    candidates->all[candidates->n++] =
        (TrainCandidate){.name = g_strndup(option, (gsize)(equals - option)), .scores = scores};
    return TRUE;
}

static gboolean load_lists(char **options, double sign, const TrainRatings *ratings,
                           TrainCandidates *candidates, GError **error)
{
    for (guint k = 0; options && options[k]; k++) {
        if (!load_list(options[k], sign, ratings, candidates, error))
            return FALSE;
    }
    return TRUE;
}

static guint count(char **options)
{
    return options ? g_strv_length(options) : 0;
}

TrainCandidates *train_candidates_new(const TrainEval *eval, const TrainRatings *ratings, guint n,
                                      GError **error)
{
    g_autoptr(TrainCandidates) candidates = g_new0(TrainCandidates, 1);
    candidates->all =
        g_new0(TrainCandidate, 2 * eval->n_models + count(eval->scores) + count(eval->distances));
    candidates->n_models = eval->n_models;
    candidates->verdicts = g_new0(BiqaVerdict *, eval->n_models);
    candidates->errors = g_new0(TrainErrors *, eval->n_models);
    candidates->n_images = n;
    /* The lists first: a mistake in them is seen before minutes of scoring. */
    if (!load_lists(eval->scores, 1, ratings, candidates, error) ||
        !load_lists(eval->distances, -1, ratings, candidates, error))
        return NULL;
    for (guint m = 0; m < eval->n_models; m++) {
        if (!score_model(eval, m, ratings, candidates, error))
            return NULL;
    }
    return g_steal_pointer(&candidates);
}

void train_candidates_free(TrainCandidates *candidates)
{
    if (!candidates)
        return;
    for (guint i = 0; i < candidates->n; i++) {
        g_free(candidates->all[i].name);
        g_free(candidates->all[i].scores);
    }
    for (guint m = 0; m < candidates->n_models; m++) {
        g_free(candidates->verdicts[m]);
        train_errors_free(candidates->errors[m]);
    }
    g_free(candidates->errors);
    g_free(candidates->verdicts);
    g_free(candidates->all);
    g_free(candidates);
}

gboolean train_candidates_meet(const TrainCandidate *a, const TrainCandidate *b)
{
    const gboolean pruned = a->branch == BIQA_COMPETITOR || b->branch == BIQA_COMPETITOR;
    return !pruned || (a->verdicts && a->verdicts == b->verdicts);
}
