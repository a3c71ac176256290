/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sampling by disagreement: how often each image comes. */
#include "mining.h"

#include <math.h>

#define IMAGES 6
#define DRAWS 40000

static GArray *part_new(void)
{
    GArray *part = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 1; i < IMAGES; i++) /* image 0 is of another part */
        g_array_append_val(part, i);
    return part;
}

/* Mean of the seen ones (1, 0, 7, 4) is 3, which the unseen one counts for: weights are
 * 4, 3, 10, 7, 6 of 30. */
static void test_frequencies(void)
{
    static const float disagreement[] = {100, 1, 0, 7, 4, TRAIN_MINING_UNSEEN};
    static const double weights[] = {0, 4, 3, 10, 7, 6};
    g_autoptr(GArray) part = part_new();
    guint counts[IMAGES] = {0};
    for (guint seed = 0; seed < DRAWS; seed++) {
        guint image;
        train_mining_draw(disagreement, part, seed, 1, &image);
        counts[image]++;
    }
    for (guint i = 0; i < IMAGES; i++) {
        const double p = weights[i] / 30.;
        /* Five standard deviations of a binomial draw; the seeds are fixed. */
        const double allowed = 5. * sqrt(DRAWS * p * (1. - p));
        if (!(fabs(counts[i] - DRAWS * p) <= allowed))
            g_error("image %u: expected %.0f of %u draws, got %u, allowed difference %.0f", i,
                    DRAWS * p, DRAWS, counts[i], allowed);
    }
}

static void test_no_repeats(void)
{
    static const float nothing[IMAGES] = {-1, -1, -1, -1, -1, -1};
    static const float agreed[IMAGES] = {0};
    static const float *const cases[] = {nothing, agreed};
    g_autoptr(GArray) part = part_new();
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        guint images[2 * (IMAGES - 1)], counts[IMAGES] = {0};
        train_mining_draw(cases[c], part, 17, G_N_ELEMENTS(images), images);
        for (guint i = 0; i < G_N_ELEMENTS(images); i++) {
            g_assert_cmpuint(counts[images[i]]++, ==, i / (IMAGES - 1)); /* round by round */
        }
        g_assert_cmpuint(counts[0], ==, 0);
    }
}

static void test_learn(void)
{
    float figure = TRAIN_MINING_UNSEEN;
    train_mining_learn(&figure, 3.);
    g_assert_cmpfloat(figure, ==, 3.f);
    train_mining_learn(&figure, 1.);
    g_assert_cmpfloat(figure, ==, 2.f);
    train_mining_learn(&figure, 0.);
    g_assert_cmpfloat(figure, ==, 1.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mining/frequencies", test_frequencies);
    g_test_add_func("/mining/no-repeats", test_no_repeats);
    g_test_add_func("/mining/learn", test_learn);
    return g_test_run();
}
