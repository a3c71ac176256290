/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fewer levels: Otsu's thresholds, and what is left between them. */
#include "distort-private.h"
#include <string.h>

/* best[k][b]: the most that the values 0..b in k + 1 classes give; first[k][b]: the first value of
 * the last of those classes. */
typedef struct {
    double count[257], sum[257]; /* of the values below i, and those values added up */
    double best[TRAIN_OTSU_MAX + 1][256];
    guint first[TRAIN_OTSU_MAX + 1][256];
} Otsu;

/* What a class of values a..b adds to the variance between classes: its sum squared by its size. */
static double class_worth(const Otsu *otsu, guint a, guint b)
{
    double count = otsu->count[b + 1] - otsu->count[a], sum = otsu->sum[b + 1] - otsu->sum[a];
    return count > 0 ? sum * sum / count : 0;
}

static guint count_values(Otsu *otsu, const gsize histogram[256])
{
    guint distinct = 0;
    for (guint v = 0; v < 256; v++) {
        distinct += histogram[v] > 0;
        otsu->count[v + 1] = otsu->count[v] + (double)histogram[v];
        otsu->sum[v + 1] = otsu->sum[v] + (double)histogram[v] * v;
    }
    return distinct;
}

/* The first a of the best, so that a threshold is a value of the class below it. */
static void add_class(Otsu *otsu, guint k)
{
    for (guint b = k; b < 256; b++) {
        otsu->best[k][b] = -1;
        for (guint a = k; a <= b; a++) {
            double worth = otsu->best[k - 1][a - 1] + class_worth(otsu, a, b);
            if (worth <= otsu->best[k][b])
                continue;
            otsu->best[k][b] = worth;
            otsu->first[k][b] = a;
        }
    }
}

guint train_otsu(const gsize histogram[256], guint n, guint8 *thresholds)
{
    g_assert(n <= TRAIN_OTSU_MAX);
    Otsu *otsu = g_new0(Otsu, 1);
    guint distinct = count_values(otsu, histogram);
    n = MIN(n, MAX(distinct, 1) - 1);
    for (guint b = 0; b < 256; b++)
        otsu->best[0][b] = class_worth(otsu, 0, b);
    for (guint k = 1; k <= n; k++)
        add_class(otsu, k);
    guint last = 255;
    for (guint k = n; k > 0; k--) {
        last = otsu->first[k][last] - 1;
        thresholds[k - 1] = (guint8)last;
    }
    g_free(otsu);
    return n;
}

/* One histogram for all channels. The lowest class becomes 0, the highest 255, one between its
 * own upper threshold. */
TrainImage *train_distort_quantise(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    gsize histogram[256] = {0};
    guint8 thresholds[TRAIN_OTSU_MAX], table[256];
    gsize n_values = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n_values; i++)
        histogram[image->rgb[i]]++;
    guint n = train_otsu(histogram, (guint)level, thresholds);
    TrainImage *out = train_image_copy(image);
    if (n == 0) /* all one value */
        return out;
    for (guint v = 0, k = 0; v < 256; v++) {
        while (k < n && v > thresholds[k])
            k++;
        table[v] = k == 0 ? 0 : k == n ? 255 : thresholds[k];
    }
    for (gsize i = 0; i < n_values; i++)
        out->rgb[i] = table[image->rgb[i]];
    return out;
}
