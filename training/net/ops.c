/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row a layer kind: its step back. Convolutions are in ops-conv.c, NORM in ops-norm.c. */
#include "ops.h"

#include "hot.h"
#include "ops-kinds.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

BIQA_HOT static void mask_run(const float *y, gsize n, float lo, float hi, float *d)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++)
        d[i] = y[i] > lo && y[i] < hi ? d[i] : 0.f;
}

void train_step_mask(const TrainStep *step, float lo, float hi)
{
    if (lo > -INFINITY || hi < INFINITY)
        mask_run(step->output, biqa_shape_size(step->graph->layers[step->layer].shape), lo, hi,
                 step->d_output);
}

void train_step_deliver(const TrainStep *step, guint k)
{
    const gsize n = biqa_shape_size(step->graph->layers[step->layer].shape);
    float *d_input = step->d_inputs[k];
    if (!d_input || d_input == step->d_output)
        return;
    if (step->add & 1u << k)
        cblas_saxpy((blasint)n, 1.f, step->d_output, 1, d_input, 1);
    else
        memcpy(d_input, step->d_output, sizeof(float) * n);
}

static void back_clamp(const TrainStep *step)
{
    float lo = 0.f, hi = 0.f;
    biqa_layer_clamp(&step->graph->layers[step->layer], &lo, &hi);
    train_step_mask(step, lo, hi);
    train_step_deliver(step, 0);
}

static void back_add(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    train_step_mask(step, layer->lo, layer->hi);
    train_step_deliver(step, 0);
    train_step_deliver(step, 1);
}

/* d = (add ? d : 0) + a + b * x */
BIQA_HOT static void slope_run(const float *x, gsize n, float a, float b, gboolean add, float *d)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++)
        d[i] = (add ? d[i] : 0.f) + a + b * x[i];
}

/* m = sum x / n; s = sqrt(sum (x - m)^2 / n + eps): ds/dx = (x - m) / (n s) */
static void back_pool(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const float *y = step->output, *dy = step->d_output;

    for (guint k = 0; k < layer->n_inputs; k++) {
        const BiqaShape in = step->graph->layers[layer->inputs[k]].shape;
        const gsize n = (gsize)in.h * in.w;
        for (guint c = 0; c < in.c && step->d_inputs[k]; c++) {
            const float b = layer->deviation ? dy[in.c + c] / (y[in.c + c] * n) : 0.f;
            slope_run(step->inputs[k] + c * n, n, dy[c] / n - b * y[c], b, step->add >> k & 1,
                      step->d_inputs[k] + c * n);
        }
        y += layer->deviation ? 2 * in.c : in.c;
        dy += layer->deviation ? 2 * in.c : in.c;
    }
}

static void back_linear(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const guint m = layer->channels, n = step->graph->layers[layer->inputs[0]].shape.c;

    cblas_sger(CblasRowMajor, m, n, 1.f, step->d_output, 1, step->inputs[0], 1,
               step->gradient + layer->offset[0], n);
    cblas_saxpy(m, 1.f, step->d_output, 1, step->gradient + layer->offset[1], 1);
    if (step->d_inputs[0])
        cblas_sgemv(CblasRowMajor, CblasTrans, m, n, 1.f, step->params + layer->offset[0], n,
                    step->d_output, 1, step->add & 1, step->d_inputs[0], 1);
}

static void back_input(const TrainStep *step)
{
    /* Nothing lies before it. */
}

static void (*const backs[])(const TrainStep *) = {
    [BIQA_LAYER_INPUT] = back_input,
    [BIQA_LAYER_CONV] = train_step_back_conv,
    [BIQA_LAYER_NORM] = train_step_back_norm,
    [BIQA_LAYER_RELU] = back_clamp,
    [BIQA_LAYER_RELU6] = back_clamp,
    [BIQA_LAYER_CLIP] = back_clamp,
    [BIQA_LAYER_ADD] = back_add,
    [BIQA_LAYER_POOL] = back_pool,
    [BIQA_LAYER_LINEAR] = back_linear,
};
G_STATIC_ASSERT(G_N_ELEMENTS(backs) == BIQA_N_LAYER_KINDS);

void train_step_back(const TrainStep *step)
{
    backs[step->graph->layers[step->layer].kind](step);
}
