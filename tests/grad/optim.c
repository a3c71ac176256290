/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Optimisers against sequences worked out by hand; clipping; what a checkpoint restores. */
#include "optim.h"

#include <math.h>
#include <string.h>

/* Float rounding of a value and of the two moments behind it. */
static void assert_near(float got, double expected)
{
    g_assert_cmpfloat_with_epsilon(got, expected, ldexp(4. * (fabs(expected) + 1.), -24));
}

/* beta1 1/2, beta2 3/4, epsilon 0: gradients 1, then -1.
 *   m 1/2, v 1/4; corrections 1/2, 1/4: step 1 / 1
 *   m -1/4, v 7/16; corrections 3/4, 7/16: step (-1/3) / 1 */
static void check_adam(void)
{
    const TrainOptimParams params = {.kind = TRAIN_ADAM, .beta1 = 0.5, .beta2 = 0.75};
    g_autoptr(TrainOptim) optim = train_optim_new(&params, 1);
    float value = 2.f;
    const float scale = 1.f, gradients[] = {1.f, -1.f};
    const guint8 decays = 1;

    train_optim_step(optim, 0.25, &scale, &decays, &gradients[0], &value);
    assert_near(value, 1.75);
    train_optim_step(optim, 0.25, &scale, &decays, &gradients[1], &value);
    assert_near(value, 1.75 + 0.25 / 3.);
    g_assert_cmpuint(train_optim_steps(optim), ==, 2);
}

/* epsilon stands outside the root: 1 / (1 + 1). */
static void check_adam_epsilon(void)
{
    const TrainOptimParams params = {
        .kind = TRAIN_ADAM, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 1.};
    g_autoptr(TrainOptim) optim = train_optim_new(&params, 1);
    float value = 0.f;
    const float scale = 1.f, gradient = 1.f;
    const guint8 decays = 0;
    train_optim_step(optim, 1., &scale, &decays, &gradient, &value);
    assert_near(value, -0.5);
}

/* Decay as part of the gradient changes nothing in Adam's first step but the gradient's sign;
 * beside it, the value shrinks by rate * scale * decay first. Only where decays says so. */
static void check_decay(void)
{
    TrainOptimParams params = {.kind = TRAIN_ADAM, .beta1 = 0.5, .beta2 = 0.75, .decay = 0.5};
    const float scale[] = {1.f, 1.f, 0.5f}, gradient[] = {-0.5f, -0.5f, -0.5f};
    const guint8 decays[] = {1, 0, 1};
    float coupled[] = {2.f, 2.f, 2.f}, decoupled[] = {2.f, 2.f, 2.f};

    g_autoptr(TrainOptim) adam = train_optim_new(&params, 3);
    train_optim_step(adam, 0.25, scale, decays, gradient, coupled);
    assert_near(coupled[0], 1.75); /* gradient -0.5 + 0.5 * 2 = +0.5 */
    assert_near(coupled[1], 2.25);
    assert_near(coupled[2], 1.875);
    params.decoupled = TRUE;
    g_autoptr(TrainOptim) adamw = train_optim_new(&params, 3);
    train_optim_step(adamw, 0.25, scale, decays, gradient, decoupled);
    assert_near(decoupled[0], 2. * (1. - 0.125) + 0.25);
    assert_near(decoupled[1], 2.25);
    assert_near(decoupled[2], 2. * (1. - 0.0625) + 0.125);
}

/* momentum 1/2, decay 1/4, rate 1/2: value 4, gradients 1, 0.
 *   velocity 1 + 1 = 2, value 3; velocity 1 + 0.75, value 3 - 0.875 */
static void check_sgd(void)
{
    const TrainOptimParams params = {.kind = TRAIN_SGD, .momentum = 0.5, .decay = 0.25};
    g_autoptr(TrainOptim) optim = train_optim_new(&params, 1);
    float value = 4.f;
    const float scale = 1.f, gradients[] = {1.f, 0.f};
    const guint8 decays = 1;
    train_optim_step(optim, 0.5, &scale, &decays, &gradients[0], &value);
    assert_near(value, 3.);
    train_optim_step(optim, 0.5, &scale, &decays, &gradients[1], &value);
    assert_near(value, 2.125);
}

/* A scale of zero leaves value and moments alone. */
static void check_left_alone(void)
{
    const TrainOptimParams params = {.kind = TRAIN_ADAM,
                                     .beta1 = 0.9,
                                     .beta2 = 0.99,
                                     .epsilon = 1e-8,
                                     .decay = 0.1,
                                     .decoupled = TRUE};
    g_autoptr(TrainOptim) optim = train_optim_new(&params, 2);
    float values[] = {1.f, 1.f};
    const float scale[] = {0.f, 1.f}, gradient[] = {5.f, 5.f};
    const guint8 decays[] = {1, 1};
    gsize count;
    train_optim_step(optim, 0.1, scale, decays, gradient, values);
    const float *moments = train_optim_moments(optim, &count);
    g_assert_cmpuint(count, ==, 4);
    g_assert_cmpfloat(values[0], ==, 1.f);
    g_assert_cmpfloat(moments[0], ==, 0.f);
    g_assert_cmpfloat(moments[2], ==, 0.f);
    g_assert_cmpfloat(values[1], <, 1.f);
    g_assert_cmpfloat(moments[1], >, 0.f);
}

/* Steps after moments and count were restored are those of the one that went on. */
static void check_restore(void)
{
    const TrainOptimParams params = {
        .kind = TRAIN_ADAM, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8};
    g_autoptr(TrainOptim) first = train_optim_new(&params, 2);
    g_autoptr(TrainOptim) second = train_optim_new(&params, 2);
    float values[] = {1.f, -2.f}, copies[2];
    const float scale[] = {1.f, 0.5f}, gradient[] = {0.3f, -0.7f};
    const guint8 decays[] = {1, 1};
    gsize count;

    for (guint i = 0; i < 3; i++)
        train_optim_step(first, 0.1, scale, decays, gradient, values);
    memcpy(copies, values, sizeof copies);
    const float *moments = train_optim_moments(first, &count);
    memcpy(train_optim_moments(second, &count), moments, sizeof(float) * count);
    train_optim_set_steps(second, train_optim_steps(first));
    train_optim_step(first, 0.1, scale, decays, gradient, values);
    train_optim_step(second, 0.1, scale, decays, gradient, copies);
    g_assert_cmpmem(values, sizeof values, copies, sizeof copies);
}

static void check_clip(void)
{
    float gradient[] = {3.f, 0.f, -4.f};
    g_assert_cmpfloat(train_gradient_clip(gradient, 3, 10.), ==, 5.);
    g_assert_cmpfloat(gradient[2], ==, -4.f);
    g_assert_cmpfloat(train_gradient_clip(gradient, 3, 2.5), ==, 5.);
    g_assert_cmpfloat(gradient[0], ==, 1.5f);
    g_assert_cmpfloat(gradient[2], ==, -2.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/optim/adam", check_adam);
    g_test_add_func("/optim/adam-epsilon", check_adam_epsilon);
    g_test_add_func("/optim/decay", check_decay);
    g_test_add_func("/optim/sgd", check_sgd);
    g_test_add_func("/optim/left-alone", check_left_alone);
    g_test_add_func("/optim/restore", check_restore);
    g_test_add_func("/optim/clip", check_clip);
    return g_test_run();
}
