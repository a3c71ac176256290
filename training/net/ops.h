/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers backward, one sample at a time. */
#pragma once

#include "blas-layer.h"

/* One layer's step back. Arrays over inputs follow layer->inputs; tensors are (C, H, W). */
typedef struct {
    const BiqaGraph *graph;
    guint layer;
    const float *params;
    const BiqaNormParams *norm; /* NORM only */
    const float *const *inputs; /* values, as the forward pass left them */
    const float *output;
    float *d_output;        /* dL/doutput; overwritten */
    float *const *d_inputs; /* receives dL/dinput; an entry may be NULL (not wanted) or d_output */
    guint add;              /* bit k: d_inputs[k] is added to instead of set */
    float *gradient;        /* dL/dparams is added to it; graph->n_params floats */
    float *scratch;         /* train_step_scratch() floats */
} TrainStep;

/* Floats of scratch that any layer of an inferred graph needs, forward or backward. */
gsize train_step_scratch(const BiqaGraph *graph);

/* NORM counts its statistics as constants here. */
void train_step_back(const TrainStep *step);

/* The two halves of a NORM whose statistics are those of the batch. The first writes the sample's
 * sums over pixels, per channel, of dL/dy and of dL/dy * (x - mean) * inverse: (2, C). The second
 * takes their means over the batch's samples and pixels. */
void train_norm_gather(const TrainStep *step, double *sums);
void train_norm_spread(const TrainStep *step, const double *means);

/* A sample's sums over pixels, per channel, of x and of x^2: (2, C). */
void train_norm_measure(BiqaShape shape, const float *x, double *sums);
