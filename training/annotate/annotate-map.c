/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps and filters of the full-reference judges. */
#include "annotate-map.h"
#include "preprocess.h"

#include <math.h>
#include <string.h>

#define STRIP 64 /* rows: five maps of a strip stay in the second-level cache */

TrainMap *train_map_new(guint width, guint height)
{
    TrainMap *map = g_new(TrainMap, 1);
    *map = (TrainMap){width, height, g_new0(double, (gsize)width *height)};
    return map;
}

void train_map_free(TrainMap *map)
{
    if (!map)
        return;
    g_free(map->values);
    g_free(map);
}

TrainMap *train_map_mix(const TrainImage *image, const double weights[3])
{
    TrainMap *map = train_map_new(image->width, image->height);
    const gsize n = (gsize)image->width * image->height;
    const guint8 *rgb = image->rgb;
    for (gsize i = 0; i < n; i++, rgb += 3)
        map->values[i] = weights[0] * rgb[0] + weights[1] * rgb[1] + weights[2] * rgb[2];
    return map;
}

TrainMap *train_map_luma(const TrainImage *image)
{
    return train_map_mix(image, (const double[3]){.299, .587, .114});
}

TrainKernel train_kernel_gaussian(guint n, double sigma)
{
    TrainKernel kernel = {.n = n};
    double sum = 0;

    g_assert(n % 2 == 1 && n <= TRAIN_TAPS);
    for (guint i = 0; i < n; i++) {
        const double at = (double)i - n / 2;
        sum += kernel.taps[i] = exp(-at * at / (2 * sigma * sigma));
    }
    for (guint i = 0; i < n; i++)
        kernel.taps[i] /= sum;
    return kernel;
}

/* Pixels that a window reads before the first one it is centred on, 0 where it starts there. */
static guint lead(guint size, guint n, TrainBorder border)
{
    return border == TRAIN_BORDER_INSIDE && size >= n ? 0 : n / 2;
}

/* out += tap * (a + b) */
static void add_pair(double *restrict out, double tap, const double *a, const double *b, guint n)
{
    for (guint x = 0; x < n; x++)
        out[x] += tap * (a[x] + b[x]);
}

static void add_one(double *restrict out, double tap, const double *a, guint n)
{
    for (guint x = 0; x < n; x++)
        out[x] += tap * a[x];
}

/* A row with `before` pixels mirrored at either end. */
static void pad(const double *row, guint width, guint before, double *line)
{
    memcpy(line + before, row, width * sizeof(double));
    for (guint i = 1; i <= before; i++) {
        line[before - i] = row[biqa_mirror(-(gint)i, width)];
        line[before + width - 1 + i] = row[biqa_mirror((gint)(width - 1 + i), width)];
    }
}

/* What is left of a side under a window: every step-th of them. */
static guint length(guint size, const TrainFilter *filter)
{
    const guint before = lead(size, filter->kernel->n, filter->border);
    return (size + 2 * before - filter->kernel->n) / filter->step + 1;
}

static TrainMap *filter_rows(const TrainMap *in, const TrainFilter *filter)
{
    const TrainKernel *kernel = filter->kernel;
    const guint before = lead(in->width, kernel->n, filter->border), half = kernel->n / 2;
    const guint all = in->width + 2 * before - 2 * half;
    TrainMap *out = train_map_new(length(in->width, filter), in->height);
    g_autofree double *line = g_new(double, in->width + 2 * (gsize)before);
    g_autofree double *sums = g_new(double, all);
    double *to = out->values;
    for (guint y = 0; y < in->height; y++) {
        pad(in->values + (gsize)y * in->width, in->width, before, line);
        memset(sums, 0, all * sizeof(double));
        for (guint k = 0; k < half; k++)
            add_pair(sums, kernel->taps[k], line + k, line + kernel->n - 1 - k, all);
        add_one(sums, kernel->taps[half], line + half, all);
        for (guint x = 0; x < all; x += filter->step)
            *to++ = sums[x];
    }
    return out;
}

