/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folding: normalisation into weights, clamps into the layer before them. */
#include "fold.h"

#include <math.h>
#include <string.h>

/* A fold in progress. Each layer of the source is emitted to the result or absorbed by one that
 * was. */
typedef struct {
    const BiqaGraph *source;
    const float *params;
    guint *readers; /* of the source: how many layers read this one */
    guint *image;   /* of the source: the result's layer that stands for it */
    guint *origin;  /* of the result: the source's layer with the same output */
    BiqaGraph *result;
    GPtrArray *weights; /* of the result, per layer: float array of the CONV's or LINEAR's tensors,
                           or NULL */
} Fold;

/* Adds layer to the result as what source layer i becomes. weights (transfer full). */
static BiqaLayer *emit(Fold *fold, guint i, const BiqaLayer *layer, float *weights)
{
    BiqaLayer copy = *layer;
    for (guint k = 0; k < copy.n_inputs; k++)
        copy.inputs[k] = fold->image[copy.inputs[k]];
    fold->image[i] = biqa_graph_add(fold->result, &copy);
    fold->origin[fold->image[i]] = i;
    g_ptr_array_add(fold->weights, weights);
    return &fold->result->layers[fold->image[i]];
}

/* The CONV's weight and bias (zero where it has none) in one array. */
static float *conv_weights(const Fold *fold, const BiqaLayer *layer)
{
    float *weights = g_new0(float, layer->count[0] + layer->channels);
    memcpy(weights, fold->params + layer->offset[0], layer->count[0] * sizeof *weights);
    if (layer->bias)
        memcpy(weights + layer->count[0], fold->params + layer->offset[1],
               layer->channels * sizeof *weights);
    return weights;
}

static void emit_conv(Fold *fold, guint i)
{
    BiqaLayer layer = fold->source->layers[i];
    float *weights = conv_weights(fold, &layer);
    layer.bias = TRUE;
    emit(fold, i, &layer, weights);
}

static gboolean is_unclamped(const BiqaLayer *layer)
{
    return layer->lo == -INFINITY && layer->hi == INFINITY;
}

/* The result's layer that source layer i alone reads and that may absorb it; NULL: none. */
static BiqaLayer *absorber(const Fold *fold, guint i)
{
    const guint input = fold->source->layers[i].inputs[0];
    return fold->readers[input] == 1 ? &fold->result->layers[fold->image[input]] : NULL;
}

static void absorb(Fold *fold, guint i)
{
    fold->image[i] = fold->image[fold->source->layers[i].inputs[0]];
    fold->origin[fold->image[i]] = i;
}

/* y = gain * (conv + bias - mean) + shift, with gain = scale / sqrt(variance + epsilon). */
static void scale_weights(const Fold *fold, const BiqaLayer *norm, float *weights,
                          gsize per_channel)
{
    const float *scale = fold->params + norm->offset[0], *shift = fold->params + norm->offset[1];
    const float *mean = fold->params + norm->offset[2], *variance = fold->params + norm->offset[3];
    float *bias = weights + per_channel * norm->shape.c;

    for (guint c = 0; c < norm->shape.c; c++) {
        const double gain = scale[c] / sqrt((double)variance[c] + norm->epsilon);
        for (gsize j = 0; j < per_channel; j++)
            weights[c * per_channel + j] = (float)(gain * weights[c * per_channel + j]);
        bias[c] = (float)(gain * ((double)bias[c] - mean[c]) + shift[c]);
    }
}

static void emit_norm(Fold *fold, guint i)
{
    const BiqaLayer *norm = &fold->source->layers[i];
    const BiqaLayer *conv = absorber(fold, i);
    const guint channels = norm->shape.c;

    if (conv && conv->kind == BIQA_LAYER_CONV && is_unclamped(conv)) {
        float *weights = g_ptr_array_index(fold->weights, conv - fold->result->layers);
        scale_weights(fold, norm, weights, conv->count[0] / channels);
        absorb(fold, i);
        return;
    }
    BiqaLayer layer = biqa_layer(BIQA_LAYER_CONV);
    layer.n_inputs = 1;
    layer.inputs[0] = norm->inputs[0];
    layer.channels = layer.groups = layer.count[0] = channels;
    layer.kernel_h = layer.kernel_w = 1;
    layer.bias = TRUE;
    float *weights = g_new0(float, 2 * channels);
    for (guint c = 0; c < channels; c++)
        weights[c] = 1.f;
    scale_weights(fold, norm, weights, 1);
    emit(fold, i, &layer, weights);
}

