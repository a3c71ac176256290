/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AUROC by hand, the fit on errors of a known law, the interval on images it has not seen. */
#include "calibrate.h"
#include "hardness.h"
#include "model-parts.h"
#include "seed.h"
#include "support.h"

#include <math.h>
#include <string.h>

static void test_auroc(void)
{
    /* 2 beats 1 and ties with 2; 3 beats both: 3.5 of 4 pairs. */
    const double figure[] = {1, 2, 2, 3}, constant[] = {5, 5, 5, 5};
    const gboolean positive[] = {FALSE, TRUE, FALSE, TRUE}, none[4] = {FALSE};
    g_assert_cmpfloat(train_auroc(figure, positive, 4), ==, .875);
    g_assert_cmpfloat(train_auroc(constant, positive, 4), ==, .5);
    g_assert_cmpfloat(train_auroc(figure, none, 4), ==, .5);
    g_assert_cmpfloat(train_auroc(figure, positive, 0), ==, .5);

    const double unsorted[] = {4, 9, 3, 5, 2, 8, 1, 8};
    const gboolean some[] = {FALSE, TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE};
    /* 9 wins 5; 2 wins 1; 8 wins 4 and ties one: 10.5 of 15. */
    g_assert_cmpfloat_with_epsilon(train_auroc(unsorted, some, 8), 10.5 / 15, 1e-12);
}

static void test_hardness(void)
{
    double figure[10], errors[10], against[10];
    gboolean worst[10];
    for (guint i = 0; i < 10; i++) {
        errors[i] = figure[i] = i + 1;
        against[i] = -figure[i];
    }
    train_mark_worst(errors, 10, worst); /* the quantile of .8 is 8.2 */
    for (guint i = 0; i < 10; i++)
        g_assert_cmpint(worst[i], ==, i >= 8);
    const TrainHardness with = train_hardness(figure, errors, 10, 200, 1);
    g_assert_cmpfloat(with.auroc.value, ==, 1);
    g_assert_cmpfloat(with.auroc.low, ==, 1); /* of any resample that has more than one image */
    g_assert_cmpfloat(with.srcc.value, ==, 1);
    const TrainHardness bare = train_hardness(against, errors, 10, 0, 1);
    g_assert_cmpfloat(bare.auroc.value, ==, 0);
    g_assert_cmpfloat(bare.auroc.low, ==, 0);
    g_assert_cmpfloat(bare.srcc.high, ==, -1);
}

/* Resampled means scatter as the sampling does: the interval of a weak figure holds its value, and
 * is the same for the same seed. */
static void test_bootstrap(void)
{
    double figure[60], errors[60];
    guint64 state = 3;
    for (guint i = 0; i < 60; i++) {
        figure[i] = train_draw(&state, 1000);
        errors[i] = figure[i] + train_draw(&state, 2000);
    }
    const TrainHardness one = train_hardness(figure, errors, 60, 500, 9);
    const TrainHardness same = train_hardness(figure, errors, 60, 500, 9);
    g_assert_cmpmem(&one, sizeof one, &same, sizeof same);
    g_assert_cmpfloat(one.auroc.low, <, one.auroc.value);
    g_assert_cmpfloat(one.auroc.high, >, one.auroc.value);
    g_assert_cmpfloat(one.auroc.high - one.auroc.low, >, .05);
    g_assert_cmpfloat(one.auroc.high - one.auroc.low, <, .6);
}

static void test_quantile(void)
{
    double ratios[19];
    for (guint i = 0; i < 19; i++)
        ratios[i] = (i * 7) % 19 + 1; /* 1 to 19 in some order */
    /* ceil(.9 x 20) = 18 of 19; ceil(.9 x 10) = 9 of 9; ceil(.9 x 9) = 9 of 8. */
    g_assert_cmpfloat(train_conformal_quantile(ratios, 19), ==, 18);
    const double nine[] = {3, 1, 2, 9, 8, 7, 4, 6, 5};
    g_assert_cmpfloat(train_conformal_quantile(nine, 9), ==, 9);
    g_assert_true(isinf(train_conformal_quantile(nine, 8)));
}

/* Images whose error is exponentially distributed with mean exp(2 + weight z), z the standardised
 * score; the other figures are noise. */
static TrainErrors *draw(guint n, double weight, guint64 seed)
{
    static const BiqaScale scale = {50, 1};
    g_autoptr(BiqaModel) model = biqa_model_new();
    g_autofree BiqaResult *results = g_new0(BiqaResult, n);
    g_autofree double *ratings = g_new0(double, n);
    guint64 state = seed;

    model->scale = scale;
    for (guint i = 0; i < n; i++) {
        results[i].n_crops = 2;
        for (guint k = 0; k < 4; k++)
            results[i].crops[k / 2][k % 2] = train_draw(&state, 40001) / 1000.f - 20;
    }
    TrainErrors *errors = train_errors_new(model, results, ratings, n);
    for (guint i = 0; i < n; i++) {
        /* The mean of two uniform figures in -20..20 has the deviation 40 / sqrt 24. */
        const double z = (errors->scores[i] - 50) / (40 / sqrt(24));
        errors->errors[i] =
            exp(2 + weight * z) * -log((train_draw(&state, 1u << 30) + .5) / (1u << 30));
    }
    return errors;
}

