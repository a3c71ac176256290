/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma in coarse steps, and chroma in coarse pixels. */
#include "distort-private.h"
#include <math.h>

/* Nearest multiple of level, without dither. */
TrainImage *train_distort_banding(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_ycbcr(&plane);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i += 3)
        plane.values[i] = (float)level * floorf(plane.values[i] / (float)level + 0.5f);
    train_plane_to_rgb(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

/* Chroma of a block becomes its mean; what is left of blocks at the borders are blocks too. */
static void mean_chroma(TrainPlane *plane, guint left, guint top, guint width, guint height)
{
    guint right = MIN(left + width, plane->width), bottom = MIN(top + height, plane->height);
    float area = (float)((right - left) * (bottom - top));
    for (guint c = 1; c < 3; c++) {
        float sum = 0;
        for (guint y = top; y < bottom; y++) {
            for (guint x = left; x < right; x++)
                sum += plane->values[3 * ((gsize)y * plane->width + x) + c];
        }
        for (guint y = top; y < bottom; y++) {
            for (guint x = left; x < right; x++)
                plane->values[3 * ((gsize)y * plane->width + x) + c] = sum / area;
        }
    }
}

static TrainImage *subsample(const TrainImage *image, guint width, guint height)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_ycbcr(&plane);
    for (guint y = 0; y < image->height; y += height) {
        for (guint x = 0; x < image->width; x += width)
            mean_chroma(&plane, x, y, width, height);
    }
    train_plane_to_rgb(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

TrainImage *train_distort_chroma_square(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    return subsample(image, (guint)level, (guint)level);
}

TrainImage *train_distort_chroma_wide(const TrainImage *image, double level, guint64 seed,
                                      GError **error)
{
    return subsample(image, (guint)level, 1);
}
