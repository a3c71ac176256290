/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution backward: matrix products on columns, or strips where it is depthwise. */
#include "ops-kinds.h"

#include "hot.h"
#include "strips.h"
#include <cblas.h>
#include <string.h>

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

static BiqaWindow turn(const BiqaWindow *window)
{
    return (BiqaWindow){.h = window->out_h,
                        .w = window->out_w,
                        .out_h = window->h,
                        .out_w = window->w,
                        .kernel_h = window->kernel_h,
                        .kernel_w = window->kernel_w,
                        .stride = 1,
                        .top = (gint)window->kernel_h - 1 - window->top,
                        .left = (gint)window->kernel_w - 1 - window->left};
}

gsize train_step_scratch(const BiqaGraph *graph)
{
    gsize most = biqa_blas_scratch(graph);
    for (guint i = 0; i < graph->n_layers; i++) {
        if (graph->layers[i].kind != BIQA_LAYER_CONV ||
            !biqa_blas_conv_is_depthwise(&graph->layers[i]))
            continue;
        const BiqaWindow window = biqa_window(graph, i), turned = turn(&window);
        most = MAX(most, biqa_strips_size(&turned));
    }
    return most;
}

/* With a stride of one the way back is a convolution as well, by the kernel turned around. */
static void back_depthwise_turned(const TrainStep *step, const BiqaWindow *window)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize in = (gsize)window->h * window->w, out = (gsize)window->out_h * window->out_w;
    const guint taps = window->kernel_h * window->kernel_w;
    const BiqaWindow turned = turn(window);
    g_autofree float *weights = g_new(float, taps);
    BiqaStrips strips;

    biqa_strips_init(&strips, &turned, step->scratch);
    for (guint c = 0; c < layer->channels; c++) {
        const float *own = step->params + layer->offset[0] + c * taps;
        for (guint t = 0; t < taps; t++)
            weights[t] = own[taps - 1 - t];
        biqa_strips_fill(&strips, step->d_output + c * out);
        biqa_strips_convolve(&strips, weights, 0.f, step->d_inputs[0] + c * in);
    }
}

static void back_depthwise_strided(const TrainStep *step, const BiqaWindow *window)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize in = (gsize)window->h * window->w, out = (gsize)window->out_h * window->out_w;
    const gsize taps = (gsize)window->kernel_h * window->kernel_w;
    BiqaStrips strips;

    biqa_strips_init(&strips, window, step->scratch);
    if (!(step->add & 1))
        memset(step->d_inputs[0], 0, sizeof(float) * layer->channels * in);
    for (guint c = 0; c < layer->channels; c++)
        biqa_strips_transpose(&strips, step->params + layer->offset[0] + c * taps,
                              step->d_output + c * out, step->d_inputs[0] + c * in);
}

static void back_depthwise(const TrainStep *step)
{
    const BiqaWindow window = biqa_window(step->graph, step->layer);
    back_depthwise_weights(step, &window);
    if (!step->d_inputs[0])
        return;
    if (window.stride == 1 && !(step->add & 1))
        back_depthwise_turned(step, &window);
    else
        back_depthwise_strided(step, &window);
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
        biqa_window_columns(window, product->depth, columns, step->scratch);
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
        .pointwise = biqa_blas_conv_is_pointwise(layer),
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
    if (biqa_blas_conv_is_depthwise(layer))
        back_depthwise(step);
    else
        back_products(step);
}
