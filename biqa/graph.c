/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers in order, their shapes and the layout of their parameters. */
#include "graph.h"

#include <string.h>

BiqaGraph *biqa_graph_new(void)
{
    return g_new0(BiqaGraph, 1);
}

BiqaGraph *biqa_graph_copy(const BiqaGraph *graph)
{
    BiqaGraph *copy = g_memdup2(graph, sizeof *graph);
    copy->layers = g_memdup2(graph->layers, graph->n_layers * sizeof *graph->layers);
    return copy;
}

void biqa_graph_free(BiqaGraph *graph)
{
    if (!graph)
        return;
    g_free(graph->layers);
    g_free(graph);
}

guint biqa_graph_add(BiqaGraph *graph, const BiqaLayer *layer)
{
    graph->layers = g_renew(BiqaLayer, graph->layers, graph->n_layers + 1);
    graph->layers[graph->n_layers] = *layer;
    return graph->n_layers++;
}

/* What a layer claims about itself and its place, before its kind looks at shapes. */
static gboolean check_wiring(const BiqaGraph *graph, guint i, GError **error)
{
    const BiqaLayer *layer = &graph->layers[i];
    const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
    const char *why = NULL;

    if (!info)
        why = "has an unknown kind";
    else if ((layer->kind == BIQA_LAYER_INPUT) != (i == 0))
        why = "is out of place: the input is the first layer and no other";
    else if (layer->n_inputs < info->min_inputs || layer->n_inputs > info->max_inputs)
        why = "has the wrong number of inputs for its kind";
    for (guint k = 0; !why && k < layer->n_inputs; k++) {
        if (layer->inputs[k] >= i)
            why = "reads a layer that does not come before it";
    }
    const gboolean has_channels = layer->kind == BIQA_LAYER_INPUT ||
                                  layer->kind == BIQA_LAYER_CONV ||
                                  layer->kind == BIQA_LAYER_LINEAR;
    if (!why && has_channels && (!layer->channels || layer->channels > BIQA_MAX_CHANNELS))
        why = "must have 1 to 16384 channels";
    if (!why)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "layer %u (%s) %s", i, info ? info->name : "?",
                why);
    return FALSE;
}

static gboolean infer_layer(BiqaGraph *graph, guint i, GError **error)
{
    BiqaLayer *layer = &graph->layers[i];
    BiqaShape inputs[BIQA_MAX_INPUTS];

    if (!check_wiring(graph, i, error))
        return FALSE;
    for (guint k = 0; k < layer->n_inputs; k++)
        inputs[k] = graph->layers[layer->inputs[k]].shape;
    memset(layer->count, 0, sizeof layer->count);
    layer->shape = (BiqaShape){0, graph->size, graph->size};
    const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
    if (!info->infer(layer, inputs, error)) {
        g_prefix_error(error, "layer %u (%s): ", i, info->name);
        return FALSE;
    }
    for (guint p = 0; p < BIQA_MAX_PARAMS; p++) {
        layer->offset[p] = graph->n_params;
        graph->n_params += layer->count[p];
    }
    if (graph->n_params > BIQA_MAX_MODEL_PARAMS) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                    "layer %u (%s): the graph has more than %u parameters", i, info->name,
                    BIQA_MAX_MODEL_PARAMS);
        return FALSE;
    }
    return TRUE;
}

gboolean biqa_graph_infer(BiqaGraph *graph, guint size, GError **error)
{
    if (!graph->n_layers || graph->n_layers > BIQA_MAX_LAYERS) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "a graph has 1 to %u layers, this one %u",
                    BIQA_MAX_LAYERS, graph->n_layers);
        return FALSE;
    }
    if (!size || size > BIQA_MAX_SIZE) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                    "the input must be 1 to %u pixels wide, not %u", BIQA_MAX_SIZE, size);
        return FALSE;
    }
    graph->size = size;
    graph->n_params = 0;
    for (guint i = 0; i < graph->n_layers; i++) {
        if (!infer_layer(graph, i, error))
            return FALSE;
    }
    const BiqaShape out = biqa_graph_output(graph)->shape;
    if (out.h != 1 || out.w != 1) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                            "the last layer must give a vector, its first value the score");
        return FALSE;
    }
    return TRUE;
}

const BiqaLayer *biqa_graph_output(const BiqaGraph *graph)
{
    return &graph->layers[graph->n_layers - 1];
}

static gsize count_nonzero(const float *values, gsize n)
{
    gsize count = 0;
    for (gsize i = 0; i < n; i++)
        count += values[i] != 0.f;
    return count;
}

guint64 biqa_graph_macs(const BiqaGraph *graph, const float *params)
{
    guint64 macs = 0;
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        if (!info->macs)
            continue;
        const BiqaShape in = graph->layers[layer->inputs[0]].shape;
        if (params && layer->kind == BIQA_LAYER_CONV)
            macs += (guint64)count_nonzero(params + layer->offset[0], layer->count[0]) *
                    layer->shape.h * layer->shape.w;
        else
            macs += info->macs(layer, &in);
    }
    return macs;
}

char *biqa_graph_param_name(const BiqaGraph *graph, guint layer, guint param)
{
    const BiqaLayerInfo *info = biqa_layer_info(graph->layers[layer].kind);
    return g_strdup_printf("layer.%u.%s", layer, info->params[param].name);
}

BiqaNet *biqa_net_new(BiqaGraph *graph)
{
    BiqaNet *net = g_new(BiqaNet, 1);
    *net = (BiqaNet){.graph = graph, .params = g_new0(float, graph->n_params)};
    return net;
}

void biqa_net_free(BiqaNet *net)
{
    if (!net)
        return;
    biqa_graph_free(net->graph);
    g_free(net->params);
    g_free(net);
}
