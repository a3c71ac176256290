/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rebuilding TID2013: its levels stand near 33, 30, 27, 24 and 21 dB for most of its types. */
#pragma once

#include "distort.h"

#define TRAIN_REBUILD_TOLERANCE .3 /* dB */

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

/* Sets distorted to reference after the type at the PSNR of level (an index), or to NULL where no
 * parameter comes within TRAIN_REBUILD_TOLERANCE. FALSE: the distortion failed. */
gboolean train_rebuild(const TrainRebuildType *type, const TrainImage *reference, guint level,
                       guint64 seed, TrainImage **distorted, GError **error);
