/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few colours and dither between them. */
#include "distort-private.h"
#include <string.h>

#define MAX_COLOURS 256

typedef struct {
    guint8 rgb[3];
} Colour;

/* Some of the pixels, and the axis along which they spread most. */
typedef struct {
    Colour *pixels;
    gsize n;
    guint axis;
    double spread; /* sum of squared distances from the mean along it */
} Box;

static void count_axis(const Box *box, guint axis, gsize histogram[256])
{
    memset(histogram, 0, 256 * sizeof *histogram);
    for (gsize i = 0; i < box->n; i++)
        histogram[box->pixels[i].rgb[axis]]++;
}

/* Counted from the first value that occurs: exactly 0 where there is no other. */
static double histogram_spread(const gsize histogram[256])
{
    double n = 0, sum = 0, squares = 0;
    guint first = 0;
    while (!histogram[first])
        first++;
    for (guint v = first; v < 256; v++) {
        n += (double)histogram[v];
        sum += (double)histogram[v] * (v - first);
        squares += (double)histogram[v] * (v - first) * (v - first);
    }
    return squares - sum * sum / n;
}

static Box box_new(Colour *pixels, gsize n)
{
    gsize histogram[256];
    Box box = {.pixels = pixels, .n = n};
    for (guint axis = 0; axis < 3; axis++) {
        count_axis(&box, axis, histogram);
        double spread = histogram_spread(histogram);
        if (spread <= box.spread)
            continue;
        box.spread = spread;
        box.axis = axis;
    }
    return box;
}

/* Where the two parts spread least along the box's axis, which has two values at least. */
static void box_split(Box *box, Box *other)
{
    gsize histogram[256], below = 0;
    guint8 threshold;
    count_axis(box, box->axis, histogram);
    guint n = train_otsu(histogram, 1, &threshold);
    g_assert(n == 1);
    for (gsize i = 0; i < box->n; i++) {
        Colour colour = box->pixels[i];
        if (colour.rgb[box->axis] > threshold)
            continue;
        box->pixels[i] = box->pixels[below];
        box->pixels[below++] = colour;
    }
    *other = box_new(box->pixels + below, box->n - below);
    *box = box_new(box->pixels, below);
}

static Colour box_mean(const Box *box)
{
    Colour mean;
    for (guint axis = 0; axis < 3; axis++) {
        gsize sum = 0;
        for (gsize i = 0; i < box->n; i++)
            sum += box->pixels[i].rgb[axis];
        mean.rgb[axis] = (guint8)((sum + box->n / 2) / box->n);
    }
    return mean;
}

/* At most n colours: the box that spreads most is cut in two until there are as many. */
static guint palette_new(const TrainImage *image, guint n, Colour *palette)
{
    gsize n_pixels = (gsize)image->width * image->height;
    g_autofree Colour *pixels = g_memdup2(image->rgb, 3 * n_pixels);
    Box boxes[MAX_COLOURS] = {box_new(pixels, n_pixels)};
    guint n_boxes = 1;
    for (; n_boxes < n; n_boxes++) {
        guint widest = 0;
        for (guint i = 1; i < n_boxes; i++) {
            if (boxes[i].spread > boxes[widest].spread)
                widest = i;
        }
        if (boxes[widest].spread <= 0)
            break;
        box_split(&boxes[widest], &boxes[n_boxes]);
    }
    for (guint i = 0; i < n_boxes; i++)
        palette[i] = box_mean(&boxes[i]);
    return n_boxes;
}

static Colour nearest(const Colour *palette, guint n, const gint rgb[3])
{
    guint best = 0;
    gint least = G_MAXINT;
    for (guint i = 0; i < n; i++) {
        gint r = palette[i].rgb[0] - rgb[0], g = palette[i].rgb[1] - rgb[1],
             b = palette[i].rgb[2] - rgb[2], distance = r * r + g * g + b * b;
        if (distance >= least)
            continue;
        least = distance;
        best = i;
    }
    return palette[best];
}

/* One row; here and below hold sixteenths of error for it and the next, (width + 2, 3), from one
 * pixel left of the picture on. */
static void dither_row(guint8 *row, guint width, const Colour *palette, guint n, gint *errors[2])
{
    for (guint x = 0; x < width; x++) {
        gint *here = errors[0] + 3 * (x + 1), *below = errors[1] + 3 * (x + 1), rgb[3];
        for (guint c = 0; c < 3; c++)
            rgb[c] = CLAMP(row[3 * x + c] + (here[c] + 8 + 16 * 256) / 16 - 256, 0, 255);
        Colour colour = nearest(palette, n, rgb);
        for (guint c = 0; c < 3; c++) {
            gint error = rgb[c] - colour.rgb[c];
            here[3 + c] += 7 * error;
            below[(gint)c - 3] += 3 * error;
            below[c] += 5 * error;
            below[3 + c] += error;
            row[3 * x + c] = colour.rgb[c];
        }
    }
}

/* Floyd and Steinberg's error diffusion, every row from the left. */
TrainImage *train_distort_palette(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    g_assert(level >= 1 && level <= MAX_COLOURS);
    Colour palette[MAX_COLOURS];
    guint n = palette_new(image, (guint)level, palette);
    TrainImage *out = train_image_copy(image);
    gsize row = 3 * ((gsize)image->width + 2);
    g_autofree gint *first = g_new0(gint, row), *second = g_new0(gint, row);
    gint *errors[2] = {first, second};
    for (guint y = 0; y < image->height; y++) {
        dither_row(out->rgb + 3 * (gsize)y * image->width, image->width, palette, n, errors);
        gint *done = errors[0];
        errors[0] = errors[1];
        errors[1] = memset(done, 0, row * sizeof *done);
    }
    return out;
}
