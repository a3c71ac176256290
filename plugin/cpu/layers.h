/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folded network whose weights are packed, and its layers' forward passes on maps of an arena. */
#pragma once

#include "maps.h"
#include "product.h"

/* What a pool makes of one of its inputs: channels from first on. */
typedef struct {
    guint pool, k, first;
} BiqaCpuPart;

typedef struct {
    BiqaNet *net; /* owned */
    const BiqaCpuLanes *lanes;
    BiqaCpuMap *maps; /* owned, one a layer */
    /* For each layer a product a group, owned; NULL where a layer has none. */
    BiqaCpuProduct **products;
    GArray *parts;        /* of BiqaCpuPart; of all pools */
    gsize arena, scratch; /* floats that running takes */
} BiqaCpuNet;

/* net (transfer full), folded and inferred. density: see biqa_cpu_product_init(). */
BiqaCpuNet *biqa_cpu_net_new(BiqaNet *net, const BiqaCpuLanes *lanes, guint samples,
                             double density);
void biqa_cpu_net_free(BiqaCpuNet *net); /* NULL is fine */

/* Runs layer i, whose inputs are in the arena. */
void biqa_cpu_net_run(const BiqaCpuNet *net, guint layer, float *arena, float *scratch);

/* Runs a part, whose input is in the arena; when all parts of a pool have run, it has. */
void biqa_cpu_net_run_part(const BiqaCpuNet *net, const BiqaCpuPart *part, float *arena);

/* The layer that a part reads. */
static inline guint biqa_cpu_part_input(const BiqaCpuNet *net, const BiqaCpuPart *part)
{
    return net->net->graph->layers[part->pool].inputs[part->k];
}

/* What a layer runs as, for people: "depthwise". */
const char *biqa_cpu_net_kernel(const BiqaCpuNet *net, guint layer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaCpuNet, biqa_cpu_net_free)
