/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to video on its way besides coding: fields, frame rates, packets and tape. */
#include "distort-private.h"
#include "moving.h"
#include "seed.h"
#include <math.h>
#include <string.h>

/* Side of what a decoder shows of an older frame, and how far that had moved. */
#define MACROBLOCK 16
#define FROZEN_MOVE ((TrainMove){12.4, 4.3, 1.01})

/* Even lines of one moment, odd lines of another: two fields shown as one frame. */
static TrainImage *distort_comb(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainMove move = {level, 0, 1};
    TrainImage *out = train_image_moved(image, move, image->width, image->height);
    gsize row = 3 * (gsize)image->width;
    for (guint y = 0; y < image->height; y += 2)
        memcpy(out->rgb + y * row, image->rgb + y * row, row);
    return out;
}

/* One field line stands for level lines: 2 in the frame of its own size, more where that was
 * enlarged. */
static TrainImage *distort_bob(const TrainImage *image, double level, guint64 seed, GError **error)
{
    TrainImage *out = train_image_new(image->width, image->height);
    gsize row = 3 * (gsize)image->width;
    guint lines = (guint)level;
    for (guint y = 0; y < image->height; y++) {
        guint from = MIN(y / lines * lines + (lines - 1) / 2, image->height - 1);
        memcpy(out->rgb + y * row, image->rgb + from * row, row);
    }
    return out;
}

/* A frame half way between two of another rate, made by mixing them. */
static TrainImage *distort_blend(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    TrainMove move = {level, level / 3, 1};
    TrainImage *out = train_image_moved(image, move, image->width, image->height);
    gsize n = 3 * (gsize)image->width * image->height;
    for (gsize i = 0; i < n; i++)
        out->rgb[i] = (guint8)((out->rgb[i] + image->rgb[i] + 1) / 2);
    return out;
}

/* Macroblocks that show what was there some frames before. */
static TrainImage *distort_freeze(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    guint across = (image->width + MACROBLOCK - 1) / MACROBLOCK;
    guint down = (image->height + MACROBLOCK - 1) / MACROBLOCK;
    g_autofree gboolean *frozen = train_draws_pick(seed, across * down, level);
    g_autoptr(TrainImage) old = train_image_moved(image, FROZEN_MOVE, image->width, image->height);
    TrainImage *out = train_image_copy(image);
    for (guint y = 0; y < image->height; y++) {
        for (guint b = 0; b < across; b++) {
            gsize at = 3 * ((gsize)y * image->width + b * MACROBLOCK);
            if (frozen[y / MACROBLOCK * across + b])
                memcpy(out->rgb + at, old->rgb + at,
                       3 * MIN(MACROBLOCK, image->width - b * MACROBLOCK));
        }
    }
    return out;
}

/* A stretch of a line without signal: snow. */
static void drop(guint8 *line, guint width, guint64 seed)
{
    TrainDraws draws;
    train_draws_init(&draws, seed);
    guint length = (guint)(width * (0.1 + 0.5 * train_draws_uniform(&draws))) + 1;
    guint begin = train_draws_below(&draws, width - MIN(length, width) + 1);
    for (guint x = begin; x < MIN(begin + length, width); x++)
        memset(line + 3 * x, (gint)train_draws_below(&draws, 256), 3);
    train_draws_clear(&draws);
}

/* Lines hit by dropouts of an analog tape. */
static TrainImage *distort_dropout(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    TrainImage *out = train_image_copy(image);
    g_autofree gboolean *hit = train_draws_pick(seed, image->height, level);
    for (guint y = 0; y < image->height; y++) {
        if (hit[y])
            drop(out->rgb + 3 * (gsize)y * image->width, image->width, train_seed(seed, 1, y));
    }
    return out;
}

/* Lines that begin early or late by normal numbers of standard deviation level: a tape's time base
 * that is not corrected. Between pixels, linear interpolation. */
static TrainImage *distort_jitter(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    TrainImage *out = train_image_new(image->width, image->height);
    TrainDraws draws;
    train_draws_init(&draws, seed);
    gint last = (gint)image->width - 1;
    for (guint y = 0; y < image->height; y++) {
        const guint8 *in = image->rgb + 3 * (gsize)y * image->width;
        guint8 *to = out->rgb + 3 * (gsize)y * image->width;
        double shift = level * train_draws_normal(&draws);
        gint whole = (gint)floor(shift);
        double part = shift - whole;
        for (gint x = 0; x <= last; x++, to += 3) {
            gint a = CLAMP(x + whole, 0, last), b = CLAMP(x + whole + 1, 0, last);
            for (gint c = 0; c < 3; c++)
                to[c] = (guint8)((1 - part) * in[3 * a + c] + part * in[3 * b + c] + 0.5);
        }
    }
    train_draws_clear(&draws);
    return out;
}

const TrainDistortion train_distort_transmission[] = {
    {
        .name = "comb",
        .family = "transmission",
        .title = "two fields woven",
        .unit = "pixels of motion",
        .levels = {1, 2, 3.5, 6, 10},
        .apply = distort_comb,
    },
    {
        .name = "bob",
        .family = "transmission",
        .title = "one field's lines repeated",
        .unit = "lines from one",
        .levels = {2, 3, 4, 6, 8},
        .apply = distort_bob,
    },
    {
        .name = "blend",
        .family = "transmission",
        .title = "two frames mixed",
        .unit = "pixels of motion",
        .levels = {1, 2, 3.5, 6, 10},
        .apply = distort_blend,
    },
    {
        .name = "slice-loss",
        .family = "transmission",
        .title = "H.264 with slices lost, concealed",
        .unit = "share of slices",
        .levels = {.04, .1, .2, .4, .7},
        .random = TRUE,
        .apply = train_distort_slice_loss,
    },
    {
        .name = "slice-damage",
        .family = "transmission",
        .title = "H.264 with slices damaged, concealed",
        .unit = "share of packets",
        .levels = {.02, .05, .1, .18, .3},
        .random = TRUE,
        .apply = train_distort_slice_damage,
    },
    {
        .name = "freeze",
        .family = "transmission",
        .title = "macroblocks of an older frame",
        .unit = "share of macroblocks",
        .levels = {.02, .06, .15, .35, .7},
        .random = TRUE,
        .apply = distort_freeze,
    },
    {
        .name = "dropout",
        .family = "transmission",
        .title = "dropouts of a tape",
        .unit = "share of lines",
        .levels = {.01, .03, .08, .2, .5},
        .random = TRUE,
        .apply = distort_dropout,
    },
    {
        .name = "line-jitter",
        .family = "transmission",
        .title = "lines out of time",
        .unit = "pixels of deviation",
        .levels = {.3, .7, 1.5, 3, 6},
        .random = TRUE,
        .apply = distort_jitter,
    },
    {0},
};
