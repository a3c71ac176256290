/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of the gate, and its tables. */
#include "gate.h"

#include "step.h"
#include "task.h"

#include <string.h>

G_STATIC_ASSERT(BIQA_GATE_TASKS == BIQA_MAX_TASKS);

/* Where things lie, in texels from the start of the scratch. */
typedef struct {
    gsize features, distances, groups, end;
} Layout;

static guint count_centroids(const BiqaModel *model)
{
    guint n = 0;

    for (guint t = 0; t < model->tasks->n; t++)
        n += model->tasks->items[t].n_centroids;
    return n;
}

static guint part_planes(const BiqaModel *model, guint part)
{
    return biqa_vk_planes(biqa_gating_part(&model->tasks->gating, model->graph, part).n);
}

/* Texels of all features, where each part begins with one. */
static guint feature_planes(const BiqaModel *model)
{
    guint n = 0;

    for (guint p = 0; p < model->tasks->gating.n_parts; p++)
        n += part_planes(model, p);
    return n;
}

static Layout lay_out(const BiqaModel *model, guint n_steps)
{
    Layout layout = {.features = biqa_vk_planes(BIQA_MAX_TASKS)};

    layout.distances = layout.features + feature_planes(model);
    layout.groups = layout.distances + (gsize)model->tasks->gating.n_parts * count_centroids(model);
    layout.end = layout.groups + n_steps;
    return layout;
}

gsize biqa_vk_gate_texels(const BiqaModel *model, guint n_steps)
{
    return lay_out(model, n_steps).end;
}

/* --- Tables, among the weights --- */

/* Appends n vec4s of zeros; returns the number of the first. */
static uint32_t append(GArray *values, gsize n)
{
    const uint32_t at = values->len / 4;

    g_array_set_size(values, values->len + 4 * n);
    return at;
}

static float *vec4_at(GArray *values, gsize at)
{
    return &g_array_index(values, float, 4 * at);
}

/* A row a centroid, of all tasks one after the other; parts begin as in the arena. */
static uint32_t add_centroids(const BiqaVkGateContext *context)
{
    const BiqaModel *model = context->model;
    const guint row = feature_planes(model);
    const uint32_t first = append(context->weights, (gsize)row * count_centroids(model));
    uint32_t at = first;

    for (guint t = 0; t < model->tasks->n; t++) {
        const BiqaTask *task = &model->tasks->items[t];
        const float *from = task->centroids;

        for (guint k = 0; k < task->n_centroids; k++)
            for (guint p = 0; p < model->tasks->gating.n_parts; p++) {
                const guint n = biqa_gating_part(&model->tasks->gating, model->graph, p).n;

                memcpy(vec4_at(context->weights, at), from, n * sizeof(float));
                at += biqa_vk_planes(n);
                from += n;
            }
    }
    return first;
}

/* The first centroid of each task, and how many it has. */
static uint32_t add_tasks(const BiqaVkGateContext *context)
{
    const BiqaTasks *tasks = context->model->tasks;
    const uint32_t first = append(context->weights, tasks->n);
    guint centroid = 0;

    for (guint t = 0; t < tasks->n; t++) {
        float *row = vec4_at(context->weights, first + t);

        row[0] = (float)centroid;
        row[1] = (float)tasks->items[t].n_centroids;
        centroid += tasks->items[t].n_centroids;
    }
    return first;
}

/* What groups each step has if its task runs. */
static uint32_t add_groups(const BiqaVkGateContext *context, const GArray *gated)
{
    const uint32_t first = append(context->weights, gated->len);

    for (guint i = 0; i < gated->len; i++) {
        const BiqaVkStep *step = &g_array_index(gated, BiqaVkStep, i);
        float *row = vec4_at(context->weights, first + i);

        for (guint axis = 0; axis < 3; axis++)
            row[axis] = (float)step->groups[axis]; /* up to BIQA_MAX_GROUPS: exact */
        row[3] = (float)step->task;
    }
    return first;
}

/* --- Steps --- */

/* A step with a lane for each of n things. */
static BiqaVkStep *append_step(const BiqaVkGateContext *context, BiqaVkKernel kernel, guint n,
                               GArray *steps)
{
    const BiqaVkStep step = {
        .variant = {kernel},
        .layer = context->layer,
        .turn = context->layer,
        .barrier = TRUE,
        .groups = {(n + BIQA_LINE - 1) / BIQA_LINE, 1, 1},
    };

    g_array_append_val(steps, step);
    return &g_array_index(steps, BiqaVkStep, steps->len - 1);
}

static void add_features(const BiqaVkGateContext *context, uint32_t target, GArray *steps)
{
    const BiqaModel *model = context->model;

    for (guint p = 0; p < model->tasks->gating.n_parts; p++) {
        const BiqaGatingPart part = biqa_gating_part(&model->tasks->gating, model->graph, p);
        BiqaVkStep *step =
            append_step(context, BIQA_VK_GATE_FEATURES, biqa_vk_planes(part.n), steps);

        step->barrier = p == 0;
        step->push.features = (biqa_gate_features_push){
            .source = context->pooled->view,
            .target = target,
            .first = part.first,
            .channels = part.n,
            .samples = context->pooled->samples,
        };
        target += biqa_vk_planes(part.n);
    }
}

static void add_distances(const BiqaVkGateContext *context, const Layout *layout, GArray *steps)
{
    const BiqaModel *model = context->model;
    const guint n = count_centroids(model);
    const uint32_t centroids = add_centroids(context);
    guint place = 0;

    for (guint p = 0; p < model->tasks->gating.n_parts; p++) {
        BiqaVkStep *step = append_step(context, BIQA_VK_GATE_DISTANCES, n, steps);

        step->barrier = p == 0;
        step->push.distances = (biqa_gate_distances_push){
            .features = context->scratch + layout->features + place,
            .planes = part_planes(model, p),
            .target = context->scratch + layout->distances + p * n,
            .centroids = centroids + place,
            .n = n,
            .row = feature_planes(model),
        };
        place += part_planes(model, p);
    }
}

static void add_weights(const BiqaVkGateContext *context, const Layout *layout, const GArray *gated,
                        GArray *steps)
{
    const BiqaGating *gating = &context->model->tasks->gating;
    BiqaVkStep *step = append_step(context, BIQA_VK_GATE_WEIGHTS, 1, steps);

    step->push.weights = (biqa_gate_weights_push){
        .distances = context->scratch + layout->distances,
        .parts = gating->n_parts,
        .n = count_centroids(context->model),
        .tasks = add_tasks(context),
        .n_tasks = context->model->tasks->n,
        .steps = add_groups(context, gated),
        .n_steps = gated->len,
        .target = context->scratch,
        .groups = context->scratch + layout->groups,
        .temperature = gating->temperature,
        .least_weight = gating->least_weight,
    };
}

void biqa_vk_gate_add(const BiqaVkGateContext *context, const GArray *gated, GArray *steps)
{
    const Layout layout = lay_out(context->model, gated->len);

    add_features(context, context->scratch + layout.features, steps);
    add_distances(context, &layout, steps);
    add_weights(context, &layout, gated, steps);
    for (guint i = 0; i < gated->len; i++) {
        BiqaVkStep step = g_array_index(gated, BiqaVkStep, i);

        step.gate = context->scratch + layout.groups + i;
        g_array_append_val(steps, step);
    }
}
