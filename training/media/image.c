/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packed RGB pictures in memory. */
#include "image.h"
#include "preprocess.h"
#include <string.h>

TrainImage *train_image_new(guint width, guint height)
{
    TrainImage *image = g_new(TrainImage, 1);
    *image = (TrainImage){width, height, g_malloc0(3 * (gsize)width * height)};
    return image;
}

TrainImage *train_image_copy(const TrainImage *image)
{
    return train_image_cut(image, 0, 0, image->width, image->height);
}

void train_image_free(TrainImage *image)
{
    if (!image)
        return;
    g_free(image->rgb);
    g_free(image);
}

BiqaFrame train_image_frame(const TrainImage *image, BiqaFrameFormat *format)
{
    biqa_frame_format_rgb(format, image->width, image->height);
    return (BiqaFrame){
        .format = format,
        .planes = {image->rgb},
        .strides = {3 * (gsize)image->width},
    };
}

TrainImage *train_image_cut(const TrainImage *image, guint x, guint y, guint width, guint height)
{
    g_assert(width <= image->width && x <= image->width - width);
    g_assert(height <= image->height && y <= image->height - height);
    TrainImage *cut = train_image_new(width, height);
    for (guint v = 0; v < height; v++)
        memcpy(cut->rgb + 3 * (gsize)v * width,
               image->rgb + 3 * ((gsize)(y + v) * image->width + x), 3 * (gsize)width);
    return cut;
}

TrainImage *train_image_grow(const TrainImage *image, guint pan, guint width, guint height)
{
    TrainImage *grown = train_image_new(width, height);
    guint8 *out = grown->rgb;
    for (guint y = 0; y < height; y++) {
        const guint8 *row =
            image->rgb + 3 * (gsize)biqa_mirror((gint)y, image->height) * image->width;
        for (guint x = 0; x < width; x++, out += 3)
            memcpy(out, row + 3 * (gsize)biqa_mirror((gint)(x + pan), image->width), 3);
    }
    return grown;
}

/* Mean of one component over the factor x factor pixels that start at p, rounded. */
static guint8 mean(const guint8 *p, gsize stride, guint factor)
{
    guint64 sum = 0, area = (guint64)factor * factor;
    for (guint v = 0; v < factor; v++) {
        for (guint u = 0; u < factor; u++)
            sum += p[v * stride + 3 * u];
    }
    return (guint8)((sum + area / 2) / area);
}

TrainImage *train_image_reduce(const TrainImage *image, guint factor)
{
    g_assert(factor >= 1 && factor <= MIN(image->width, image->height));
    TrainImage *reduced = train_image_new(image->width / factor, image->height / factor);
    gsize stride = 3 * (gsize)image->width;
    guint8 *out = reduced->rgb;
    for (guint v = 0; v < reduced->height; v++) {
        const guint8 *row = image->rgb + v * factor * stride;
        for (guint u = 0; u < reduced->width; u++, row += 3 * factor) {
            for (guint c = 0; c < 3; c++)
                *out++ = mean(row + c, stride, factor);
        }
    }
    return reduced;
}
