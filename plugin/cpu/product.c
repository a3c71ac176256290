/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weights in the order in which lanes-template.h reads them. */
#include "product.h"

#include <string.h>

static gsize count_terms(const BiqaCpuMatrix *matrix)
{
    gsize n = 0;

    for (gsize i = 0; i < (gsize)matrix->outputs * matrix->depth; i++)
        n += matrix->weights[i] != 0.f;
    return n;
}

static void pack_dense(BiqaCpuProduct *product, const BiqaCpuMatrix *matrix)
{
    const guint rows = product->lanes->rows, depth = matrix->depth;
    const guint padded = (matrix->outputs + rows - 1) / rows * rows;

    product->weights = g_new0(float, (gsize)padded *depth);
    product->bias = g_new0(float, padded);
    memcpy(product->bias, matrix->bias, sizeof(float) * matrix->outputs);
    for (guint o = 0; o < matrix->outputs; o++)
        for (guint k = 0; k < depth; k++)
            product->weights[((gsize)(o / rows) * depth + k) * rows + o % rows] =
                matrix->weights[(gsize)o * depth + k];
    product->dense = (BiqaCpuDense){
        .outputs = matrix->outputs,
        .depth = depth,
        .weights = product->weights,
        .bias = product->bias,
    };
}

static void pack_sparse(BiqaCpuProduct *product, const BiqaCpuMatrix *matrix, gsize n_terms)
{
    const guint blocks = (matrix->depth + BIQA_CPU_DEPTH - 1) / BIQA_CPU_DEPTH;
    guint n = 0, *start;

    product->bias = g_memdup2(matrix->bias, sizeof(float) * matrix->outputs);
    product->terms = g_new(BiqaCpuTerm, n_terms + 1);
    product->starts = start = g_new(guint, (gsize)blocks * matrix->outputs + 1);
    for (guint b = 0; b < blocks; b++)
        for (guint o = 0; o < matrix->outputs; o++) {
            *start++ = n;
            for (guint k = b * BIQA_CPU_DEPTH; k < MIN((b + 1) * BIQA_CPU_DEPTH, matrix->depth);
                 k++) {
                const float weight = matrix->weights[(gsize)o * matrix->depth + k];

                if (weight != 0.f)
                    product->terms[n++] = (BiqaCpuTerm){(uint32_t)(k * matrix->x_pitch), weight};
            }
        }
    *start = n;
    product->sparse = (BiqaCpuSparse){
        .outputs = matrix->outputs,
        .blocks = blocks,
        .terms = product->terms,
        .starts = product->starts,
        .bias = product->bias,
    };
}

void biqa_cpu_product_init(BiqaCpuProduct *product, const BiqaCpuLanes *lanes,
                           const BiqaCpuMatrix *matrix, double density)
{
    const gsize n_terms = count_terms(matrix);

    *product = (BiqaCpuProduct){
        .lanes = lanes,
        .pruned = n_terms <= density * matrix->outputs * matrix->depth &&
                  matrix->depth * matrix->x_pitch <= G_MAXUINT32,
    };
    if (product->pruned)
        pack_sparse(product, matrix, n_terms);
    else
        pack_dense(product, matrix);
}

void biqa_cpu_product_clear(BiqaCpuProduct *product)
{
    g_free(product->weights);
    g_free(product->bias);
    g_free(product->terms);
    g_free(product->starts);
    *product = (BiqaCpuProduct){0};
}
