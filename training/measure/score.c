/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forward passes of both branches on whole pictures. */
#include "score.h"

#include "blas-layer.h"
#include "reference.h"
#include <string.h>

struct TrainScorer {
    const BiqaModel *model;
    guint pool; /* the last, in the folded graph */
    /* Task 0 is the model's own. NULL: the competitor has the full model's weights. */
    BiqaNet *nets[BIQA_MAX_TASKS][BIQA_N_BRANCHES];
};

TrainScorer *train_scorer_new(const BiqaModel *model)
{
    TrainScorer *scorer = g_new0(TrainScorer, 1);
    scorer->model = model;
    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        const BiqaModel view = biqa_model_task(model, t);
        scorer->nets[t][BIQA_FULL] = biqa_model_fold(&view, BIQA_FULL, NULL);
        if (view.params[BIQA_COMPETITOR] != view.params[BIQA_FULL])
            scorer->nets[t][BIQA_COMPETITOR] = biqa_model_fold(&view, BIQA_COMPETITOR, NULL);
    }
    scorer->pool = biqa_task_pool(scorer->nets[0][BIQA_FULL]->graph);
    return scorer;
}

void train_scorer_free(TrainScorer *scorer)
{
    if (!scorer)
        return;
    for (guint t = 0; t < BIQA_MAX_TASKS; t++) {
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            biqa_net_free(scorer->nets[t][b]);
    }
    g_free(scorer);
}

/* Where a pass leaves what it gives. */
typedef struct {
    float *raw;    /* one a crop */
    guint pool;    /* the layer that is kept */
    float *pooled; /* (n, its channels); NULL: nobody asks */
} Pass;

static void run_crop(const BiqaNet *net, float **outputs, float *scratch)
{
    const BiqaGraph *graph = net->graph;
    for (guint i = 1; i < graph->n_layers; i++) {
        const float *inputs[BIQA_MAX_INPUTS];
        for (guint k = 0; k < graph->layers[i].n_inputs; k++)
            inputs[k] = outputs[graph->layers[i].inputs[k]];
        biqa_blas_layer(graph, i, net->params, inputs, outputs[i], scratch);
    }
}

/* A branch's raw outputs on crops (n, 3, size, size). */
static void run_branch(const BiqaNet *net, const float *crops, guint n, const Pass *pass)
{
    const BiqaGraph *graph = net->graph;
    const gsize channels = graph->layers[pass->pool].shape.c;
    float **outputs = biqa_reference_outputs_new(graph), *input = outputs[0];
    g_autofree float *scratch = g_new(float, biqa_blas_scratch(graph));

    for (guint crop = 0; crop < n; crop++) {
        outputs[0] = (float *)crops + crop * biqa_shape_size(graph->layers[0].shape);
        run_crop(net, outputs, scratch);
        pass->raw[crop] = outputs[graph->n_layers - 1][0];
        if (pass->pooled)
            memcpy(pass->pooled + crop * channels, outputs[pass->pool], channels * sizeof(float));
    }
    outputs[0] = input;
    biqa_reference_outputs_free(outputs);
}

/* Of a spot: (n_crops, 3, size, size) floats. (transfer full) */
static float *crops_new(const BiqaModel *model, const BiqaFrame *frame, guint spot)
{
    const BiqaInput *input = &model->input;
    float *crops = g_new(float, (gsize)input->n_crops * 3 * input->size * input->size);
    biqa_preprocess(input, frame, spot, crops);
    return crops;
}

static BiqaResult run_task(const TrainScorer *scorer, guint task, const float *crops, float *pooled)
{
    const guint n = scorer->model->input.n_crops;
    BiqaResult result = {.n_crops = n};
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const Pass pass = {result.crops[b], scorer->pool, b == BIQA_FULL ? pooled : NULL};
        if (scorer->nets[task][b])
            run_branch(scorer->nets[task][b], crops, n, &pass);
        else
            memcpy(result.crops[b], result.crops[BIQA_FULL], sizeof result.crops[b]);
    }
    return result;
}

/* What a spot's crops have of the pooled layer, in floats. */
static gsize pooled_size(const TrainScorer *scorer)
{
    const BiqaGraph *graph = scorer->nets[0][BIQA_FULL]->graph;
    return (gsize)scorer->model->input.n_crops * graph->layers[scorer->pool].shape.c;
}

/* The crops at one spot. */
static BiqaResult run_spot(const TrainScorer *scorer, const BiqaFrame *frame, guint spot)
{
    const BiqaModel *model = scorer->model;
    g_autofree float *crops = crops_new(model, frame, spot);
    if (!model->tasks)
        return run_task(scorer, 0, crops, NULL);

    const BiqaGating *gating = &model->tasks->gating;
    g_autofree float *pooled = g_new(float, pooled_size(scorer));
    g_autofree float *features = g_new(float, biqa_gating_length(gating, model->graph));
    float weights[BIQA_MAX_TASKS];
    BiqaResult results[BIQA_MAX_TASKS], blend = {0};
    results[0] = run_task(scorer, 0, crops, pooled);
    biqa_gating_features(gating, model->graph, pooled, model->input.n_crops, features);
    biqa_model_weigh(model, features, weights);
    for (guint t = 1; t < biqa_model_n_tasks(model); t++) {
        if (weights[t] > 0)
            results[t] = run_task(scorer, t, crops, NULL);
    }
    biqa_model_blend(model, weights, results, &blend);
    return blend;
}

