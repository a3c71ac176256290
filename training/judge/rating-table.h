/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The published mean ratings of a study without its pictures: a text file of two columns in either
 * order, a rating and a name, Irr_tt_ll: reference, type and level, each from 1. */
#pragma once

#include "distort.h"

typedef struct {
    const char *title; /* "KADID-10k" */
    guint references, types;
    double worst, best; /* ends of its scale */
} TrainRatingLayout;

extern const TrainRatingLayout train_rating_kadid; /* 81 x 25 x 5, 1..5 */
extern const TrainRatingLayout train_rating_tid;   /* 25 x 24 x 5, 0..9 */

typedef struct {
    const TrainRatingLayout *layout;
    double *values; /* (references, types, TRAIN_LEVELS), 0..100 */
} TrainRatingTable;

/* Every picture exactly once. Errors name the file and the line, or what is missing. */
TrainRatingTable *train_rating_table_load(const char *path, const TrainRatingLayout *layout,
                                          GError **error);
void train_rating_table_free(TrainRatingTable *table);

/* Indices from 0. */
double train_rating_table_at(const TrainRatingTable *table, guint reference, guint type,
                             guint level);
double train_rating_table_mean(const TrainRatingTable *table, guint type, guint level);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRatingTable, train_rating_table_free)
