/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who rates in people's place: a full-reference judge, which sees the original beside the picture.
 */
#pragma once

#include "pairs.h"
#include "ratings.h"
#include "workers.h"

typedef struct TrainStandIn TrainStandIn;

#define TRAIN_STAND_IN_LEAST 20 /* rated images that a scale takes */

/* what: the file of a fused judge, which speaks in points of 0..100, or the name of an annotator,
 * which comes to the scale of the rated images by a logistic fitted to those that have a reference
 * of their size, another file. Errors: neither, fewer than TRAIN_STAND_IN_LEAST such images,
 * figures that do not rise with the ratings, pictures that cannot be read. */
TrainStandIn *train_stand_in_new(const char *what, const TrainRatings *rated, TrainWorkers *workers,
                                 GError **error);
void train_stand_in_free(TrainStandIn *stand_in);

/* As given to train_stand_in_new(). */
const char *train_stand_in_name(const TrainStandIn *stand_in);

/* A figure as a judge of a crew gives it (higher is better) in points, 0..100. */
double train_stand_in_points(const TrainStandIn *stand_in, double figure);

typedef struct {
    const TrainStandIn *stand_in;
    guint raters; /* people that it stands for */
    double noise; /* standard deviation of a person's opinion about the stand-in's, in categories */
    guint64 seed;
} TrainSitting;

/* Rates the pictures of a competition, whose contents are the originals' files, and writes what the
 * page of `biqa-train gallery` would export: absolute grades of so many raters, each of whom has an
 * opinion of their own and rounds it to one of five categories. Errors name the picture. */
gboolean train_sitting_write(const TrainSitting *sitting, const TrainPairs *pairs, const char *path,
                             TrainWorkers *workers, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainStandIn, train_stand_in_free)
