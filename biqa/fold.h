/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a network as trained to one that runs: normalisation folded into convolutions. */
#pragma once

#include "graph.h"

/* The same function with fewer layers: INPUT, CONV, ADD, CLIP, POOL and LINEAR only. NORM goes into
 * the CONV before it (a depthwise 1x1 CONV takes its place where there is none), RELU, RELU6 and
 * CLIP into the clamp of a CONV or ADD that nobody else reads, and every CONV has a bias. graph
 * must be inferred; params is its arena (the competitor's is masked already). origin, if not NULL,
 * receives an array (transfer full) with, for each layer of the result, the layer of graph that has
 * the same output. */
BiqaNet *biqa_fold(const BiqaGraph *graph, const float *params, guint **origin);
