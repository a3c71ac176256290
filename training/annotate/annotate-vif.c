/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Visual information fidelity in the pixel domain. */
#include "annotate-map.h"
#include "annotate.h"

#include <math.h>

#define SCALES 4
#define NOISE 2.    /* variance of the eye's */
#define LEAST 1e-10 /* variances below are none */

typedef struct {
    double kept, whole; /* information of the reference in the distorted picture, and in itself */
    gboolean detail;    /* the distorted picture has some */
} Information;

/* Logarithms are dear and products are not: factors of up to 3e4 are multiplied before one is
 * taken. */
typedef struct {
    double product, sum;
    guint n;
} Log;

static void log_add(Log *log, double factor)
{
    log->product *= factor;
    if (++log->n % 16 == 0) {
        log->sum += log2(log->product);
        log->product = 1;
    }
}

/* The channel D = g C + V of one window: g = cov / var_x, var_v = var_y - g cov. Kept is
 * log2(1 + g^2 var_x / (var_v + NOISE)); g^2 var_x is at most var_y. */
static double kept(double var_x, double var_y, double cov)
{
    if (var_x < LEAST || var_y < LEAST || cov <= 0)
        return 1;
    const double g = cov / (var_x + LEAST);
    return 1 + g * g * var_x / (MAX(var_y - g * cov, LEAST) + NOISE);
}

static void add_scale(Information *information, TrainMoments *m)
{
    Log num = {.product = 1}, den = {.product = 1};
    while (train_moments_next(m)) {
        for (gsize i = 0; i < m->n; i++) {
            log_add(&num, kept(m->var_x[i], m->var_y[i], m->cov[i]));
            log_add(&den, m->var_x[i] < LEAST ? 1 : 1 + m->var_x[i] / NOISE);
            information->detail |= m->var_y[i] >= LEAST;
        }
    }
    information->kept += num.sum + log2(num.product);
    information->whole += den.sum + log2(den.product);
}

static void shrink(TrainMap **map, const TrainKernel *kernel)
{
    TrainMap *small = train_map_filter(*map, &(TrainFilter){kernel, TRAIN_BORDER_INSIDE, 2});
    train_map_free(*map);
    *map = small;
}

/* Whether a scale's window fits after the smoothing that leads to it. */
static gboolean fits(const TrainMap *map, guint taps)
{
    const guint side = MIN(map->width, map->height);
    return side >= taps && (side - taps) / 2 + 1 >= taps;
}

/* A constant from both: nothing that VIF looks at changes, and the variances of a picture without
 * detail are 0 and not what rounding leaves. */
static void subtract_first(TrainMap *map)
{
    const double first = map->values[0];
    const gsize n = (gsize)map->width * map->height;
    for (gsize i = 0; i < n; i++)
        map->values[i] -= first;
}

double train_annotate_vif(const TrainImage *reference, const TrainImage *distorted)
{
    g_autoptr(TrainMap) x = train_map_luma(reference), y = train_map_luma(distorted);
    Information information = {0};
    subtract_first(x);
    subtract_first(y);
    for (guint scale = 0; scale < SCALES; scale++) {
        const guint taps = (2u << (SCALES - 1 - scale)) + 1;
        const TrainKernel kernel = train_kernel_gaussian(taps, taps / 5.);
        if (scale && !fits(x, taps))
            break;
        if (scale) {
            shrink(&x, &kernel);
            shrink(&y, &kernel);
        }
        g_auto(TrainMoments) moments;
        train_moments_init(&moments, x, y, &kernel);
        add_scale(&information, &moments);
    }
    if (information.whole > 0)
        return information.kept / information.whole;
    return information.detail ? 0 : 1;
}
