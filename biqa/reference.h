/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every layer means: plain loops, double accumulators. Shaders and BLAS layers are checked
 * against this file; it is also the backend of last resort. */
#pragma once

#include "graph.h"

/* Output of layer i of an inferred graph for one sample, (C, H, W) floats.
 * inputs[k] is the output of layer->inputs[k]; params is the graph's arena.
 * magnitude, if not NULL, receives for each output the sum of |w * x| (plus |bias|) it was added up
 * from: the figure that error bounds are made of. */
void biqa_reference_layer(const BiqaGraph *graph, guint i, const float *params,
                          const float *const *inputs, float *output, double *magnitude);

/* Terms added up for one output of layer i: the K of the error bound. */
gsize biqa_reference_terms(const BiqaGraph *graph, guint i);

/* Runs a whole network on one crop. outputs has one entry a layer, each of the layer's size
 * (biqa_reference_outputs_new()); entry 0 is filled by the caller with the input. */
void biqa_reference_run(const BiqaNet *net, float **outputs);

float **biqa_reference_outputs_new(const BiqaGraph *graph);
void biqa_reference_outputs_free(float **outputs);
