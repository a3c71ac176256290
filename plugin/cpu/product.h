/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A matrix product by weights that do not change, in the form that is fastest for them: all of
 * them, or those alone that are not zero. */
#pragma once

#include "lanes.h"

typedef struct {
    const float *weights; /* (outputs, depth) */
    const float *bias;    /* outputs */
    guint outputs, depth;
    gsize x_pitch; /* of the runs to come */
} BiqaCpuMatrix;

typedef struct {
    const BiqaCpuLanes *lanes;
    gboolean pruned;
    BiqaCpuDense dense;
    BiqaCpuSparse sparse;
    /* owned, as far as they are used: */
    float *weights, *bias;
    BiqaCpuTerm *terms;
    guint *starts;
} BiqaCpuProduct;

/* The share of weights up to which leaving out the others pays. */
#define BIQA_CPU_DENSITY .4

/* density: at most which share of weights that are not zero makes a pruned product. */
void biqa_cpu_product_init(BiqaCpuProduct *product, const BiqaCpuLanes *lanes,
                           const BiqaCpuMatrix *matrix, double density);
void biqa_cpu_product_clear(BiqaCpuProduct *product); /* a zeroed one is fine */

static inline void biqa_cpu_product_run(const BiqaCpuProduct *product, const BiqaCpuRun *run)
{
    if (product->pruned)
        product->lanes->sparse(&product->sparse, run);
    else
        product->lanes->dense(&product->dense, run);
}
