/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network a run starts from: a graph from the recipe with random weights, the convolutions of a
 * backbone trained for something else, or a model of this trainer. */
#pragma once

#include "dataset.h"
#include "recipe.h"
#include "teachers.h"
#include "weights.h"
#include "workers.h"

/* The graph of a recipe, inferred for recipe->input.size. A backbone's convolutions get their
 * normalisation back as NORM layers, then mean (and deviation) pooling of the layers named by
 * recipe->pooled and one linear layer. Errors name the file and what is wrong in it. */
BiqaGraph *train_start_graph(const TrainRecipe *recipe, GError **error);

/* Sets the first values: random by the recipe's seed, then a backbone's weights where it has one,
 * or all of a model's full branch: a competitor begins anew from that. */
gboolean train_start_values(const TrainRecipe *recipe, TrainWeights *weights, GError **error);

/* The full branches of the models that a recipe names. Errors: files that are none, networks with
 * other layers than graph or made for another input. (transfer full) */
TrainTeachers *train_start_teachers(const TrainRecipe *recipe, const BiqaGraph *graph,
                                    GError **error);

/* Mean and variance of every NORM of the full branch become those of rated training pictures, else
 * of ranked ones; its scale and shift change so that what it gives stays. A folded backbone gets
 * its normalisation so, a task statistics of its own. */
void train_start_measure(const TrainRecipe *recipe, const TrainDataset *dataset,
                         TrainWeights *weights, TrainWorkers *workers);
