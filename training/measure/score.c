/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forward passes of both branches on whole pictures. */
#include "score.h"

#include "blas-layer.h"
#include "reference.h"

struct TrainScorer {
    const BiqaModel *model;
    BiqaNet *nets[BIQA_N_BRANCHES];
};

TrainScorer *train_scorer_new(const BiqaModel *model)
{
    TrainScorer *scorer = g_new0(TrainScorer, 1);
    scorer->model = model;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        scorer->nets[b] = biqa_model_fold(model, b, NULL);
    return scorer;
}

void train_scorer_free(TrainScorer *scorer)
{
    if (!scorer)
        return;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        biqa_net_free(scorer->nets[b]);
    g_free(scorer);
}

/* A branch's raw outputs on crops (n, 3, size, size). */
static void run_branch(const BiqaNet *net, const float *crops, guint n, float *raw)
{
    const BiqaGraph *graph = net->graph;
    float **outputs = biqa_reference_outputs_new(graph), *input = outputs[0];
    g_autofree float *scratch = g_new(float, biqa_blas_scratch(graph));

    for (guint crop = 0; crop < n; crop++) {
        outputs[0] = (float *)crops + crop * biqa_shape_size(graph->layers[0].shape);
        for (guint i = 1; i < graph->n_layers; i++) {
            const float *inputs[BIQA_MAX_INPUTS];
            for (guint k = 0; k < graph->layers[i].n_inputs; k++)
                inputs[k] = outputs[graph->layers[i].inputs[k]];
            biqa_blas_layer(graph, i, net->params, inputs, outputs[i], scratch);
        }
        raw[crop] = outputs[graph->n_layers - 1][0];
    }
    outputs[0] = input;
    biqa_reference_outputs_free(outputs);
}

BiqaResult train_scorer_result(const TrainScorer *scorer, const BiqaFrame *frame)
{
    const BiqaInput *input = &scorer->model->input;
    const guint spots = biqa_input_spots(input, frame->format->width, frame->format->height);
    const gsize size = (gsize)input->n_crops * 3 * input->size * input->size; /* of a spot */
    g_autofree float *crops = g_new(float, spots *size);
    BiqaResult result = {.n_crops = spots * input->n_crops, .n_spots = spots};

    for (guint i = 0; i < spots; i++)
        biqa_preprocess(input, frame, i, crops + i * size);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        run_branch(scorer->nets[b], crops, result.n_crops, result.crops[b]);
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
    run_branch(scorer->nets[BIQA_FULL], crop, 1, &raw);
    return scale->offset + scale->scale * (double)raw;
}

typedef struct {
    const TrainScorer *scorer;
    char *const *paths;
    BiqaResult *results;
    GError **errors;
} Files;

static void score_file(guint i, gpointer data)
{
    const Files *files = data;
    g_autoptr(TrainPicture) picture = train_picture_load(files->paths[i], &files->errors[i]);
    if (picture)
        files->results[i] = train_scorer_result(files->scorer, train_picture_frame(picture));
}

gboolean train_scorer_results(const TrainScorer *scorer, char *const *paths, guint n,
                              TrainWorkers *workers, BiqaResult *results, GError **error)
{
    g_autofree GError **errors = g_new0(GError *, n);
    Files files = {scorer, paths, results, errors};
    GError *first = NULL;

    train_workers_run(workers, n, score_file, &files);
    for (guint i = 0; i < n; i++) {
        if (first)
            g_clear_error(&errors[i]);
        else
            first = errors[i];
    }
    if (first)
        g_propagate_error(error, first);
    return !first;
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
