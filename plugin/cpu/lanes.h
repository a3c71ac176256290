/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops that a processor's vector width decides, compiled for each width; which of them run is
 * decided when a backend is opened. */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Floats of the widest vector. */
#define BIQA_CPU_MAX_WIDTH 16

/* Depth of the blocks a pruned product is done in, so that a tile of its input (rows of four
 * vectors) stays in the caches next to the core. */
#define BIQA_CPU_DEPTH 160

/* A product of every weight: blocks of lanes->rows outputs, the last one filled up with zeros. */
typedef struct {
    guint outputs, depth;
    const float *weights; /* (blocks, depth, rows) */
    const float *bias;    /* (blocks, rows) */
} BiqaCpuDense;

/* A weight that is not zero. */
typedef struct {
    uint32_t from; /* where its input starts, in floats */
    float weight;
} BiqaCpuTerm;

/* A product of the weights that are left. Terms lie by block of inputs, then by output; those of
 * output o in block b are starts[b * outputs + o] .. starts[b * outputs + o + 1] - 1. */
typedef struct {
    guint outputs, blocks;
    const BiqaCpuTerm *terms;
    const guint *starts;
    const float *bias;
} BiqaCpuSparse;

/* What a product reads and writes. Rows of x are readable, and rows of y writable, up to n rounded
 * up to lanes->width floats. */
typedef struct {
    const float *x; /* (depth, n) */
    gsize x_pitch;  /* floats from row to row; a sparse product knows it from its terms */
    float *y;       /* (outputs, n) = clamp(weights x + bias) */
    gsize y_pitch;
    gsize n;
    float lo, hi;
} BiqaCpuRun;

/* One channel of a depthwise convolution: y[v][u] = clamp(bias + sum over t of
 * weights[t] * x[v * x_row + at[t] + u]). x is readable, and y writable, for a vector beyond the
 * last value; what is written there is no value. */
typedef struct {
    const float *x, *weights;
    const guint *at;
    gsize x_row;
    guint n_taps;
    float bias, lo, hi;
    float *y; /* (height, width) */
    guint width, height;
} BiqaCpuTaps;

/* One channel of a depthwise convolution by a 3x3 kernel with a stride of one or two, from a map
 * itself: at most one row and one column of zeros lie on each side of it. x is readable for two
 * vectors beyond either end. */
typedef struct {
    const float *x, *weights;
    const float *zeros; /* as long a row of them as x has, readable as x is */
    guint h, w;         /* of x */
    guint stride, top, left;
    float bias, lo, hi;
    float *y; /* (height, width), writable as that of BiqaCpuTaps */
    guint width, height;
    /* Of a row's first vector, and of its last (which may be the same one): -1 for lanes whose tap
     * of that column lies in the map, else 0. biqa_cpu_nine_mask() fills them. */
    gint32 inside[2][3][BIQA_CPU_MAX_WIDTH];
} BiqaCpuNine;

/* Inputs of a convolution that few() does. */
#define BIQA_CPU_FEW 4

/* A convolution of at most BIQA_CPU_FEW channels by 3x3 kernels, from the maps themselves. */
typedef struct {
    const BiqaCpuDense *product; /* depth: nine taps for each input */
    const BiqaCpuNine *plane; /* of the first input and output; its weights and bias do not count */
    gsize x_pitch, y_pitch;   /* floats from channel to channel */
} BiqaCpuFew;

typedef struct {
    const char *name; /* "AVX-512" */
    guint width;      /* floats of a vector */
    guint rows;       /* outputs of a block of dense weights */
    void (*dense)(const BiqaCpuDense *product, const BiqaCpuRun *run);
    void (*sparse)(const BiqaCpuSparse *product, const BiqaCpuRun *run);
    void (*depthwise)(const BiqaCpuTaps *taps);
    void (*nine)(const BiqaCpuNine *plane);
    void (*few)(const BiqaCpuFew *call);
} BiqaCpuLanes;

/* Fills inside from the widths, left and stride; once for all channels. */
void biqa_cpu_nine_mask(BiqaCpuNine *nine, const BiqaCpuLanes *lanes);

/* The widest that this processor has, or, where name is not NULL, the one of that name. NULL if
 * there is none. */
const BiqaCpuLanes *biqa_cpu_lanes(const char *name);

/* All that were compiled, the widest first, NULL-terminated; not all of them may run here. */
const BiqaCpuLanes *const *biqa_cpu_lanes_all(void);
gboolean biqa_cpu_lanes_usable(const BiqaCpuLanes *lanes);
