/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of a benchmark share. */
#pragma once

#include "bench.h"
#include "graph.h"

/* Runs task(data), which works on row->n images, once to warm up and then for seconds; fills in the
 * row's rates (flop: of an image; NaN where products are no measure) and adds it. */
void bench_measure(TrainBench *bench, TrainBenchRow row, double flop, double seconds,
                   void (*task)(gpointer data), gpointer data);

/* Rows of the input side. */
gboolean bench_input(TrainBench *bench, const BiqaInput *input, double seconds,
                     TrainWorkers *workers, GError **error);

/* Layers like those of MobileNetV1 0.5, not inferred. (transfer full) */
BiqaGraph *bench_graph_new(void);
