/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rebuilding TID2013: its levels stand near 33, 30, 27, 24 and 21 dB for most of its types. */
#pragma once

#include "distort.h"

#define TRAIN_REBUILD_TOLERANCE .3 /* dB */
#define TRAIN_REBUILD_STEPS 12     /* of the search for a level, at most */

typedef struct {
    guint type; /* of TID2013, from 1 */
    TrainImage *(*apply)(const TrainImage *image, double level, guint64 seed, GError **error);
    double mild, harsh; /* ends of apply's level for the search */
    gboolean whole;     /* it takes whole numbers only */
} TrainRebuildType;

/* The rebuilt ones, in the order of types; n receives their number. */
const TrainRebuildType *train_rebuild_types(guint *n);

/* dB over all three channels; equal pictures: infinity. */
double train_rebuild_psnr(const TrainImage *a, const TrainImage *b);

/* The search for one type's levels on one picture; remembers what it tried. */
typedef struct {
    const TrainRebuildType *type;
    const TrainImage *reference; /* borrowed */
    guint64 seed;
    guint n_tried;
    struct {
        double share, psnr; /* share: of the way from mild to harsh */
    } tried[TRAIN_LEVELS * TRAIN_REBUILD_STEPS];
} TrainRebuild;

/* Sets distorted to the picture at the PSNR of level (an index), or to NULL where no parameter
 * comes within TRAIN_REBUILD_TOLERANCE. rebuild: its first three fields filled, the rest zero.
 * FALSE: the distortion failed. */
gboolean train_rebuild(TrainRebuild *rebuild, guint level, TrainImage **distorted, GError **error);
