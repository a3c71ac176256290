/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of a sequence of tasks, by hand. */
#include "continual.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/continual/figures", test_figures);
    return g_test_run();
}
