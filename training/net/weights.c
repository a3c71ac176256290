/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters of the two branches. */
#include "weights.h"

#include <math.h>
#include <string.h>

static void mark(TrainWeights *weights, guint i)
{
    const BiqaLayer *layer = &weights->graph->layers[i];
    const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
    for (guint p = 0; p < info->n_params; p++) {
        memset(weights->decays + layer->offset[p], info->params[p].role == BIQA_PARAM_WEIGHT,
               layer->count[p]);
        memset(weights->statistic + layer->offset[p], info->params[p].role == BIQA_PARAM_STATISTIC,
               layer->count[p]);
        memset(weights->own + layer->offset[p], weights->own_norm && layer->kind == BIQA_LAYER_NORM,
               layer->count[p]);
    }
}

TrainWeights *train_weights_new(const BiqaGraph *graph, const TrainOptimParams *optim,
                                gboolean own_norm)
{
    TrainWeights *weights = g_new0(TrainWeights, 1);
    const gsize n = graph->n_params;
    weights->graph = biqa_graph_copy(graph);
    weights->own_norm = own_norm;
    weights->own_rate = 1;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        weights->values[b] = g_new0(float, n);
        weights->gradient[b] = g_new0(float, n);
        weights->optim[b] = train_optim_new(optim, n);
    }
    weights->mask = g_malloc(n);
    memset(weights->mask, 1, n);
    weights->own = g_malloc0(n);
    weights->decays = g_malloc0(n);
    weights->statistic = g_malloc0(n);
    weights->disagreement = g_array_new(FALSE, FALSE, sizeof(float));
    for (guint i = 0; i < graph->n_layers; i++)
        mark(weights, i);
    return weights;
}

void train_weights_free(TrainWeights *weights)
{
    if (!weights)
        return;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_free(weights->values[b]);
        g_free(weights->gradient[b]);
        g_free(weights->average[b]);
        train_optim_free(weights->optim[b]);
    }
    g_free(weights->mask);
    g_free(weights->own);
    g_free(weights->decays);
    g_free(weights->statistic);
    g_array_unref(weights->disagreement);
    train_reliability_free(weights->reliability);
    biqa_graph_free(weights->graph);
    g_free(weights);
}

static double normal(GRand *random)
{
    const double radius = sqrt(-2 * log(1 - g_rand_double(random)));
    return radius * cos(2 * G_PI * g_rand_double(random));
}

void train_weights_init(TrainWeights *weights, guint64 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32)(seed ^ seed >> 32));
    for (guint i = 0; i < weights->graph->n_layers; i++) {
        const BiqaLayer *layer = &weights->graph->layers[i];
        float *first = weights->values[BIQA_FULL] + layer->offset[0];
        if (layer->kind == BIQA_LAYER_NORM) {
            for (gsize j = 0; j < layer->count[0]; j++) {
                first[j] = 1.f;                                         /* scale */
                weights->values[BIQA_FULL][layer->offset[3] + j] = 1.f; /* variance */
            }
        } else if (layer->count[0]) {
            const double fan_in = (double)layer->count[0] / layer->channels;
            const double gain = layer->kind == BIQA_LAYER_LINEAR ? 1. : 2.;
            for (gsize j = 0; j < layer->count[0]; j++)
                first[j] = (float)(sqrt(gain / fan_in) * normal(random));
        }
    }
}

void train_weights_prune(TrainWeights *weights, const BiqaPruneRule *rule)
{
    const gsize n = weights->graph->n_params;
    const float *full = weights->values[BIQA_FULL];
    float *competitor = weights->values[BIQA_COMPETITOR];
    g_autofree guint8 *before = g_memdup2(weights->mask, n);

    biqa_prune_mask(weights->graph, full, rule, weights->mask);
    for (gsize j = 0; j < n; j++)
        if (!weights->paired || (weights->mask[j] && !before[j])) {
            competitor[j] = full[j];
            if (weights->averaged)
                weights->average[BIQA_COMPETITOR][j] = full[j];
        }
    weights->paired = TRUE;
    train_weights_sync(weights);
}

