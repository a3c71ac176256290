/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The self-competitor's rule: global magnitude pruning over the convolution weights. */
#pragma once

#include "graph.h"

/* Marks with 1 what stays and with 0 what goes; mask has graph->n_params bytes, all 1 outside
 * convolution weights. Of the N convolution weights of the graph together, with
 * k = ceil(ratio * N), those stay whose magnitude is at least the (k+1)-th smallest
 * (the rule of OHEM's mask.py). params are the weights as trained, not folded. 0 <= ratio < 1. */
void biqa_prune_mask(const BiqaGraph *graph, const float *params, double ratio, guint8 *mask);

/* params * mask into out (which may be params). */
void biqa_prune_apply(const BiqaGraph *graph, const float *params, const guint8 *mask, float *out);
