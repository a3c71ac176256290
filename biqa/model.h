/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model file (GGUF version 3, architecture "biqa"; docs/model-format.md): the only reader and
 * writer of it. */
#pragma once

#include "graph.h"
#include "preprocess.h"
#include "prune.h"
#include "uncertainty.h"

typedef struct BiqaTasks BiqaTasks; /* task.h */

typedef struct {
    char *name, *license, *description,
        *recipe;     /* recipe: the text of the recipe, for the record */
    char **datasets; /* NULL-terminated */
    guint64 seed;
    double validation_srcc, validation_plcc; /* of the full model; 0 where not measured */

    BiqaGraph *graph; /* inferred for input.size */
    BiqaInput input;
    BiqaScale scale;
    double hard_threshold;       /* points of disagreement, where there is no head */
    BiqaUncertainty uncertainty; /* the head; zeroed where there is none */
    BiqaPruneRule pruning;       /* what the competitor lacks */
    gboolean competitor_norm;    /* the competitor has its own normalisation parameters */

    /* Arenas of graph->n_params floats. The competitor's is masked (biqa_prune_mask() of the full
     * one) and holds its own normalisation where it has one; everything else is equal. */
    float *params[BIQA_N_BRANCHES];

    BiqaTasks *tasks; /* kinds of pictures learned after it was made; NULL: none */
} BiqaModel;

BiqaModel *biqa_model_new(void); /* zeroed, for a writer to fill */
void biqa_model_free(BiqaModel *model);

/* Reads and checks a file; nothing in it is trusted. Errors name the file and what is wrong in it.
 */
BiqaModel *biqa_model_load(const char *path, GError **error);

/* The same from memory (borrowed during the call); name is what errors call it. */
BiqaModel *biqa_model_parse(const void *data, gsize size, const char *name, GError **error);

/* Writes beside path and renames: path is either the old file or the whole new one. */
gboolean biqa_model_save(const BiqaModel *model, const char *path, GError **error);

/* Makes params[BIQA_COMPETITOR]'s weights from params[BIQA_FULL] by the pruning rule; its
 * normalisation is left alone when competitor_norm is set and its arena exists, else copied. */
void biqa_model_prune(BiqaModel *model);

/* A branch, folded, without the channels that are zero, and ready to run. (transfer full) Both
 * branches have the same layers, but the competitor's may have fewer channels. origin: see
 * biqa_fold(), but for what has been left out; may be NULL. */
BiqaNet *biqa_model_fold(const BiqaModel *model, BiqaBranch branch, guint **origin);

/* What is said of a frame. Where result has weights, uncertainty, interval and threshold are the
 * weighted sums of the tasks'. hard_threshold: points of uncertainty where the model has a head,
 * else of disagreement; negative: the model's own. */
BiqaVerdict biqa_model_verdict(const BiqaModel *model, const BiqaResult *result,
                               double hard_threshold);

/* FLOP of a frame: 2 x MAC, all crops, both branches, zero weights not counted. */
guint64 biqa_model_flop(const BiqaModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaModel, biqa_model_free)
