/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a run's weights to a model file. */
#pragma once

#include "dataset.h"
#include "metrics.h"
#include "model.h"
#include "weights.h"

/* A model of the present weights, with the competitor by the recipe's ratio. Where the dataset has
 * a validation part, its SRCC and PLCC are measured and the hard threshold is set so that the
 * recipe's hard-share of it is hard; else the threshold is 10 points. Where the part has 20 images
 * or more, the uncertainty head and its interval are fitted to it (calibrate.h). agreement receives
 * both branches' figures on that part; n is 0 where there is none. (transfer full) */
BiqaModel *train_export(const TrainRecipe *recipe, const TrainWeights *weights,
                        const TrainDataset *dataset, TrainWorkers *workers,
                        TrainAgreement agreement[BIQA_N_BRANCHES], GError **error);
