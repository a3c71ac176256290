/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "distort-support.h"
#include <math.h>

TrainImage *distort_at_level(const char *name, const TrainImage *image, guint level, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    const TrainDistortion *type = train_distortion_find(name);
    TrainImage *out = type->apply(image, type->levels[level - 1], seed, &error);

    g_assert_no_error(error);
    return out;
}

double distort_psnr(const TrainImage *a, const TrainImage *b)
{
    const gsize n = 3 * (gsize)a->width * a->height;
    double sum = 0;

    for (gsize i = 0; i < n; i++)
        sum += ((double)a->rgb[i] - b->rgb[i]) * ((double)a->rgb[i] - b->rgb[i]);
    return 10 * log10(255. * 255. * (double)n / sum);
}
