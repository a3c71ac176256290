/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Separable filters: Gaussian blur, scaling down and up again in several ways, and a low pass that
 * rings. */
#include "distort-private.h"
#include "preprocess.h"
#include <math.h>
#include <string.h>

/* On either side of the middle of the low pass that rings. */
#define RINGING_LOBES 8

/* One axis: output i is the sum over t < taps of weights[i * taps + t] * input[first[i] + t], the
 * input mirrored at its ends. */
typedef struct {
    guint length; /* outputs */
    guint taps;
    gint *first;    /* (length) */
    float *weights; /* (length, taps); each row sums to 1 */
} Filter;

static Filter filter_new(guint length, guint taps)
{
    return (Filter){length, taps, g_new(gint, length), g_new(float, (gsize)length *taps)};
}

static void filter_clear(Filter *filter)
{
    g_free(filter->first);
    g_free(filter->weights);
}

static void normalise(float *weights, guint n)
{
    double sum = 0;
    for (guint t = 0; t < n; t++)
        sum += weights[t];
    for (guint t = 0; t < n; t++)
        weights[t] = (float)(weights[t] / sum);
}

static Filter gauss_filter(guint length, double sigma)
{
    guint taps = (guint)lround(6 * sigma) | 1;
    Filter filter = filter_new(length, taps);
    for (guint i = 0; i < length; i++) {
        float *weights = filter.weights + (gsize)i * taps;
        filter.first[i] = (gint)i - (gint)(taps / 2);
        for (guint t = 0; t < taps; t++) {
            double d = ((double)t - taps / 2) / sigma;
            weights[t] = (float)exp(-0.5 * d * d);
        }
        normalise(weights, taps);
    }
    return filter;
}

/* Each output is the mean of the stretch of input that it covers. */
static Filter area_filter(guint from, guint length)
{
    double step = (double)from / length;
    Filter filter = filter_new(length, (guint)ceil(step) + 1);
    for (guint i = 0; i < length; i++) {
        float *weights = filter.weights + (gsize)i * filter.taps;
        double begin = i * step, end = begin + step;
        filter.first[i] = (gint)floor(begin);
        for (guint t = 0; t < filter.taps; t++) {
            double pixel = filter.first[i] + (double)t;
            weights[t] = (float)MAX(0, MIN(end, pixel + 1) - MAX(begin, pixel));
        }
        normalise(weights, filter.taps);
    }
    return filter;
}

/* Keys' cubic with a = -1/2. */
static double cubic(double d)
{
    d = fabs(d);
    if (d < 1)
        return (1.5 * d - 2.5) * d * d + 1;
    if (d < 2)
        return ((-0.5 * d + 2.5) * d - 4) * d + 2;
    return 0;
}

static Filter cubic_filter(guint from, guint length)
{
    Filter filter = filter_new(length, 4);
    for (guint i = 0; i < length; i++) {
        float *weights = filter.weights + (gsize)i * 4;
        double centre = (i + 0.5) * from / length - 0.5;
        filter.first[i] = (gint)floor(centre) - 1;
        for (guint t = 0; t < 4; t++)
            weights[t] = (float)cubic(centre - filter.first[i] - t);
        normalise(weights, 4);
    }
    return filter;
}

static double tent(double d)
{
    return MAX(0, 1 - fabs(d));
}

static double sinc(double d)
{
    return fabs(d) < 1e-9 ? 1 : sin(G_PI * d) / (G_PI * d);
}

/* Lanczos' window of three lobes. */
static double lanczos(double d)
{
    return fabs(d) < 3 ? sinc(d) * sinc(d / 3) : 0;
}

/* A way to weigh input pixels by their distance from an output pixel. */
typedef struct {
    double (*weight)(double d);
    double reach; /* weights are 0 from there on */
} Kernel;

static const Kernel tent_kernel = {tent, 1};
static const Kernel cubic_kernel = {cubic, 2};
static const Kernel lanczos_kernel = {lanczos, 3};
static const Kernel sinc_kernel = {sinc, RINGING_LOBES}; /* cut off, no window */

/* Distances count in units of stretch input pixels, so that a stretch above 1 is a low pass. */
static Filter kernel_filter(guint from, guint length, const Kernel *kernel, double stretch)
{
    double reach = kernel->reach * stretch;
    Filter filter = filter_new(length, (guint)ceil(2 * reach) + 1);
    for (guint i = 0; i < length; i++) {
        float *weights = filter.weights + (gsize)i * filter.taps;
        double centre = (i + 0.5) * from / length - 0.5;
        filter.first[i] = (gint)ceil(centre - reach);
        for (guint t = 0; t < filter.taps; t++) {
            double d = (filter.first[i] + (double)t - centre) / stretch;
            weights[t] = fabs(d) <= kernel->reach ? (float)kernel->weight(d) : 0;
        }
        normalise(weights, filter.taps);
    }
    return filter;
}

