/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution backward: matrix products on columns, or strips where it is depthwise. */
#include "ops-kinds.h"

#include "hot.h"
#include "strips.h"
#include <cblas.h>
#include <string.h>

#define MAX_TAPS (31 * 31) /* of one channel's kernel */

BIQA_HOT static float sum_run(const float *x, gsize n)
{
    float sum = 0.f;
#pragma omp simd reduction(+ : sum)
    for (gsize i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void back_bias(const TrainStep *step, const BiqaLayer *layer)
{
    const gsize n = (gsize)layer->shape.h * layer->shape.w;
    for (guint o = 0; o < layer->channels; o++)
        step->gradient[layer->offset[1] + o] += sum_run(step->d_output + o * n, n);
}

static void back_depthwise_weights(const TrainStep *step, const BiqaWindow *window)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize in = (gsize)window->h * window->w, out = (gsize)window->out_h * window->out_w;
    const gsize taps = (gsize)window->kernel_h * window->kernel_w;
    BiqaStrips strips;

    biqa_strips_init(&strips, window, step->scratch);
    for (guint c = 0; c < layer->channels; c++) {
        biqa_strips_fill(&strips, step->inputs[0] + c * in);
        biqa_strips_correlate(&strips, step->d_output + c * out,
                              step->gradient + layer->offset[0] + c * taps);
    }
}

/* The slope of input row s r + a comes from outputs r + q - m through kernel rows k0 + s m, where
 * k0 = (a + top) mod s and q = (a + top) / s: for each of the s x s phases (a, b) the way back is a
 * convolution of stride one, by every s-th row and column of the kernel, turned around. */
typedef struct {
    guint row, column; /* of the input: (a, b) */
    guint kernel_row, kernel_column;
    BiqaWindow window; /* from output to the phase of the input; a kernel without rows: no slope */
} Phase;

static guint every(guint n, guint first, guint stride)
{
    return first < n ? (n - first - 1) / stride + 1 : 0;
}

static Phase phase_at(const BiqaWindow *window, guint a, guint b)
{
    const guint stride = window->stride, top = (guint)window->top + a,
                left = (guint)window->left + b;
    const guint kernel_h = every(window->kernel_h, top % stride, stride);
    const guint kernel_w = every(window->kernel_w, left % stride, stride);
    return (Phase){.row = a,
                   .column = b,
                   .kernel_row = top % stride,
                   .kernel_column = left % stride,
                   .window = {.h = window->out_h,
                              .w = window->out_w,
                              .out_h = every(window->h, a, stride),
                              .out_w = every(window->w, b, stride),
                              .kernel_h = kernel_h,
                              .kernel_w = kernel_w,
                              .stride = 1,
                              .top = (gint)kernel_h - 1 - (gint)(top / stride),
                              .left = (gint)kernel_w - 1 - (gint)(left / stride)}};
}

static gboolean is_empty(const BiqaWindow *window)
{
    return !window->kernel_h || !window->kernel_w || !window->out_h || !window->out_w;
}

static gsize depthwise_scratch(const BiqaWindow *window)
{
    gsize most = 0;
    for (guint p = 0; p < window->stride * window->stride; p++) {
        const Phase phase = phase_at(window, p / window->stride, p % window->stride);
        if (!is_empty(&phase.window))
            most = MAX(most, biqa_strips_size(&phase.window) +
                                 (gsize)phase.window.out_h * phase.window.out_w);
    }
    return most;
}

gsize train_step_scratch(const BiqaGraph *graph)
{
    gsize most = biqa_blas_scratch(graph);
    for (guint i = 0; i < graph->n_layers; i++) {
        if (graph->layers[i].kind != BIQA_LAYER_CONV || !biqa_conv_is_depthwise(&graph->layers[i]))
            continue;
        const BiqaWindow window = biqa_window(graph, i);
        most = MAX(most, depthwise_scratch(&window));
    }
    return most;
}

/* A channel's kernel (kernel_h, kernel_w), what phase takes of it, turned around. */
static void turn_weights(const BiqaWindow *window, const Phase *phase, const float *weights,
                         float *turned)
{
    for (guint i = phase->window.kernel_h; i-- > 0;) {
        const float *row = weights + (phase->kernel_row + i * window->stride) * window->kernel_w;
        for (guint j = phase->window.kernel_w; j-- > 0;)
            *turned++ = row[phase->kernel_column + j * window->stride];
    }
}

static void back_depthwise_phase(const TrainStep *step, const BiqaWindow *window,
                                 const Phase *phase)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize in = (gsize)window->h * window->w, out = (gsize)window->out_h * window->out_w;
    const gsize taps = (gsize)window->kernel_h * window->kernel_w;
    const gboolean add = step->add & 1, direct = window->stride == 1 && !add;
    float *slopes = step->scratch, turned[MAX_TAPS];
    BiqaStrips strips;

    biqa_strips_init(&strips, &phase->window,
                     slopes + (gsize)phase->window.out_h * phase->window.out_w);
    for (guint c = 0; c < layer->channels; c++) {
        float *d_input = step->d_inputs[0] + c * in;
        turn_weights(window, phase, step->params + layer->offset[0] + c * taps, turned);
        biqa_strips_fill(&strips, step->d_output + c * out);
        biqa_strips_convolve(&strips, turned, 0.f, direct ? d_input : slopes);
        if (!direct)
            biqa_put_strided(phase->window.out_h, phase->window.out_w, slopes, phase->window.out_w,
                             add, d_input + (gsize)phase->row * window->w + phase->column,
                             (gsize)window->stride * window->w, window->stride);
    }
}

