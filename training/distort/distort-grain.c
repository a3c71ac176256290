/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Film grain: noise with a size, strongest in middle tones. */
#include "distort-private.h"
#include <math.h>

/* Standard deviation of the blur that gives grains their size, in pixels. */
#define GRAIN_SIGMA 0.8

/* What red and blue have of their own, of what all have. */
#define GRAIN_COLOUR 0.3f

/* So that the values' second moment is 1. */
static void normalise(float *values, gsize n)
{
    double squares = 0;
    for (gsize i = 0; i < n; i++)
        squares += (double)values[i] * values[i];
    for (gsize i = 0; i < n && squares > 0; i++)
        values[i] = (float)(values[i] * sqrt((double)n / squares));
}

/* Where luma is v, of 0..1, R, G and B get the same grain of deviation level sqrt(4 v (1 - v)), and
 * R and B a little of their own. */
TrainImage *train_distort_grain(const TrainImage *image, double level, guint64 seed, GError **error)
{
    gsize n = (gsize)image->width * image->height;
    TrainPlane grain, plane;
    TrainDraws draws;
    train_plane_init(&plane, image);
    train_plane_init(&grain, image);
    train_draws_init(&draws, seed);
    for (gsize i = 0; i < 3 * n; i++)
        grain.values[i] = (float)train_draws_normal(&draws);
    train_draws_clear(&draws);
    train_plane_blur(&grain, GRAIN_SIGMA, GRAIN_SIGMA);
    normalise(grain.values, 3 * n);
    for (gsize i = 0; i < n; i++) {
        float *v = plane.values + 3 * i, *draw = grain.values + 3 * i;
        float luma = CLAMP((0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2]) / 255, 0, 1);
        float strength = (float)level * sqrtf(4 * luma * (1 - luma));
        v[0] += strength * (draw[0] + GRAIN_COLOUR * draw[1]);
        v[1] += strength * draw[0];
        v[2] += strength * (draw[0] + GRAIN_COLOUR * draw[2]);
    }
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&grain);
    train_plane_clear(&plane);
    return out;
}
