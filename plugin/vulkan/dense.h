/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a CONV of one group in the unrolled plan: each makes of a chunk of the inputs some
 * blocks of outputs. */
#pragma once

#include "step.h"

/* How a step lies over its pixels. */
typedef struct {
    guint line;       /* invocations of a workgroup: a multiple of 8, BIQA_LINE at most */
    guint components; /* such layers side by side, BIQA_MAX_COMPONENTS at most: samples of source
                         and target, planes of weights and bias */
} BiqaVkDenseShape;

/* Appends the steps of one layer. */
void biqa_vk_dense_add(const BiqaVkStepContext *context, guint layer, GArray *steps);

/* Appends steps that run a convolution for a layer; what tells one of them from the other in push
 * is filled in here. */
void biqa_vk_dense_add_parts(const BiqaVkStepContext *context, guint layer, biqa_conv_push push,
                             BiqaVkDenseShape shape, GArray *steps);
