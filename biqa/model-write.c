/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model in memory to its file. */
#include "model-file.h"

static void put_text(BiqaGgufWriter *writer, const char *key, const char *text)
{
    if (text)
        biqa_gguf_put_string(writer, key, text);
}

static void put_identity(BiqaGgufWriter *writer, const BiqaModel *model)
{
    biqa_gguf_put_string(writer, KEY_ARCHITECTURE, MODEL_ARCHITECTURE);
    put_text(writer, KEY_NAME, model->name);
    put_text(writer, KEY_LICENSE, model->license);
    put_text(writer, KEY_DESCRIPTION, model->description);
    if (model->datasets)
        biqa_gguf_put_strings(writer, KEY_DATASETS, (const char *const *)model->datasets,
                              g_strv_length(model->datasets));
    /* A reader that knows no structures must not take a file that has one for another. */
    biqa_gguf_put_uint(writer, KEY_VERSION,
                       model->pruning.structure == BIQA_PRUNE_WEIGHTS ? 1 : MODEL_VERSION);
}

static void put_graph(BiqaGgufWriter *writer, const BiqaGraph *graph)
{
    g_auto(GStrv) lines = biqa_graph_format(graph);

    biqa_gguf_put_strings(writer, KEY_GRAPH, (const char *const *)lines, graph->n_layers);
}

static void put_spots(BiqaGgufWriter *writer, const BiqaInput *input)
{
    float x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];

    if (input->n_spots == 0)
        return;
    for (guint i = 0; i < input->n_spots; i++) {
        x[i] = input->spots[i].x;
        y[i] = input->spots[i].y;
    }
    biqa_gguf_put_floats(writer, KEY_SPOT_X, x, input->n_spots);
    biqa_gguf_put_floats(writer, KEY_SPOT_Y, y, input->n_spots);
}

static void put_input(BiqaGgufWriter *writer, const BiqaInput *input)
{
    guint reduce[BIQA_MAX_CROPS];
    float x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];

    g_assert(input->n_crops * MAX(input->n_spots, 1) <= BIQA_MAX_CROPS);
    for (guint i = 0; i < input->n_crops; i++) {
        reduce[i] = input->crops[i].reduce;
        x[i] = input->crops[i].x;
        y[i] = input->crops[i].y;
    }
    biqa_gguf_put_uint(writer, KEY_SIZE, input->size);
    biqa_gguf_put_uints(writer, KEY_CROP_REDUCE, reduce, input->n_crops);
    biqa_gguf_put_floats(writer, KEY_CROP_X, x, input->n_crops);
    biqa_gguf_put_floats(writer, KEY_CROP_Y, y, input->n_crops);
    put_spots(writer, input);
    biqa_gguf_put_floats(writer, KEY_MEAN, input->mean, 3);
    biqa_gguf_put_floats(writer, KEY_DEVIATION, input->deviation, 3);
}

static void put_verdict(BiqaGgufWriter *writer, const BiqaModel *model)
{
    biqa_gguf_put_float(writer, KEY_SCORE_OFFSET, model->scale.offset);
    biqa_gguf_put_float(writer, KEY_SCORE_SCALE, model->scale.scale);
    biqa_gguf_put_string(writer, KEY_SCORE_DIRECTION, MODEL_DIRECTION);
    if (model->pruning.structure != BIQA_PRUNE_WEIGHTS)
        biqa_gguf_put_string(writer, KEY_STRUCTURE,
                             biqa_prune_structure_name(model->pruning.structure));
    /* A double, for ceil(ratio * N) must come out as it did in training. */
    biqa_gguf_put_double(writer, KEY_RATIO, model->pruning.ratio);
    biqa_gguf_put_bool(writer, KEY_NORM, model->competitor_norm);
    biqa_gguf_put_double(writer, KEY_THRESHOLD, model->hard_threshold);
}

static void put_record(BiqaGgufWriter *writer, const BiqaModel *model)
{
    biqa_gguf_put_double(writer, KEY_SRCC, model->validation_srcc);
    biqa_gguf_put_double(writer, KEY_PLCC, model->validation_plcc);
    put_text(writer, KEY_RECIPE, model->recipe);
    biqa_gguf_put_uint(writer, KEY_SEED, model->seed);
}

static void put_tensors(BiqaGgufWriter *writer, const BiqaModel *model)
{
    g_autoptr(GArray) tensors = biqa_model_tensors(model);

    for (guint i = 0; i < tensors->len; i++) {
        const ModelTensor *tensor = &g_array_index(tensors, ModelTensor, i);

        biqa_gguf_put_tensor(writer, tensor->name, tensor->dims, tensor->n_dims,
                             biqa_model_tensor_values(model, tensor));
    }
}

/* What is written must be readable: a network that training drove to NaN shall not take the place
 * of a good file. */
static gboolean is_readable(const BiqaGgufWriter *writer, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = biqa_gguf_writer_bytes(writer);
    g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(bytes, path, error);
    g_autoptr(BiqaModel) model = gguf ? biqa_model_from_gguf(gguf, path, error) : NULL;

    return model != NULL;
}

gboolean biqa_model_save(const BiqaModel *model, const char *path, GError **error)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();

    put_identity(writer, model);
    put_graph(writer, model->graph);
    put_input(writer, &model->input);
    put_verdict(writer, model);
    model_put_head(writer, MODEL_PREFIX, &model->uncertainty);
    put_record(writer, model);
    model_put_tasks(writer, model);
    put_tensors(writer, model);
    return is_readable(writer, path, error) && biqa_gguf_writer_save(writer, path, error);
}
