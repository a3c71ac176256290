/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row a layer kind: its forward pass and the scratch that takes. */
#include "blas-layer.h"

#include "hot.h"
#include "runs.h"
#include "strips.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct {
    const BiqaGraph *graph;
    const BiqaLayer *layer;
    guint index;
    const float *params[BIQA_MAX_PARAMS];
    const float *const *inputs;
    float *output;
    float *scratch;
} Call;

static BiqaShape input_shape(const BiqaGraph *graph, const BiqaLayer *layer, guint k)
{
    return graph->layers[layer->inputs[k]].shape;
}

static gsize plane(BiqaShape shape)
{
    return (gsize)shape.h * shape.w;
}

static gboolean clamps(const BiqaLayer *layer)
{
    return layer->lo > -INFINITY || layer->hi < INFINITY;
}

static gsize conv_scratch(const BiqaGraph *graph, guint i)
{
    const BiqaLayer *layer = &graph->layers[i];
    const BiqaWindow window = biqa_window(graph, i);
    if (biqa_conv_is_pointwise(layer))
        return 0;
    if (biqa_conv_is_depthwise(layer))
        return biqa_strips_size(&window);
    return layer->count[0] / layer->channels * plane(layer->shape);
}

static void run_depthwise(const Call *call)
{
    const BiqaLayer *layer = call->layer;
    const BiqaWindow window = biqa_window(call->graph, call->index);
    const gsize taps = (gsize)window.kernel_h * window.kernel_w;
    const gsize in = (gsize)window.h * window.w, out = plane(layer->shape);
    BiqaStrips strips;

    biqa_strips_init(&strips, &window, call->scratch);
    for (guint c = 0; c < layer->channels; c++) {
        float *y = call->output + c * out;
        biqa_strips_fill(&strips, call->inputs[0] + c * in);
        biqa_strips_convolve(&strips, call->params[0] + c * taps,
                             layer->bias ? call->params[1][c] : 0.f, y);
        if (clamps(layer))
            biqa_run_clamp(y, out, 0.f, layer->lo, layer->hi, y);
    }
}

/* Group by group: output (O, H*W) = weight (O, K) x columns (K, H*W). */
static void run_products(const Call *call)
{
    const BiqaLayer *layer = call->layer;
    const BiqaWindow window = biqa_window(call->graph, call->index);
    const guint depth = input_shape(call->graph, layer, 0).c / layer->groups;
    const guint width = layer->channels / layer->groups;
    const gsize k = layer->count[0] / layer->channels, n = plane(layer->shape);
    const gsize in = (gsize)depth * window.h * window.w;

    for (guint g = 0; g < layer->groups; g++) {
        const float *columns = call->inputs[0] + g * in;
        if (!biqa_conv_is_pointwise(layer)) {
            biqa_window_columns(&window, depth, columns, call->scratch, n);
            columns = call->scratch;
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, width, n, k, 1.f,
                    call->params[0] + g * width * k, k, columns, n, 0.f,
                    call->output + g * width * n, n);
    }
    if (!layer->bias && !clamps(layer))
        return;
    for (guint o = 0; o < layer->channels; o++) {
        float *y = call->output + o * n;
        biqa_run_clamp(y, n, layer->bias ? call->params[1][o] : 0.f, layer->lo, layer->hi, y);
    }
}

static void run_conv(const Call *call)
{
    if (biqa_conv_is_depthwise(call->layer))
        run_depthwise(call);
    else
        run_products(call);
}

BIQA_HOT static void norm_run(const float *x, gsize n, float mean, float gain, float shift,
                              float lo, float hi, float *y)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        const float value = (x[i] - mean) * gain + shift;
        const float raised = value > lo ? value : lo;
        y[i] = raised < hi ? raised : hi;
    }
}

void biqa_blas_norm(const BiqaNormParams *params, BiqaShape shape, const float *x, float *y)
{
    const gsize n = plane(shape);
    for (guint c = 0; c < shape.c; c++)
        norm_run(x + c * n, n, params->mean[c], params->scale[c] * params->inverse[c],
                 params->shift[c], params->lo, params->hi, y + c * n);
}

