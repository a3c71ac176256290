/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bootstrap intervals, Meng's z, random parts. The expected figures come from SciPy 1.10 (its
 * kendalltau, spearmanr and norm; Meng's formula and 20000 resamples written out in Python). */
#include "significance.h"

#include "splits.h"
#include <math.h>

#define N 60

typedef struct {
    double x[N], other[N], y[N];
} Data;

static Data make_data(void)
{
    Data data;
    for (guint i = 0; i < N; i++) {
        data.y[i] = i;
        data.x[i] = i * 37 % 60 * .35 + i * .65;
        data.other[i] = i * 23 % 60 * .5 + i * .5;
    }
    return data;
}

static void test_meng(void)
{
    static const struct {
        TrainMeng meng;
        double z, p;
    } cases[] = {
        {{.63, -.03, -.19, 15, 1}, 1.6793854401761488, .09307694901621547},
        {{.5, .4, .1, 103, 1}, .8882145353913582, .37442536149480865},
        {{.8, .7, .9, 50, TRAIN_SPEARMAN_VARIANCE}, 2.349114521512331, .01881811794486758},
        {{.9, .2, -.9, 20, 1}, 2.6851026811271583, .0072507526598241355},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const double z = train_meng_z(&cases[i].meng);
        g_assert_cmpfloat_with_epsilon(z, cases[i].z, 1e-9);
        g_assert_cmpfloat_with_epsilon(train_normal_p(z), cases[i].p, 1e-9);
        TrainMeng swapped = cases[i].meng;
        swapped.r1 = cases[i].meng.r2;
        swapped.r2 = cases[i].meng.r1;
        g_assert_cmpfloat_with_epsilon(train_meng_z(&swapped), -z, 1e-12);
    }
    const TrainMeng same = {.7, .7, 1, 30, 1}, few = {.9, .1, .2, 3, 1},
                    perfect = {1, .5, .5, 9, 1};
    g_assert_cmpfloat(train_meng_z(&same), ==, 0);
    g_assert_cmpfloat(train_meng_z(&few), ==, 0);
    g_assert_true(isfinite(train_meng_z(&perfect)));
}

/* 15 pairs with ties on both sides, and the definition of tau-b over all pairs. */
static void test_kendall(void)
{
    const double a[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9},
                 b[] = {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4};
    g_assert_cmpfloat_with_epsilon(train_krcc(a, b, 15), .1570874410539306, 1e-12);
    g_assert_cmpfloat_with_epsilon(train_srcc(a, b, 15), .17916174391114706, 1e-12);
    g_assert_cmpfloat(train_krcc(a, b, 0), ==, 0);
    g_assert_cmpfloat(train_krcc(a, b, 1), ==, 0);

    const Data data = make_data();
    gint64 sum = 0;
    for (guint i = 0; i < N; i++) {
        for (guint j = 0; j < i; j++)
            sum += data.x[i] > data.x[j] ? 1 : -1; /* y rises; x has no ties */
    }
    g_assert_cmpfloat_with_epsilon(train_krcc(data.x, data.y, N), sum / (N * (N - 1) / 2.), 1e-12);
}

static TrainBootstrap bootstrap(TrainWorkers *workers, guint64 seed)
{
    return (TrainBootstrap){2000, seed, .95, workers};
}

/* 2000 resamples against 20000 of another generator: the ends of an interval stray by
 * sqrt(.025 * .975 / 2000) / density, here below .01 (the density of a normal of the intervals' own
 * width, about .022 and .069, at its 2.5 % is .06 over that deviation). Three times that. */
