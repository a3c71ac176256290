/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network of a few hundred weights for figures already measured: two hidden layers of tanh, one
 * linear output, in double. Not for pictures: see net.h. */
#pragma once

#include <glib.h>

#define TRAIN_MLP_LAYERS 3
#define TRAIN_MLP_WIDEST 64

typedef struct {
    guint sizes[TRAIN_MLP_LAYERS + 1]; /* inputs, two hidden layers, 1; each 1..TRAIN_MLP_WIDEST */
    guint n_weights;
    double *weights; /* layer by layer: (out, in), then (out) biases */
} TrainMlp;

/* What a forward pass leaves for the backward pass: the outputs of each layer. */
typedef struct {
    double out[TRAIN_MLP_LAYERS][TRAIN_MLP_WIDEST];
} TrainMlpTrace;

/* Weights are normal, variance 1 / fan-in; biases zero. */
TrainMlp *train_mlp_new(const guint sizes[TRAIN_MLP_LAYERS + 1], guint64 seed);
void train_mlp_free(TrainMlp *mlp);

/* Where a layer's weights begin; its biases follow out x in values later. */
guint train_mlp_offset(const TrainMlp *mlp, guint layer);

/* input (sizes[0]); returns the output. */
double train_mlp_forward(const TrainMlp *mlp, const double *input, TrainMlpTrace *trace);

/* Adds slope x d output / d weights to gradient (n_weights). */
void train_mlp_backward(const TrainMlp *mlp, const double *input, const TrainMlpTrace *trace,
                        double slope, double *gradient);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainMlp, train_mlp_free)
