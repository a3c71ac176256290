/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The yardstick: what OpenBLAS does on one core here. */
#include "bench.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#include <time.h>

#define SIDE 512
#define ROUNDS 12

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

double bench_products(void)
{
    g_autofree float *a = g_new(float, SIDE *SIDE), *b = g_new(float, SIDE *SIDE);
    g_autofree float *c = g_new0(float, SIDE *SIDE);
    double best = INFINITY;

    for (guint i = 0; i < SIDE * SIDE; i++)
        a[i] = b[i] = (float)(i % 17) - 8.f;
    openblas_set_num_threads(1);
    for (guint i = 0; i < ROUNDS; i++) {
        const double start = cpu_seconds();

        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1.f, a, SIDE, b,
                    SIDE, 0.f, c, SIDE);
        best = MIN(best, cpu_seconds() - start);
    }
    return 2. * SIDE * SIDE * SIDE / best;
}
#else
double bench_products(void)
{
    return NAN;
}
#endif
