/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tasks cost: the model with some made up, of which ever more count. */
#include "bench.h"

#include "task.h"

#include <stdio.h>
#include <string.h>

/* As biqa-train adapt makes them where there are pictures enough. */
#define CENTROIDS 128

/* The model's own parameters, but for normalisation, so that no layer is shared. */
static float *tweaked_params(const BiqaModel *model, BiqaBranch branch, guint task)
{
    const BiqaGraph *graph = model->graph;
    float *params = g_memdup2(model->params[branch], graph->n_params * sizeof(float));

    for (guint i = 0; i < graph->n_layers; i++)
        for (gsize k = 0; graph->layers[i].kind == BIQA_LAYER_NORM && k < graph->layers[i].count[0];
             k++)
            params[graph->layers[i].offset[0] + k] *= 1 + 1e-3f * (float)task;
    return params;
}

static gboolean add_task(BiqaModel *model, const BiqaGating *gating, guint number, GError **error)
{
    BiqaTask task = {
        .name = g_strdup_printf("task-%u", number),
        .data = g_strdup(""),
        .date = g_strdup(""),
        .n_centroids = CENTROIDS,
        .centroids = g_new0(float, (gsize)CENTROIDS *biqa_gating_length(gating, model->graph)),
        .scale = model->scale,
    };

    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        task.params[b] = tweaked_params(model, b, number);
    return biqa_model_add_task(model, gating, &task, error);
}

gboolean bench_add_tasks(BiqaModel *model, guint n, GError **error)
{
    const BiqaGating gating = biqa_gating_default(model->graph);
    BiqaTask *own;

    for (guint i = 0; i < n; i++)
        if (!add_task(model, &gating, i + 1, error))
            return FALSE;
    own = &model->tasks->items[0];
    own->n_centroids = CENTROIDS;
    own->centroids =
        g_new0(float, (gsize)CENTROIDS *biqa_gating_length(&model->tasks->gating, model->graph));
    return TRUE;
}

/* All features have length 1, so that centroids at the origin are equally near, and others far. */
void bench_let_count(BiqaModel *model, guint n)
{
    const gsize length = biqa_gating_length(&model->tasks->gating, model->graph);

    for (guint t = 0; t < model->tasks->n; t++)
        for (gsize i = 0; i < CENTROIDS * length; i++)
            model->tasks->items[t].centroids[i] = t < n ? 0 : 100;
}

static gboolean print_row(const BenchOptions *options, const BiqaModel *model, guint counting,
                          GError **error)
{
    BenchReport report;

    if (!bench_measure_frames(options, model, &report, error))
        return FALSE;
    printf("%5u  %8u  %8.1f  %8.1f", biqa_model_n_tasks(model), counting, report.cpu_ms,
           report.wall_ms);
    if (isfinite(report.device_ms))
        printf("  %9.1f", report.device_ms);
    printf("\n");
    bench_report_clear(&report);
    return TRUE;
}

gboolean bench_print_tasks(const BenchOptions *options, BiqaModel *model, GError **error)
{
    printf("A frame of %s on %s, %dx%d\n\ntasks  counting    CPU ms   wall ms  device ms\n",
           model->name ? model->name : options->model, options->backend, options->width,
           options->height);
    if (!print_row(options, model, 1, error) ||
        !bench_add_tasks(model, (guint)options->n_tasks, error))
        return FALSE;
    for (guint n = 1; n <= biqa_model_n_tasks(model); n++) {
        bench_let_count(model, n);
        if (!print_row(options, model, n, error))
            return FALSE;
    }
    return TRUE;
}
