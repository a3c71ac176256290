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
} BiqaVkMap;

/* Lays out the outputs of all layers of an inferred graph, one after the other from *end on, and
 * moves *end behind them. maps has an entry a layer. No two maps share texels, and no shader
 * writes between them: what lies there is zero for ever. */
void biqa_vk_arena_add(const BiqaGraph *graph, guint samples, gsize *end, BiqaVkMap *maps);

/* Texels beyond the last map that a shader may read, never using them. */
gsize biqa_vk_arena_slack(const BiqaVkMap *maps, guint n_maps);

/* The texel of the first sample's first pixel that a convolution's first kernel covers. */
uint32_t biqa_vk_map_corner(const BiqaVkMap *map, guint pad_top, guint pad_left);

static inline guint biqa_vk_planes(guint channels)
{
    return (channels + 3) / 4;
}
