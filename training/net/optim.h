/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adam (W) and SGD with momentum over one flat arena. */
#pragma once

#include <glib.h>

typedef enum { TRAIN_ADAM, TRAIN_SGD } TrainOptimKind;

typedef struct {
    TrainOptimKind kind;
    double beta1, beta2, epsilon; /* Adam */
    double momentum;              /* SGD */
    double decay;                 /* weight decay */
    gboolean decoupled;           /* decay beside the gradient (AdamW) instead of as part of it */
} TrainOptimParams;

typedef struct TrainOptim TrainOptim;

TrainOptim *train_optim_new(const TrainOptimParams *params, gsize n);
void train_optim_free(TrainOptim *optim);

/* One step at that rate. scale (n floats) multiplies rate per parameter, 0 leaves it alone; decays
 * (n bytes) says which parameters decay. */
void train_optim_step(TrainOptim *optim, double rate, const float *scale, const guint8 *decays,
                      const float *gradient, float *values);

/* All that a checkpoint needs: first and second moments, (2, n) floats, and the steps taken. */
float *train_optim_moments(TrainOptim *optim, gsize *count); /* (borrowed) */
guint64 train_optim_steps(const TrainOptim *optim);
void train_optim_set_steps(TrainOptim *optim, guint64 steps);

/* Scales gradient down to norm at most limit (Euclidean); returns the norm it had. */
double train_gradient_clip(float *gradient, gsize n, double limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainOptim, train_optim_free)
