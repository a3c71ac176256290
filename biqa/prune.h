/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The self-competitor's rule: what of the full model it lacks. */
#pragma once

#include "graph.h"

typedef enum {
    BIQA_PRUNE_WEIGHTS,  /* the smallest convolution weights, wherever they are */
    BIQA_PRUNE_CHANNELS, /* of each set of channels the weakest, with all that belongs to them */
    BIQA_N_PRUNE_STRUCTURES
} BiqaPruneStructure;

typedef struct {
    BiqaPruneStructure structure;
    double ratio; /* share that goes: of all convolution weights, or of each set's channels;
                     0 <= ratio < 1 */
} BiqaPruneRule;

/* Marks with 1 what stays and with 0 what goes; mask has graph->n_params bytes, 1 for what the rule
 * does not speak of. params are the weights as trained, not folded.
 *
 * WEIGHTS (the rule of OHEM's mask.py): of the N convolution weights of the graph together, with
 * k = ceil(ratio * N), those stay whose magnitude is at least the (k+1)-th smallest.
 *
 * CHANNELS: of a set of n channels (channels.h) that need not be kept, the floor(ratio * n) go
 * whose convolution weights (filters and what reads them) have the smallest sum of squares, of
 * equal ones the first. All of biqa_channels_runs() goes with them. */
void biqa_prune_mask(const BiqaGraph *graph, const float *params, const BiqaPruneRule *rule,
                     guint8 *mask);

/* params * mask into out (which may be params). */
void biqa_prune_apply(const BiqaGraph *graph, const float *params, const guint8 *mask, float *out);

/* "weights", "channels". */
const char *biqa_prune_structure_name(BiqaPruneStructure structure);

/* The structure of that name; FALSE if there is none. */
gboolean biqa_prune_structure_find(const char *name, BiqaPruneStructure *structure);
