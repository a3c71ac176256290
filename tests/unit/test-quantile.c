/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The quantile sketch against sorted values, on inputs made to be awkward for it. */
#include "quantile.h"

#include <math.h>
#include <stdlib.h>

#define N 20000

/* Inputs: value i of N. Orders matter to many sketches, gaps and repetitions to all. */
static double rising(guint i, GRand *rand)
{
    return 100.0 * i / (N - 1);
}

static double falling(guint i, GRand *rand)
{
    return 100 - rising(i, rand);
}

static double inward(guint i, GRand *rand)
{
    return i % 2 ? rising(i / 2, rand) : 100 - rising(i / 2, rand);
}

static double uniform(guint i, GRand *rand)
{
    return g_rand_double_range(rand, 0, 100);
}

static double two_heaps(guint i, GRand *rand)
{
    return i % 3 ? g_rand_double_range(rand, 0, .02) : g_rand_double_range(rand, 99.9, 100);
}

/* As many small values as large ones: every bucket is as full as the others. */
static double by_magnitude(guint i, GRand *rand)
{
    return BIQA_QUANTILE_LOWEST * pow(100 / BIQA_QUANTILE_LOWEST, g_rand_double(rand));
}

static double ends(guint i, GRand *rand)
{
    return i % 2 ? 0 : 100;
}

static double constant(guint i, GRand *rand)
{
    return 61.803398875;
}

/* Values that lie on the edges of buckets, where rounding decides. */
static double edges(guint i, GRand *rand)
{
    const double base = (1 + BIQA_QUANTILE_ERROR) / (1 - BIQA_QUANTILE_ERROR);

    return MIN(BIQA_QUANTILE_LOWEST * pow(base, i % 2303), 100);
}

static const struct {
    const char *name;
    double (*value)(guint i, GRand *rand);
} inputs[] = {
    {"rising", rising},   {"falling", falling},     {"inward", inward},
    {"uniform", uniform}, {"two-heaps", two_heaps}, {"by-magnitude", by_magnitude},
    {"ends", ends},       {"constant", constant},   {"edges", edges},
};

static const double quantiles[] = {0, .0001, .01, .05, .1, .25, .5, .75, .9, .95, .99, .9999, 1};

static int compare(gconstpointer a, gconstpointer b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The bound of the header; its last factor is for the rounding of log(), exp() and what multiplies
 * them, each a few units in the last place of numbers below 2304. */
static double bound(double exact)
{
    return exact < BIQA_QUANTILE_LOWEST ? BIQA_QUANTILE_LOWEST
                                        : exact * BIQA_QUANTILE_ERROR * (1 + 1e-9);
}

/* Sorts values. */
static void check(const BiqaQuantile *sketch, const char *name, double *values, guint n)
{
    qsort(values, n, sizeof *values, compare);
    for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++) {
        const double exact = values[(guint)floor(quantiles[i] * (n - 1))];
        const double got = biqa_quantile_at(sketch, quantiles[i]);

        if (!(fabs(got - exact) <= bound(exact)))
            g_error("%s, n %u, q %g: expected %.17g -/+ %g, got %.17g", name, n, quantiles[i],
                    exact, bound(exact), got);
    }
}

static void test_bound(void)
{
    g_autofree BiqaQuantile *sketch = g_new(BiqaQuantile, 1);
    g_autofree double *values = g_new(double, N);
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (guint input = 0; input < G_N_ELEMENTS(inputs); input++) {
        for (guint n = 1; n <= N; n = n < 8 ? n + 1 : n * 7) {
            biqa_quantile_init(sketch);
            for (guint i = 0; i < n; i++)
                biqa_quantile_add(sketch, values[i] = inputs[input].value(i, rand));
            g_assert_cmpuint(sketch->n, ==, n);
            check(sketch, inputs[input].name, values, n);
        }
    }
}

/* Two halves merged are the whole, to the bit. */
static void test_merge(void)
{
    g_autofree BiqaQuantile *parts = g_new(BiqaQuantile, 3);
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);

    for (guint p = 0; p < 3; p++)
        biqa_quantile_init(&parts[p]);
    for (guint i = 0; i < N; i++) {
        const double value = uniform(i, rand);

        biqa_quantile_add(&parts[2], value);
        biqa_quantile_add(&parts[i > N / 3], value);
    }
    biqa_quantile_merge(&parts[0], &parts[1]);
    g_assert_cmpuint(parts[0].n, ==, N);
    for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++)
        g_assert_cmpfloat(biqa_quantile_at(&parts[0], quantiles[i]), ==,
                          biqa_quantile_at(&parts[2], quantiles[i]));
}

static void test_empty(void)
{
    g_autofree BiqaQuantile *sketch = g_new(BiqaQuantile, 1);

    biqa_quantile_init(sketch);
    g_assert_true(isnan(biqa_quantile_at(sketch, .5)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quantile/bound", test_bound);
    g_test_add_func("/quantile/merge", test_merge);
    g_test_add_func("/quantile/empty", test_empty);
    return g_test_run();
}
