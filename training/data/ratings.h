/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rated images: a CSV file, or the folder of a published data set as it was downloaded. */
#pragma once

#include "split.h"

/* The ends of a list's scale; where lower is better best is the smaller. score = 100 (v - worst) /
 * (best - worst), and a standard deviation s becomes 100 s / |best - worst|. */
typedef struct {
    double worst, best;
} TrainRatingScale;

#define TRAIN_MOST_TIMES 1000 /* that an image may come */

typedef struct {
    guint n;
    char **paths;    /* NULL-terminated */
    double *scores;  /* 0..100, higher is better */
    double *spread;  /* standard deviation of the raters, in points, NaN: not known; NULL: no such
                        column */
    guint *times;    /* how often each comes while all that are there once come once, 1..; NULL: no
                        such column */
    char **contents; /* name of what each shows before distortion; NULL: not known, every image is
                        one of its own. NULL-terminated */

    char *references;       /* folder of the contents' pictures, where there may be any */
    char *list;             /* the file that was read */
    const char *layout;     /* "CSV list", "KADID-10k"; static */
    TrainRatingScale scale; /* as rated */
    char **missing;         /* rated images that are not there, see skip_missing. NULL-terminated */
} TrainRatings;

typedef struct {
    const TrainRatingScale *scale; /* of a CSV list; NULL: 0..100, higher is better */
    gboolean skip_missing;         /* a rated image that is not there is no error, but left out */
} TrainRatingsParams;

/* path: a CSV file with a header, columns image (or path, file), mos (or score), std, times and
 * content (or reference, source) where they are known, and others that are ignored; paths of images
 * are relative to the list. Or a folder with one of the layouts of docs/data-sets.md, which knows
 * its own scale. Errors name list and line: no such column, a gap, no number, a score outside the
 * scale, a negative std, times that are not 1..1000, an image that does not exist or is named
 * twice, no rows, all images rated alike, and a direction that cannot be: pristine pictures rated
 * below their distorted ones, or the weakest level of distortion below the strongest. */
TrainRatings *train_ratings_open(const char *path, const TrainRatingsParams *params,
                                 GError **error);
/* The same of a list on 0..100 or a folder, whole. */
TrainRatings *train_ratings_load(const char *path, GError **error);
void train_ratings_free(TrainRatings *ratings);

/* ends: "1;5" or "1,5", the lower one first, NULL: 0 and 100. direction: "higher" or "lower" (is
 * better), NULL: higher. */
gboolean train_rating_scale_parse(const char *ends, const char *direction, TrainRatingScale *scale,
                                  GError **error);

/* SHA-256 of the path's last part, as a number, modulo modulus: how images are dealt to parts. */
guint train_ratings_part(const char *path, guint modulus);
/* The same of image i of a list: of its content's name where that is known, so that no content lies
 * in two parts. */
guint train_ratings_part_of(const TrainRatings *ratings, guint i, guint modulus);

/* Deals the images to parts (ratings->n), by content where contents are known. */
gboolean train_ratings_split(const TrainRatings *ratings, const TrainSplit *split, TrainPart *parts,
                             GError **error);

/* How many contents there are; ratings->n where they are not known. */
guint train_ratings_n_contents(const TrainRatings *ratings);

/* The picture of image i's content, where it is a file; else NULL. (transfer full) */
char *train_ratings_reference(const TrainRatings *ratings, guint i);

/* Swaps rows i and j. */
void train_ratings_swap(TrainRatings *ratings, guint i, guint j);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRatings, train_ratings_free)
