/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peak signal to noise ratio. */
#include "annotate.h"

#include <math.h>

static double decibels(double squares, gsize n)
{
    if (squares == 0)
        return TRAIN_PSNR_MOST;
    return MIN(TRAIN_PSNR_MOST, 10 * log10(255. * 255. * (double)n / squares));
}

double train_annotate_psnr(const TrainImage *reference, const TrainImage *distorted)
{
    const gsize n = (gsize)reference->width * reference->height;
    const guint8 *a = reference->rgb, *b = distorted->rgb;
    double sum = 0;
    for (gsize i = 0; i < n; i++, a += 3, b += 3) {
        const double e = .299 * (a[0] - b[0]) + .587 * (a[1] - b[1]) + .114 * (a[2] - b[2]);
        sum += e * e;
    }
    return decibels(sum, n);
}

double train_annotate_psnr_colour(const TrainImage *reference, const TrainImage *distorted)
{
    const gsize n = 3 * (gsize)reference->width * reference->height;
    guint64 sum = 0;
    for (gsize i = 0; i < n; i++) {
        const int e = reference->rgb[i] - distorted->rgb[i];
        sum += (guint64)(e * e);
    }
    return decibels((double)sum, n);
}
