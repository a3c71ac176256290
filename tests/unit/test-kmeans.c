/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* K-means finds clouds that are far apart, whatever lies beside the numbers it looks at. */
#include "kmeans.h"

#include <math.h>
#include <string.h>

#define CLOUDS 5
#define EACH 30
#define N (CLOUDS * EACH)
#define STRIDE 3 /* two numbers, and one that is not to be looked at */

/* Cloud c lies around (10 c, -5 c), within .5. */
static void fill(float *points)
{
    for (guint i = 0; i < N; i++) {
        const guint c = i % CLOUDS;
        points[i * STRIDE] = 10.f * c + (float)(i * 7 % 11) / 11 - .5f;
        points[i * STRIDE + 1] = -5.f * c + (float)(i * 5 % 13) / 13 - .5f;
        points[i * STRIDE + 2] = 1e6f * (float)(i % 2);
    }
}

static void test_clouds(void)
{
    for (guint64 seed = 1; seed <= 10; seed++) {
        float points[N * STRIDE], centres[CLOUDS * STRIDE];
        const TrainKmeans params = {points, N, 2, STRIDE, CLOUDS, seed};
        guint found = 0;

        fill(points);
        memset(centres, 0, sizeof centres);
        g_assert_cmpfloat(train_kmeans(&params, centres), <, .5);
        for (guint k = 0; k < CLOUDS; k++) {
            const guint c = (guint)lroundf(centres[k * STRIDE] / 10);
            g_test_message("seed %" G_GUINT64_FORMAT ", centre %u: %g %g", seed, k,
                           centres[k * STRIDE], centres[k * STRIDE + 1]);
            g_assert_cmpuint(c, <, CLOUDS);
            g_assert_cmpfloat_with_epsilon(centres[k * STRIDE + 1], -5. * c, .5);
            g_assert_cmpfloat(centres[k * STRIDE + 2], ==, 0);
            found |= 1u << c;
        }
        g_assert_cmpuint(found, ==, (1u << CLOUDS) - 1);
    }
}

/* As many centres as points: each is one. With one centre it is the mean. */
static void test_ends(void)
{
    const float points[] = {4, 1, 3, 2};
    float centres[4], one;
    guint found = 0;
    const TrainKmeans all = {points, 4, 1, 1, 4, 1}, single = {points, 4, 1, 1, 1, 1};

    g_assert_cmpfloat(train_kmeans(&all, centres), ==, 0);
    for (guint i = 0; i < 4; i++)
        found |= 1u << (guint)centres[i];
    g_assert_cmpuint(found, ==, 0x1e);
    g_assert_cmpfloat_with_epsilon(train_kmeans(&single, &one), 1.25, 1e-6);
    g_assert_cmpfloat_with_epsilon(one, 2.5, 1e-6);
}

/* Points that are all alike are no reason to divide by nothing. */
static void test_alike(void)
{
    const float points[] = {2, 2, 2, 2, 2};
    float centres[3];
    const TrainKmeans params = {points, 5, 1, 1, 3, 1};

    g_assert_cmpfloat(train_kmeans(&params, centres), ==, 0);
    for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat(centres[k], ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kmeans/clouds", test_clouds);
    g_test_add_func("/kmeans/ends", test_ends);
    g_test_add_func("/kmeans/alike", test_alike);
    return g_test_run();
}
