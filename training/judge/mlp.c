/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mlp.h"
#include "seed.h"

#include <math.h>

/* Uniform in (0, 1), never 0. */
static double uniform(guint64 *state)
{
    *state = train_seed(*state, 1, 1);
    return ((double)(*state >> 11) + .5) * 0x1p-53;
}

/* Box and Muller's transform. */
static double normal(guint64 *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * G_PI * uniform(state));
}

guint train_mlp_offset(const TrainMlp *mlp, guint layer)
{
    guint offset = 0;
    for (guint l = 0; l < layer; l++)
        offset += (mlp->sizes[l] + 1) * mlp->sizes[l + 1];
    return offset;
}

TrainMlp *train_mlp_new(const guint sizes[TRAIN_MLP_LAYERS + 1], guint64 seed)
{
    TrainMlp *mlp = g_new0(TrainMlp, 1);
    for (guint l = 0; l <= TRAIN_MLP_LAYERS; l++) {
        g_assert(sizes[l] > 0 && sizes[l] <= TRAIN_MLP_WIDEST);
        mlp->sizes[l] = sizes[l];
    }
    g_assert(sizes[TRAIN_MLP_LAYERS] == 1);
    mlp->n_weights = train_mlp_offset(mlp, TRAIN_MLP_LAYERS);
    mlp->weights = g_new0(double, mlp->n_weights);
    for (guint l = 0; l < TRAIN_MLP_LAYERS; l++) {
        double *weights = mlp->weights + train_mlp_offset(mlp, l);
        for (guint i = 0; i < sizes[l] * sizes[l + 1]; i++)
            weights[i] = normal(&seed) / sqrt(sizes[l]);
    }
    return mlp;
}

void train_mlp_free(TrainMlp *mlp)
{
    if (!mlp)
        return;
    g_free(mlp->weights);
    g_free(mlp);
}

double train_mlp_forward(const TrainMlp *mlp, const double *input, TrainMlpTrace *trace)
{
    const double *weights = mlp->weights;
    for (guint l = 0; l < TRAIN_MLP_LAYERS; l++) {
        const guint n_in = mlp->sizes[l], n_out = mlp->sizes[l + 1];
        const double *in = l ? trace->out[l - 1] : input, *bias = weights + n_in * n_out;
        for (guint o = 0; o < n_out; o++) {
            double sum = bias[o];
            for (guint i = 0; i < n_in; i++)
                sum += weights[o * n_in + i] * in[i];
            trace->out[l][o] = l + 1 < TRAIN_MLP_LAYERS ? tanh(sum) : sum;
        }
        weights = bias + n_out;
    }
    return trace->out[TRAIN_MLP_LAYERS - 1][0];
}

void train_mlp_backward(const TrainMlp *mlp, const double *input, const TrainMlpTrace *trace,
                        double slope, double *gradient)
{
    double delta[TRAIN_MLP_WIDEST] = {slope}; /* of a layer's sums, before tanh */
    for (guint l = TRAIN_MLP_LAYERS; l-- > 0;) {
        const guint n_in = mlp->sizes[l], n_out = mlp->sizes[l + 1], at = train_mlp_offset(mlp, l);
        const double *in = l ? trace->out[l - 1] : input, *weights = mlp->weights + at;
        double below[TRAIN_MLP_WIDEST] = {0};
        for (guint o = 0; o < n_out; o++) {
            for (guint i = 0; i < n_in; i++) {
                gradient[at + o * n_in + i] += delta[o] * in[i];
                below[i] += delta[o] * weights[o * n_in + i];
            }
            gradient[at + n_in * n_out + o] += delta[o];
        }
        for (guint i = 0; l && i < n_in; i++)
            delta[i] = below[i] * (1 - in[i] * in[i]);
    }
}