void train_weights_sync(TrainWeights *weights)
{
    for (gsize j = 0; j < weights->graph->n_params; j++) {
        if (!weights->mask[j])
            weights->values[BIQA_COMPETITOR][j] = 0.f;
        else if (!weights->own[j])
            weights->values[BIQA_COMPETITOR][j] = weights->values[BIQA_FULL][j];
    }
}

void train_weights_zero_gradients(TrainWeights *weights)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        memset(weights->gradient[b], 0, weights->graph->n_params * sizeof(float));
    if (weights->reliability)
        train_reliability_zero_gradient(weights->reliability);
}

static void merge(TrainWeights *weights)
{
    float *full = weights->gradient[BIQA_FULL], *competitor = weights->gradient[BIQA_COMPETITOR];
    for (gsize j = 0; j < weights->graph->n_params; j++) {
        if (weights->own[j] && weights->mask[j])
            continue;
        full[j] += weights->mask[j] ? competitor[j] : 0.f;
        competitor[j] = 0.f;
    }
}

double train_weights_step(TrainWeights *weights, double rate, const float *scale, double clip)
{
    const gsize n = weights->graph->n_params;
    if (weights->paired)
        merge(weights);
    const double norm = train_gradient_clip(weights->gradient[BIQA_FULL], n, clip);
    if (!isfinite(norm))
        return norm;
    train_optim_step(weights->optim[BIQA_FULL], rate, scale, weights->decays,
                     weights->gradient[BIQA_FULL], weights->values[BIQA_FULL]);
    if (weights->paired) {
        if (weights->own_norm) {
            g_autofree float *own_scale = g_new(float, n);
            for (gsize j = 0; j < n; j++)
                own_scale[j] = weights->own[j] ? scale[j] * (float)weights->own_rate : 0.f;
            train_gradient_clip(weights->gradient[BIQA_COMPETITOR], n, clip);
            train_optim_step(weights->optim[BIQA_COMPETITOR], rate, own_scale, weights->decays,
                             weights->gradient[BIQA_COMPETITOR], weights->values[BIQA_COMPETITOR]);
        }
        train_weights_sync(weights);
    }
    return norm;
}

/* The competitor's average: its own values', and for the rest what the mask leaves of the full
 * model's. */
static void average_competitor(TrainWeights *weights, double keep)
{
    const float *full = weights->average[BIQA_FULL], *values = weights->values[BIQA_COMPETITOR];
    float *average = weights->average[BIQA_COMPETITOR];
    for (gsize j = 0; j < weights->graph->n_params; j++) {
        const double own_keep = weights->statistic[j] ? 0. : keep;
        if (weights->own[j])
            average[j] = (float)(own_keep * average[j] + (1. - own_keep) * values[j]);
        else
            average[j] = weights->mask[j] ? full[j] : 0.f;
    }
}

void train_weights_average(TrainWeights *weights, double keep)
{
    const gsize n = weights->graph->n_params;
    const float *values = weights->values[BIQA_FULL];
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        if (!weights->average[b])
            weights->average[b] = g_new0(float, n);
    }
    float *average = weights->average[BIQA_FULL];
    for (gsize j = 0; j < n; j++) {
        const double own_keep = weights->statistic[j] ? 0. : keep;
        average[j] = (float)(own_keep * average[j] + (1. - own_keep) * values[j]);
    }
    if (weights->paired)
        average_competitor(weights, keep);
    weights->averaged = TRUE;
}

void train_weights_settle(TrainWeights *weights)
{
    for (guint b = 0; weights->averaged && b < BIQA_N_BRANCHES; b++)
        memcpy(weights->values[b], weights->average[b], weights->graph->n_params * sizeof(float));
    weights->averaged = FALSE;
}

const float *train_weights_result(const TrainWeights *weights, BiqaBranch branch)
{
    return weights->averaged ? weights->average[branch] : weights->values[branch];
}