static TrainMap *filter_columns(const TrainMap *in, const TrainFilter *filter)
{
    const TrainKernel *kernel = filter->kernel;
    const guint before = lead(in->height, kernel->n, filter->border), half = kernel->n / 2;
    const guint width = in->width;
    TrainMap *out = train_map_new(width, length(in->height, filter));
    const double *rows[TRAIN_TAPS];
    for (guint y = 0; y < out->height; y++) {
        double *sums = out->values + (gsize)y * width;
        for (guint k = 0; k < kernel->n; k++) {
            const gint from = (gint)(y * filter->step + k) - (gint)before;
            rows[k] = in->values + (gsize)biqa_mirror(from, in->height) * width;
        }
        for (guint k = 0; k < half; k++)
            add_pair(sums, kernel->taps[k], rows[k], rows[kernel->n - 1 - k], width);
        add_one(sums, kernel->taps[half], rows[half], width);
    }
    return out;
}

TrainMap *train_map_filter(const TrainMap *in, const TrainFilter *filter)
{
    g_autoptr(TrainMap) rows = filter_rows(in, filter);
    return filter_columns(rows, filter);
}

TrainMap *train_map_reduce(const TrainMap *in, guint factor)
{
    const gint before = (gint)(factor - 1) / 2;
    TrainMap *out = train_map_new((in->width - 1) / factor + 1, (in->height - 1) / factor + 1);
    g_autofree double *sums = g_new(double, in->width);
    double *to = out->values;
    for (guint v = 0; v < out->height; v++) {
        memset(sums, 0, in->width * sizeof(double));
        for (guint k = 0; k < factor; k++) {
            const guint y = biqa_mirror((gint)(v * factor + k) - before, in->height);
            add_one(sums, 1. / (factor * factor), in->values + (gsize)y * in->width, in->width);
        }
        for (guint u = 0; u < out->width; u++, to++) {
            for (guint k = 0; k < factor; k++)
                *to += sums[biqa_mirror((gint)(u * factor + k) - before, in->width)];
        }
    }
    return out;
}

/* What one pixel of a resized row or column is made of. */
typedef struct {
    guint n;        /* pixels at most */
    guint *index;   /* (length, n) */
    double *weight; /* (length, n), each row of sum 1 */
} Resampler;

static void resampler_init(Resampler *resampler, guint from, guint to)
{
    const double ratio = (double)from / to, reach = MAX(1, ratio);
    const guint n = (guint)ceil(2 * reach) + 1;
    *resampler = (Resampler){n, g_new(guint, (gsize)n * to), g_new(double, (gsize)n *to)};
    for (guint i = 0; i < to; i++) {
        const double at = (i + .5) * ratio - .5;
        const gint first = (gint)ceil(at - reach);
        guint *index = resampler->index + (gsize)i * n;
        double *weight = resampler->weight + (gsize)i * n, sum = 0;
        for (guint k = 0; k < n; k++) {
            index[k] = biqa_mirror(first + (gint)k, from);
            sum += weight[k] = MAX(0, 1 - fabs(first + (gint)k - at) / reach);
        }
        for (guint k = 0; k < n; k++)
            weight[k] /= sum;
    }
}

static void resampler_clear(Resampler *resampler)
{
    g_free(resampler->index);
    g_free(resampler->weight);
}

static TrainMap *resize_rows(const TrainMap *in, guint width)
{
    TrainMap *out = train_map_new(width, in->height);
    Resampler r;
    resampler_init(&r, in->width, width);
    for (guint y = 0; y < in->height; y++) {
        const double *row = in->values + (gsize)y * in->width, *weight = r.weight;
        const guint *index = r.index;
        double *to = out->values + (gsize)y * width;
        for (guint i = 0; i < width; i++, to++) {
            for (guint k = 0; k < r.n; k++)
                *to += *weight++ * row[*index++];
        }
    }
    resampler_clear(&r);
    return out;
}

static TrainMap *resize_columns(const TrainMap *in, guint height)
{
    TrainMap *out = train_map_new(in->width, height);
    Resampler r;
    resampler_init(&r, in->height, height);
    for (guint i = 0; i < height * r.n; i++) {
        if (r.weight[i] > 0)
            add_one(out->values + (gsize)(i / r.n) * in->width, r.weight[i],
                    in->values + (gsize)r.index[i] * in->width, in->width);
    }
    resampler_clear(&r);
    return out;
}

TrainMap *train_map_resize(const TrainMap *in, guint width, guint height)
{
    g_autoptr(TrainMap) rows = resize_rows(in, width);
    return resize_columns(rows, height);
}

