/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps of numbers and the filters that the full-reference judges share. Values are doubles: local
 * variances are small differences of large sums, and VIF divides by them. */
#pragma once

#include "image.h"

typedef struct {
    guint width, height;
    double *values; /* (height, width) */
} TrainMap;

TrainMap *train_map_new(guint width, guint height); /* of zeros */
void train_map_free(TrainMap *map);

/* weights[0] R + weights[1] G + weights[2] B, components 0..255. */
TrainMap *train_map_mix(const TrainImage *image, const double weights[3]);

/* Y' of ITU-R BT.601 of full range: .299 R + .587 G + .114 B, 0..255. */
TrainMap *train_map_luma(const TrainImage *image);

#define TRAIN_TAPS 17 /* of the longest window: VIF's */

/* A window that is separable, symmetric and of odd length. */
typedef struct {
    guint n;
    double taps[TRAIN_TAPS];
} TrainKernel;

/* exp(-i^2 / (2 sigma^2)), of sum 1; n is odd, at most TRAIN_TAPS. */
TrainKernel train_kernel_gaussian(guint n, double sigma);

typedef enum {
    TRAIN_BORDER_INSIDE, /* only where the whole window lies inside: n - 1 columns and rows fewer; a
                          * side shorter than the window is mirrored and keeps its length */
    TRAIN_BORDER_MIRROR, /* size is kept; the edge pixel is repeated: -1 is 0 */
} TrainBorder;

typedef struct {
    const TrainKernel *kernel;
    TrainBorder border;
    guint step; /* 1, or 2: of what comes out only columns and rows 0, 2, 4... */
} TrainFilter;

TrainMap *train_map_filter(const TrainMap *in, const TrainFilter *filter);

/* Means over factor x factor pixels, ceil(width / factor) x ceil(height / factor) of them, the
 * first from (factor - 1) / 2 pixels outside, mirrored: MATLAB's conv2(..., 'same') with a box,
 * then 1:factor:end, which is how the judges' authors reduce. */
TrainMap *train_map_reduce(const TrainMap *in, guint factor);

/* train_map_mix() and train_map_reduce() in one. */
TrainMap *train_map_mix_reduced(const TrainImage *image, const double weights[3], guint factor);

/* Another size by linear interpolation, pixels' centres at .5; where it shrinks, the triangle is as
 * wide as a pixel of the result needs it. Edges are mirrored. MATLAB's imresize(..., 'bilinear').
 */
TrainMap *train_map_resize(const TrainMap *in, guint width, guint height);

/* The factor by which GMSD's successors reduce first: max(1, round(shorter side / 256)). */
guint train_map_factor(const TrainImage *image);

/* sqrt(gx^2 + gy^2), gx the 3 x 3 operator with rows (-side, 0, side), (-centre, 0, centre),
 * (-side, 0, side), gy its transpose. Outside the picture are zeros, as in the authors' code. */
TrainMap *train_map_gradient(const TrainMap *in, double side, double centre);

/* Weighted means, variances and covariance of two maps of one size under a window, a strip of
 * rows at a time, so that a large picture needs little memory. */
typedef struct {
    const TrainMap *x, *y;
    const TrainKernel *kernel;
    guint row;                   /* of the next strip */
    gsize n;                     /* values in this strip */
    double *mean_x, *mean_y;     /* (n) */
    double *var_x, *var_y, *cov; /* (n); variances are not negative */
    TrainMap *maps[5];
} TrainMoments;

/* All three are borrowed until train_moments_clear(). */
void train_moments_init(TrainMoments *moments, const TrainMap *x, const TrainMap *y,
                        const TrainKernel *kernel);
gboolean train_moments_next(TrainMoments *moments); /* FALSE: there are no more strips */
void train_moments_clear(TrainMoments *moments);

/* (2 a b + c) / (a^2 + b^2 + c), 1 where a = b: the likeness that these judges have in common. */
static inline double train_similarity(double a, double b, double c)
{
    return (2 * a * b + c) / (a * a + b * b + c);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainMap, train_map_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrainMoments, train_moments_clear)
