/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page to rate pairs in: one file that needs no network. */
#pragma once

#include "pairs.h"

/* The scales of Recommendation ITU-R BT.500: five categories for each picture, or seven steps of
 * comparison for the pair. */
typedef enum { TRAIN_GALLERY_ABSOLUTE, TRAIN_GALLERY_COMPARISON } TrainGalleryScale;

/* "absolute" or "comparison"; an error names both. */
gboolean train_gallery_scale_parse(const char *text, TrainGalleryScale *scale, GError **error);

typedef struct {
    TrainGalleryScale scale;
    guint pairs;    /* of a sitting, at most */
    guint examples; /* that come first and do not count, at most a quarter of all there are */
    guint64 seed;   /* which of the two is on the left */
} TrainGalleryParams;

/* The page. Pairs are taken in turn from every match and level, the widest gaps first; examples are
 * what comes last. *shown receives how many count. Errors: no pairs, a picture that cannot be read.
 * (transfer full) */
char *train_gallery_page(const TrainPairs *pairs, const TrainGalleryParams *params, guint *shown,
                         GError **error);
