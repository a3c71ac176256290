/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far models are off on images of a rated list. */
#pragma once

#include "calibrate.h"
#include "ratings.h"
#include "workers.h"

/* Of the model's own task, on the images for which wanted (list->n) is TRUE. Errors: an image that
 * cannot be read. (transfer full) */
TrainErrors *train_errors_score(const BiqaModel *model, const TrainRatings *list,
                                const gboolean *wanted, TrainWorkers *workers, GError **error);

/* Of the models in files (NULL-terminated), each on the validation part of its own recipe less the
 * images that are taken (list->n), one model's after the other's. Errors: those of loading and
 * dealing; a model that nothing is left for. (transfer full) */
TrainErrors *train_errors_score_others(char *const *files, const TrainRatings *list,
                                       const gboolean *taken, TrainWorkers *workers,
                                       GError **error);
