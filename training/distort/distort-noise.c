/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Noise: white, of colour components, of high frequencies, multiplicative, impulses. Every value
 * of every pixel gets its own draw. */
#include "distort-private.h"
#include <math.h>

/* Shares of 0..255 that luma and chroma of limited range span. */
#define LUMA_SPAN (219 / 255.)
#define CHROMA_SPAN (224 / 255.)

/* Of the high pass, in cycles a picture. */
#define HIGH_PASS 10

TrainImage *train_distort_noise(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainImage *noisy = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    double deviation = 255 * sqrt(level);
    gsize n = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++) {
        double value = image->rgb[i] + deviation * train_draws_normal(&draws);
        noisy->rgb[i] = (guint8)(CLAMP(value, 0, 255) + 0.5);
    }
    train_draws_clear(&draws);
    return noisy;
}

/* White noise of the same variance on Y, Cb and Cr of limited range, where RankIQA adds it: on
 * full range it is larger by what that spans more. */
TrainImage *train_distort_colour_noise(const TrainImage *image, double level, guint64 seed,
                                       GError **error)
{
    TrainPlane plane;
    TrainDraws draws;
    train_plane_init(&plane, image);
    train_draws_init(&draws, seed);
    train_plane_to_ycbcr(&plane);
    double deviation = 255 * sqrt(level);
    const double deviations[] = {deviation / LUMA_SPAN, deviation / CHROMA_SPAN,
                                 deviation / CHROMA_SPAN};
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        plane.values[i] += (float)(deviations[i % 3] * train_draws_normal(&draws));
    train_plane_to_rgb(&plane);
    TrainImage *noisy = train_plane_image(&plane);
    train_draws_clear(&draws);
    train_plane_clear(&plane);
    return noisy;
}

/* White noise without its low frequencies: at D cycles a picture 1 - exp(-D^2 / (2 D0^2)) of it is
 * left. What is taken away is its Gaussian blur with a deviation of side / (2 pi D0) pixels. */
TrainImage *train_distort_high_noise(const TrainImage *image, double level, guint64 seed,
                                     GError **error)
{
    gsize n = 3 * (gsize)image->width * image->height;
    g_autofree float *noise = g_new(float, n);
    TrainPlane low;
    TrainDraws draws;
    train_plane_init(&low, image);
    train_draws_init(&draws, seed);
    for (gsize i = 0; i < n; i++)
        low.values[i] = noise[i] = (float)(255 * sqrt(level) * train_draws_normal(&draws));
    train_plane_blur(&low, image->width / (2 * G_PI * HIGH_PASS),
                     image->height / (2 * G_PI * HIGH_PASS));
    for (gsize i = 0; i < n; i++)
        low.values[i] = image->rgb[i] + noise[i] - low.values[i];
    TrainImage *noisy = train_plane_image(&low);
    train_draws_clear(&draws);
    train_plane_clear(&low);
    return noisy;
}

/* Each value times 1 + sqrt(level) n, n normal. */
TrainImage *train_distort_multiplicative(const TrainImage *image, double level, guint64 seed,
                                         GError **error)
{
    TrainImage *noisy = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    double deviation = sqrt(level);
    gsize n = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++) {
        double value = image->rgb[i] * (1 + deviation * train_draws_normal(&draws));
        noisy->rgb[i] = (guint8)(CLAMP(value, 0, 255) + 0.5);
    }
    train_draws_clear(&draws);
    return noisy;
}

/* Half of what is hit becomes 0, half 255. */
TrainImage *train_distort_impulse(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainImage *noisy = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    gsize n = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++) {
        double draw = train_draws_uniform(&draws);
        if (draw < level)
            noisy->rgb[i] = draw < level / 2 ? 0 : 255;
    }
    train_draws_clear(&draws);
    return noisy;
}
