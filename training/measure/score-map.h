/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model's scores all over a picture: what it would say if it looked at every pixel, and where. */
#pragma once

#include "score.h"

typedef struct {
    BiqaPlace place;
    double score; /* points, see train_scorer_place() */
} TrainMapWindow;

/* Crops of size x size of the picture reduced by reduce, as few as cover all of it, spread evenly:
 * row by row, from corner to corner. Where the reduced picture is smaller than a crop there are
 * none. (transfer full) of TrainMapWindow whose scores are 0. */
GArray *train_map_windows(guint size, guint reduce, guint width, guint height);

/* Fills in the scores, in parallel. */
void train_map_score(GArray *windows, const TrainScorer *scorer, const BiqaFrame *frame,
                     TrainWorkers *workers);
