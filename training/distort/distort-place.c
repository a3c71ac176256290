/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixels in the wrong place, as KADID-10k has them: jitter, patches, blocks, pixelation. */
#include "distort-private.h"
#include <math.h>
#include <string.h>

/* Of the pictures that the number of patches and blocks was made for. */
#define KADID_AREA (512. * 384)

#define JITTER_ROUNDS 5
#define PATCH_SIDE 16
#define PATCH_MOVE 8
#define BLOCK_SIDE 32

/* Near enough to a normal number: four uniform ones of 16 bits, made to have mean 0 and variance
 * 1. Jitter needs a million of them. */
static float near_normal(TrainDraws *draws)
{
    guint32 a = g_rand_int(draws->rand), b = g_rand_int(draws->rand);
    gint sum = (gint)((a >> 16) + (a & 0xffff) + (b >> 16) + (b & 0xffff));
    return (float)(sum - 2 * 65535) * (float)(1.7320508 / 65536);
}

/* Keys' cubic with a = -1/2, at distances 1 + t, t, 1 - t, 2 - t. */
static void cubic_weights(float t, float weights[4])
{
    float u = 1 - t;
    weights[0] = -0.5f * t * u * u;
    weights[1] = 1 + t * t * (1.5f * t - 2.5f);
    weights[2] = 1 + u * u * (1.5f * u - 2.5f);
    weights[3] = -0.5f * u * t * t;
}

/* The value at (x, y), clamped to the picture. Pixels have four floats, one unused. */
static void sample(const TrainPlane *plane, float x, float y, float out[4])
{
    float across[4], down[4];
    gint columns[4];
    x = CLAMP(x, 0, (float)(plane->width - 1));
    y = CLAMP(y, 0, (float)(plane->height - 1));
    gint left = (gint)x, top = (gint)y;
    cubic_weights(x - (float)left, across);
    cubic_weights(y - (float)top, down);
    for (gint u = 0; u < 4; u++)
        columns[u] = 4 * CLAMP(left + u - 1, 0, (gint)plane->width - 1);
    float sum[4] = {0};
    for (gint v = 0; v < 4; v++) {
        gint row = CLAMP(top + v - 1, 0, (gint)plane->height - 1);
        const float *in = plane->values + 4 * (gsize)row * plane->width;
        for (guint c = 0; c < 4; c++)
            sum[c] += down[v] * (across[0] * in[columns[0] + c] + across[1] * in[columns[1] + c] +
                                 across[2] * in[columns[2] + c] + across[3] * in[columns[3] + c]);
    }
    memcpy(out, sum, sizeof sum);
}

/* Every pixel is taken from a place that lies off by level times a normal number each way; the
 * result is treated the same again. */
TrainImage *train_distort_jitter(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    gsize n = (gsize)image->width * image->height;
    g_autofree float *first = g_new0(float, 4 * n), *second = g_new0(float, 4 * n);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    TrainPlane plane = {image->width, image->height, first};
    float *out = second;
    for (gsize i = 0; i < 3 * n; i++)
        first[i / 3 * 4 + i % 3] = image->rgb[i];
    for (guint round = 0; round < JITTER_ROUNDS; round++) {
        for (gsize i = 0; i < n; i++) {
            float across = near_normal(&draws), down = near_normal(&draws);
            sample(&plane, (float)(i % image->width) + (float)level * across,
                   (float)(i / image->width) + (float)level * down, out + 4 * i);
        }
        float *done = plane.values;
        plane.values = out;
        out = done;
    }
    train_draws_clear(&draws);
    TrainImage *result = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * n; i++)
        result->rgb[i] = (guint8)(CLAMP(plane.values[i / 3 * 4 + i % 3], 0, 255) + 0.5f);
    return result;
}

/* level for a picture of KADID's size, the same density elsewhere. */
static guint scaled_count(const TrainImage *image, double level, double least)
{
    double count = level * image->width * image->height / KADID_AREA;
    return (guint)(MAX(count, least) + 0.5);
}