static guint *rows_of(guint n)
{
    guint *rows = g_new(guint, n);
    for (guint i = 0; i < n; i++)
        rows[i] = i;
    return rows;
}

/* The information of n such errors on a weight or the bias is n: a standard error of 1 / sqrt n, of
 * which four are allowed; the ridge takes off less than ridge / n = .25 %. */
static void test_fit(void)
{
    const guint n = 4000;
    g_autoptr(TrainErrors) errors = draw(n, .5, 1);
    g_autofree guint *rows = rows_of(n);
    const TrainCalibration calibration = train_calibration_default();
    const BiqaUncertainty head = train_calibrate_fit(errors, rows, n, &calibration);
    const double most = 4 / sqrt(n) + .0025;
    g_assert_cmpuint(head.n_terms, ==, 4);
    for (guint k = 0; k < 4; k++)
        g_test_message("%s %g", biqa_figure_name(head.terms[k].figure), head.terms[k].weight);
    g_assert_cmpfloat_with_epsilon(head.bias, 2, most);
    g_assert_cmpfloat_with_epsilon(head.terms[0].weight, .5, most);
    for (guint k = 1; k < 4; k++)
        g_assert_cmpfloat_with_epsilon(head.terms[k].weight, 0, most);
}

/* Few images without any law: the head stays near the constant. Each weight's standard error
 * without a ridge is 1 / sqrt 40 = .16. */
static void test_prior(void)
{
    const guint n = 40;
    g_autoptr(TrainErrors) errors = draw(n, 0, 2);
    g_autofree guint *rows = rows_of(n);
    const TrainCalibration calibration = train_calibration_default();
    const BiqaUncertainty head = train_calibrate_fit(errors, rows, n, &calibration);
    for (guint k = 0; k < head.n_terms; k++)
        g_assert_cmpfloat(fabs(head.terms[k].weight), <, .16);
}