TrainMap *train_map_mix_reduced(const TrainImage *image, const double weights[3], guint factor)
{
    TrainMap *whole = train_map_mix(image, weights);
    if (factor == 1)
        return whole;
    TrainMap *reduced = train_map_reduce(whole, factor);
    train_map_free(whole);
    return reduced;
}

guint train_map_factor(const TrainImage *image)
{
    return MAX(1, (MIN(image->width, image->height) + 128) / 256);
}

TrainMap *train_map_gradient(const TrainMap *in, double side, double centre)
{
    const guint width = in->width, padded = width + 2;
    TrainMap *out = train_map_new(width, in->height);
    /* The rows above, at and below with a zero at either end. */
    g_autofree double *lines = g_new0(double, 3 * (gsize)padded);
    memcpy(lines + 2 * padded + 1, in->values, width * sizeof(double));
    for (guint y = 0; y < in->height; y++) {
        memmove(lines, lines + padded, 2 * padded * sizeof(double));
        if (y + 1 < in->height)
            memcpy(lines + 2 * padded + 1, in->values + (gsize)(y + 1) * width,
                   width * sizeof(double));
        else
            memset(lines + 2 * padded, 0, padded * sizeof(double));
        const double *a = lines, *b = lines + padded, *c = lines + 2 * padded;
        double *to = out->values + (gsize)y * width;
        for (guint x = 0; x < width; x++) {
            const double gx =
                side * (a[x + 2] - a[x] + c[x + 2] - c[x]) + centre * (b[x + 2] - b[x]);
            const double gy =
                side * (c[x] - a[x] + c[x + 2] - a[x + 2]) + centre * (c[x + 1] - a[x + 1]);
            to[x] = sqrt(gx * gx + gy * gy);
        }
    }
    return out;
}

void train_moments_init(TrainMoments *moments, const TrainMap *x, const TrainMap *y,
                        const TrainKernel *kernel)
{
    g_assert(x->width == y->width && x->height == y->height);
    *moments = (TrainMoments){.x = x, .y = y, .kernel = kernel};
}

void train_moments_clear(TrainMoments *moments)
{
    for (guint i = 0; i < G_N_ELEMENTS(moments->maps); i++)
        g_clear_pointer(&moments->maps[i], train_map_free);
}

static TrainMap *product(const TrainMap *a, const TrainMap *b, const TrainFilter *filter)
{
    g_autoptr(TrainMap) values = train_map_new(a->width, a->height);
    const gsize n = (gsize)a->width * a->height;
    for (gsize i = 0; i < n; i++)
        values->values[i] = a->values[i] * b->values[i];
    return train_map_filter(values, filter);
}

/* E[xx] to E[xx] - E[x]^2 and so on, in place. */
static void centre(TrainMoments *moments)
{
    for (gsize i = 0; i < moments->n; i++) {
        const double x = moments->mean_x[i], y = moments->mean_y[i];
        moments->var_x[i] = MAX(0, moments->var_x[i] - x * x);
        moments->var_y[i] = MAX(0, moments->var_y[i] - y * y);
        moments->cov[i] -= x * y;
    }
}

gboolean train_moments_next(TrainMoments *moments)
{
    const guint taps = moments->kernel->n, height = moments->x->height, width = moments->x->width;
    const gboolean short_side = height < taps; /* then all at once, or mirrors would be wrong */
    const guint rows = short_side ? height : height - taps + 1;
    train_moments_clear(moments);
    if (moments->row >= rows)
        return FALSE;
    const guint strip = short_side ? rows : MIN(STRIP, rows - moments->row);
    const gsize first = (gsize)moments->row * width;
    const guint read = short_side ? height : strip + taps - 1;
    const TrainMap x = {width, read, moments->x->values + first};
    const TrainMap y = {width, read, moments->y->values + first};
    const TrainFilter filter = {moments->kernel, TRAIN_BORDER_INSIDE, 1};
    TrainMap **p = moments->maps;
    p[0] = train_map_filter(&x, &filter);
    p[1] = train_map_filter(&y, &filter);
    p[2] = product(&x, &x, &filter);
    p[3] = product(&y, &y, &filter);
    p[4] = product(&x, &y, &filter);
    moments->mean_x = p[0]->values, moments->mean_y = p[1]->values;
    moments->var_x = p[2]->values, moments->var_y = p[3]->values, moments->cov = p[4]->values;
    moments->n = (gsize)p[0]->width * p[0]->height;
    moments->row += strip;
    centre(moments);
    return TRUE;
}
