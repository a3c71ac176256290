/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures as floats, in RGB and YCbCr. */
#include "distort-private.h"

static gsize n_values(const TrainPlane *plane)
{
    return 3 * (gsize)plane->width * plane->height;
}

void train_plane_init(TrainPlane *plane, const TrainImage *image)
{
    *plane = (TrainPlane){.width = image->width, .height = image->height};
    plane->values = g_new(float, n_values(plane));
    for (gsize i = 0; i < n_values(plane); i++)
        plane->values[i] = image->rgb[i];
}

void train_plane_clear(TrainPlane *plane)
{
    g_clear_pointer(&plane->values, g_free);
}

TrainImage *train_plane_image(const TrainPlane *plane)
{
    TrainImage *image = train_image_new(plane->width, plane->height);
    for (gsize i = 0; i < n_values(plane); i++)
        image->rgb[i] = (guint8)(CLAMP(plane->values[i], 0, 255) + 0.5f);
    return image;
}

void train_plane_to_ycbcr(TrainPlane *plane)
{
    for (gsize i = 0; i < n_values(plane); i += 3) {
        float *v = plane->values + i;
        float y = 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2];
        float cb = 128 + (v[2] - y) / 1.772f, cr = 128 + (v[0] - y) / 1.402f;
        v[0] = y;
        v[1] = cb;
        v[2] = cr;
    }
}

void train_plane_to_rgb(TrainPlane *plane)
{
    for (gsize i = 0; i < n_values(plane); i += 3) {
        float *v = plane->values + i;
        float r = v[0] + 1.402f * (v[2] - 128), b = v[0] + 1.772f * (v[1] - 128);
        v[1] = (v[0] - 0.299f * r - 0.114f * b) / 0.587f;
        v[0] = r;
        v[2] = b;
    }
}
