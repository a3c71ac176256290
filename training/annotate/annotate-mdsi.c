/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean deviation similarity index. */
#include "annotate-map.h"
#include "annotate.h"

#include <math.h>

#define C1 140. /* gradients of the two */
#define C2 55.  /* gradients of one and of the mean */
#define C3 550. /* chromaticities */
#define ALPHA .6
#define POWER .25 /* q, and o */

enum { LUMA, H, M, MAPS };
static const double weights[MAPS][3] = {
    [LUMA] = {.2989, .587, .114},
    [H] = {.3, .04, -.35},
    [M] = {.34, -.6, .17},
};

typedef struct {
    TrainMap *maps[MAPS], *gradient;
} Side;

static void side_init(Side *side, const TrainImage *image)
{
    const guint factor = train_map_factor(image);
    for (guint i = 0; i < MAPS; i++)
        side->maps[i] = train_map_mix_reduced(image, weights[i], factor);
    side->gradient = train_map_gradient(side->maps[LUMA], 1 / 3., 1 / 3.);
}

static void side_clear(Side *side)
{
    for (guint i = 0; i < MAPS; i++)
        train_map_free(side->maps[i]);
    train_map_free(side->gradient);
}

static TrainMap *gradient_of_mean(const TrainMap *a, const TrainMap *b)
{
    g_autoptr(TrainMap) mean = train_map_new(a->width, a->height);
    const gsize n = (gsize)a->width * a->height;
    for (gsize i = 0; i < n; i++)
        mean->values[i] = .5 * (a->values[i] + b->values[i]);
    return train_map_gradient(mean, 1 / 3., 1 / 3.);
}

/* Eq. 9: (2 (Hr Hd + Mr Md) + C3) / (Hr^2 + Hd^2 + Mr^2 + Md^2 + C3) */
static double chromaticity(const Side *r, const Side *d, gsize i)
{
    const double hr = r->maps[H]->values[i], hd = d->maps[H]->values[i];
    const double mr = r->maps[M]->values[i], md = d->maps[M]->values[i];
    return (2 * (hr * hd + mr * md) + C3) / (hr * hr + hd * hd + (mr * mr + md * md) + C3);
}

/* GCS = alpha (GS + GS_DF - GS_RF) + (1 - alpha) CS, F the mean of both pictures. */
static double likeness(const Side *r, const Side *d, double fused, gsize i)
{
    const double gr = r->gradient->values[i], gd = d->gradient->values[i];
    const double gs = train_similarity(gr, gd, C1) + train_similarity(gd, fused, C2) -
                      train_similarity(gr, fused, C2);
    return ALPHA * gs + (1 - ALPHA) * chromaticity(r, d, i);
}

/* value^q: a root on the complex plane where the likeness is negative, as the authors take it. */
typedef struct {
    double re, im;
} Root;

static Root root(double value)
{
    const double size = sqrt(sqrt(fabs(value)));
    return value < 0 ? (Root){M_SQRT1_2 * size, M_SQRT1_2 * size} : (Root){size, 0};
}

/* (mean |GCS^q - mean GCS^q|)^o */
static double deviation(const double *values, gsize n)
{
    Root mean = {0};
    double sum = 0;
    for (gsize i = 0; i < n; i++) {
        const Root r = root(values[i]);
        mean.re += r.re;
        mean.im += r.im;
    }
    mean.re /= (double)n;
    mean.im /= (double)n;
    for (gsize i = 0; i < n; i++) {
        const Root r = root(values[i]);
        sum += sqrt((r.re - mean.re) * (r.re - mean.re) + (r.im - mean.im) * (r.im - mean.im));
    }
    return pow(sum / (double)n, POWER);
}

double train_annotate_mdsi(const TrainImage *reference, const TrainImage *distorted)
{
    Side r, d;
    side_init(&r, reference);
    side_init(&d, distorted);
    g_autoptr(TrainMap) fused = gradient_of_mean(r.maps[LUMA], d.maps[LUMA]);
    const gsize n = (gsize)fused->width * fused->height;
    for (gsize i = 0; i < n; i++)
        fused->values[i] = likeness(&r, &d, fused->values[i], i);
    side_clear(&r);
    side_clear(&d);
    return deviation(fused->values, n);
}
