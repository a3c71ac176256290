/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batch normalisation backward (Ioffe and Szegedy 2015, section 3), with the clamp that follows it.
 */
#include "hot.h"
#include "ops-kinds.h"

/* What the loops need of a channel. */
typedef struct {
    float mean, inverse, lo, hi;
} Channel;

static Channel channel(const BiqaNormParams *norm, guint c)
{
    return (Channel){norm->mean[c], norm->inverse[c], norm->lo, norm->hi};
}

/* Sums of the slopes d behind the clamp, and of d * xhat; d becomes factor times what it was. */
BIQA_HOT static void gather_run(const float *restrict x, const float *restrict y, gsize n,
                                const Channel *channel, float factor, float *restrict d,
                                float sums[2])
{
    const float mean = channel->mean, lo = channel->lo, hi = channel->hi;
    float sum = 0.f, product = 0.f;
#pragma omp simd reduction(+ : sum, product)
    for (gsize i = 0; i < n; i++) {
        const float slope = y[i] > lo && y[i] < hi ? d[i] : 0.f;
        sum += slope;
        product += slope * (x[i] - mean);
        d[i] = slope * factor;
    }
    sums[0] = sum;
    sums[1] = product * channel->inverse;
}

void train_step_back_norm(const TrainStep *step)
{
    const BiqaLayer *layer = &step->graph->layers[step->layer];
    const gsize n = (gsize)layer->shape.h * layer->shape.w;
    float *d_scale = step->gradient + layer->offset[0];
    float *d_shift = step->gradient + layer->offset[1];

    for (guint c = 0; c < layer->shape.c; c++) {
        const Channel own = channel(step->norm, c);
        float sums[2];
        gather_run(step->inputs[0] + c * n, step->output + c * n, n, &own,
                   step->norm->scale[c] * own.inverse, step->d_output + c * n, sums);
        d_shift[c] += sums[0];
        d_scale[c] += sums[1];
    }
    train_step_deliver(step, 0);
}

void train_norm_gather(const TrainStep *step, double *sums)
{
    const BiqaShape shape = step->graph->layers[step->layer].shape;
    const gsize n = (gsize)shape.h * shape.w;

    for (guint c = 0; c < shape.c; c++) {
        const Channel own = channel(step->norm, c);
        float both[2];
        gather_run(step->inputs[0] + c * n, step->output + c * n, n, &own, 1.f,
                   step->d_output + c * n, both);
        sums[c] = both[0];
        sums[shape.c + c] = both[1];
    }
}

/* d = gain * (d - a - b * (x - mean)) */
BIQA_HOT static void spread_run(const float *restrict x, gsize n, float mean, float gain, float a,
                                float b, float *restrict d)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++)
        d[i] = gain * (d[i] - a - b * (x[i] - mean));
}

void train_norm_spread(const TrainStep *step, const double *means)
{
    const BiqaShape shape = step->graph->layers[step->layer].shape;
    const gsize n = (gsize)shape.h * shape.w;

    for (guint c = 0; c < shape.c; c++) {
        const Channel own = channel(step->norm, c);
        spread_run(step->inputs[0] + c * n, n, own.mean, step->norm->scale[c] * own.inverse,
                   (float)means[c], (float)means[shape.c + c] * own.inverse,
                   step->d_output + c * n);
    }
    train_step_deliver(step, 0);
}

BIQA_HOT static void measure_run(const float *x, gsize n, double *sum, double *squares)
{
    double s = 0., q = 0.;
#pragma omp simd reduction(+ : s, q)
    for (gsize i = 0; i < n; i++) {
        const double value = x[i];
        s += value;
        q += value * value;
    }
    *sum = s;
    *squares = q;
}

void train_norm_measure(BiqaShape shape, const float *x, double *sums)
{
    const gsize n = (gsize)shape.h * shape.w;
    for (guint c = 0; c < shape.c; c++)
        measure_run(x + c * n, n, &sums[c], &sums[shape.c + c]);
}
