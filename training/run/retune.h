/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with a model when there are new ratings: on the old and the new together, so that what
 * it knew is not forgotten. */
#pragma once

#include "recipe.h"

typedef struct {
    const char *model;       /* file */
    const TrainRatings *old; /* what it was tuned on */
    GPtrArray *added;        /* of TrainRatings *: new ones */
    guint steps;             /* of the stage tune; ohem takes a third of it */
    guint rated;             /* crops in a step */
    double rate;             /* of tune; ohem has half */
    double share;            /* of a step's crops that new images make, above 0 and below 1, as far
                                as it goes by whole times; never less than once each */
    gint64 seed;             /* of training; negative: the one in the model's recipe */
    const char *folder;      /* of the run */
} TrainRetune;

/* Writes FOLDER/ratings.csv, all rated images once (a new rating takes the place of an old one of
 * the same file; new ones as often as the share asks for), and FOLDER/recipe.ini: the recipe in the
 * model file, which goes on from the model on that list, with the same input, parts, competitor and
 * optimiser; the losses of rated images weigh what they did in its last stage of the kind. Images
 * without a content are dealt to parts by their names, as before. *n receives the
 * number of images. Errors: a model without a recipe, files that cannot be written. */
gboolean train_retune_write(const TrainRetune *retune, guint *n, GError **error);