static Filter nearest_filter(guint from, guint length)
{
    Filter filter = filter_new(length, 1);
    for (guint i = 0; i < length; i++) {
        filter.first[i] = (gint)((i + 0.5) * from / length);
        filter.weights[i] = 1;
    }
    return filter;
}

/* NULL means nearest. */
static Filter scale_filter(guint from, guint length, const Kernel *kernel)
{
    return kernel ? kernel_filter(from, length, kernel, MAX(1, (double)from / length))
                  : nearest_filter(from, length);
}

static Filter resize_filter(guint from, guint length)
{
    return length < from ? area_filter(from, length) : cubic_filter(from, length);
}

/* Filters the columns of plane. Whole rows are added up, which compilers make fast. */
static TrainPlane filter_columns(const TrainPlane *plane, const Filter *filter)
{
    gsize row = 3 * (gsize)plane->width;
    TrainPlane out = {plane->width, filter->length, g_new0(float, row * filter->length)};
    for (guint y = 0; y < filter->length; y++) {
        float *restrict sum = out.values + y * row;
        for (guint t = 0; t < filter->taps; t++) {
            float weight = filter->weights[(gsize)y * filter->taps + t];
            const float *in =
                plane->values + biqa_mirror(filter->first[y] + (gint)t, plane->height) * row;
            for (gsize i = 0; i < row; i++)
                sum[i] += weight * in[i];
        }
    }
    return out;
}

static TrainPlane transpose(const TrainPlane *plane)
{
    guint width = plane->width, height = plane->height;
    TrainPlane out = {height, width, g_new(float, 3 * (gsize)width * height)};
    for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++)
            memcpy(out.values + 3 * ((gsize)x * height + y),
                   plane->values + 3 * ((gsize)y * width + x), 3 * sizeof(float));
    }
    return out;
}

/* Filters plane both ways, in place; takes the filters. */
static void filter_plane(TrainPlane *plane, Filter horizontal, Filter vertical)
{
    const Filter *filters[] = {&vertical, &horizontal};
    for (guint i = 0; i < 2; i++) {
        TrainPlane filtered = filter_columns(plane, filters[i]);
        g_free(plane->values);
        *plane = transpose(&filtered);
        g_free(filtered.values);
    }
    filter_clear(&horizontal);
    filter_clear(&vertical);
}

void train_plane_blur(TrainPlane *plane, double across, double down)
{
    filter_plane(plane, gauss_filter(plane->width, across), gauss_filter(plane->height, down));
}

TrainImage *train_distort_blur(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_blur(&plane, level / 6, level / 6);
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

TrainImage *train_distort_scale(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint width = (guint)MAX(1, image->width / level + 0.5);
    guint height = (guint)MAX(1, image->height / level + 0.5);
    TrainPlane plane;
    train_plane_init(&plane, image);
    filter_plane(&plane, area_filter(image->width, width), area_filter(image->height, height));
    filter_plane(&plane, cubic_filter(width, image->width), cubic_filter(height, image->height));
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

/* Made level times smaller and as large again, both by kernel. */
static TrainImage *scale_twice(const TrainImage *image, double level, const Kernel *kernel)
{
    guint width = (guint)MAX(1, image->width / level + 0.5);
    guint height = (guint)MAX(1, image->height / level + 0.5);
    TrainPlane plane;
    train_plane_init(&plane, image);
    filter_plane(&plane, scale_filter(image->width, width, kernel),
                 scale_filter(image->height, height, kernel));
    filter_plane(&plane, scale_filter(width, image->width, kernel),
                 scale_filter(height, image->height, kernel));
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

TrainImage *train_distort_scale_nearest(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    return scale_twice(image, level, NULL);
}

TrainImage *train_distort_scale_bilinear(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    return scale_twice(image, level, &tent_kernel);
}

TrainImage *train_distort_scale_bicubic(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    return scale_twice(image, level, &cubic_kernel);
}

TrainImage *train_distort_scale_lanczos(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    return scale_twice(image, level, &lanczos_kernel);
}

TrainImage *train_distort_ringing(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    filter_plane(&plane, kernel_filter(image->width, image->width, &sinc_kernel, 1 / level),
                 kernel_filter(image->height, image->height, &sinc_kernel, 1 / level));
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}

TrainImage *train_distort_resize(const TrainImage *image, guint width, guint height)
{
    TrainPlane plane;
    train_plane_init(&plane, image);
    filter_plane(&plane, resize_filter(image->width, width), resize_filter(image->height, height));
    TrainImage *out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return out;
}