static guint spots_of(const TrainScorer *scorer, const BiqaFrame *frame)
{
    return biqa_input_spots(&scorer->model->input, frame->format->width, frame->format->height);
}

BiqaResult train_scorer_result(const TrainScorer *scorer, const BiqaFrame *frame)
{
    const guint spots = spots_of(scorer, frame), n = scorer->model->input.n_crops;
    BiqaResult result = {.n_crops = spots * n, .n_spots = spots};

    for (guint i = 0; i < spots; i++) {
        const BiqaResult part = run_spot(scorer, frame, i);
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            memcpy(&result.crops[b][i * n], part.crops[b], n * sizeof(float));
        memcpy(result.weights[i], part.weights[0], sizeof part.weights[0]);
        result.n_tasks = part.n_tasks;
    }
    return result;
}

BiqaVerdict train_scorer_frame(const TrainScorer *scorer, const BiqaFrame *frame)
{
    const BiqaResult result = train_scorer_result(scorer, frame);

    return biqa_model_verdict(scorer->model, &result, -1);
}

double train_scorer_place(const TrainScorer *scorer, const BiqaFrame *frame, BiqaPlace place)
{
    const BiqaInput *input = &scorer->model->input;
    const BiqaScale *scale = &scorer->model->scale;
    g_autofree float *crop = g_new(float, (gsize)3 * input->size * input->size);
    float raw;

    biqa_preprocess_crop(input, frame, place, input->size, crop);
    run_branch(scorer->nets[0][BIQA_FULL], crop, 1, &(const Pass){.raw = &raw});
    return scale->offset + scale->scale * (double)raw;
}

typedef struct {
    const TrainScorer *scorer;
    char *const *paths;
    BiqaResult *results; /* NULL: features are wanted */
    const BiqaGating *gating;
    float *features;
    GError **errors;
} Files;

/* Of a picture at several spots: all its crops count alike. */
static void measure_features(const Files *files, guint i, const BiqaFrame *frame)
{
    const TrainScorer *scorer = files->scorer;
    const BiqaModel *model = scorer->model;
    const guint spots = spots_of(scorer, frame), n = model->input.n_crops;
    float raw[BIQA_MAX_CROPS];
    g_autofree float *pooled = g_new(float, spots *pooled_size(scorer));

    for (guint spot = 0; spot < spots; spot++) {
        g_autofree float *crops = crops_new(model, frame, spot);
        const Pass pass = {raw, scorer->pool, pooled + spot * pooled_size(scorer)};
        run_branch(scorer->nets[0][BIQA_FULL], crops, n, &pass);
    }
    biqa_gating_features(files->gating, model->graph, pooled, spots * n,
                         files->features +
                             (gsize)i * biqa_gating_length(files->gating, model->graph));
}

static void run_file(guint i, gpointer data)
{
    const Files *files = data;
    g_autoptr(TrainPicture) picture = train_picture_load(files->paths[i], &files->errors[i]);
    if (!picture)
        return;
    if (files->results)
        files->results[i] = train_scorer_result(files->scorer, train_picture_frame(picture));
    else
        measure_features(files, i, train_picture_frame(picture));
}

static gboolean run_files(Files *files, guint n, TrainWorkers *workers, GError **error)
{
    g_autofree GError **errors = g_new0(GError *, n);

    files->errors = errors;
    train_workers_run(workers, n, run_file, files);
    return train_workers_take_errors(errors, n, error);
}

gboolean train_scorer_results(const TrainScorer *scorer, char *const *paths, guint n,
                              TrainWorkers *workers, BiqaResult *results, GError **error)
{
    Files files = {.scorer = scorer, .paths = paths, .results = results};
    return run_files(&files, n, workers, error);
}

gboolean train_scorer_features(const TrainScorer *scorer, const BiqaGating *gating,
                               char *const *paths, guint n, TrainWorkers *workers, float *features,
                               GError **error)
{
    Files files = {.scorer = scorer, .paths = paths, .gating = gating, .features = features};
    return run_files(&files, n, workers, error);
}

gboolean train_scorer_files(const TrainScorer *scorer, char *const *paths, guint n,
                            TrainWorkers *workers, BiqaVerdict *verdicts, GError **error)
{
    g_autofree BiqaResult *results = g_new0(BiqaResult, n);

    if (!train_scorer_results(scorer, paths, n, workers, results, error))
        return FALSE;
    for (guint i = 0; i < n; i++)
        verdicts[i] = biqa_model_verdict(scorer->model, &results[i], -1);
    return TRUE;
}
