/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each layer's output lies among the texels of the arena (shaders/interface.h). */
#pragma once

#include "graph.h"
#include "interface.h"

/* A layer's output, all samples of it. */
typedef struct {
    biqa_view view;  /* of its first pixel */
    BiqaShape shape; /* of a sample */
    guint samples;
    gboolean kept; /* nothing else is written there: it holds until the next frame */
} BiqaVkMap;

/* Which maps share places. */
typedef enum {
    BIQA_VK_APART,    /* none: all are kept */
    BIQA_VK_TOGETHER, /* those of a graph; all graphs run at the same time */
    BIQA_VK_IN_TURN   /* those of all graphs, that run one after the other */
} BiqaVkSharing;

/* Lays out the outputs of all layers of n inferred graphs on one input, from texel *end on, and
 * moves *end behind them. maps[g] has an entry for each layer of graphs[g]. Maps of one height and
 * width lie in one room, as planes with equal halos, where those share a place that are not needed
 * at a time: layers run in their order, and a pool takes its share of a map as soon as that is
 * there. No shader writes between maps: what lies there is zero for ever. Kept in any case are the
 * input, which all graphs read, pools, linear layers and the last layers. */
void biqa_vk_arena_place(const BiqaGraph *const *graphs, guint n, BiqaVkSharing sharing,
                         guint samples, gsize *end, BiqaVkMap *const *maps);

/* Texels beyond the last map that a shader may read, never using them. */
gsize biqa_vk_arena_slack(const BiqaVkMap *maps, guint n_maps);

/* The texel of the first sample's first pixel that a convolution's first kernel covers. */
uint32_t biqa_vk_map_corner(const BiqaVkMap *map, guint pad_top, guint pad_left);

static inline guint biqa_vk_planes(guint channels)
{
    return (channels + 3) / 4;
}
