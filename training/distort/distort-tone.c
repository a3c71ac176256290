/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tone curves and saturations as KADID-10k has them. */
#include "distort-private.h"

/* The parabola through (0, 0), (1/2, 1/2 + level / 2) and (1, 1). */
static double parabola(double v, double level)
{
    return CLAMP(v + 2 * level * v * (1 - v), 0, 1);
}

/* The cubic spline through (0, 0), (0.3, 1/4 - level / 4), (1/2, 1/2), (0.7, 3/4 + level / 4) and
 * (1, 1) whose third derivative is the same on both sides of 0.3 and of 0.7. Its halves are then
 * one cubic each, turned into each other by half a turn about the middle, so they are the same
 * cubic and it has no square: 1/2 + b u + d u^3 with u = v - 1/2, 1/5 b + 1/125 d = 1/4 + level / 4
 * and 1/2 b + 1/8 d = 1/2. */
static double spline(double v, double level)
{
    double u = v - 0.5, d = -(0.05 + level / 4) / 0.042, b = 1 - d / 4;
    return CLAMP(0.5 + b * u + d * u * u * u, 0, 1);
}

static TrainImage *map(const TrainImage *image, double (*curve)(double v, double level),
                       double level)
{
    guint8 table[256];
    for (guint v = 0; v < 256; v++)
        table[v] = (guint8)(255 * curve(v / 255., level) + 0.5);
    TrainImage *out = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        out->rgb[i] = table[image->rgb[i]];
    return out;
}

TrainImage *train_distort_curve_contrast(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    return map(image, spline, level);
}

TrainImage *train_distort_darken(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    return map(image, parabola, -level);
}

/* Two thirds from R, G, B through the curve, a third from lightness through it. */
TrainImage *train_distort_brighten(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_lab(&plane);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i += 3)
        plane.values[i] = (float)(100 * parabola(plane.values[i] / 100, level));
    train_plane_from_lab(&plane);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++) {
        double rgb = 255 * parabola(image->rgb[i] / 255., level);
        plane.values[i] = (float)((2 * rgb + CLAMP(plane.values[i], 0, 255)) / 3);
    }
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

/* Values are clipped at the end that they are shifted to and stretched over the whole range again,
 * as the authors' generator does with whatever it made. */
static double shift(double v, double level)
{
    return level > 0 ? MIN(v, 1 - level) / (1 - level) : MAX(v + level, 0) / (1 + level);
}

TrainImage *train_distort_shift_stretch(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    return map(image, shift, level);
}

/* With S = (max - c) / max scaled and V = max and the hue kept, every c becomes max - level (max -
 * c), also where that is no saturation any more. */
TrainImage *train_distort_hsv_saturation(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    TrainImage *out = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i += 3) {
        const guint8 *rgb = image->rgb + i;
        guint8 most = MAX(MAX(rgb[0], rgb[1]), rgb[2]);
        for (guint c = 0; c < 3; c++)
            out->rgb[i + c] = (guint8)(CLAMP(most - level * (most - rgb[c]), 0, 255) + 0.5);
    }
    return out;
}

TrainImage *train_distort_lab_saturation(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_lab(&plane);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++) {
        if (i % 3)
            plane.values[i] *= (float)level;
    }
    train_plane_from_lab(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}