static void emit_clamp(Fold *fold, guint i)
{
    const BiqaLayer *source = &fold->source->layers[i];
    BiqaLayer *before = absorber(fold, i);
    BiqaLayer layer = biqa_layer(BIQA_LAYER_CLIP);
    biqa_layer_clamp(source, &layer.lo, &layer.hi);

    if (before && (before->kind == BIQA_LAYER_CONV || before->kind == BIQA_LAYER_ADD) &&
        is_unclamped(before)) {
        before->lo = layer.lo;
        before->hi = layer.hi;
        absorb(fold, i);
        return;
    }
    layer.n_inputs = 1;
    layer.inputs[0] = source->inputs[0];
    emit(fold, i, &layer, NULL);
}

static void emit_as_is(Fold *fold, guint i)
{
    emit(fold, i, &fold->source->layers[i], NULL);
}

static void emit_linear(Fold *fold, guint i)
{
    const BiqaLayer *layer = &fold->source->layers[i];
    const gsize count = layer->count[0] + layer->count[1];
    emit(fold, i, layer, g_memdup2(fold->params + layer->offset[0], count * sizeof(float)));
}

static void (*const emits[])(Fold *, guint) = {
    [BIQA_LAYER_INPUT] = emit_as_is,   [BIQA_LAYER_CONV] = emit_conv,
    [BIQA_LAYER_NORM] = emit_norm,     [BIQA_LAYER_RELU] = emit_clamp,
    [BIQA_LAYER_RELU6] = emit_clamp,   [BIQA_LAYER_CLIP] = emit_clamp,
    [BIQA_LAYER_ADD] = emit_as_is,     [BIQA_LAYER_POOL] = emit_as_is,
    [BIQA_LAYER_LINEAR] = emit_linear,
};
G_STATIC_ASSERT(G_N_ELEMENTS(emits) == BIQA_N_LAYER_KINDS);

static void count_readers(Fold *fold)
{
    for (guint i = 0; i < fold->source->n_layers; i++) {
        const BiqaLayer *layer = &fold->source->layers[i];
        for (guint k = 0; k < layer->n_inputs; k++)
            fold->readers[layer->inputs[k]]++;
    }
}

/* The finished graph with its arena; every tensor of a layer lies behind the one before. */
static BiqaNet *assemble(Fold *fold)
{
    g_autoptr(GError) error = NULL;
    if (!biqa_graph_infer(fold->result, fold->source->size, &error))
        g_error("folding broke a graph: %s", error->message);
    BiqaNet *net = biqa_net_new(fold->result);
    for (guint i = 0; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const float *weights = g_ptr_array_index(fold->weights, i);
        if (weights)
            memcpy(biqa_net_param(net, i, 0), weights,
                   (layer->count[0] + layer->count[1]) * sizeof *weights);
    }
    return net;
}

BiqaNet *biqa_fold(const BiqaGraph *graph, const float *params, guint **origin)
{
    Fold fold = {
        .source = graph,
        .params = params,
        .readers = g_new0(guint, graph->n_layers),
        .image = g_new0(guint, graph->n_layers),
        .origin = g_new0(guint, graph->n_layers),
        .result = biqa_graph_new(),
        .weights = g_ptr_array_new_with_free_func(g_free),
    };
    count_readers(&fold);
    for (guint i = 0; i < graph->n_layers; i++)
        emits[graph->layers[i].kind](&fold, i);
    BiqaNet *net = assemble(&fold);

    g_ptr_array_unref(fold.weights);
    g_free(fold.readers);
    g_free(fold.image);
    if (origin)
        *origin = fold.origin;
    else
        g_free(fold.origin);
    return net;
}
