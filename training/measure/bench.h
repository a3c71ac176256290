/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast this machine trains, beside the matrix products it can do. */
#pragma once

#include "recipe.h"
#include "workers.h"

typedef struct {
    const char *what; /* "step", "ohem step", "crop", ... */
    guint size;       /* of the crops or pictures, in pixels; 0: does not apply */
    guint n;          /* images at once */
    double images;    /* a second, in the fastest round */
    double cpu;       /* images a second of processor time, in the cheapest round */
    double share;     /* of the rate of matrix products, by processor time; NaN: does not apply */
} TrainBenchRow;

typedef struct {
    guint threads;
    double products; /* floating-point operations a second: 512 x 512 x 512, all threads */
    double memory;   /* bytes: the most this process held so far (0: the system does not tell) */
    GArray *rows;    /* TrainBenchRow */
} TrainBench;

/* recipe: its network, sizes and numbers of crops; NULL: a network like MobileNetV1 0.5 on crops of
 * 112 and 224 pixels. seconds: to spend on each row. Steps are whole ones: forward, losses,
 * backward and optimiser; "ohem step" has both branches. Input is measured on pictures made up for
 * it: decoding PNG, every distortion at its middle level, cropping as the loop does. */
TrainBench *train_bench(const TrainRecipe *recipe, double seconds, TrainWorkers *workers,
                        GError **error);
void train_bench_free(TrainBench *bench);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainBench, train_bench_free)
