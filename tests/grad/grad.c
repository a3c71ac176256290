/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grad.h"

void grad_fill_uniform(float *values, gsize n, double lo, double hi, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    for (gsize i = 0; i < n; i++)
        values[i] = (float)g_rand_double_range(rand, lo, hi);
    g_rand_free(rand);
}

TrainNet *grad_net_new(const BiqaGraph *graph, guint n, TrainWorkers *workers, guint32 seed)
{
    TrainNet *net = train_net_new(graph, n, workers);
    for (guint s = 0; s < n; s++)
        grad_fill_uniform(train_net_input(net, s), biqa_shape_size(graph->layers[0].shape), -1., 1.,
                          seed + s);
    return net;
}
