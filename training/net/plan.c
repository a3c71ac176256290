/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for activations and their gradients, from who reads what. */
#include "plan.h"

#include <math.h>

#define ALIGNMENT 16 /* floats: a cache line */

static gsize padded_size(const BiqaLayer *layer)
{
    return (biqa_shape_size(layer->shape) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static guint *count_readers(const BiqaGraph *graph)
{
    guint *readers = g_new0(guint, graph->n_layers);
    for (guint i = 0; i < graph->n_layers; i++) {
        for (guint k = 0; k < graph->layers[i].n_inputs; k++)
            readers[graph->layers[i].inputs[k]]++;
    }
    return readers;
}

static gboolean is_clamp(const BiqaLayer *layer)
{
    float lo, hi;
    return biqa_layer_clamp(layer, &lo, &hi);
}

/* Kinds that end by clamping to [lo, hi], and do not do so yet. */
static gboolean can_clamp(const BiqaLayer *layer)
{
    return (layer->kind == BIQA_LAYER_CONV || layer->kind == BIQA_LAYER_NORM ||
            layer->kind == BIQA_LAYER_ADD) &&
           layer->lo == -INFINITY && layer->hi == INFINITY;
}

static void place_outputs(TrainPlan *plan, const guint *readers)
{
    BiqaGraph *graph = plan->graph;
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        BiqaLayer *input = &graph->layers[layer->inputs[0]];
        TrainPlace *place = &plan->places[i];
        if (is_clamp(layer) && readers[layer->inputs[0]] == 1 && can_clamp(input)) {
            biqa_layer_clamp(layer, &input->lo, &input->hi);
            place->folded = TRUE;
            place->output = plan->places[layer->inputs[0]].output;
        } else {
            place->output = plan->n_outputs;
            plan->n_outputs += padded_size(layer);
        }
    }
}

static gboolean is_trained(const BiqaLayer *layer)
{
    const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
    for (guint p = 0; p < info->n_params; p++) {
        if (layer->count[p] && info->params[p].role != BIQA_PARAM_STATISTIC)
            return TRUE;
    }
    return FALSE;
}

/* Which layers lie between a parameter and the score, and who of several readers comes first on
 * the way back. */
static void mark_reached(TrainPlan *plan)
{
    const BiqaGraph *graph = plan->graph;
    g_autofree gboolean *trained = g_new0(gboolean, graph->n_layers);
    g_autofree gboolean *written = g_new0(gboolean, graph->n_layers);

    for (guint i = 0; i < graph->n_layers; i++) {
        trained[i] = is_trained(&graph->layers[i]);
        for (guint k = 0; k < graph->layers[i].n_inputs; k++)
            trained[i] |= trained[graph->layers[i].inputs[k]];
    }
    plan->places[graph->n_layers - 1].reached = trained[graph->n_layers - 1];
    for (guint i = graph->n_layers; i-- > 0;) {
        for (guint k = 0; plan->places[i].reached && k < graph->layers[i].n_inputs; k++) {
            const guint input = graph->layers[i].inputs[k];
            plan->places[i].add |= written[input] ? 1u << k : 0;
            plan->places[input].reached = trained[input];
            written[input] = TRUE;
        }
    }
}

/* A slope's memory: needed from the step back through layer high to that through layer low. */
typedef struct {
    guint low, high;
    gsize offset, size;
} Life;

static gsize first_fit(const Life *lives, guint n, const Life *life)
{
    gsize offset = 0;
    for (guint i = 0; i < n; i++) {
        const Life *other = &lives[i];
        if (life->low <= other->high && other->low <= life->high &&
            offset < other->offset + other->size && other->offset < offset + life->size) {
            offset = other->offset + other->size;
            i = (guint)-1; /* all over again from there */
        }
    }
    return offset;
}

/* The input whose slope may be the layer's own, changed in place; NULL if there is none. */
static const guint *input_in_place(const TrainPlan *plan, const BiqaLayer *layer,
                                   const guint *readers)
{
    if (!is_clamp(layer) && layer->kind != BIQA_LAYER_NORM && layer->kind != BIQA_LAYER_ADD)
        return NULL;
    for (guint k = 0; k < layer->n_inputs; k++) {
        if (readers[layer->inputs[k]] == 1 && plan->places[layer->inputs[k]].reached)
            return &layer->inputs[k];
    }
    return NULL;
}

static void place_slopes(TrainPlan *plan, const guint *readers)
{
    const BiqaGraph *graph = plan->graph;
    const guint n = graph->n_layers;
    g_autofree Life *lives = g_new0(Life, n);     /* of the slopes placed by number */
    g_autofree guint *highest = g_new0(guint, n); /* reader of a layer; the output's is n */
    g_autofree gint *shared = g_new(gint, n);     /* the life a layer is part of */
    guint n_lives = 0;

    highest[n - 1] = n;
    for (guint i = 0; i < n; i++) {
        shared[i] = -1;
        for (guint k = 0; plan->places[i].reached && k < graph->layers[i].n_inputs; k++)
            highest[graph->layers[i].inputs[k]] = i;
    }
    for (guint i = n; i-- > 0;) {
        if (!plan->places[i].reached)
            continue;
        if (shared[i] < 0) {
            shared[i] = (gint)n_lives++;
            lives[shared[i]] = (Life){.high = highest[i], .size = padded_size(&graph->layers[i])};
        }
        lives[shared[i]].low = i;
        const guint *input = input_in_place(plan, &graph->layers[i], readers);
        if (input)
            shared[*input] = shared[i];
    }
    for (guint l = 0; l < n_lives; l++) {
        lives[l].offset = first_fit(lives, l, &lives[l]);
        plan->n_slopes = MAX(plan->n_slopes, lives[l].offset + lives[l].size);
    }
    for (guint i = 0; i < n; i++)
        plan->places[i].slope = shared[i] < 0 ? 0 : lives[shared[i]].offset;
}

TrainPlan *train_plan_new(const BiqaGraph *graph)
{
    TrainPlan *plan = g_new0(TrainPlan, 1);
    g_autofree guint *readers = count_readers(graph);

    plan->graph = biqa_graph_copy(graph);
    plan->places = g_new0(TrainPlace, graph->n_layers);
    place_outputs(plan, readers);
    mark_reached(plan);
    place_slopes(plan, readers);
    return plan;
}

void train_plan_free(TrainPlan *plan)
{
    if (!plan)
        return;
    biqa_graph_free(plan->graph);
    g_free(plan->places);
    g_free(plan);
}
