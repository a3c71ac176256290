/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which task a frame is of: features, distances, weights, and the scores they weigh. */
#include "task.h"

#include <math.h>
#include <string.h>

BiqaGating biqa_gating_default(const BiqaGraph *graph)
{
    const guint n = graph->layers[biqa_task_pool(graph)].n_inputs;
    BiqaGating gating = {.n_parts = MIN(n, 3), .temperature = 32, .least_weight = .05f};

    for (guint i = 0; i < gating.n_parts; i++)
        gating.parts[i] = n - gating.n_parts + i;
    return gating;
}

/* Channels of an input of the last pool. */
static guint part_length(const BiqaGraph *graph, guint input)
{
    return graph->layers[graph->layers[biqa_task_pool(graph)].inputs[input]].shape.c;
}

/* An input's deviations stand between its means and those of the next. */
BiqaGatingPart biqa_gating_part(const BiqaGating *gating, const BiqaGraph *graph, guint part)
{
    const guint input = gating->parts[part];
    const guint each = graph->layers[biqa_task_pool(graph)].deviation ? 2 : 1;
    BiqaGatingPart result = {.n = part_length(graph, input)};

    for (guint i = 0; i < input; i++)
        result.first += each * part_length(graph, i);
    return result;
}

guint biqa_gating_length(const BiqaGating *gating, const BiqaGraph *graph)
{
    guint length = 0;

    for (guint i = 0; i < gating->n_parts; i++)
        length += part_length(graph, gating->parts[i]);
    return length;
}

/* Of length 1, if it is not all zero. */
static void normalise(float *x, guint n)
{
    double squares = 0;

    for (guint i = 0; i < n; i++)
        squares += (double)x[i] * x[i];
    for (guint i = 0; squares > 0 && i < n; i++)
        x[i] = (float)(x[i] / sqrt(squares));
}

void biqa_gating_features(const BiqaGating *gating, const BiqaGraph *graph, const float *pooled,
                          guint n_crops, float *features)
{
    const guint stride = graph->layers[biqa_task_pool(graph)].shape.c;

    for (guint p = 0; p < gating->n_parts; p++) {
        const BiqaGatingPart part = biqa_gating_part(gating, graph, p);

        for (guint c = 0; c < part.n; c++) {
            double sum = 0;

            for (guint crop = 0; crop < n_crops; crop++)
                sum += pooled[(gsize)crop * stride + part.first + c];
            features[c] = (float)(sum / n_crops);
        }
        normalise(features, part.n);
        features += part.n;
    }
}

/* From a part of the features, n of them from place on, to the task's nearest centroid. */
static double distance(const BiqaTask *task, const float *features, guint length, guint place,
                       guint n)
{
    double nearest = INFINITY;

    for (guint k = 0; k < task->n_centroids; k++) {
        const float *centroid = task->centroids + (gsize)k * length + place;
        double squares = 0;

        for (guint i = 0; i < n; i++)
            squares += ((double)features[place + i] - centroid[i]) *
                       ((double)features[place + i] - centroid[i]);
        nearest = MIN(nearest, squares);
    }
    return sqrt(nearest);
}

/* Adds softmax(-temperature * distances) / n_parts to weights. An infinite distance weighs
 * nothing. */
static void add_softmax(const BiqaGating *gating, const double *distances, guint n, double *weights)
{
    double least = INFINITY, sum = 0;

    for (guint t = 0; t < n; t++)
        least = MIN(least, distances[t]);
    for (guint t = 0; t < n; t++)
        sum += exp(-gating->temperature * (distances[t] - least));
    for (guint t = 0; t < n; t++)
        weights[t] += exp(-gating->temperature * (distances[t] - least)) / sum / gating->n_parts;
}

/* The heaviest is never left out: it has 1 / n or more, and least_weight may be more than that. */
static void leave_out(const BiqaGating *gating, const double *weights, guint n, float *kept)
{
    double most = 0, sum = 0;

    for (guint t = 0; t < n; t++)
        most = MAX(most, weights[t]);
    for (guint t = 0; t < n; t++)
        sum += weights[t] >= MIN(gating->least_weight, most) ? weights[t] : 0;
    for (guint t = 0; t < n; t++)
        kept[t] = weights[t] >= MIN(gating->least_weight, most) ? (float)(weights[t] / sum) : 0;
}

void biqa_model_weigh(const BiqaModel *model, const float *features, float *weights)
{
    const BiqaTasks *tasks = model->tasks;
    double sums[BIQA_MAX_TASKS] = {0}, distances[BIQA_MAX_TASKS];
    guint length, place = 0;

    if (!tasks) {
        weights[0] = 1;
        return;
    }
    length = biqa_gating_length(&tasks->gating, model->graph);
    for (guint p = 0; p < tasks->gating.n_parts; p++) {
        const guint n = part_length(model->graph, tasks->gating.parts[p]);

        for (guint t = 0; t < tasks->n; t++)
            distances[t] = distance(&tasks->items[t], features, length, place, n);
        add_softmax(&tasks->gating, distances, tasks->n, sums);
        place += n;
    }
    leave_out(&tasks->gating, sums, tasks->n, weights);
}

/* A task's scale. */
static const BiqaScale *scale_of(const BiqaModel *model, guint task)
{
    return task ? &model->tasks->items[task].scale : &model->scale;
}

/* One raw output of all tasks on the model's scale. */
static float blend(const BiqaModel *model, const float *weights, const BiqaResult *results,
                   guint branch, guint crop)
{
    double points = 0;

    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        const BiqaScale *scale = scale_of(model, t);

        if (weights[t] > 0)
            points += weights[t] *
                      (scale->offset + (double)scale->scale * results[t].crops[branch][crop]);
    }
    return (float)((points - model->scale.offset) / model->scale.scale);
}

void biqa_model_blend(const BiqaModel *model, const float *weights, const BiqaResult *results,
                      BiqaResult *result)
{
    gboolean any = FALSE;

    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        if (!(weights[t] > 0))
            continue;
        any = TRUE;
        result->n_crops = results[t].n_crops;
    }
    if (!any)
        result->n_crops = model->input.n_crops;
    result->n_tasks = biqa_model_n_tasks(model);
    memcpy(result->weights[0], weights, result->n_tasks * sizeof *weights);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint crop = 0; crop < result->n_crops; crop++)
            result->crops[b][crop] = any ? blend(model, weights, results, b, crop) : NAN;
}
