/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rebuilt TID2013 as a rated list on disk: the middle 512x384 of a Kodak photograph, each type at
 * each level's PSNR, beside the rating that TID2013's own picture of that name got. */
#pragma once

#include "rating-table.h"

/* "kodimNN.*" is reference NN, from 1 to 24; 0: the file is none of them. */
guint train_rebuilt_reference(const char *path);

typedef struct {
    const TrainRatingTable *tid;
    const char *const *pictures; /* NULL-terminated */
    guint type;                  /* of TID2013, from 1; 0: all that can be rebuilt */
    guint64 seed;                /* of all draws */
    const char *folder;          /* made if need be */
} TrainRebuilt;

/* Writes iNN_TT_L.png, as TID2013 names them, and ratings.csv (image, mos 0..100, content) into the
 * folder, and sets n to the number of pictures. What no parameter brings within the tolerance is
 * left out. Errors name what is no Kodak photograph, is too small, or cannot be read or written,
 * and a type that is not rebuilt. */
gboolean train_rebuilt_write(const TrainRebuilt *rebuilt, guint *n, GError **error);
