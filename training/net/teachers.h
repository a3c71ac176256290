/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weights that teach: what they say of the very crops is a target. Earlier weights of the same run
 * make it learning without forgetting (Li and Hoiem, TPAMI 40(12), 2018), other models knowledge
 * distillation (Hinton, Vinyals and Dean, arXiv 1503.02531). */
#pragma once

#include "net.h"

typedef struct TrainTeachers TrainTeachers;

/* Of networks like graph. */
TrainTeachers *train_teachers_new(const BiqaGraph *graph);
void train_teachers_free(TrainTeachers *teachers); /* NULL is fine */

/* values: all parameters of one, copied. */
void train_teachers_add(TrainTeachers *teachers, const float *values);

/* The mean of what they give for the first n samples of net's input, raw scores, into scores.
 * Overwrites what a forward pass of net has left for a backward one. */
void train_teachers_score(const TrainTeachers *teachers, TrainNet *net, guint n, TrainNorm norm,
                          float *scores);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainTeachers, train_teachers_free)
