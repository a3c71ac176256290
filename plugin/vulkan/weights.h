/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters in the order in which shaders read them. */
#pragma once

#include "graph.h"
#include <stdint.h>

/* Where a layer's parameters lie in the weights buffer, in vec4s. */
typedef struct {
    uint32_t weights, bias;
    uint32_t row; /* CONV: from one four of output channels to the next */
} BiqaVkWeights;

/* Appends the parameters of a CONV or LINEAR of a folded net to values, an array of floats.
 * A CONV becomes [four of outputs][tap][input of the group] vec4s over the outputs, where inputs
 * are filled up with zeros to fours if there is but one group; a LINEAR [output][four of inputs]
 * vec4s over the inputs; a bias [four of outputs]. Channels that are not there are zero. */
BiqaVkWeights biqa_vk_weights_add(const BiqaNet *net, guint layer, GArray *values);

/* The same of a CONV that runs by Winograd's components (winograd.h): for each of them what a 1x1
 * CONV has, [component][four of outputs][input] vec4s, with biases of zero, [component][four of
 * outputs]; the layer's own bias follows these. */
BiqaVkWeights biqa_vk_weights_add_components(const BiqaNet *net, guint layer, GArray *values);
