/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of activations, halos included. */
#include "arena.h"

typedef struct {
    guint top, left, bottom, right;
} Halo;

/* Zeros after n rows (columns) that a CONV's last kernel reaches into. */
static guint pad_after(const BiqaLayer *conv, guint n, guint out, guint kernel)
{
    const gint reach = (gint)((out - 1) * conv->stride + kernel) -
                       (gint)(n + biqa_layer_pad_before(conv, n, kernel));

    return (guint)MAX(reach, 0);
}

static void halo_widen(Halo *halo, const BiqaLayer *conv, BiqaShape in)
{
    halo->top = MAX(halo->top, biqa_layer_pad_before(conv, in.h, conv->kernel_h));
    halo->left = MAX(halo->left, biqa_layer_pad_before(conv, in.w, conv->kernel_w));
    halo->bottom = MAX(halo->bottom, pad_after(conv, in.h, conv->shape.h, conv->kernel_h));
    halo->right = MAX(halo->right, pad_after(conv, in.w, conv->shape.w, conv->kernel_w));
}

/* The halo of a layer's output: as wide as any of its readers wants it. */
static Halo layer_halo(const BiqaGraph *graph, guint layer)
{
    Halo halo = {0};

    for (guint i = layer + 1; i < graph->n_layers; i++)
        if (graph->layers[i].kind == BIQA_LAYER_CONV && graph->layers[i].inputs[0] == layer)
            halo_widen(&halo, &graph->layers[i], graph->layers[layer].shape);
    return halo;
}

void biqa_vk_arena_add(const BiqaGraph *graph, guint samples, gsize *end, BiqaVkMap *maps)
{
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaShape shape = graph->layers[i].shape;
        const Halo halo = layer_halo(graph, i);
        const gsize row = halo.left + shape.w + halo.right;
        const gsize plane = row * (halo.top + shape.h + halo.bottom);
        const gsize sample = plane * biqa_vk_planes(shape.c);

        maps[i] = (BiqaVkMap){
            .view = {.origin = *end + halo.top * row + halo.left,
                     .row = row,
                     .plane = plane,
                     .sample_stride = sample},
            .shape = shape,
            .samples = samples,
        };
        *end += sample * samples;
    }
}

gsize biqa_vk_arena_slack(const BiqaVkMap *maps, guint n_maps)
{
    gsize longest = 0;

    for (guint i = 0; i < n_maps; i++)
        longest = MAX(longest, maps[i].view.row);
    return (longest + BIQA_MAX_OVERREAD) * BIQA_MAX_OVERREAD;
}

uint32_t biqa_vk_map_corner(const BiqaVkMap *map, guint pad_top, guint pad_left)
{
    return map->view.origin - pad_top * map->view.row - pad_left;
}
