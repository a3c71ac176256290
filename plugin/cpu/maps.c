/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of activations. */
#include "maps.h"

gsize biqa_cpu_pitch(gsize n)
{
    return BIQA_CPU_ALIGN * ((n + 2 * BIQA_CPU_ALIGN - 1) / BIQA_CPU_ALIGN | 1);
}

static gboolean is_pool(const BiqaGraph *graph, guint i)
{
    return graph->layers[i].kind == BIQA_LAYER_POOL;
}

static gsize map_size(const BiqaCpuMap *map)
{
    return map->shape.c * map->pitch;
}

/* last[i]: the last layer that reads layer i, pools not counted; the output is read for ever. */
static void find_last_readers(const BiqaGraph *graph, guint *last)
{
    for (guint i = 0; i < graph->n_layers; i++) {
        last[i] = i;
        for (guint k = 0; k < graph->layers[i].n_inputs && !is_pool(graph, i); k++)
            last[graph->layers[i].inputs[k]] = i;
    }
    last[0] = last[graph->n_layers - 1] = graph->n_layers;
}

static gboolean overlap(const BiqaCpuMap *a, const BiqaCpuMap *b)
{
    return a->offset < b->offset + map_size(b) && b->offset < a->offset + map_size(a);
}

/* The lowest place for map i that no map needed now has; pools come later. */
static void place_map(const BiqaGraph *graph, guint i, const guint *last, BiqaCpuMap *maps)
{
    gboolean moved = TRUE;

    while (moved) {
        moved = FALSE;
        for (guint k = 0; k < i; k++)
            if (!is_pool(graph, k) && last[k] >= i && overlap(&maps[k], &maps[i])) {
                maps[i].offset = maps[k].offset + map_size(&maps[k]);
                moved = TRUE;
            }
    }
}

gsize biqa_cpu_maps_place(const BiqaGraph *graph, guint samples, BiqaCpuMap *maps)
{
    g_autofree guint *last = g_new(guint, graph->n_layers);
    gsize end = 0;

    find_last_readers(graph, last);
    for (guint i = 0; i < graph->n_layers; i++) {
        maps[i] = (BiqaCpuMap){.shape = graph->layers[i].shape, .samples = samples};
        maps[i].pitch = biqa_cpu_pitch(biqa_cpu_map_run(&maps[i]));
        if (is_pool(graph, i))
            continue;
        place_map(graph, i, last, maps);
        end = MAX(end, maps[i].offset + map_size(&maps[i]));
    }
    for (guint i = 0; i < graph->n_layers; i++)
        if (is_pool(graph, i)) {
            maps[i].offset = end;
            end += map_size(&maps[i]);
        }
    return end;
}
