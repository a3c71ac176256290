/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of a sequence of tasks, by hand. */
#include "continual.h"

#include <string.h>

static void test_figures(void)
{
    const TrainContinual result = {
        .n = 3,
        .srcc[TRAIN_CONTINUAL_ONE] = {{.8}, {.6, .4}, {.5, .4, .9}},
        .same[TRAIN_CONTINUAL_ONE] = {{1}, {.5, 1}, {.25, .35, 1}},
    };
    const TrainContinualFigures figures = train_continual_figures(&result, TRAIN_CONTINUAL_ONE);

    g_assert_cmpfloat_with_epsilon(train_continual_mean(&result, TRAIN_CONTINUAL_ONE, 1), .5,
                                   1e-12);
    g_assert_cmpfloat_with_epsilon(figures.mean, (.8 + .5 + .6) / 3, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures.plasticity, (.8 + .4 + .9) / 3, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures.stability, (1 + .5 + .3) / 3, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures.forgetting, .3, 1e-12);
}

/* What is nothing to four decimals has no sign. */
static void test_page(void)
{
    char *names[] = {"first", "second", NULL};
    const TrainContinualParams params = {
        .base = "base.gguf", .shares = "70;10;20", .names = names, .ratings = names, .n = 2};
    const TrainContinual result = {
        .n = 2,
        .srcc[TRAIN_CONTINUAL_LAST] = {{.5}, {-1e-5, -.25}},
        .same[TRAIN_CONTINUAL_LAST] = {{1}, {-1e-5, 1}},
    };
    g_autofree char *page = train_continual_page(&params, &result);

    g_assert_null(strstr(page, "-0.0000"));
    g_assert_nonnull(strstr(page, "<tr><td>second</td><td>0.0000</td><td>-0.2500</td></tr>"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/continual/figures", test_figures);
    g_test_add_func("/continual/page", test_page);
    return g_test_run();
}
