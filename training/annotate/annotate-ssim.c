/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SSIM and MS-SSIM. */
#include "annotate-map.h"
#include "annotate.h"

#include <math.h>

#define WINDOW 11
#define SCALES 5
#define C1 (.01 * 255 * .01 * 255)
#define C2 (.03 * 255 * .03 * 255)

typedef struct {
    double ssim, contrast; /* means of l c s, and of c s */
} Means;

/* l = (2 mx my + C1) / (mx^2 + my^2 + C1), c s = (2 sxy + C2) / (sx^2 + sy^2 + C2) */
static Means compare(const TrainMap *x, const TrainMap *y)
{
    const TrainKernel window = train_kernel_gaussian(WINDOW, 1.5);
    g_auto(TrainMoments) m;
    Means sum = {0};
    gsize n = 0;
    train_moments_init(&m, x, y, &window);
    while (train_moments_next(&m)) {
        for (gsize i = 0; i < m.n; i++) {
            const double cs = (2 * m.cov[i] + C2) / (m.var_x[i] + m.var_y[i] + C2);
            sum.contrast += cs;
            sum.ssim += cs * train_similarity(m.mean_x[i], m.mean_y[i], C1);
        }
        n += m.n;
    }
    return (Means){sum.ssim / (double)n, sum.contrast / (double)n};
}

double train_annotate_ssim(const TrainImage *reference, const TrainImage *distorted)
{
    g_autoptr(TrainMap) x = train_map_luma(reference), y = train_map_luma(distorted);
    return compare(x, y).ssim;
}

static void halve(TrainMap **map)
{
    TrainMap *half = train_map_reduce(*map, 2);
    train_map_free(*map);
    *map = half;
}

/* How many scales have room for the window; at least one. */
static guint count_scales(guint side)
{
    guint n = 1;
    while (n < SCALES && (side = (side + 1) / 2) >= WINDOW)
        n++;
    return n;
}

double train_annotate_ms_ssim(const TrainImage *reference, const TrainImage *distorted)
{
    static const double weights[SCALES] = {.0448, .2856, .3001, .2363, .1333};
    const guint scales = count_scales(MIN(reference->width, reference->height));
    g_autoptr(TrainMap) x = train_map_luma(reference), y = train_map_luma(distorted);
    double all = 0, sum = 0, value = 1;
    for (guint s = 0; s < SCALES; s++) {
        all += weights[s];
        sum += s < scales ? weights[s] : 0;
    }
    for (guint s = 0; s < scales; s++) {
        const Means means = compare(x, y);
        const double mean = s + 1 < scales ? means.contrast : means.ssim;
        value *= pow(MAX(0, mean), weights[s] * all / sum);
        if (s + 1 < scales) {
            halve(&x);
            halve(&y);
        }
    }
    return value;
}
