/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reliability.h"

#include "optim.h"
#include <math.h>
#include <string.h>

struct TrainReliability {
    guint n;
    float *values, *gradient; /* (2, n): sensitivities, specificities, before the sigmoid */
    float *scale;             /* (2, n): ones, all are learned at one rate */
    guint8 *decays;           /* (2, n): zeros, there is no reason to doubt everybody */
    TrainOptim *optim;
};

static gsize count(const TrainReliability *reliability)
{
    return 2 * (gsize)reliability->n;
}

TrainReliability *train_reliability_new(guint n_annotators)
{
    static const TrainOptimParams adam = {
        .kind = TRAIN_ADAM, .beta1 = .9, .beta2 = .99, .epsilon = 1e-8};
    TrainReliability *reliability = g_new(TrainReliability, 1);
    const gsize n = 2 * (gsize)n_annotators;
    *reliability = (TrainReliability){
        .n = n_annotators,
        .values = g_new(float, n),
        .gradient = g_new0(float, n),
        .scale = g_new(float, n),
        .decays = g_new0(guint8, n),
        .optim = train_optim_new(&adam, n),
    };
    for (gsize i = 0; i < n; i++) {
        reliability->values[i] =
            logf((float)TRAIN_RELIABILITY_START / (1.f - (float)TRAIN_RELIABILITY_START));
        reliability->scale[i] = 1.f;
    }
    return reliability;
}

void train_reliability_free(TrainReliability *reliability)
{
    if (!reliability)
        return;
    g_free(reliability->values);
    g_free(reliability->gradient);
    g_free(reliability->scale);
    g_free(reliability->decays);
    train_optim_free(reliability->optim);
    g_free(reliability);
}

guint train_reliability_n(const TrainReliability *reliability)
{
    return reliability->n;
}

static double sigmoid(double x)
{
    return 1. / (1. + exp(-x));
}

double train_reliability_sensitivity(const TrainReliability *reliability, guint k)
{
    g_return_val_if_fail(k < reliability->n, NAN);
    return sigmoid(reliability->values[k]);
}

double train_reliability_specificity(const TrainReliability *reliability, guint k)
{
    g_return_val_if_fail(k < reliability->n, NAN);
    return sigmoid(reliability->values[reliability->n + k]);
}

const float *train_reliability_values(const TrainReliability *reliability)
{
    return reliability->values;
}

float *train_reliability_gradient(TrainReliability *reliability)
{
    return reliability->gradient;
}

void train_reliability_zero_gradient(TrainReliability *reliability)
{
    memset(reliability->gradient, 0, count(reliability) * sizeof(float));
}

void train_reliability_step(TrainReliability *reliability, double rate)
{
    train_optim_step(reliability->optim, rate, reliability->scale, reliability->decays,
                     reliability->gradient, reliability->values);
}

gsize train_reliability_state_size(const TrainReliability *reliability)
{
    gsize moments = 0;
    train_optim_moments(reliability->optim, &moments);
    return count(reliability) + moments;
}

guint64 train_reliability_save(const TrainReliability *reliability, float *state)
{
    const gsize n = count(reliability);
    gsize moments = 0;
    const float *from = train_optim_moments(reliability->optim, &moments);
    memcpy(state, reliability->values, n * sizeof *state);
    memcpy(state + n, from, moments * sizeof *state);
    return train_optim_steps(reliability->optim);
}

void train_reliability_restore(TrainReliability *reliability, const float *state, guint64 steps)
{
    const gsize n = count(reliability);
    gsize moments = 0;
    float *to = train_optim_moments(reliability->optim, &moments);
    memcpy(reliability->values, state, n * sizeof *state);
    memcpy(to, state + n, moments * sizeof *state);
    train_optim_set_steps(reliability->optim, steps);
}
