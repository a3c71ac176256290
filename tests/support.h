/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Models small enough to look at, built in code: what every suite tests with. */
#pragma once

#include "task.h"

/* A graph inferred for size; lines as in biqa_graph_parse(), NULL-terminated. (transfer full) */
BiqaGraph *inferred_graph_new(const char *const *lines, guint size);

/* A graph of every layer kind for a 24 x 24 input, inferred: both paddings, odd sizes, grouped and
 * depthwise convolutions, each clamp, a residual, a norm with no convolution before it, a pool of
 * two stages with mean and deviation. (transfer full) */
BiqaGraph *tiny_graph_new(void);

/* Seeded values for every parameter of an inferred graph, of a size that keeps activations near
 * one: weights uniform with variance 2 / fan-in, NORM scale and variance in .5 to 1.5. */
void tiny_params_fill(const BiqaGraph *graph, float *params, guint64 seed);

/* tiny_graph_new() as a whole model: two crops, half the weights pruned, normalisation of the
 * competitor's own. The same seed gives the same model. (transfer full) */
BiqaModel *tiny_model_new(guint64 seed);

/* A head on four figures and an interval, of numbers that tiny models give different uncertainties
 * with. */
BiqaUncertainty tiny_head(void);

/* The same for a graph of ten layers on an 8 x 8 input, with tiny_head() and two spots: a file of
 * some 4 KiB. (transfer full) */
BiqaModel *mini_model_new(guint64 seed);

/* Gives a model two tasks, "first" and "second", with seeded NORMs, heads and centroids; task 0 has
 * centroids where told so. */
void tiny_tasks_add(BiqaModel *model, gboolean of_base, guint64 seed);

/* Saves model as a new file in the directory for temporary files. (transfer full): g_unlink() and
 * g_free() it. */
char *tiny_model_save(const BiqaModel *model);

/* The file of a model, as memory. (transfer full) */
GBytes *model_bytes(const BiqaModel *model);

/* A model written and read again. (transfer full) */
BiqaModel *model_reload(const BiqaModel *model);

/* error is set, of that code, and its message contains word. */
void assert_refused(const GError *error, BiqaErrorCode code, const char *word);
