/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random parts of a set of rated images that no content lies in two of. */
#pragma once

#include "error.h"

typedef enum {
    TRAIN_PART_TRAIN,
    TRAIN_PART_VALIDATION,
    TRAIN_PART_HELD_OUT,
    TRAIN_N_PARTS
} TrainPart;

typedef struct {
    guint64 seed;
    double shares[TRAIN_N_PARTS]; /* of the contents; any positive sum */
} TrainSplit;

/* Deals n images to parts. Those of one content (contents[i] alike) stay together; the same set of
 * names and seed give the same parts in whatever order they come. Errors: too few contents to fill
 * every part whose share is not 0, shares that are none. */
gboolean train_split_deal(const TrainSplit *split, char *const *contents, guint n, TrainPart *parts,
                          GError **error);

/* "training", "validation" or "held-out"; FALSE for any other. */
gboolean train_part_find(const char *name, TrainPart *part);

/* "70;10;20": training, validation, held out. */
gboolean train_split_parse(const char *text, double shares[TRAIN_N_PARTS], GError **error);
