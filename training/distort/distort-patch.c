/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small parts of a picture at random places: moved, or painted over. */
#include "distort-private.h"
#include "preprocess.h"
#include <string.h>

/* RankIQA's sides of patches and blocks, and how far a patch's content comes from. */
#define PATCH_SIDE 15
#define PATCH_MOVE 5
#define BLOCK_SIDE 32

TrainRect train_draws_rect(TrainDraws *draws, const TrainImage *image, guint width, guint height)
{
    width = MIN(width, image->width);
    height = MIN(height, image->height);
    guint x = train_draws_below(draws, image->width - width + 1);
    guint y = train_draws_below(draws, image->height - height + 1);
    return (TrainRect){x, y, width, height};
}

void train_distort_fill(TrainImage *image, TrainRect rect, const guint8 rgb[3])
{
    for (guint y = rect.y; y < rect.y + rect.height; y++) {
        for (guint x = rect.x; x < rect.x + rect.width; x++)
            memcpy(image->rgb + 3 * ((gsize)y * image->width + x), rgb, 3);
    }
}

/* What stands in rect comes from move pixels further right and down in source. */
static void move_patch(TrainImage *image, const TrainImage *source, TrainRect rect, gint move)
{
    for (guint y = rect.y; y < rect.y + rect.height; y++) {
        gsize from = (gsize)biqa_mirror((gint)y + move, source->height) * source->width;
        for (guint x = rect.x; x < rect.x + rect.width; x++)
            memcpy(image->rgb + 3 * ((gsize)y * image->width + x),
                   source->rgb + 3 * (from + biqa_mirror((gint)x + move, source->width)), 3);
    }
}

/* Places are drawn so that patch and source lie inside, if the picture has room for both. */
TrainImage *train_distort_patches(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainImage *out = train_image_copy(image);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    for (guint i = 0; i < (guint)level; i++) {
        TrainRect rect =
            train_draws_rect(&draws, image, PATCH_SIDE + PATCH_MOVE, PATCH_SIDE + PATCH_MOVE);
        rect.width = MIN(rect.width, PATCH_SIDE);
        rect.height = MIN(rect.height, PATCH_SIDE);
        move_patch(out, image, rect, PATCH_MOVE);
    }
    train_draws_clear(&draws);
    return out;
}

/* The mean colour, with red made what RankIQA makes of it at that number of blocks. */
static void block_colour(const TrainImage *image, guint blocks, guint8 rgb[3])
{
    gsize n = (gsize)image->width * image->height;
    double sums[3] = {0};
    for (gsize i = 0; i < 3 * n; i++)
        sums[i % 3] += image->rgb[i];
    for (guint c = 0; c < 3; c++)
        rgb[c] = (guint8)(sums[c] / (double)n + 0.5);
    if (blocks == 2)
        rgb[0] = 0;
    else if (blocks == 4 || blocks == 8)
        rgb[0] = (guint8)MIN(255, rgb[0] + (blocks == 4 ? 50 : 30));
}

TrainImage *train_distort_blocks(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    TrainImage *out = train_image_copy(image);
    TrainDraws draws;
    guint8 rgb[3];
    train_draws_init(&draws, seed);
    block_colour(image, (guint)level, rgb);
    for (guint i = 0; i < (guint)level; i++)
        train_distort_fill(out, train_draws_rect(&draws, image, BLOCK_SIDE, BLOCK_SIDE), rgb);
    train_draws_clear(&draws);
    return out;
}
