/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters that are not separable: out-of-focus lenses, motion, shaken hands. */
#include "distort-private.h"
#include "preprocess.h"
#include <math.h>

/* Strips that a pixel is cut into where a disk's edge runs through it. */
#define DISK_STRIPS 64

/* Of a shaken camera's path: how finely it is walked, how much it bends on average, in radians a
 * pixel, and how much that changes over a pixel. */
#define STEPS_PER_PIXEL 8
#define SHAKE_TURN 0.08
#define SHAKE_TREMOR 0.05

void train_kernel_init(TrainKernel *kernel, guint radius)
{
    guint side = 2 * radius + 1;
    *kernel = (TrainKernel){.radius = radius, .weights = g_new0(float, (gsize)side *side)};
}

void train_kernel_clear(TrainKernel *kernel)
{
    g_clear_pointer(&kernel->weights, g_free);
}

static void normalise(TrainKernel *kernel)
{
    guint side = 2 * kernel->radius + 1;
    double sum = 0;
    for (guint i = 0; i < side * side; i++)
        sum += kernel->weights[i];
    for (guint i = 0; i < side * side; i++)
        kernel->weights[i] = (float)(kernel->weights[i] / sum);
}

/* The picture with its edge values carried on by radius pixels on each side. */
static TrainPlane pad(const TrainPlane *plane, guint radius)
{
    TrainPlane out = {.width = plane->width + 2 * radius, .height = plane->height + 2 * radius};
    out.values = g_new(float, 3 * (gsize)out.width * out.height);
    float *to = out.values;
    for (gint y = 0; y < (gint)out.height; y++) {
        guint from_y = (guint)CLAMP(y - (gint)radius, 0, (gint)plane->height - 1);
        for (gint x = 0; x < (gint)out.width; x++) {
            guint from_x = (guint)CLAMP(x - (gint)radius, 0, (gint)plane->width - 1);
            for (guint c = 0; c < 3; c++)
                *to++ = plane->values[3 * ((gsize)from_y * plane->width + from_x) + c];
        }
    }
    return out;
}

void train_plane_filter(TrainPlane *plane, const TrainKernel *kernel)
{
    guint side = 2 * kernel->radius + 1;
    gsize row = 3 * (gsize)plane->width;
    TrainPlane padded = pad(plane, kernel->radius);
    for (guint y = 0; y < plane->height; y++) {
        float *restrict sum = plane->values + y * row;
        for (gsize i = 0; i < row; i++)
            sum[i] = 0;
        for (guint k = 0; k < side * side; k++) {
            float weight = kernel->weights[k];
            const float *in = padded.values + 3 * ((gsize)(y + k / side) * padded.width + k % side);
            for (gsize i = 0; weight != 0 && i < row; i++)
                sum[i] += weight * in[i];
        }
    }
    train_plane_clear(&padded);
}

static TrainImage *filter_image(const TrainImage *image, const TrainKernel *kernel)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_filter(&plane, kernel);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

/* How much of the pixel at (x, y) a disk of that radius about the origin covers: exact along y, a
 * midpoint sum along x. */
static double disk_share(gint x, gint y, double radius)
{
    double share = 0;
    for (guint s = 0; s < DISK_STRIPS; s++) {
        double at = x - 0.5 + (s + 0.5) / DISK_STRIPS;
        double half = sqrt(MAX(0, radius * radius - at * at));
        share += MAX(0, MIN(y + 0.5, half) - MAX(y - 0.5, -half));
    }
    return share / DISK_STRIPS;
}

TrainImage *train_distort_lens(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainKernel kernel;
    train_kernel_init(&kernel, (guint)ceil(level - 0.5));
    gint radius = (gint)kernel.radius;
    float *weight = kernel.weights;
    for (gint y = -radius; y <= radius; y++) {
        for (gint x = -radius; x <= radius; x++)
            *weight++ = (float)disk_share(x, y, level);
    }
    normalise(&kernel);
    TrainImage *out = filter_image(image, &kernel);
    train_kernel_clear(&kernel);
    return out;
}

/* From (x, y) to a line of half the length given on either side of the origin. */
static double line_distance(double x, double y, double half, double angle)
{
    double along = x * cos(angle) + y * sin(angle), across = y * cos(angle) - x * sin(angle);
    return hypot(across, MAX(0, fabs(along) - half));
}

/* A line one pixel shorter than level, its ends' own width making up for it; weights fall off
 * linearly to nothing a pixel away from it. */
TrainImage *train_distort_motion(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    TrainDraws draws;
    train_draws_init(&draws, seed);
    double half = (MAX(1, level) - 1) / 2, angle = G_PI * train_draws_uniform(&draws);
    train_draws_clear(&draws);
    TrainKernel kernel;
    train_kernel_init(&kernel, (guint)ceil(half));
    gint radius = (gint)kernel.radius;
    float *weight = kernel.weights;
    for (gint y = -radius; y <= radius; y++) {
        for (gint x = -radius; x <= radius; x++)
            *weight++ = (float)MAX(0, 1 - line_distance(x, y, half, angle));
    }
    normalise(&kernel);
    TrainImage *out = filter_image(image, &kernel);
    train_kernel_clear(&kernel);
    return out;
}

/* One step along a path: on by step in the direction of angle, which turns by turn. */
typedef struct {
    double x, y, angle, turn;
} Walk;

static void walk_step(Walk *walk, TrainDraws *draws, double step)
{
    walk->x += step * cos(walk->angle);
    walk->y += step * sin(walk->angle);
    walk->turn += SHAKE_TREMOR * sqrt(step) * train_draws_normal(draws);
    walk->angle += walk->turn * step;
}

/* Shares weight among the four pixels about (x, y). */
static void kernel_splat(TrainKernel *kernel, double x, double y)
{
    gint left = (gint)floor(x), top = (gint)floor(y), side = 2 * (gint)kernel->radius + 1;
    for (gint i = 0; i < 4; i++) {
        gint u = left + i % 2, v = top + i / 2;
        double weight = (1 - fabs(x - u)) * (1 - fabs(y - v));
        gint at = (v + (gint)kernel->radius) * side + u + (gint)kernel->radius;
        kernel->weights[at] += (float)weight;
    }
}

/* A path of level pixels that bends at random; its middle lies on the pixel. */
TrainImage *train_distort_shake(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint n = (guint)(level * STEPS_PER_PIXEL) + 1;
    g_autofree Walk *path = g_new0(Walk, n);
    double x = 0, y = 0;
    TrainDraws draws;
    train_draws_init(&draws, seed);
    path[0].angle = 2 * G_PI * train_draws_uniform(&draws);
    path[0].turn = SHAKE_TURN * train_draws_normal(&draws);
    for (guint i = 1; i < n; i++) {
        path[i] = path[i - 1];
        walk_step(&path[i], &draws, 1. / STEPS_PER_PIXEL);
        x += path[i].x / n;
        y += path[i].y / n;
    }
    train_draws_clear(&draws);
    TrainKernel kernel;
    train_kernel_init(&kernel, (guint)ceil(level) + 1); /* the middle is no further off than this */
    for (guint i = 0; i < n; i++)
        kernel_splat(&kernel, path[i].x - x, path[i].y - y);
    normalise(&kernel);
    TrainImage *out = filter_image(image, &kernel);
    train_kernel_clear(&kernel);
    return out;
}
