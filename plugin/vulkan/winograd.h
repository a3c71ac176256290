/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A 3x3 CONV of stride one by Winograd's F(4x4, 3x3): a tile of 4 x 4 outputs takes 36
 * multiplications for each input and output channel instead of 144. A first kernel makes 36
 * components of a map, each as many products as there are tiles as a 1x1 CONV makes for as many
 * pixels, a second one makes outputs of them. Components lie in scratch, which bounds how many
 * tiles go through it at a time. */
#pragma once

#include "step.h"

/* Whether a layer can be run so, and takes less time then. */
gboolean biqa_vk_winograd_suits(const BiqaGraph *graph, guint layer);

/* Texels of scratch that it takes, from each of its steps to the next. */
gsize biqa_vk_winograd_texels(const BiqaGraph *graph, guint layer, guint samples);

/* Appends the steps of a layer that suits. */
void biqa_vk_winograd_add(const BiqaVkStepContext *context, guint layer, GArray *steps);

/* The factors of the 36 products of one input and one output channel, of its 3 x 3 weights. */
void biqa_vk_winograd_factors(const float *weights, float *factors);
