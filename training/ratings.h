/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of rated images: a CSV file with a header, columns image (or path, file), mos (or score),
 * std where it is known, and others that are ignored. Scores are 0..100, higher is better; paths
 * are relative to the list. */
#pragma once

#include "error.h"

typedef struct {
    guint n;
    char **paths;   /* NULL-terminated */
    double *scores; /* 0..100 */
    double *spread; /* standard deviation of the raters, in points, NaN: not known; NULL: no such
                       column */
} TrainRatings;

/* Errors name list and line: no such column, no number, a score outside 0..100, a
 * negative std, an image that does
 * not exist, an image named twice, no rows. */
TrainRatings *train_ratings_load(const char *path, GError **error);
void train_ratings_free(TrainRatings *ratings);

/* SHA-256 of the path's last part, as a number, modulo modulus: how images are dealt to parts. */
guint train_ratings_part(const char *path, guint modulus);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRatings, train_ratings_free)
