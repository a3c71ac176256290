/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Correlations, the logistic fit, quantiles. */
#include "metrics.h"

#include <math.h>

static void test_ranks(void)
{
    const double a[] = {1, 2, 3, 4, 5}, b[] = {2, 1, 4, 3, 5}, constant[] = {7, 7, 7, 7, 7};
    /* d = 1, 1, 1, 1, 0: 1 - 6 * 4 / (5 * 24) = .8; 8 of 10 pairs agree, 2 do not: .6 */
    g_assert_cmpfloat_with_epsilon(train_srcc(a, b, 5), .8, 1e-12);
    g_assert_cmpfloat_with_epsilon(train_krcc(a, b, 5), .6, 1e-12);
    g_assert_cmpfloat(train_srcc(a, constant, 5), ==, 0);
    g_assert_cmpfloat(train_krcc(a, constant, 5), ==, 0);

    /* Ties share their mean rank: 1, 2.5, 2.5, 4 against 1, 2, 3, 4. */
    const double tied[] = {0, 1, 1, 2}, straight[] = {1, 2, 3, 4};
    g_assert_cmpfloat_with_epsilon(train_srcc(tied, straight, 4), 4.5 / sqrt(4.5 * 5), 1e-12);
    g_assert_cmpfloat_with_epsilon(train_krcc(tied, straight, 4), 5 / sqrt(5 * 6.), 1e-12);
}

/* A prediction that is a monotone curve of the rating fits almost without error. */
static void test_logistic(void)
{
    double x[50], y[50], noisy[50];
    for (int i = 0; i < 50; i++) {
        x[i] = i / 10. - 2.5;
        y[i] = 80 * (.5 - 1 / (1 + exp(1.7 * (x[i] - .4)))) + 3 * x[i] + 45;
        noisy[i] = y[i] + (i % 2 ? 2 : -2);
    }
    const TrainAgreement exact = train_agreement(x, y, 50);
    g_assert_cmpfloat(exact.srcc, ==, 1);
    g_assert_cmpfloat(exact.plcc, >, .99999);
    g_assert_cmpfloat(exact.rmse, <, .05);
    g_assert_cmpfloat(train_pearson(x, y, 50), <, exact.plcc);

    const TrainAgreement rough = train_agreement(x, noisy, 50);
    g_assert_cmpfloat(rough.rmse, >, 1.8);
    g_assert_cmpfloat(rough.rmse, <, 2.01);
}

static void test_falling(void)
{
    double x[20], y[20];
    for (int i = 0; i < 20; i++) {
        x[i] = i;
        y[i] = 100 - 3 * i;
    }
    const TrainAgreement agreement = train_agreement(x, y, 20);
    g_assert_cmpfloat_with_epsilon(agreement.srcc, -1, 1e-12);
    g_assert_cmpfloat(agreement.plcc, >, .9999); /* the logistic may fall */
}

static void test_quantile(void)
{
    const double values[] = {5, 1, 3, 2, 4};
    g_assert_cmpfloat(train_quantile(values, 5, .5), ==, 3);
    g_assert_cmpfloat(train_quantile(values, 5, 1), ==, 5);
    g_assert_cmpfloat_with_epsilon(train_quantile(values, 5, .9), 4.6, 1e-12);
}

/* Lines through few points: rounding alone would take some of them past one. */
static void test_bounds(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (guint line = 0; line < 1000; line++) {
        const double slope = g_rand_double_range(random, -3, 3), at = g_rand_double(random);
        double x[4], y[4];
        for (guint i = 0; i < G_N_ELEMENTS(x); i++) {
            x[i] = g_rand_double(random);
            y[i] = slope * x[i] + at;
        }
        const double r = fabs(train_pearson(x, y, G_N_ELEMENTS(x)));
        g_assert_cmpfloat(r, <=, 1);
        g_assert_cmpfloat(r, >, .999);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metrics/ranks", test_ranks);
    g_test_add_func("/metrics/logistic", test_logistic);
    g_test_add_func("/metrics/falling", test_falling);
    g_test_add_func("/metrics/quantile", test_quantile);
    g_test_add_func("/metrics/bounds", test_bounds);
    return g_test_run();
}
