/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where everything of one sample lies while a graph is trained: worked out once, so that training
 * touches as little memory as it can. */
#pragma once

#include "graph.h"

typedef struct {
    gsize output;     /* of the layer, in the sample's outputs, in floats */
    gsize slope;      /* dL/doutput, in the sample's slopes, in floats */
    gboolean reached; /* the score depends on this layer and it on a parameter */
    gboolean folded;  /* a clamp that its input does for it: they share output and slope */
    guint add;        /* bit k: the slope of input k has been written by another reader before */
} TrainPlace;

/* Layers that are alone in reading an elementwise layer's input share memory with it; slopes are
 * placed so that those no longer needed make room (first fit over their lives). */
typedef struct {
    BiqaGraph *graph;   /* copy; CONV, NORM and ADD carry the clamps they do for others */
    TrainPlace *places; /* one a layer */
    gsize n_outputs;    /* floats of a sample */
    gsize n_slopes;
} TrainPlan;

/* graph must be inferred; it is copied. */
TrainPlan *train_plan_new(const BiqaGraph *graph);
void train_plan_free(TrainPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainPlan, train_plan_free)
