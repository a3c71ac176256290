/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-rebuild.h"
#include "distort-private.h"

#include <math.h>

static const double psnr_of_level[TRAIN_LEVELS] = {33, 30, 27, 24, 21};

/* Spatially correlated noise: white noise that went through a Gaussian of .8 pixels, which leaves
 * neighbours correlated by about two thirds. level is the variance before, on a scale of 0..1. */
static TrainImage *correlated_noise(const TrainImage *image, double level, guint64 seed,
                                    GError **error)
{
    const gsize n = 3 * (gsize)image->width * image->height;
    TrainPlane plane, noise;
    TrainDraws draws;
    (void)error;
    train_plane_init(&plane, image);
    train_plane_init(&noise, image);
    train_draws_init(&draws, seed);
    for (gsize i = 0; i < n; i++)
        noise.values[i] = (float)(255 * sqrt(level) * train_draws_normal(&draws));
    train_plane_blur(&noise, .8, .8);
    for (gsize i = 0; i < n; i++)
        plane.values[i] += noise.values[i];
    TrainImage *out = train_plane_image(&plane);
    train_draws_clear(&draws);
    train_plane_clear(&noise);
    train_plane_clear(&plane);
    return out;
}

/* Quantisation in equal steps of level, which unlike a number of thresholds meets any PSNR. */
static TrainImage *quantise_steps(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainImage *out = train_image_copy(image);
    guint8 table[256];
    (void)seed;
    (void)error;
    for (guint v = 0; v < 256; v++)
        table[v] = (guint8)CLAMP(floor(v / level + .5) * level + .5, 0, 255);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        out->rgb[i] = table[image->rgb[i]];
    return out;
}

/* Left out: 4 (masked noise), 12 and 13 (transmission errors), 20 (comfort noise), 21 (coded noise)
 * and 24 (sparse sampling) are not made here; 16 and 17 (mean, contrast) change their sign from
 * level to level; 15 (blocks of one colour) gets better rated with its level. */
static const TrainRebuildType rebuild_types[] = {
    {1, train_distort_noise, 1e-5, 1},
    {2, train_distort_colour_noise, 1e-5, 1},
    {3, correlated_noise, 1e-5, 4},
    {5, train_distort_high_noise, 1e-5, 1},
    {6, train_distort_impulse, 1e-4, .5},
    {7, quantise_steps, 2, 250},
    {8, train_distort_blur, 1, 120},
    {9, train_distort_denoise, 1e-6, 1},
    {10, train_distort_jpeg, 99, 1, TRUE},
    {11, train_distort_jpeg2000, 3, 1200},
    {14, train_distort_patches, 1, 4000, TRUE},
    {18, train_distort_saturation, .98, -2},
    {19, train_distort_multiplicative, 1e-5, 2},
    {22, train_distort_palette, 256, 2, TRUE},
    {23, train_distort_aberration, 0, 30, TRUE},
};

const TrainRebuildType *train_rebuild_types(guint *n)
{
    *n = G_N_ELEMENTS(rebuild_types);
    return rebuild_types;
}

double train_rebuild_psnr(const TrainImage *a, const TrainImage *b)
{
    const gsize n = (gsize)a->width * a->height * 3;
    guint64 sum = 0;
    for (gsize i = 0; i < n; i++) {
        const int d = a->rgb[i] - b->rgb[i];
        sum += (guint64)(d * d);
    }
    return 10 * log10(255. * 255. * (double)n / (double)sum);
}

/* The range's value at share of the way from mild to harsh: in equal ratios where both ends allow
 * it, as most parameters span decades. */
static double parameter(const TrainRebuildType *type, double share)
{
    const gboolean ratios = type->mild > 0 && type->harsh > 0;
    const double value = ratios ? type->mild * pow(type->harsh / type->mild, share)
                                : type->mild + (type->harsh - type->mild) * share;
    return type->whole ? floor(value + .5) : value;
}

/* The next share to try for a wanted PSNR by what was tried; FALSE: nothing is left. */
static gboolean choose(const TrainRebuild *rebuild, double wanted, double *share)
{
    double low = 0, high = 1;
    gboolean is_low_known = FALSE;
    for (guint i = 0; i < rebuild->n_tried; i++) {
        const double tried = rebuild->tried[i].share, psnr = rebuild->tried[i].psnr;
        if (fabs(psnr - wanted) <= TRAIN_REBUILD_TOLERANCE) {
            *share = tried;
            return TRUE;
        }
        is_low_known |= psnr > wanted || tried <= 0;
        if (psnr > wanted)
            low = MAX(low, tried);
        else if (tried <= 0)
            return FALSE; /* the mildest is too harsh */
        else
            high = MIN(high, tried);
    }
    *share = (low + high) / 2;
    /* Far down already and never above: see whether it can be reached at all. */
    if (!is_low_known && high < .2)
        *share = 0;
    const double next = parameter(rebuild->type, *share);
    for (guint i = 0; i < rebuild->n_tried; i++) {
        if (parameter(rebuild->type, rebuild->tried[i].share) == next)
            return FALSE; /* whole numbers have no more between them */
    }
    return TRUE;
}

gboolean train_rebuild(TrainRebuild *rebuild, guint level, TrainImage **distorted, GError **error)
{
    const double wanted = psnr_of_level[level];
    double share;
    g_assert(level < TRAIN_LEVELS);

    *distorted = NULL;
    for (guint step = 0; step < TRAIN_REBUILD_STEPS && choose(rebuild, wanted, &share); step++) {
        g_autoptr(TrainImage) image = rebuild->type->apply(
            rebuild->reference, parameter(rebuild->type, share), rebuild->seed, error);
        if (!image)
            return FALSE;
        const double psnr = train_rebuild_psnr(rebuild->reference, image);
        if (fabs(psnr - wanted) <= TRAIN_REBUILD_TOLERANCE) {
            *distorted = g_steal_pointer(&image);
            return TRUE;
        }
        rebuild->tried[rebuild->n_tried].share = share;
        rebuild->tried[rebuild->n_tried++].psnr = psnr;
    }
    return TRUE;
}
