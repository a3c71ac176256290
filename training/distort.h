/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to pictures: one table row a distortion type, TRAIN_LEVELS levels each. */
#pragma once

#include "image.h"

#define TRAIN_LEVELS 5

typedef struct {
    const char *name;            /* "blur", "noise", "jpeg", "jpeg2000", "h264", "scale" */
    const char *title;           /* for people */
    const char *unit;            /* of the parameter */
    double levels[TRAIN_LEVELS]; /* mildest first */
    /* (transfer full) the image distorted, same size; seed decides every random draw. */
    TrainImage *(*apply)(const TrainImage *image, double level, guint64 seed, GError **error);
} TrainDistortion;

/* All types; n receives their number. */
const TrainDistortion *train_distortions(guint *n);
const TrainDistortion *train_distortion_find(const char *name); /* NULL: none */
