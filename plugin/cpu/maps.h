/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each layer's output lies in the arena of floats. */
#pragma once

#include "graph.h"

/* Floats between the starts of maps and rows that every vector width divides. */
#define BIQA_CPU_ALIGN 16

/* A layer's output: (channels, samples, height, width) floats, each channel from a multiple of
 * pitch on, so that all pixels of a channel are one run. Behind them there is room for a vector. */
typedef struct {
    gsize offset; /* in the arena, in floats */
    gsize pitch;
    BiqaShape shape;
    guint samples;
} BiqaCpuMap;

/* Lays out the outputs of all layers of an inferred graph (transfer full: maps has an entry each);
 * maps that are not needed at the same time share memory, but the input and pools have their own: a
 * pool reads each of its inputs as soon as it is there. Returns the floats that takes. */
gsize biqa_cpu_maps_place(const BiqaGraph *graph, guint samples, BiqaCpuMap *maps);

/* A pitch for n floats and a vector: an odd number of cache lines, as rows that lie a power of two
 * apart would share a few lines of the cache. */
gsize biqa_cpu_pitch(gsize n);

static inline gsize biqa_cpu_map_plane(const BiqaCpuMap *map)
{
    return (gsize)map->shape.h * map->shape.w;
}

/* All pixels of all samples of a channel. */
static inline gsize biqa_cpu_map_run(const BiqaCpuMap *map)
{
    return map->samples * biqa_cpu_map_plane(map);
}
