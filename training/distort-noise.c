/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* White Gaussian noise. */
#include "distort-private.h"
#include <math.h>

/* Two independent normal numbers (Box and Muller). */
static void normal_pair(GRand *rand, double pair[2])
{
    double radius = sqrt(-2 * log(1 - g_rand_double(rand)));
    double angle = 2 * G_PI * g_rand_double(rand);
    pair[0] = radius * cos(angle);
    pair[1] = radius * sin(angle);
}

/* level is the variance on a scale of 0..1; every value of every pixel gets its own draw. */
TrainImage *train_distort_noise(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainImage *noisy = train_image_copy(image);
    const guint32 seeds[] = {(guint32)seed, (guint32)(seed >> 32)};
    GRand *rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
    double deviation = 255 * sqrt(level);
    double pair[2];
    gsize n = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++) {
        if (i % 2 == 0)
            normal_pair(rand, pair);
        double value = image->rgb[i] + deviation * pair[i % 2];
        noisy->rgb[i] = (guint8)(CLAMP(value, 0, 255) + 0.5);
    }
    g_rand_free(rand);
    return noisy;
}
