/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forward layers on OpenBLAS, one sample at a time. Checked against biqa/reference.c. */
#pragma once

#include "graph.h"

/* Floats of scratch that any layer of an inferred graph needs. */
gsize biqa_blas_scratch(const BiqaGraph *graph);

/* As biqa_reference_layer(): output of layer i for one sample, (C, H, W) floats; inputs[k] is the
 * output of layer->inputs[k], params the graph's arena. CONV, NORM and ADD end by clamping to
 * [lo, hi]. */
void biqa_blas_layer(const BiqaGraph *graph, guint i, const float *params,
                     const float *const *inputs, float *output, float *scratch);

/* What a NORM does, with statistics from anywhere. Each array has a float per channel. */
typedef struct {
    const float *scale, *shift;
    const float *mean;
    const float *inverse; /* 1 / sqrt(variance + epsilon) */
    float lo, hi;         /* the result is clamped to these */
} BiqaNormParams;

/* x to y, both of that shape; y may be x. */
void biqa_blas_norm(const BiqaNormParams *params, BiqaShape shape, const float *x, float *y);

/* inverse[c] = 1 / sqrt(variance[c] + epsilon) */
void biqa_blas_inverse(const float *variance, guint n, float epsilon, float *inverse);
