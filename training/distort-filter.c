/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Separable filters: Gaussian blur, and scaling down by area and up by bicubic interpolation. */
#include "distort-private.h"
#include "preprocess.h"
#include <math.h>
#include <string.h>

/* One axis: output i is the sum over t < taps of weights[i * taps + t] * input[first[i] + t], the
 * input mirrored at its ends. */
typedef struct {
    guint length; /* outputs */
    guint taps;
    gint *first;    /* (length) */
    float *weights; /* (length, taps); each row sums to 1 */
} Filter;

/* RGB as floats. */
typedef struct {
    guint width, height;
    float *rgb; /* (height, width, 3) */
} Plane;

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

static Filter gauss_filter(guint length, guint taps)
{
    Filter filter = filter_new(length, taps);
    double sigma = taps / 6.0;
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

/* Filters the columns of plane. Whole rows are added up, which compilers make fast. */
static Plane filter_columns(const Plane *plane, const Filter *filter)
{
    gsize row = 3 * (gsize)plane->width;
    Plane out = {plane->width, filter->length, g_new0(float, row * filter->length)};
    for (guint y = 0; y < filter->length; y++) {
        float *restrict sum = out.rgb + y * row;
        for (guint t = 0; t < filter->taps; t++) {
            float weight = filter->weights[(gsize)y * filter->taps + t];
            const float *in =
                plane->rgb + biqa_mirror(filter->first[y] + (gint)t, plane->height) * row;
            for (gsize i = 0; i < row; i++)
                sum[i] += weight * in[i];
        }
    }
    return out;
}

static Plane transpose(const Plane *plane)
{
    guint width = plane->width, height = plane->height;
    Plane out = {height, width, g_new(float, 3 * (gsize)width * height)};
    for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++)
            memcpy(out.rgb + 3 * ((gsize)x * height + y), plane->rgb + 3 * ((gsize)y * width + x),
                   3 * sizeof(float));
    }
    return out;
}

/* Filters plane both ways, in place; takes the filters. */
static void filter_plane(Plane *plane, Filter horizontal, Filter vertical)
{
    const Filter *filters[] = {&vertical, &horizontal};
    for (guint i = 0; i < 2; i++) {
        Plane filtered = filter_columns(plane, filters[i]);
        g_free(plane->rgb);
        *plane = transpose(&filtered);
        g_free(filtered.rgb);
    }
    filter_clear(&horizontal);
    filter_clear(&vertical);
}

static Plane plane_new(const TrainImage *image)
{
    gsize n = 3 * (gsize)image->width * image->height;
    Plane plane = {image->width, image->height, g_new(float, n)};
    for (gsize i = 0; i < n; i++)
        plane.rgb[i] = image->rgb[i];
    return plane;
}

/* Rounded and clamped; frees plane. */
static TrainImage *plane_finish(Plane *plane)
{
    TrainImage *image = train_image_new(plane->width, plane->height);
    gsize n = 3 * (gsize)plane->width * plane->height;
    for (gsize i = 0; i < n; i++)
        image->rgb[i] = (guint8)(CLAMP(plane->rgb[i], 0, 255) + 0.5f);
    g_free(plane->rgb);
    return image;
}

TrainImage *train_distort_blur(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint taps = (guint)level;
    Plane plane = plane_new(image);
    filter_plane(&plane, gauss_filter(image->width, taps), gauss_filter(image->height, taps));
    return plane_finish(&plane);
}

TrainImage *train_distort_scale(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint width = (guint)MAX(1, image->width / level + 0.5);
    guint height = (guint)MAX(1, image->height / level + 0.5);
    Plane plane = plane_new(image);
    filter_plane(&plane, area_filter(image->width, width), area_filter(image->height, height));
    filter_plane(&plane, cubic_filter(width, image->width), cubic_filter(height, image->height));
    return plane_finish(&plane);
}
