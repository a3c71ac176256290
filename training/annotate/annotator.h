/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full-reference judges: how far a picture is from the one it was made of, by formulas from the
 * literature. They label pictures for training; nothing of them ships in the element. */
#pragma once

#include "image.h"

typedef struct {
    const char *name;  /* "ms-ssim" */
    const char *title; /* for people: authors and year */
    gboolean distance; /* lower is better */
    /* distorted has reference's size, any from 1 x 1 up; annotate.h says what becomes of scales and
     * windows that a picture is too small for. Finite; equal pictures give 0 if distance is set,
     * else 1 (TRAIN_PSNR_MOST for PSNR), within 1e-9. Any number of threads at once. */
    double (*measure)(const TrainImage *reference, const TrainImage *distorted);
} TrainAnnotator;

/* All of them; n receives their number. */
const TrainAnnotator *train_annotators(guint *n);
const TrainAnnotator *train_annotator_find(const char *name); /* NULL: none */
