/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loops that vectorise. */
#include "runs.h"

#include "hot.h"
#include "layer.h"
#include <math.h>

BIQA_HOT void biqa_run_clamp(const float *x, gsize n, float bias, float lo, float hi, float *y)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        const float value = x[i] + bias;
        const float raised = value > lo ? value : lo;
        y[i] = raised < hi ? raised : hi;
    }
}

BIQA_HOT void biqa_run_add(const float *a, const float *b, gsize n, float lo, float hi,
                           float *restrict y)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        const float value = a[i] + b[i];
        const float raised = value > lo ? value : lo;
        y[i] = raised < hi ? raised : hi;
    }
}

/* Sums are floats over so many values, which is exact enough and twice as fast, and doubles beyond.
 */
#define PART 1024

BIQA_HOT static double sum_run(const float *x, gsize n)
{
    double total = 0.;

    for (gsize at = 0; at < n; at += PART) {
        const gsize end = MIN(at + PART, n);
        float sum = 0.f;
#pragma omp simd reduction(+ : sum)
        for (gsize i = at; i < end; i++)
            sum += x[i];
        total += sum;
    }
    return total;
}

BIQA_HOT static double squares_run(const float *x, gsize n, float mean)
{
    double total = 0.;

    for (gsize at = 0; at < n; at += PART) {
        const gsize end = MIN(at + PART, n);
        float sum = 0.f;
#pragma omp simd reduction(+ : sum)
        for (gsize i = at; i < end; i++)
            sum += (x[i] - mean) * (x[i] - mean);
        total += sum;
    }
    return total;
}

void biqa_run_pool(const float *x, gsize n, float *mean, float *deviation)
{
    *mean = (float)(sum_run(x, n) / n);
    if (deviation)
        *deviation = (float)sqrt(squares_run(x, n, *mean) / n + (double)BIQA_POOL_EPSILON);
}
