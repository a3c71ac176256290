/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranked images: every content with every distortion at every level, made once, kept in a cache
 * file that is mapped, so that a training step never waits for a codec. */
#pragma once

#include "distort.h"
#include "workers.h"

typedef struct {
    const char *const *paths; /* picture files, NULL-terminated */
    const char *const *types; /* of distortions or families, NULL-terminated; NULL: all */
    guint side;               /* contents are side x side (smaller where the picture is) */
    guint cuts;               /* contents taken from a picture that is large enough, at most */
    gboolean sharpest;        /* the tiles with most detail, not any: what lies out of focus looks
                                 damaged before anything is done to it */
    guint sizes;              /* a picture is cut reduced as below, then half as much, and again:
                                 at so many sizes at most */
    const char *cache;        /* folder for the cache file; created */
    const char *judge;        /* file of the judge that labels the images; NULL: no labels */
    const char *const *annotators; /* names of those who look at the images, NULL-terminated, of
                                      train_annotators(); NULL: nobody */
    guint64 seed;
    /* Called from the calling thread now and then; FALSE stops (G_IO_ERROR_CANCELLED). NULL:
     * silent. */
    gboolean (*progress)(guint done, guint total, gpointer data);
    gpointer progress_data;
} TrainPoolParams;

typedef struct TrainPool TrainPool;

/* Opens the cache file that matches params (paths, sizes and times of the files, types, levels,
 * side, cuts, sizes, sharpest, judge, annotators, seed) or makes it. Unreadable pictures are an
 * error naming the file. A picture is reduced by floor(shorter side / (1.5 * side)) (at least 1),
 * then cut. */
TrainPool *train_pool_open(const TrainPoolParams *params, TrainWorkers *workers, GError **error);
void train_pool_free(TrainPool *pool);

guint train_pool_n_contents(const TrainPool *pool);
guint train_pool_n_types(const TrainPool *pool);
const char *train_pool_path(const TrainPool *pool, guint content); /* the picture it was cut from */

/* Level 0 is the content itself, 1..TRAIN_LEVELS the distortions, mildest first. The image is
 * borrowed: it points into the mapped file. */
TrainImage train_pool_image(const TrainPool *pool, guint content, guint type, guint level);

/* What the judge says of the same image, 0..100; NaN without a judge. */
double train_pool_label(const TrainPool *pool, guint content, guint type, guint level);

/* What annotator k of params says of it beside the content: higher is better, so distances are
 * negative. */
double train_pool_figure(const TrainPool *pool, guint content, guint type, guint level, guint k);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainPool, train_pool_free)
