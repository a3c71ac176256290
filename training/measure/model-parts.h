/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which images of a rated list a model's last run has learned from, as the recipe in its file
 * tells. */
#pragma once

#include "model.h"
#include "ratings.h"

/* To which part the recipe deals each image of the list (list->n). name: of the model, for errors:
 * no recipe, one without ratings, a split whose parts would be empty. (transfer full) */
TrainPart *train_model_parts(const BiqaModel *model, const char *name, const TrainRatings *list,
                             GError **error);
