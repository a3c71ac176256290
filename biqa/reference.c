/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every layer in plain loops with double accumulators: the definition of "right". */
#include "reference.h"

#include <math.h>

/* What a layer function sees: its row of the graph, where its tensors are, one sample. */
typedef struct {
    const BiqaLayer *layer;
    BiqaShape in[BIQA_MAX_INPUTS];
    const float *const *inputs;
    const float *params[BIQA_MAX_PARAMS];
    float *output;
    double *magnitude; /* NULL: not wanted */
} Call;

static float clamp(double value, float lo, float hi)
{
    return (float)MIN(MAX(value, (double)lo), (double)hi);
}

static void store(const Call *call, gsize at, double value, double magnitude)
{
    call->output[at] = clamp(value, call->layer->lo, call->layer->hi);
    if (call->magnitude)
        call->magnitude[at] = magnitude;
}

/* Output (o, y, x) of a convolution. */
static void conv_at(const Call *call, guint o, guint y, guint x)
{
    const BiqaLayer *layer = call->layer;
    const BiqaShape in = call->in[0], out = layer->shape;
    const guint depth = in.c / layer->groups, first = o / (out.c / layer->groups) * depth;
    const gint top =
        (gint)(y * layer->stride) - (gint)biqa_layer_pad_before(layer, in.h, layer->kernel_h);
    const gint left =
        (gint)(x * layer->stride) - (gint)biqa_layer_pad_before(layer, in.w, layer->kernel_w);
    const float *w = call->params[0] + (gsize)o * depth * layer->kernel_h * layer->kernel_w;
    double sum = layer->bias ? call->params[1][o] : 0., magnitude = fabs(sum);

    for (guint c = 0; c < depth; c++) {
        for (guint i = 0; i < layer->kernel_h; i++) {
            for (guint j = 0; j < layer->kernel_w; j++, w++) {
                const gint v = top + (gint)i, u = left + (gint)j;
                if (v < 0 || u < 0 || v >= (gint)in.h || u >= (gint)in.w)
                    continue;
                const double term =
                    (double)*w * call->inputs[0][((gsize)(first + c) * in.h + v) * in.w + u];
                sum += term;
                magnitude += fabs(term);
            }
        }
    }
    store(call, ((gsize)o * out.h + y) * out.w + x, sum, magnitude);
}

static void run_conv(const Call *call)
{
    const BiqaShape out = call->layer->shape;
    for (guint o = 0; o < out.c; o++) {
        for (guint y = 0; y < out.h; y++) {
            for (guint x = 0; x < out.w; x++)
                conv_at(call, o, y, x);
        }
    }
}

static void run_norm(const Call *call)
{
    const BiqaShape shape = call->layer->shape;
    const gsize plane = (gsize)shape.h * shape.w;
    for (guint c = 0; c < shape.c; c++) {
        const double gain =
            call->params[0][c] / sqrt((double)call->params[3][c] + call->layer->epsilon);
        const double shift = call->params[1][c], mean = call->params[2][c];
        for (gsize i = c * plane; i < (c + 1) * plane; i++) {
            const double x = call->inputs[0][i];
            store(call, i, gain * (x - mean) + shift,
                  fabs(gain) * (fabs(x) + fabs(mean)) + fabs(shift));
        }
    }
}

static void run_clamp(const Call *call)
{
    float lo = 0.f, hi = 0.f;
    biqa_layer_clamp(call->layer, &lo, &hi);
    for (gsize i = 0; i < biqa_shape_size(call->layer->shape); i++) {
        call->output[i] = clamp(call->inputs[0][i], lo, hi);
        if (call->magnitude)
            call->magnitude[i] = fabsf(call->output[i]);
    }
}

static void run_add(const Call *call)
{
    for (gsize i = 0; i < biqa_shape_size(call->layer->shape); i++) {
        const double a = call->inputs[0][i], b = call->inputs[1][i];
        store(call, i, a + b, fabs(a) + fabs(b));
    }
}

/* Mean, and deviation where asked, of one plane; out points at the channel's mean, the deviations
 * of an input's C channels follow its C means. */