void biqa_blas_inverse(const float *variance, guint n, float epsilon, float *inverse)
{
    for (guint c = 0; c < n; c++)
        inverse[c] = 1.f / sqrtf(variance[c] + epsilon);
}

static gsize norm_scratch(const BiqaGraph *graph, guint i)
{
    return graph->layers[i].shape.c;
}

static void run_norm(const Call *call)
{
    const BiqaLayer *layer = call->layer;
    const BiqaNormParams params = {.scale = call->params[0],
                                   .shift = call->params[1],
                                   .mean = call->params[2],
                                   .inverse = call->scratch,
                                   .lo = layer->lo,
                                   .hi = layer->hi};
    biqa_blas_inverse(call->params[3], layer->shape.c, layer->epsilon, call->scratch);
    biqa_blas_norm(&params, layer->shape, call->inputs[0], call->output);
}

static void run_clamp(const Call *call)
{
    float lo = 0.f, hi = 0.f;
    biqa_layer_clamp(call->layer, &lo, &hi);
    biqa_run_clamp(call->inputs[0], biqa_shape_size(call->layer->shape), 0.f, lo, hi, call->output);
}

static void run_add(const Call *call)
{
    const BiqaLayer *layer = call->layer;
    biqa_run_add(call->inputs[0], call->inputs[1], biqa_shape_size(layer->shape), layer->lo,
                 layer->hi, call->output);
}

/* Of each input its C means, then, where asked, its C deviations. */
static void run_pool(const Call *call)
{
    const BiqaLayer *layer = call->layer;
    float *y = call->output;

    for (guint k = 0; k < layer->n_inputs; k++) {
        const BiqaShape in = input_shape(call->graph, layer, k);
        const gsize n = plane(in);
        for (guint c = 0; c < in.c; c++) {
            biqa_run_pool(call->inputs[k] + c * n, n, &y[c],
                          layer->deviation ? &y[in.c + c] : NULL);
        }
        y += layer->deviation ? 2 * in.c : in.c;
    }
}

static void run_linear(const Call *call)
{
    const guint n = input_shape(call->graph, call->layer, 0).c, m = call->layer->channels;
    memcpy(call->output, call->params[1], sizeof(float) * m);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, 1.f, call->params[0], n, call->inputs[0], 1, 1.f,
                call->output, 1);
}

static void run_input(const Call *call)
{
    /* The caller has put it there. */
}

typedef struct {
    void (*run)(const Call *call);
    gsize (*scratch)(const BiqaGraph *graph, guint i); /* NULL: none */
} Row;

static const Row table[] = {
    [BIQA_LAYER_INPUT] = {run_input},
    [BIQA_LAYER_CONV] = {run_conv, conv_scratch},
    [BIQA_LAYER_NORM] = {run_norm, norm_scratch},
    [BIQA_LAYER_RELU] = {run_clamp},
    [BIQA_LAYER_RELU6] = {run_clamp},
    [BIQA_LAYER_CLIP] = {run_clamp},
    [BIQA_LAYER_ADD] = {run_add},
    [BIQA_LAYER_POOL] = {run_pool},
    [BIQA_LAYER_LINEAR] = {run_linear},
};
G_STATIC_ASSERT(G_N_ELEMENTS(table) == BIQA_N_LAYER_KINDS);

gsize biqa_blas_scratch(const BiqaGraph *graph)
{
    gsize most = 0;
    for (guint i = 0; i < graph->n_layers; i++) {
        const Row *row = &table[graph->layers[i].kind];
        if (row->scratch)
            most = MAX(most, row->scratch(graph, i));
    }
    return most;
}

void biqa_blas_layer(const BiqaGraph *graph, guint i, const float *params,
                     const float *const *inputs, float *output, float *scratch)
{
    const BiqaLayer *layer = &graph->layers[i];
    Call call = {.graph = graph,
                 .layer = layer,
                 .index = i,
                 .inputs = inputs,
                 .output = output,
                 .scratch = scratch};
    for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
        call.params[p] = params + layer->offset[p];
    table[layer->kind].run(&call);
}