/* Every error the same: nothing to learn, and the interval is that error wide. */
static void test_constant(void)
{
    g_autoptr(TrainErrors) errors = draw(50, 0, 3);
    g_autoptr(GError) error = NULL;
    const TrainCalibration calibration = train_calibration_default();
    BiqaUncertainty head;
    for (guint i = 0; i < errors->n; i++)
        errors->errors[i] = 7;
    g_assert_true(train_calibrate(errors, &calibration, &head, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < errors->n; i++)
        g_assert_cmpfloat_with_epsilon(biqa_uncertainty(&head, errors->figures[i]), 7, 1e-5);
    g_assert_cmpfloat_with_epsilon(head.quantile, 1, 1e-6);
    g_assert_cmpuint(head.n_images, ==, 50);
    for (guint i = 0; i < errors->n; i++)
        errors->errors[i] = 0; /* a model that is always right */
    g_assert_true(train_calibrate(errors, &calibration, &head, &error));
    g_assert_true(isfinite(head.quantile) && isfinite(head.bias));
}

/* Of images not seen, nine in ten lie within. With 200 calibration images the coverage scatters by
 * sqrt(.9 x .1 / 202) = .021, and by .007 for the 2000 it is measured on; four of that are .09. */
static void test_coverage(void)
{
    g_autoptr(TrainErrors) seen = draw(200, .7, 4), fresh = draw(2000, .7, 5);
    const TrainCalibration calibration = train_calibration_default();
    BiqaUncertainty head;
    guint within = 0, hard = 0;
    g_assert_true(train_calibrate(seen, &calibration, &head, NULL));
    for (guint i = 0; i < fresh->n; i++) {
        const double u = biqa_uncertainty(&head, fresh->figures[i]);
        within += fresh->errors[i] <= head.quantile * u;
        hard += u > head.hard_threshold;
    }
    g_test_message("coverage %g, hard %g", within / 2000., hard / 2000.);
    g_assert_cmpfloat(within / 2000., >, .81);
    g_assert_cmpfloat(within / 2000., <, .99);
    g_assert_cmpfloat(hard / 2000., >, .02);
    g_assert_cmpfloat(hard / 2000., <, .25);
}

/* No image's own error takes part in its cross-fitted uncertainty. */
static void test_cross(void)
{
    g_autoptr(TrainErrors) errors = draw(60, .5, 6);
    const TrainCalibration calibration = train_calibration_default();
    double before[60], after[60];
    train_calibrate_cross(errors, &calibration, before);
    errors->errors[17] = 1000;
    train_calibrate_cross(errors, &calibration, after);
    g_assert_cmpfloat(after[17], ==, before[17]);
    guint changed = 0;
    for (guint i = 0; i < 60; i++)
        changed += after[i] != before[i];
    g_assert_cmpuint(changed, ==, 54); /* all but its fold of six */
}

/* Other models tell how much each figure does, the images themselves how large errors are: here
 * half as large again, and in a law that 40 images would not show. */
static void test_others(void)
{
    const guint n = 4000, few = 40;
    g_autoptr(TrainErrors) others = draw(n, .5, 9), errors = draw(few, .5, 10);
    g_autofree guint *rows = rows_of(n);
    TrainCalibration calibration = train_calibration_default();
    const BiqaUncertainty theirs = train_calibrate_fit(others, rows, n, &calibration);
    BiqaUncertainty head;
    double sum = 0;
    calibration.others = others;
    for (guint i = 0; i < few; i++)
        errors->errors[i] *= 1.5;
    g_assert_true(train_calibrate(errors, &calibration, &head, NULL));
    g_assert_cmpmem(head.terms, 4 * sizeof *head.terms, theirs.terms, 4 * sizeof *theirs.terms);
    for (guint i = 0; i < few; i++)
        sum += errors->errors[i] / biqa_uncertainty(&head, errors->figures[i]);
    g_assert_cmpfloat_with_epsilon(sum / few, 1, 1e-5);
    g_assert_cmpuint(head.n_images, ==, few);
    /* The interval is no wider for a bias that one image moved: it stays where it was. */
    const double reach = head.quantile * exp(head.bias);
    guint largest = 0;
    for (guint i = 0; i < few; i++)
        if (errors->errors[i] > errors->errors[largest])
            largest = i;
    errors->errors[largest] = 1000;
    g_assert_true(train_calibrate(errors, &calibration, &head, NULL));
    g_assert_cmpfloat_with_epsilon(head.quantile * exp(head.bias), reach, 1e-4 * reach);
}

/* Two parts of a list's errors, one behind the other, are the list's. */
static void test_append(void)
{
    g_autoptr(TrainErrors) whole = draw(9, .5, 11);
    g_autofree guint *rows = rows_of(9);
    g_autoptr(TrainErrors) errors = train_errors_take(whole, rows, 4);
    g_autoptr(TrainErrors) rest = train_errors_take(whole, rows + 4, 5);
    train_errors_append(errors, rest);
    g_assert_cmpmem(errors->figures, errors->n * sizeof *errors->figures, whole->figures,
                    9 * sizeof *whole->figures);
    g_assert_cmpmem(errors->scores, errors->n * sizeof(double), whole->scores, 9 * sizeof(double));
    g_assert_cmpmem(errors->errors, errors->n * sizeof(double), whole->errors, 9 * sizeof(double));
}

/* A model that tells no recipe does not say what it has learned from. */
static void test_no_recipe(void)
{
    g_autoptr(BiqaModel) model = biqa_model_new();
    g_autoptr(GError) error = NULL;
    const TrainRatings list = {0};
    g_assert_null(train_model_parts(model, "bare.gguf", &list, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "bare.gguf");
}

static void test_refusals(void)
{
    g_autoptr(TrainErrors) few = draw(TRAIN_CALIBRATE_LEAST - 1, 0, 7);
    g_autoptr(GError) error = NULL;
    TrainCalibration calibration = train_calibration_default();
    BiqaUncertainty head;
    g_assert_false(train_calibrate(few, &calibration, &head, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "too few");
    static const char *const unknown[] = {"score", "scare", NULL};
    static const char *const twice[] = {"spread", "score", "spread", NULL};
    static const char *const none[] = {NULL}, *const one[] = {"difference", NULL};
    g_clear_error(&error);
    g_assert_false(train_calibration_parse(unknown, &calibration, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "scare");
    g_clear_error(&error);
    g_assert_false(train_calibration_parse(twice, &calibration, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "twice");
    g_clear_error(&error);
    g_assert_false(train_calibration_parse(none, &calibration, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "no figure");
    g_clear_error(&error);
    g_assert_true(train_calibration_parse(one, &calibration, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(calibration.n_figures, ==, 1);
    /* Without the competitor nothing is left: a constant is fitted. */
    const TrainCalibration rest = train_calibration_without_competitor(&calibration);
    g_assert_cmpuint(rest.n_figures, ==, 0);
    g_autoptr(TrainErrors) enough = draw(30, 0, 8);
    g_assert_true(train_calibrate(enough, &rest, &head, &error));
    g_assert_cmpuint(head.n_terms, ==, 0);
    calibration.others = few;
    g_assert_false(train_calibrate(enough, &calibration, &head, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "19 errors of other models");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hardness/auroc", test_auroc);
    g_test_add_func("/hardness/hand", test_hardness);
    g_test_add_func("/hardness/bootstrap", test_bootstrap);
    g_test_add_func("/calibrate/quantile", test_quantile);
    g_test_add_func("/calibrate/fit", test_fit);
    g_test_add_func("/calibrate/prior", test_prior);
    g_test_add_func("/calibrate/constant", test_constant);
    g_test_add_func("/calibrate/coverage", test_coverage);
    g_test_add_func("/calibrate/cross", test_cross);
    g_test_add_func("/calibrate/others", test_others);
    g_test_add_func("/calibrate/append", test_append);
    g_test_add_func("/calibrate/no-recipe", test_no_recipe);
    g_test_add_func("/calibrate/refusals", test_refusals);
    return g_test_run();
}
