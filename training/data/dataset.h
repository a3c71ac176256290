/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a recipe learns from, loaded: ranked images and rated images, dealt to their parts. */
#pragma once

#include "pool.h"
#include "ratings.h"
#include "recipe.h"
#include "tail.h"

typedef struct {
    TrainPool *pool; /* NULL: no ranked images */
    TrainTail *tail; /* NULL: all levels of every type are learned from */

    TrainRatings *ratings;        /* NULL: no rated images */
    TrainImage **images;          /* of the training part, by index into ratings; NULL elsewhere */
    GArray *parts[TRAIN_N_PARTS]; /* guint: indices into ratings; in the training part as often as
                                     the list says */
} TrainDataset;

typedef struct {
    const char *cache;                                            /* folder for the pool's file */
    gboolean (*progress)(guint done, guint total, gpointer data); /* see pool.h; NULL: silent */
    gpointer progress_data;
} TrainDatasetParams;

/* What is held out (by hash, or by name in hold-out) is not opened. */
TrainDataset *train_dataset_load(const TrainRecipe *recipe, const TrainDatasetParams *params,
                                 TrainWorkers *workers, GError **error);
void train_dataset_free(TrainDataset *dataset);

/* SHA-256 (hex) of what is learned from: contents, types, ratings. Where the files lie does not
 * matter. (transfer full) */
char *train_dataset_digest(const TrainDataset *dataset);

/* The rated images that a recipe names, on its scale. */
TrainRatings *train_dataset_ratings(const TrainRecipe *recipe, GError **error);
/* Which part each of them belongs to (ratings->n). Errors: a split whose parts would be empty.
 * (transfer full) */
TrainPart *train_dataset_parts(const TrainRecipe *recipe, const TrainRatings *ratings,
                               GError **error);

/* The picture files of a list of folders and files, sorted, without those whose last part is in
 * leave_out (NULL: all stay). (transfer full) Errors: a folder that does not exist or has no file.
 */
char **train_dataset_pictures(char *const *folders, char *const *leave_out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainDataset, train_dataset_free)
