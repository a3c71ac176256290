/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A graph on batches, forward and backward, in parallel over samples. The batch is cut into
 * TRAIN_SLICES slices whatever the number of threads, so sums have one order and one result. */
#pragma once

#include "graph.h"
#include "workers.h"

#define TRAIN_SLICES 8

/* What NORM layers normalise by. */
typedef enum {
    TRAIN_NORM_FROZEN, /* the mean and variance among the parameters */
    TRAIN_NORM_BATCH,  /* those of the batch, per channel over samples and pixels */
} TrainNorm;

typedef struct TrainNet TrainNet;

/* Arenas for up to capacity samples. graph must be inferred and is copied; workers is borrowed. */
TrainNet *train_net_new(const BiqaGraph *graph, guint capacity, TrainWorkers *workers);
void train_net_free(TrainNet *net);

const BiqaGraph *train_net_graph(const TrainNet *net);

/* Where the input of a sample goes: (3, size, size) floats, to be filled before forward. */
float *train_net_input(TrainNet *net, guint sample);

/* Raw scores of the first n samples into scores (n floats); keeps what backward needs. */
void train_net_forward(TrainNet *net, guint n, const float *params, TrainNorm norm, float *scores);

/* Of the last forward: output of a layer for a sample, (C, H, W). A CONV, NORM or ADD that only a
 * RELU, RELU6 or CLIP reads shares its memory and so holds the clamped values. (borrowed) */
const float *train_net_output(const TrainNet *net, guint sample, guint layer);

/* d_scores (n floats) is dL/dscore of the last forward; dL/dparams is added to gradient (n_params
 * floats). Layers before first_layer are left out: neither computed nor touched. Same params as
 * forward. */
void train_net_backward(TrainNet *net, const float *params, const float *d_scores,
                        guint first_layer, float *gradient);

/* The same for a graph with two outputs: d_outputs[1] is dL/d(second output). Either may be NULL.
 */
void train_net_backward_both(TrainNet *net, const float *params, const float *const d_outputs[2],
                             guint first_layer, float *gradient);

/* After a forward with TRAIN_NORM_BATCH: moves the mean and (unbiased) variance in params towards
 * the batch's, statistic += momentum * (batch - statistic). */
void train_net_update_statistics(const TrainNet *net, double momentum, float *params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainNet, train_net_free)