static void test_intervals(void)
{
    const Data data = make_data();
    TrainWorkers *workers = train_workers_new(2);
    const TrainBootstrap plan = bootstrap(workers, 1);
    const TrainAgreementIntervals i = train_bootstrap_agreement(&plan, data.x, data.y, N);
    const TrainComparison c = train_compare_srcc(&plan, data.x, data.other, data.y, N);

    g_assert_cmpfloat_with_epsilon(i.srcc.low, .84027755, .01);
    g_assert_cmpfloat_with_epsilon(i.srcc.high, .92683704, .01);
    g_assert_cmpfloat_with_epsilon(c.difference, .8996387885523759 - .702037724633631, 1e-12);
    g_assert_cmpfloat_with_epsilon(c.interval.low, .07582662, .03);
    g_assert_cmpfloat_with_epsilon(c.interval.high, .34630091, .03);
    g_assert_cmpfloat(c.z, >, 0);
    g_assert_cmpfloat(c.p, <, .05);

    const TrainAgreement a = train_agreement(data.x, data.y, N);
    g_assert_cmpfloat(i.krcc.low, <, a.krcc);
    g_assert_cmpfloat(i.krcc.high, >, a.krcc);
    g_assert_cmpfloat(i.plcc.low, <, a.plcc);
    g_assert_cmpfloat(i.plcc.high, >, a.plcc);
    g_assert_cmpfloat(i.rmse.low, <, a.rmse);
    g_assert_cmpfloat(i.rmse.high, >, a.rmse);
    train_workers_free(workers);
}

static void test_determinism(void)
{
    const Data data = make_data();
    TrainWorkers *one = train_workers_new(1), *three = train_workers_new(3);
    const TrainBootstrap plans[] = {bootstrap(one, 7), bootstrap(three, 7), bootstrap(three, 8)};
    TrainInterval srcc[3];
    for (guint i = 0; i < 3; i++)
        srcc[i] = train_bootstrap_agreement(&plans[i], data.x, data.y, N).srcc;
    g_assert_cmpfloat(srcc[0].low, ==, srcc[1].low);
    g_assert_cmpfloat(srcc[0].high, ==, srcc[1].high);
    g_assert_true(srcc[0].low != srcc[2].low || srcc[0].high != srcc[2].high);
    train_workers_free(one);
    train_workers_free(three);
}

/* A judge against itself: no difference in any resample. */
static void test_same(void)
{
    const Data data = make_data();
    TrainWorkers *workers = train_workers_new(1);
    const TrainBootstrap plan = bootstrap(workers, 1);
    const TrainComparison c = train_compare_srcc(&plan, data.x, data.x, data.y, N);
    g_assert_cmpfloat(c.difference, ==, 0);
    g_assert_cmpfloat(c.interval.low, ==, 0);
    g_assert_cmpfloat(c.interval.high, ==, 0);
    g_assert_cmpfloat(c.p, ==, 1);
    train_workers_free(workers);
}

static void test_splits(void)
{
    const Data data = make_data();
    TrainWorkers *workers = train_workers_new(2);
    const TrainSplits whole = {3, 1, 5, workers}, fifth = {101, .2, 5, workers};
    const TrainAgreement all = train_agreement(data.x, data.y, N);
    /* Parts that hold everything, in another order: the figure of the whole, to rounding. */
    const TrainSplitFigures same = train_splits_agreement(&whole, data.x, data.y, N);
    g_assert_cmpuint(same.images, ==, N);
    g_assert_cmpfloat_with_epsilon(same.median.srcc, all.srcc, 1e-12);
    g_assert_cmpfloat_with_epsilon(same.median.krcc, all.krcc, 1e-12);
    g_assert_cmpfloat_with_epsilon(same.middle_half.srcc.low, all.srcc, 1e-12);

    const TrainSplitFigures parts = train_splits_agreement(&fifth, data.x, data.y, N);
    g_assert_cmpuint(parts.images, ==, 12);
    g_assert_cmpfloat(parts.middle_half.srcc.low, <, parts.median.srcc);
    g_assert_cmpfloat(parts.middle_half.srcc.high, >, parts.median.srcc);
    g_assert_cmpfloat_with_epsilon(parts.median.srcc, all.srcc, .05);
    train_workers_free(workers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/significance/meng", test_meng);
    g_test_add_func("/significance/kendall", test_kendall);
    g_test_add_func("/significance/intervals", test_intervals);
    g_test_add_func("/significance/determinism", test_determinism);
    g_test_add_func("/significance/same", test_same);
    g_test_add_func("/significance/splits", test_splits);
    return g_test_run();
}
