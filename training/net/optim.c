/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adam (Kingma and Ba, algorithm 1), its decoupled decay (Loshchilov and Hutter, algorithm 2), and
 * SGD with momentum; the details are PyTorch's. */
#include "optim.h"

#include <math.h>

struct TrainOptim {
    TrainOptimParams params;
    gsize n;
    guint64 steps;
    float *moments; /* (2, n): first (SGD: the velocity), second */
};

TrainOptim *train_optim_new(const TrainOptimParams *params, gsize n)
{
    TrainOptim *optim = g_new0(TrainOptim, 1);
    optim->params = *params;
    optim->n = n;
    optim->moments = g_new0(float, 2 * n);
    return optim;
}

void train_optim_free(TrainOptim *optim)
{
    if (!optim)
        return;
    g_free(optim->moments);
    g_free(optim);
}

/* One step of n parameters; corrections are Adam's 1 - beta^t. */
typedef struct {
    const TrainOptimParams *params;
    double rate, correction1, correction2;
    const float *scale, *gradient;
    const guint8 *decays;
    float *first, *second, *values;
} Step;

/* The gradient with the decay that belongs to it, and the value with the decay that does not. */
static inline void decay(const Step *step, gsize i, double *gradient, double *value)
{
    const double share = step->decays[i] ? step->params->decay : 0.;
    const gboolean decoupled = step->params->decoupled;
    *gradient = step->gradient[i] + (decoupled ? 0. : share * step->values[i]);
    *value = step->values[i] * (decoupled ? 1. - step->rate * step->scale[i] * share : 1.);
}

static void step_adam(const Step *step, gsize i)
{
    const TrainOptimParams *params = step->params;
    double gradient, value;
    decay(step, i, &gradient, &value);
    const double first = params->beta1 * step->first[i] + (1. - params->beta1) * gradient;
    const double second =
        params->beta2 * step->second[i] + (1. - params->beta2) * gradient * gradient;
    const double spread = sqrt(second / step->correction2) + params->epsilon;
    step->first[i] = (float)first;
    step->second[i] = (float)second;
    step->values[i] =
        (float)(value - step->rate * step->scale[i] * first / step->correction1 / spread);
}

static void step_sgd(const Step *step, gsize i)
{
    double gradient, value;
    decay(step, i, &gradient, &value);
    const double velocity = step->params->momentum * step->first[i] + gradient;
    step->first[i] = (float)velocity;
    step->values[i] = (float)(value - step->rate * step->scale[i] * velocity);
}

static void (*const steps[])(const Step *step, gsize i) = {
    [TRAIN_ADAM] = step_adam,
    [TRAIN_SGD] = step_sgd,
};

void train_optim_step(TrainOptim *optim, double rate, const float *scale, const guint8 *decays,
                      const float *gradient, float *values)
{
    const TrainOptimParams *params = &optim->params;
    const double t = (double)++optim->steps;
    const Step step = {.params = params,
                       .rate = rate,
                       .correction1 = 1. - pow(params->beta1, t),
                       .correction2 = 1. - pow(params->beta2, t),
                       .scale = scale,
                       .gradient = gradient,
                       .decays = decays,
                       .first = optim->moments,
                       .second = optim->moments + optim->n,
                       .values = values};

    for (gsize i = 0; i < optim->n; i++) {
        if (scale[i] != 0.f)
            steps[params->kind](&step, i);
    }
}

float *train_optim_moments(TrainOptim *optim, gsize *count)
{
    *count = 2 * optim->n;
    return optim->moments;
}

guint64 train_optim_steps(const TrainOptim *optim)
{
    return optim->steps;
}

void train_optim_set_steps(TrainOptim *optim, guint64 steps)
{
    optim->steps = steps;
}

double train_gradient_clip(float *gradient, gsize n, double limit)
{
    double squares = 0.;
    for (gsize i = 0; i < n; i++)
        squares += (double)gradient[i] * gradient[i];
    const double norm = sqrt(squares);
    if (norm > limit) {
        const float scale = (float)(limit / norm);
        for (gsize i = 0; i < n; i++)
            gradient[i] *= scale;
    }
    return norm;
}
