/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cameras and weather do to light before it becomes numbers: exposure, white balance, fog. All
 * but flat tones is done in linear light. */
#include "distort-private.h"
#include <math.h>

/* Light that fog scatters into the lens, of white's. */
#define FOG_LIGHT 0.7

/* Linear light of value v times gain plus offset, as a value again, clipped at white. */
static void fill_table(guint8 table[256], double gain, double offset)
{
    for (guint v = 0; v < 256; v++) {
        double light = gain * train_srgb_decode((float)v / 255) + offset;
        table[v] = (guint8)(255 * train_srgb_encode((float)CLAMP(light, 0, 1)) + 0.5f);
    }
}

/* Each channel through its own table. */
static TrainImage *look_up(const TrainImage *image, const guint8 tables[3][256])
{
    TrainImage *out = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        out->rgb[i] = tables[i % 3][image->rgb[i]];
    return out;
}

static TrainImage *change_light(const TrainImage *image, double gain, double offset)
{
    guint8 tables[3][256];
    for (guint c = 0; c < 3; c++)
        fill_table(tables[c], gain, offset);
    return look_up(image, tables);
}

TrainImage *train_distort_exposure(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    return change_light(image, exp2(level), 0);
}

/* Of a haze as thick everywhere: level of the picture's light comes through. */
TrainImage *train_distort_fog(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return change_light(image, level, (1 - level) * FOG_LIGHT);
}

/* Red and blue by 2^(level cos a), 2^(level sin a), a at random, and all so that grey stays as
 * light as it was (luminance of BT.709). */
TrainImage *train_distort_cast(const TrainImage *image, double level, guint64 seed, GError **error)
{
    guint8 tables[3][256];
    TrainDraws draws;
    train_draws_init(&draws, seed);
    double angle = 2 * G_PI * train_draws_uniform(&draws);
    train_draws_clear(&draws);
    double gains[] = {exp2(level * cos(angle)), 1, exp2(level * sin(angle))};
    double luminance = 0.2126 * gains[0] + 0.7152 * gains[1] + 0.0722 * gains[2];
    for (guint c = 0; c < 3; c++)
        fill_table(tables[c], gains[c] / luminance, 0);
    return look_up(image, tables);
}

TrainImage *train_distort_flat(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainImage *out = train_image_new(image->width, image->height);
    for (gsize i = 0; i < 3 * (gsize)image->width * image->height; i++)
        out->rgb[i] = (guint8)(128 + level * (image->rgb[i] - 128.) + 0.5);
    return out;
}