static void pool_plane(const Call *call, const float *x, gsize n, gsize at, guint channels)
{
    double sum = 0., magnitude = 0., squares = 0.;
    for (gsize i = 0; i < n; i++) {
        sum += x[i];
        magnitude += fabs((double)x[i]);
    }
    const double mean = sum / n;
    store(call, at, mean, magnitude / n);
    if (!call->layer->deviation)
        return;
    for (gsize i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    const double deviation = sqrt(squares / n + BIQA_POOL_EPSILON);
    store(call, at + channels, deviation, deviation + magnitude / n);
}

static void run_pool(const Call *call)
{
    gsize at = 0;
    for (guint k = 0; k < call->layer->n_inputs; k++) {
        const BiqaShape in = call->in[k];
        const gsize plane = (gsize)in.h * in.w;
        for (guint c = 0; c < in.c; c++)
            pool_plane(call, call->inputs[k] + c * plane, plane, at + c, in.c);
        at += call->layer->deviation ? 2 * in.c : in.c;
    }
}

static void run_linear(const Call *call)
{
    const guint n = call->in[0].c;
    for (guint o = 0; o < call->layer->channels; o++) {
        double sum = call->params[1][o], magnitude = fabs(sum);
        for (guint i = 0; i < n; i++) {
            const double term = (double)call->params[0][(gsize)o * n + i] * call->inputs[0][i];
            sum += term;
            magnitude += fabs(term);
        }
        store(call, o, sum, magnitude);
    }
}

static void run_input(const Call *call)
{
    /* The caller has put it there. */
}

static void (*const runs[])(const Call *) = {
    [BIQA_LAYER_INPUT] = run_input,   [BIQA_LAYER_CONV] = run_conv,
    [BIQA_LAYER_NORM] = run_norm,     [BIQA_LAYER_RELU] = run_clamp,
    [BIQA_LAYER_RELU6] = run_clamp,   [BIQA_LAYER_CLIP] = run_clamp,
    [BIQA_LAYER_ADD] = run_add,       [BIQA_LAYER_POOL] = run_pool,
    [BIQA_LAYER_LINEAR] = run_linear,
};
G_STATIC_ASSERT(G_N_ELEMENTS(runs) == BIQA_N_LAYER_KINDS);

void biqa_reference_layer(const BiqaGraph *graph, guint i, const float *params,
                          const float *const *inputs, float *output, double *magnitude)
{
    const BiqaLayer *layer = &graph->layers[i];
    Call call = {.layer = layer, .inputs = inputs, .output = output, .magnitude = magnitude};
    for (guint k = 0; k < layer->n_inputs; k++)
        call.in[k] = graph->layers[layer->inputs[k]].shape;
    for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
        call.params[p] = layer->count[p] ? params + layer->offset[p] : NULL;
    runs[layer->kind](&call);
}

gsize biqa_reference_terms(const BiqaGraph *graph, guint i)
{
    const BiqaLayer *layer = &graph->layers[i];
    switch (layer->kind) {
    case BIQA_LAYER_CONV:
    case BIQA_LAYER_LINEAR:
        return layer->count[0] / layer->channels + 1;
    case BIQA_LAYER_POOL: {
        gsize terms = 1;
        for (guint k = 0; k < layer->n_inputs; k++) {
            const BiqaShape in = graph->layers[layer->inputs[k]].shape;
            terms = MAX(terms, (gsize)in.h * in.w);
        }
        return terms;
    }
    case BIQA_LAYER_NORM:
        return 3;
    case BIQA_LAYER_ADD:
        return 2;
    default:
        return 1;
    }
}

void biqa_reference_run(const BiqaNet *net, float **outputs)
{
    for (guint i = 1; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const float *inputs[BIQA_MAX_INPUTS];
        for (guint k = 0; k < layer->n_inputs; k++)
            inputs[k] = outputs[layer->inputs[k]];
        biqa_reference_layer(net->graph, i, net->params, inputs, outputs[i], NULL);
    }
}

float **biqa_reference_outputs_new(const BiqaGraph *graph)
{
    float **outputs = g_new0(float *, graph->n_layers + 1);
    for (guint i = 0; i < graph->n_layers; i++)
        outputs[i] = g_new0(float, biqa_shape_size(graph->layers[i].shape));
    return outputs;
}

void biqa_reference_outputs_free(float **outputs)
{
    g_strfreev((char **)outputs);
}
