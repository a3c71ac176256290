/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures to train on. */
#include "drawing.h"

#include <math.h>
#include <string.h>

TrainImage *drawing_new(guint seed)
{
    TrainImage *image = train_image_new(151, 103);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (guint i = 0; i < image->width * image->height; i++) {
        for (guint c = 0; c < 3; c++)
            image->rgb[3 * i + c] = (guint8)(i % image->width + 20 * c);
    }
    for (guint disc = 0; disc < 40; disc++) {
        const double x = g_rand_double_range(random, 0, image->width),
                     y = g_rand_double_range(random, 0, image->height);
        const double radius = g_rand_double_range(random, 2, 20);
        const guint8 colour[] = {(guint8)g_rand_int_range(random, 0, 256),
                                 (guint8)g_rand_int_range(random, 0, 256),
                                 (guint8)g_rand_int_range(random, 0, 256)};
        for (guint i = 0; i < image->width * image->height; i++) {
            if (hypot(i % image->width - x, (double)(i / image->width) - y) < radius)
                memcpy(image->rgb + 3 * i, colour, 3);
        }
    }
    return image;
}
