/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether ratings and pixels agree on which way is up. */
#pragma once

#include "ratings.h"

#define TRAIN_PIXELS_LEAST 10    /* images that a verdict takes */
#define TRAIN_PIXELS_WORST (-.3) /* a rank correlation below this is an error */

/* Spearman's correlation of the scores with PSNR to the references, of at most `most` images spread
 * over the list whose reference is there and has their size; *n receives their number, which may be
 * 0. Errors: an image that cannot be decoded; TRAIN_PIXELS_LEAST images or more and a correlation
 * below TRAIN_PIXELS_WORST: no study ranks pictures against PSNR, so the direction is turned. */
gboolean train_ratings_check_pixels(const TrainRatings *ratings, guint most, guint *n, double *srcc,
                                    GError **error);
