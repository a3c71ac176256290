/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which channels of a graph stand or fall together, and the parameters that go with one. */
#pragma once

#include "graph.h"

/* A layer whose channels are those of another (a normalisation, a clamp, a depthwise convolution, a
 * sum) is of the same set as it. Channel c of a set is channel c of all its layers. */
typedef struct {
    const BiqaGraph *graph; /* borrowed */
    guint *set;             /* of each layer: the first layer of its set */
    gboolean *kept;         /* of a set's first layer: no channel of the set may go */
} BiqaChannels;

/* Parameters first..first + n - 1 of the arena. */
typedef struct {
    gsize first, n;
    gboolean weights; /* of a convolution, and neither bias nor normalisation */
} BiqaParamRun;

/* graph must be inferred. Kept are the sets of the input and of vectors, of what grouped
 * convolutions other than depthwise ones read and make, and of maps that are pooled for anything
 * but linear layers. */
BiqaChannels *biqa_channels_new(const BiqaGraph *graph);
void biqa_channels_free(BiqaChannels *channels);

/* All that would not be missed if channel c of a set were zero: its filters, biases, scales and
 * shifts, and the columns of the convolutions that read it. runs (of BiqaParamRun) is emptied
 * first. */
void biqa_channels_runs(const BiqaChannels *channels, guint set, guint c, GArray *runs);

/* Whether a CONV has a group for each of its in input channels, and makes one channel of each. */
gboolean biqa_conv_keeps_channels(const BiqaLayer *conv, guint in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaChannels, biqa_channels_free)
