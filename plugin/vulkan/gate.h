/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tasks of a model run on a frame, decided on the device between its own steps and the other
 * tasks': those have as many groups as they need, or none. */
#pragma once

#include "arena.h"
#include "model.h"

typedef struct {
    const BiqaModel *model;  /* with tasks */
    guint layer;             /* the last pool of its full branch */
    const BiqaVkMap *pooled; /* what that gives */
    uint32_t scratch;        /* first of biqa_vk_gate_texels() */
    GArray *weights;         /* of floats; tables and centroids are appended */
} BiqaVkGateContext;

/* Texels of scratch that deciding on n_steps takes. The first hold the weights of the tasks when
 * it is done, four each; 0 for those that do not run. */
gsize biqa_vk_gate_texels(const BiqaModel *model, guint n_steps);

/* Appends steps that weigh the tasks of the model (pipelines still missing), and then gated, the
 * steps of all tasks but 0: each is told where its groups will lie. */
void biqa_vk_gate_add(const BiqaVkGateContext *context, const GArray *gated, GArray *steps);
