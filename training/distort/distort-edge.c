/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edges made too much of, and colours that leave theirs. */
#include "distort-private.h"
#include <math.h>
#include <string.h>

/* Standard deviations of the blurs that sharpening takes away, in pixels: KADID-10k's, and a
 * camera's. */
#define SHARPEN_SIGMA 3
#define HALO_SIGMA 1.5

/* Colours go astray where edges are: the deviation that gradients are spread by, the least share
 * of the largest that counts, and the share of pixels cut off at either end. */
#define EDGE_SIGMA 4
#define EDGE_LEAST 0.1f
#define EDGE_CUT 0.01
#define EDGE_BINS 4096

static TrainPlane copy_of(const TrainPlane *plane)
{
    gsize n = 3 * (gsize)plane->width * plane->height;
    TrainPlane copy = {plane->width, plane->height, g_new(float, n)};
    memcpy(copy.values, plane->values, n * sizeof(float));
    return copy;
}

/* Lightness and level times its distance from its blur. */
TrainImage *train_distort_sharpen(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_lab(&plane);
    TrainPlane blurred = copy_of(&plane);
    train_plane_blur(&blurred, SHARPEN_SIGMA, SHARPEN_SIGMA);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i += 3)
        plane.values[i] += (float)level * (plane.values[i] - blurred.values[i]);
    train_plane_from_lab(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&blurred);
    train_plane_clear(&plane);
    return out;
}

/* Luma and level times its distance from its blur by HALO_SIGMA pixels, as cameras and televisions
 * sharpen: bright and dark lines run along edges. */
TrainImage *train_distort_halo(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_ycbcr(&plane);
    TrainPlane blurred = copy_of(&plane);
    train_plane_blur(&blurred, HALO_SIGMA, HALO_SIGMA);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i += 3) {
        float y = plane.values[i] + (float)level * (plane.values[i] - blurred.values[i]);
        plane.values[i] = CLAMP(y, 0, 255);
    }
    train_plane_to_rgb(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&blurred);
    train_plane_clear(&plane);
    return out;
}

/* a* and b* blurred by 1.5 level + 2 pixels and made level times stronger. */
TrainImage *train_distort_diffusion(const TrainImage *image, double level, guint64 seed,
                                    GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_lab(&plane);
    TrainPlane blurred = copy_of(&plane);
    train_plane_blur(&blurred, 1.5 * level + 2, 1.5 * level + 2);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++) {
        if (i % 3)
            plane.values[i] = (float)level * blurred.values[i];
    }
    train_plane_from_lab(&plane);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&blurred);
    train_plane_clear(&plane);
    return out;
}

/* Of (v - low) / (high - low), clamped to 0..1; all 0 where there is nothing between. */
static void stretch(float *values, gsize n, float low, float high)
{
    for (gsize i = 0; i < n; i++)
        values[i] = high > low ? (CLAMP(values[i], low, high) - low) / (high - low) : 0;
}

static void stretch_all(float *values, gsize n)
{
    float low = G_MAXFLOAT, high = -G_MAXFLOAT;
    for (gsize i = 0; i < n; i++) {
        low = MIN(low, values[i]);
        high = MAX(high, values[i]);
    }
    stretch(values, n, low, high);
}

/* Of values of 0..1: the middle of the bin that the share of them lies at or below. */
static float quantile(const float *values, gsize n, double share)
{
    g_autofree gsize *bins = g_new0(gsize, EDGE_BINS);
    for (gsize i = 0; i < n; i++)
        bins[MIN((guint)(values[i] * EDGE_BINS), EDGE_BINS - 1)]++;
    gsize below = 0;
    guint bin = 0;
    for (; bin < EDGE_BINS - 1 && (double)(below + bins[bin]) < share * (double)n; bin++)
        below += bins[bin];
    return ((float)bin + 0.5f) / EDGE_BINS;
}

/* How much of an edge there is, 0..1, (H, W): length of luma's gradient, spread. */
static float *edges(const TrainImage *image)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    gint width = (gint)image->width, height = (gint)image->height;
    gsize n = (gsize)width * (gsize)height;
    g_autofree float *luma = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        luma[i] = 0.299f * plane.values[3 * i] + 0.587f * plane.values[3 * i + 1] +
                  0.114f * plane.values[3 * i + 2];
    for (gint y = 0; y < height; y++) {
        const float *here = luma + y * width;
        const float *above = luma + MAX(y - 1, 0) * width;
        const float *below = luma + MIN(y + 1, height - 1) * width;
        for (gint x = 0; x < width; x++) {
            float across = here[MIN(x + 1, width - 1)] - here[MAX(x - 1, 0)];
            plane.values[3 * (y * width + x)] = hypotf(across, below[x] - above[x]);
        }
    }
    train_plane_blur(&plane, EDGE_SIGMA, EDGE_SIGMA);
    float *edge = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        edge[i] = plane.values[3 * i];
    train_plane_clear(&plane);
    stretch_all(edge, n);
    stretch(edge, n, EDGE_LEAST, 1);
    stretch(edge, n, quantile(edge, n, EDGE_CUT), quantile(edge, n, 1 - EDGE_CUT));
    return edge;
}

/* Green moves right and down by level pixels altogether, the more of it the more edge there is. */
TrainImage *train_distort_green_shift(const TrainImage *image, double level, guint64 seed,
                                      GError **error)
{
    TrainDraws draws;
    train_draws_init(&draws, seed);
    double across = train_draws_uniform(&draws), down = train_draws_uniform(&draws);
    double length = MAX(hypot(across, down), 1e-9);
    guint move_x = (guint)lround(level * across / length);
    guint move_y = (guint)lround(level * down / length);
    train_draws_clear(&draws);
    g_autofree float *edge = edges(image);
    TrainImage *out = train_image_copy(image);
    for (guint y = 0; y < image->height; y++) {
        const guint8 *from = image->rgb + 3 * (gsize)(MAX(y, move_y) - move_y) * image->width;
        for (guint x = 0; x < image->width; x++) {
            gsize i = (gsize)y * image->width + x;
            float moved = from[3 * (MAX(x, move_x) - move_x) + 1], own = image->rgb[3 * i + 1];
            out->rgb[3 * i + 1] = (guint8)(own + edge[i] * (moved - own) + 0.5f);
        }
    }
    return out;
}
