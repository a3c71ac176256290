/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model in memory: its life, its competitor, and what it costs. Files: model-read.c and
 * model-write.c. */
#include "model.h"

#include "fold.h"
#include "narrow.h"
#include "prune.h"
#include "task.h"

#include <math.h>

BiqaModel *biqa_model_new(void)
{
    return g_new0(BiqaModel, 1);
}

void biqa_model_free(BiqaModel *model)
{
    if (!model)
        return;
    for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++)
        g_free(model->params[branch]);
    biqa_tasks_free(model->tasks);
    biqa_graph_free(model->graph);
    g_strfreev(model->datasets);
    g_free(model->recipe);
    g_free(model->description);
    g_free(model->license);
    g_free(model->name);
    g_free(model);
}

/* The tensors of every NORM layer, from one arena to another, but for what the mask takes away. */
static void copy_norms(const BiqaGraph *graph, float *to, const float *from, const guint8 *mask)
{
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        if (layer->kind != BIQA_LAYER_NORM)
            continue;
        for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
            for (gsize j = layer->offset[p]; j < layer->offset[p] + layer->count[p]; j++)
                to[j] = mask[j] ? from[j] : 0.f;
    }
}

void biqa_model_prune(BiqaModel *model)
{
    const BiqaGraph *graph = model->graph;
    const float *full = model->params[BIQA_FULL];
    g_autofree float *old = model->params[BIQA_COMPETITOR];
    g_autofree guint8 *mask = g_malloc(graph->n_params);

    biqa_prune_mask(graph, full, &model->pruning, mask);
    model->params[BIQA_COMPETITOR] = g_new(float, graph->n_params);
    biqa_prune_apply(graph, full, mask, model->params[BIQA_COMPETITOR]);
    if (model->competitor_norm && old)
        copy_norms(graph, model->params[BIQA_COMPETITOR], old, mask);
}

BiqaNet *biqa_model_fold(const BiqaModel *model, BiqaBranch branch, guint **origin)
{
    g_return_val_if_fail(branch < BIQA_N_BRANCHES, NULL);

    BiqaNet *net = biqa_fold(model->graph, model->params[branch], origin);

    /* What the full branch's pools give is looked at by channel (task.h). */
    return branch == BIQA_COMPETITOR ? biqa_narrow(net) : net;
}

static double own_threshold(const BiqaModel *model)
{
    return model->uncertainty.n_terms ? model->uncertainty.hard_threshold : model->hard_threshold;
}

/* What the heads of a frame's tasks say of its blended score, weighed as the tasks are; told where
 * each of them tells. */
static BiqaVerdict mix(const BiqaModel *model, const BiqaResult *result, double hard_threshold)
{
    BiqaVerdict verdict = biqa_verdict(&model->scale, NULL, result, INFINITY);
    double uncertainty = 0, reach = 0, of_uncertainty = 0, of_disagreement = 0;

    verdict.n_tasks = result->n_tasks;
    for (guint t = 0; t < result->n_tasks; t++) {
        const BiqaModel task = biqa_model_task(model, t);
        const double weight = biqa_result_weight(result, t);
        const BiqaVerdict part = biqa_verdict(&model->scale, &task.uncertainty, result, INFINITY);

        verdict.tasks[t].name = g_intern_string(biqa_model_task_name(model, t));
        verdict.tasks[t].weight = (float)weight;
        if (!(weight > 0))
            continue;
        uncertainty += weight * part.uncertainty;
        reach += weight * part.uncertainty *
                 (task.uncertainty.n_images ? task.uncertainty.quantile : NAN);
        of_uncertainty += weight * task.uncertainty.hard_threshold;
        of_disagreement += weight * task.hard_threshold;
    }
    verdict.uncertainty = uncertainty;
    if (!isnan(reach)) {
        verdict.score_low = MAX(verdict.score - reach, 0.);
        verdict.score_high = MIN(verdict.score + reach, 100.);
    }
    if (hard_threshold < 0)
        hard_threshold = isnan(uncertainty) ? of_disagreement : of_uncertainty;
    verdict.hard = (isnan(uncertainty) ? verdict.disagreement : uncertainty) > hard_threshold;
    return verdict;
}

BiqaVerdict biqa_model_verdict(const BiqaModel *model, const BiqaResult *result,
                               double hard_threshold)
{
    if (result->n_tasks)
        return mix(model, result, hard_threshold);
    return biqa_verdict(&model->scale, &model->uncertainty, result,
                        hard_threshold < 0 ? own_threshold(model) : hard_threshold);
}

guint64 biqa_model_flop(const BiqaModel *model)
{
    guint64 macs = 0;

    for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++)
        macs += biqa_graph_macs(model->graph, model->params[branch]);
    return 2 * macs * model->input.n_crops;
}
