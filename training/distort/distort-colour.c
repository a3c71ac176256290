/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to colours alone: brighter, flatter, paler, and red and blue beside green. */
#include "distort-private.h"
#include "preprocess.h"
#include <math.h>

/* Every value v becomes table[v]. */
static TrainImage *look_up(const TrainImage *image, const guint8 table[256])
{
    TrainImage *out = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        out->rgb[i] = table[image->rgb[i]];
    return out;
}

TrainImage *train_distort_mean(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint8 table[256];
    for (guint v = 0; v < 256; v++)
        table[v] = (guint8)(CLAMP(v + level, 0, 255) + 0.5);
    return look_up(image, table);
}

TrainImage *train_distort_contrast(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    guint8 table[256];
    for (guint v = 0; v < 256; v++)
        table[v] = (guint8)(CLAMP(v * level, 0, 255) + 0.5);
    return look_up(image, table);
}

/* Y stays, Cb and Cr are scaled about grey; below 0 every hue becomes its complement. */
TrainImage *train_distort_saturation(const TrainImage *image, double level, guint64 seed,
                                     GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_ycbcr(&plane);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++) {
        if (i % 3)
            plane.values[i] = (float)(128 + level * (plane.values[i] - 128));
    }
    train_plane_to_rgb(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

/* Then a Gaussian of three taps, standard deviation one half. */
TrainImage *train_distort_aberration(const TrainImage *image, double level, guint64 seed,
                                     GError **error)
{
    const gint shifts[] = {(gint)level, 0, (gint)(level / 2)};
    g_autoptr(TrainImage) shifted = train_image_new(image->width, image->height);
    guint8 *out = shifted->rgb;
    for (guint y = 0; y < image->height; y++) {
        const guint8 *row = image->rgb + 3 * (gsize)y * image->width;
        for (guint x = 0; x < image->width; x++) {
            for (guint c = 0; c < 3; c++)
                *out++ = row[3 * biqa_mirror((gint)x - shifts[c], image->width) + c];
        }
    }
    return train_distort_blur(shifted, 3, seed, error);
}
