/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-features.h"
#include "annotator.h"

#include <math.h>
#include <string.h>

/* What one pass over both pictures gives. Index 0: reference, 1: distorted. */
typedef struct {
    double mean[2], deviation[2]; /* of luma, 0..255 */
    double gradient[2];           /* mean magnitude of luma's central differences */
    double chroma[2];             /* mean distance from grey */
    double chroma_error;          /* mean squared, of Cb and Cr together */
    double similarity;            /* of chroma, mean over pixels, 0..1 */
} Tally;

struct TrainJudgeFeature {
    const char *name;
    const char *annotator;            /* its figure, or */
    double (*simple)(const Tally *t); /* one of the tally */
    double (*bend)(double value);     /* of the annotator's figure */
};

static double psnr(double squared_error)
{
    /* At most 60 dB: what rounding to 8 bits leaves anyway. */
    return 10 * log10(255 * 255 / (squared_error + 255 * 255 * 1e-6));
}

static double chroma_psnr(const Tally *t)
{
    return psnr(t->chroma_error);
}

/* Signed: brighter is not darker. */
static double mean_shift(const Tally *t)
{
    return (t->mean[1] - t->mean[0]) / 255;
}

/* Ratios as logarithms; the summand keeps flat and grey pictures finite. */
static double contrast(const Tally *t)
{
    return log((t->deviation[1] + 2) / (t->deviation[0] + 2));
}

static double gradient(const Tally *t)
{
    return log((t->gradient[1] + .5) / (t->gradient[0] + .5));
}

static double saturation(const Tally *t)
{
    return log((t->chroma[1] + 2) / (t->chroma[0] + 2));
}

static double chroma_similarity(const Tally *t)
{
    return -log10(1 - t->similarity + 1e-3);
}

static double bend_psnr(double value)
{
    return MIN(value, 60);
}

/* 1 is the same picture: tells .99 from .98 as well as .9 from .8. */
static double bend_similarity(double value)
{
    return -log10(MAX(1 - value, 0) + 2e-3);
}

/* 0 is the same picture. */
static double bend_distance(double value)
{
    return -log10(MAX(value, 0) + 5e-3);
}

static const TrainJudgeFeature features[] = {
    {"psnr", .annotator = "psnr", .bend = bend_psnr},
    {"chroma-psnr", .simple = chroma_psnr},
    {"ssim", .annotator = "ssim", .bend = bend_similarity},
    {"ms-ssim", .annotator = "ms-ssim", .bend = bend_similarity},
    {"gmsd", .annotator = "gmsd", .bend = bend_distance},
    {"mdsi", .annotator = "mdsi", .bend = bend_distance},
    {"vif", .annotator = "vif", .bend = bend_similarity},
    {"mean-shift", .simple = mean_shift},
    {"contrast", .simple = contrast},
    {"gradient", .simple = gradient},
    {"chroma-similarity", .simple = chroma_similarity},
    {"saturation", .simple = saturation},
};
G_STATIC_ASSERT(G_N_ELEMENTS(features) <= TRAIN_JUDGE_MAX_FEATURES);

const TrainJudgeFeature *train_judge_feature_at(guint index)
{
    return index < G_N_ELEMENTS(features) ? &features[index] : NULL;
}

const TrainJudgeFeature *train_judge_feature_find(const char *name)
{
    for (guint f = 0; f < G_N_ELEMENTS(features); f++) {
        if (g_str_equal(features[f].name, name))
            return &features[f];
    }
    return NULL;
}

const char *train_judge_feature_name(const TrainJudgeFeature *feature)
{
    return feature->name;
}

/* BT.601, full range, around zero for colour. */
typedef struct {
    float y, cb, cr;
} Pixel;

static Pixel pixel(const guint8 *rgb)
{
    const float r = rgb[0], g = rgb[1], b = rgb[2];
    const float y = .299f * r + .587f * g + .114f * b;
    return (Pixel){y, .564f * (b - y), .713f * (r - y)};
}

static void convert(const TrainImage *image, float *luma)
{
    const gsize n = (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++)
        luma[i] = pixel(image->rgb + 3 * i).y;
}

/* Mean magnitude of central differences; neighbours beyond the border are the border. */
static double mean_gradient(const float *luma, guint width, guint height)
{
    double sum = 0;
    for (guint y = 0; y < height; y++) {
        const float *row = luma + (gsize)y * width;
        const float *above = y ? row - width : row, *below = y + 1 < height ? row + width : row;
        for (guint x = 0; x < width; x++) {
            const float dx = row[MIN(x + 1, width - 1)] - row[x ? x - 1 : 0];
            const float dy = below[x] - above[x];
            sum += sqrtf(dx * dx + dy * dy);
        }
    }
    return sum / 2 / ((double)width * height);
}

static void measure_luma(const TrainImage *image, double *mean, double *deviation,
                         double *gradient_mean)
{
    const gsize n = (gsize)image->width * image->height;
    g_autofree float *luma = g_new(float, n);
    double sum = 0, square = 0;

    convert(image, luma);
    for (gsize i = 0; i < n; i++)
        sum += luma[i];
    *mean = sum / (double)n;
    for (gsize i = 0; i < n; i++)
        square += (luma[i] - *mean) * (luma[i] - *mean);
    *deviation = sqrt(square / (double)n);
    *gradient_mean = mean_gradient(luma, image->width, image->height);
}

/* The similarity is FSIMc's and VSI's: (2ab + c) / (a2 + b2 + c), of both chromas multiplied. */
static void measure_chroma(const TrainImage *reference, const TrainImage *distorted, Tally *tally)
{
    const float constant = 100;
    const gsize n = (gsize)reference->width * reference->height;
    for (gsize i = 0; i < n; i++) {
        const Pixel a = pixel(reference->rgb + 3 * i), b = pixel(distorted->rgb + 3 * i);
        const float d = a.cb - b.cb, e = a.cr - b.cr;
        tally->chroma[0] += sqrtf(a.cb * a.cb + a.cr * a.cr);
        tally->chroma[1] += sqrtf(b.cb * b.cb + b.cr * b.cr);
        tally->chroma_error += (d * d + e * e) / 2;
        /* 1 - d2 / (...): the same, without a rounding error where the pictures are equal. */
        tally->similarity += (1 - d * d / (a.cb * a.cb + b.cb * b.cb + constant)) *
                             (1 - e * e / (a.cr * a.cr + b.cr * b.cr + constant));
    }
    tally->chroma[0] /= (double)n;
    tally->chroma[1] /= (double)n;
    tally->chroma_error /= (double)n;
    tally->similarity /= (double)n;
}

void train_judge_measure(const TrainJudgeFeature *const *list, guint n, const TrainImage *reference,
                         const TrainImage *distorted, double *values)
{
    g_return_if_fail(reference->width == distorted->width &&
                     reference->height == distorted->height);
    Tally tally = {0};
    measure_luma(reference, &tally.mean[0], &tally.deviation[0], &tally.gradient[0]);
    measure_luma(distorted, &tally.mean[1], &tally.deviation[1], &tally.gradient[1]);
    measure_chroma(reference, distorted, &tally);
    for (guint f = 0; f < n; f++) {
        const TrainJudgeFeature *row = list[f];
        if (row->simple) {
            values[f] = row->simple(&tally);
            continue;
        }
        const TrainAnnotator *annotator = train_annotator_find(row->annotator);
        g_assert(annotator);
        values[f] = row->bend(annotator->measure(reference, distorted));
    }
}
