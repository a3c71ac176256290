/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far annotators can be trusted: of each a sensitivity and a specificity, learned beside the
 * network by train_loss_votes(), whose comment says what they are. */
#pragma once

#include <glib.h>

/* What every annotator is taken for at first: right about four pairs of five. Above one half: with
 * the two exchanged for what is missing to 1, and the network turned round, all fits as well. */
#define TRAIN_RELIABILITY_START .8

typedef struct TrainReliability TrainReliability;

TrainReliability *train_reliability_new(guint n_annotators);
void train_reliability_free(TrainReliability *reliability); /* NULL is fine */

guint train_reliability_n(const TrainReliability *reliability);

/* Shares of 0..1: of pairs whose first picture is the better one those that annotator k says so of,
 * and of the others those that it does not. */
double train_reliability_sensitivity(const TrainReliability *reliability, guint k);
double train_reliability_specificity(const TrainReliability *reliability, guint k);

/* (2, n) before the sigmoid, as train_loss_votes() takes them, and their gradient. (borrowed) */
const float *train_reliability_values(const TrainReliability *reliability);
float *train_reliability_gradient(TrainReliability *reliability);
void train_reliability_zero_gradient(TrainReliability *reliability);

/* One step of Adam at that rate, without decay. */
void train_reliability_step(TrainReliability *reliability, double rate);

/* All that a checkpoint needs: values and moments as so many floats, and the steps taken, which
 * save returns. */
gsize train_reliability_state_size(const TrainReliability *reliability);
guint64 train_reliability_save(const TrainReliability *reliability, float *state);
void train_reliability_restore(TrainReliability *reliability, const float *state, guint64 steps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainReliability, train_reliability_free)
