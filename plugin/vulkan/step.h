/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network as a list of dispatches. */
#pragma once

#include "arena.h"
#include "kernel.h"
#include "verdict.h"
#include "weights.h"

/* How many parts of that many there are in all, the last one perhaps not full. */
static inline guint biqa_vk_divide_up(guint all, guint part)
{
    return (all + part - 1) / part;
}

/* One dispatch. */
typedef struct {
    BiqaVkVariant variant;
    VkPipeline pipeline; /* borrowed from the kernels */
    guint layer;
    guint turn; /* the layer that it runs with: its own, or of a pool the one that it reads */
    BiqaBranch branch;
    guint task;       /* of the model; those above 0 run where they have weight (gate.h) */
    gboolean barrier; /* reads what an earlier step of its branch wrote since its last barrier, or
                         writes where that read */
    uint32_t groups[3];
    VkBuffer arena; /* NULL: groups are those above; else they lie in it, (borrowed) */
    uint32_t gate;  /* in this texel, as integers */
    union {
        biqa_conv_push conv;
        biqa_winograd_push winograd;
        biqa_add_push add;
        biqa_pool_push pool;
        biqa_merge_push merge;
        biqa_linear_push linear;
        biqa_preprocess_push preprocess;
        biqa_gate_features_push features;
        biqa_gate_distances_push distances;
        biqa_gate_weights_push weights;
        uint8_t bytes[BIQA_MAX_PUSH];
    } push;
} BiqaVkStep;

/* What steps are made for. */
typedef struct {
    BiqaVkPlan plan;
    guint task;
    BiqaBranch branch;
    const BiqaNet *net;    /* folded */
    const BiqaVkMap *maps; /* one a layer */
    uint32_t scratch;      /* first of biqa_vk_steps_scratch() texels */
    uint32_t components;   /* first of biqa_vk_steps_components() texels */
    GArray *weights;       /* of floats; parameters are appended */
} BiqaVkStepContext;

/* Appends the steps of one layer (pipelines and the address of the weights still missing). Those
 * with which a pool takes its share of a map have that map's turn, the others their layer's.
 * BIQA_ERROR_SIZE for a map with more channels than one dispatch can take. */
gboolean biqa_vk_steps_add(const BiqaVkStepContext *context, guint layer, GArray *steps,
                           GError **error);

/* For those who make steps. Appends one that is still empty, behind a barrier. */
BiqaVkStep *biqa_vk_steps_append(const BiqaVkStepContext *context, guint layer, BiqaVkKernel kernel,
                                 GArray *steps);

/* What all kernels of a CONV want to know of it. */
biqa_conv_push biqa_vk_step_conv(const BiqaVkStepContext *context, guint layer, BiqaVkWeights at);

/* Texels of scratch the steps of a graph need. */
gsize biqa_vk_steps_scratch(const BiqaGraph *graph, guint samples);

/* Texels of scratch that they need besides, from one step of a layer to its next: graphs that run
 * one after the other may share them. */
gsize biqa_vk_steps_components(BiqaVkPlan plan, const BiqaGraph *graph, guint samples);