static void back_depthwise_input(const TrainStep *step, const BiqaWindow *window)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize n = (gsize)layer->channels * window->h * window->w;

    /* A stride beyond the kernel leaves inputs that nobody reads. */
    if (!(step->add & 1) && window->stride > MIN(window->kernel_h, window->kernel_w))
        memset(step->d_inputs[0], 0, sizeof(float) * n);
    for (guint p = 0; p < window->stride * window->stride; p++) {
        const Phase phase = phase_at(window, p / window->stride, p % window->stride);
        if (!is_empty(&phase.window))
            back_depthwise_phase(step, window, &phase);
    }
}

static void back_depthwise(const TrainStep *step)
{
    const BiqaWindow window = biqa_window(step->graph, step->layer);
    back_depthwise_weights(step, &window);
    if (step->d_inputs[0])
        back_depthwise_input(step, &window);
}

/* One group: y (O, N) = weight (O, K) x columns (K, N). */
typedef struct {
    guint depth, width; /* input and output channels */
    gsize k, n;
    gboolean pointwise; /* the map is its own columns */
} Product;

static void back_product_weights(const TrainStep *step, const Product *product,
                                 const BiqaWindow *window, guint g)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize k = product->k, n = product->n;
    const float *columns = step->inputs[0] + (gsize)g * product->depth * window->h * window->w;

    if (!product->pointwise) {
        biqa_window_columns(window, product->depth, columns, step->scratch, n);
        columns = step->scratch;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, product->width, k, n, 1.f,
                step->d_output + g * product->width * n, n, columns, n, 1.f,
                step->gradient + layer->offset[0] + g * product->width * k, k);
}

static void back_product_input(const TrainStep *step, const Product *product,
                               const BiqaWindow *window, guint g)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize k = product->k, n = product->n;
    const gsize size = (gsize)product->depth * window->h * window->w;
    float *d_input = step->d_inputs[0] + g * size;
    const gboolean add = step->add & 1;

    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, n, product->width, 1.f,
                step->params + layer->offset[0] + g * product->width * k, k,
                step->d_output + g * product->width * n, n, product->pointwise && add,
                product->pointwise ? d_input : step->scratch, n);
    if (product->pointwise)
        return;
    if (!add)
        memset(d_input, 0, sizeof(float) * size);
    biqa_window_add_columns(window, product->depth, step->scratch, d_input);
}

static void back_products(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const BiqaWindow window = biqa_window(step->graph, step->layer);
    const Product product = {
        .depth = step->graph->layers[layer->inputs[0]].shape.c / layer->groups,
        .width = layer->channels / layer->groups,
        .k = layer->count[0] / layer->channels,
        .n = (gsize)layer->shape.h * layer->shape.w,
        .pointwise = biqa_conv_is_pointwise(layer),
    };
    for (guint g = 0; g < layer->groups; g++) {
        back_product_weights(step, &product, &window, g);
        if (step->d_inputs[0])
            back_product_input(step, &product, &window, g);
    }
}

void train_step_back_conv(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    train_step_mask(step, layer->lo, layer->hi);
    if (layer->bias)
        back_bias(step, layer);
    if (biqa_conv_is_depthwise(layer))
        back_depthwise(step);
    else
        back_products(step);
}