/* A place for length of the whole, inside it where it fits. */
static guint draw_place(TrainDraws *draws, guint length, guint whole)
{
    return whole > length ? train_draws_below(draws, whole - length + 1) : 0;
}

/* Copies what stands at (x, y) to (to_x, to_y), as far as both lie in the picture. */
static void copy_patch(TrainImage *image, const gint from[2], const gint to[2])
{
    guint8 patch[PATCH_SIDE * PATCH_SIDE][3];
    const gint size[2] = {(gint)image->width, (gint)image->height};
    for (gint i = 0; i < PATCH_SIDE * PATCH_SIDE; i++) {
        gint x = MIN(from[0] + i % PATCH_SIDE, size[0] - 1);
        gint y = MIN(from[1] + i / PATCH_SIDE, size[1] - 1);
        memcpy(patch[i], image->rgb + 3 * ((gsize)y * image->width + (gsize)x), 3);
    }
    for (gint i = 0; i < PATCH_SIDE * PATCH_SIDE; i++) {
        gint x = to[0] + i % PATCH_SIDE, y = to[1] + i / PATCH_SIDE;
        if (x >= 0 && x < size[0] && y >= 0 && y < size[1])
            memcpy(image->rgb + 3 * ((gsize)y * image->width + (gsize)x), patch[i], 3);
    }
}

/* Each is copied from the picture as those before have left it. */
TrainImage *train_distort_nearby_patches(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    TrainImage *out = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    for (guint i = scaled_count(image, level, 1); i > 0; i--) {
        const gint from[] = {(gint)draw_place(&draws, PATCH_SIDE, image->width),
                             (gint)draw_place(&draws, PATCH_SIDE, image->height)};
        gint to[2];
        for (guint axis = 0; axis < 2; axis++)
            to[axis] =
                from[axis] + (gint)train_draws_below(&draws, 2 * PATCH_MOVE + 1) - PATCH_MOVE;
        copy_patch(out, from, to);
    }
    train_draws_clear(&draws);
    return out;
}

/* At least half of KADID's number, so that levels differ in small pictures too. */
TrainImage *train_distort_colour_blocks(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    TrainImage *out = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    for (guint i = scaled_count(image, level, level / 2); i > 0; i--) {
        guint left = draw_place(&draws, BLOCK_SIDE, image->width);
        guint top = draw_place(&draws, BLOCK_SIDE, image->height);
        guint8 rgb[3];
        for (guint c = 0; c < 3; c++)
            rgb[c] = (guint8)train_draws_below(&draws, 256);
        for (guint y = top; y < MIN(top + BLOCK_SIDE, image->height); y++) {
            for (guint x = left; x < MIN(left + BLOCK_SIDE, image->width); x++)
                memcpy(out->rgb + 3 * ((gsize)y * image->width + x), rgb, 3);
        }
    }
    train_draws_clear(&draws);
    return out;
}

/* Of length, once scaled to small and back, each time by the nearest pixel. */
static guint *nearest_twice(guint length, guint small)
{
    guint *from = g_new(guint, length);
    for (guint i = 0; i < length; i++) {
        guint low = (guint)((i + 0.5) * small / length);
        from[i] = (guint)((low + 0.5) * length / small);
    }
    return from;
}

/* Scaled by 0.95 - level^0.6 and back. */
TrainImage *train_distort_pixelate(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    double scale = 0.95 - pow(level, 0.6);
    g_autofree guint *across = nearest_twice(image->width, (guint)ceil(image->width * scale));
    g_autofree guint *down = nearest_twice(image->height, (guint)ceil(image->height * scale));
    TrainImage *out = train_image_new(image->width, image->height);
    guint8 *to = out->rgb;
    for (guint y = 0; y < image->height; y++) {
        for (guint x = 0; x < image->width; x++, to += 3)
            memcpy(to, image->rgb + 3 * ((gsize)down[y] * image->width + across[x]), 3);
    }
    return out;
}
