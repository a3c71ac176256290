/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling a model and measuring it on the validation part. */
#include "export.h"

#include "batch.h"
#include "calibrate.h"
#include "metrics.h"
#include "score.h"
#include <string.h>

#define DEFAULT_THRESHOLD 10.

static BiqaModel *build(const TrainRecipe *recipe, const TrainWeights *weights)
{
    static const char *const none[] = {NULL};
    BiqaModel *model = biqa_model_new();
    const gsize bytes = weights->graph->n_params * sizeof(float);

    model->name = g_strdup(recipe->name);
    model->license = g_strdup(recipe->license);
    model->description = g_strdup(recipe->description);
    model->recipe = g_strdup(recipe->text);
    model->datasets = g_strdupv(recipe->datasets ? recipe->datasets : (char **)none);
    model->seed = recipe->seed;
    model->graph = biqa_graph_copy(weights->graph);
    model->input = recipe->input;
    model->scale = (BiqaScale){TRAIN_SCORE_OFFSET, TRAIN_SCORE_SCALE};
    model->hard_threshold = DEFAULT_THRESHOLD;
    model->pruning = recipe->pruning;
    model->competitor_norm = weights->paired && weights->own_norm;
    model->params[BIQA_FULL] = g_memdup2(train_weights_result(weights, BIQA_FULL), bytes);
    if (weights->paired)
        model->params[BIQA_COMPETITOR] =
            g_memdup2(train_weights_result(weights, BIQA_COMPETITOR), bytes);
    biqa_model_prune(model);
    return model;
}

/* Fits the uncertainty head where there are images enough, and the recipe wants one. */
static gboolean calibrate(const TrainRecipe *recipe, const BiqaResult *results,
                          const double *ratings, guint n, BiqaModel *model, GError **error)
{
    TrainCalibration calibration = train_calibration_default();

    calibration.hard_share = recipe->hard_share;
    calibration.seed = recipe->seed;
    if (n < TRAIN_CALIBRATE_LEAST || (recipe->figures && !recipe->figures[0]))
        return TRUE;
    if (!train_calibration_parse((const char *const *)recipe->figures, &calibration, error))
        return FALSE;
    g_autoptr(TrainErrors) errors = train_errors_new(model, results, ratings, n);
    return train_calibrate(errors, &calibration, &model->uncertainty, error);
}

/* Scores the validation part and takes its figures into the model. */
static gboolean validate(const TrainRecipe *recipe, const TrainDataset *dataset,
                         TrainWorkers *workers, BiqaModel *model,
                         TrainAgreement agreement[BIQA_N_BRANCHES], GError **error)
{
    const GArray *part = dataset->parts[TRAIN_PART_VALIDATION];
    g_autofree char **paths = g_new(char *, part->len);
    g_autofree BiqaResult *results = g_new0(BiqaResult, part->len);
    g_autofree BiqaVerdict *verdicts = g_new(BiqaVerdict, part->len);
    g_autofree double *scores = g_new(double, part->len);
    g_autofree double *ratings = g_new(double, part->len);
    g_autofree double *disagreements = g_new(double, part->len);
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);

    for (guint k = 0; k < part->len; k++) {
        const guint i = g_array_index(part, guint, k);
        paths[k] = dataset->ratings->paths[i];
        ratings[k] = dataset->ratings->scores[i];
    }
    if (!train_scorer_results(scorer, paths, part->len, workers, results, error))
        return FALSE;
    for (guint k = 0; k < part->len; k++)
        verdicts[k] = biqa_model_verdict(model, &results[k], -1);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        for (guint k = 0; k < part->len; k++)
            scores[k] = b == BIQA_FULL ? verdicts[k].score : verdicts[k].competitor_score;
        agreement[b] = train_agreement(scores, ratings, part->len);
    }
    for (guint k = 0; k < part->len; k++)
        disagreements[k] = verdicts[k].disagreement;
    model->validation_srcc = agreement[BIQA_FULL].srcc;
    model->validation_plcc = agreement[BIQA_FULL].plcc;
    model->hard_threshold = train_quantile(disagreements, part->len, 1 - recipe->hard_share);
    return calibrate(recipe, results, ratings, part->len, model, error);
}

BiqaModel *train_export(const TrainRecipe *recipe, const TrainWeights *weights,
                        const TrainDataset *dataset, TrainWorkers *workers,
                        TrainAgreement agreement[BIQA_N_BRANCHES], GError **error)
{
    g_autoptr(BiqaModel) model = build(recipe, weights);
    memset(agreement, 0, BIQA_N_BRANCHES * sizeof *agreement);
    if (dataset->ratings && dataset->parts[TRAIN_PART_VALIDATION]->len > 1 &&
        !validate(recipe, dataset, workers, model, agreement, error))
        return NULL;
    return g_steal_pointer(&model);
}
