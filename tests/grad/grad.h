/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the gradient tests share: seeded numbers. */
#pragma once

#include "net.h"

/* Seeded values in lo..hi. */
void grad_fill_uniform(float *values, gsize n, double lo, double hi, guint32 seed);

/* A net with its first n samples' inputs filled. (transfer full) */
TrainNet *grad_net_new(const BiqaGraph *graph, guint n, TrainWorkers *workers, guint32 seed);
