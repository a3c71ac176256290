/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moved frames of a picture: one axis after the other. */
#include "moving.h"
#include "preprocess.h"
#include <math.h>

/* Where output i of an axis comes from: four inputs, already mirrored, and their weights. */
typedef struct {
    guint from[4];
    float weights[4];
} Taps;

/* Keys' cubic with a = -1/2 at the four neighbours of a place t in 0..1 between the middle two. */
static void cubic(double t, float weights[4])
{
    weights[0] = (float)(((-0.5 * t + 1) * t - 0.5) * t);
    weights[1] = (float)((1.5 * t - 2.5) * t * t + 1);
    weights[2] = (float)(((-1.5 * t + 2) * t + 0.5) * t);
    weights[3] = (float)((0.5 * t - 0.5) * t * t);
}

static Taps *axis_new(guint n, guint length, double shift, double zoom)
{
    Taps *taps = g_new(Taps, length);
    for (guint i = 0; i < length; i++) {
        double centre = (i - (n - 1) / 2.) / zoom + (n - 1) / 2. + shift;
        double first = floor(centre);
        cubic(centre - first, taps[i].weights);
        for (gint k = 0; k < 4; k++)
            taps[i].from[k] = biqa_mirror((gint)first - 1 + k, n);
    }
    return taps;
}

/* (image->height, width, 3) */
static float *filter_rows(const TrainImage *image, const Taps *taps, guint width)
{
    float *out = g_new(float, 3 * (gsize)width * image->height), *p = out;
    for (guint y = 0; y < image->height; y++) {
        const guint8 *row = image->rgb + 3 * (gsize)y * image->width;
        for (guint x = 0; x < width; x++) {
            const guint *from = taps[x].from;
            const float *w = taps[x].weights;
            for (guint c = 0; c < 3; c++)
                *p++ = w[0] * row[3 * from[0] + c] + w[1] * row[3 * from[1] + c] +
                       w[2] * row[3 * from[2] + c] + w[3] * row[3 * from[3] + c];
        }
    }
    return out;
}

static TrainImage *filter_columns(const float *rows, const Taps *taps, guint width, guint height)
{
    TrainImage *out = train_image_new(width, height);
    gsize n = 3 * (gsize)width;
    for (guint y = 0; y < height; y++) {
        const float *a = rows + taps[y].from[0] * n, *b = rows + taps[y].from[1] * n;
        const float *c = rows + taps[y].from[2] * n, *d = rows + taps[y].from[3] * n;
        const float *w = taps[y].weights;
        guint8 *to = out->rgb + y * n;
        for (gsize i = 0; i < n; i++) {
            float value = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i];
            to[i] = (guint8)(CLAMP(value, 0, 255) + 0.5f);
        }
    }
    return out;
}

TrainImage *train_image_moved(const TrainImage *image, TrainMove move, guint width, guint height)
{
    g_assert(move.zoom > 0);
    if (move.right == 0 && move.down == 0 && move.zoom == 1)
        return train_image_grow(image, 0, width, height);
    g_autofree Taps *across = axis_new(image->width, width, move.right, move.zoom);
    g_autofree Taps *along = axis_new(image->height, height, move.down, move.zoom);
    g_autofree float *rows = filter_rows(image, across, width);
    return filter_columns(rows, along, width, height);
}

GPtrArray *train_moving_clip(const TrainImage *image, TrainMove move, guint n, guint width,
                             guint height)
{
    GPtrArray *clip = g_ptr_array_new_with_free_func((GDestroyNotify)train_image_free);
    for (guint before = n; before-- > 0;) {
        TrainMove back = {before * move.right, before * move.down, pow(move.zoom, before)};
        g_ptr_array_add(clip, train_image_moved(image, back, width, height));
    }
    return clip;
}
