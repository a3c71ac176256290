/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the gradient tests share: graphs from text, seeded numbers. */
#pragma once

#include "net.h"

/* A graph inferred for size; lines as in biqa_graph_parse(), NULL-terminated. (transfer full) */
BiqaGraph *grad_graph_new(const char *const *lines, guint size);

/* Seeded values in lo..hi. */
void grad_fill_uniform(float *values, gsize n, double lo, double hi, guint32 seed);

/* A net with its first n samples' inputs filled. (transfer full) */
TrainNet *grad_net_new(const BiqaGraph *graph, guint n, TrainWorkers *workers, guint32 seed);
