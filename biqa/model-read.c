/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model file to a model in memory. Nothing in the file is trusted: GGUF's own rules are
 * checked by gguf.c, what the values mean is checked here. */
#include "model-file.h"
#include "model-value.h"

#include <string.h>

/* Floats of all activations of a crop together: 1 GiB, far beyond what a frame can take. */
#define MAX_ACTIVATIONS (1u << 28)
#define MAX_REDUCE 16

/* --- The parts of a model --- */

static gboolean read_version(const BiqaGguf *gguf, GError **error)
{
    guint version;

    if (!model_read_uint(gguf, KEY_VERSION, G_MAXUINT, &version, error))
        return FALSE;
    return version <= MODEL_VERSION ||
           model_fail(error, BIQA_ERROR_SUPPORT,
                      "version %u of the model format, newer than the %d this build knows: update "
                      "biqafilter",
                      version, MODEL_VERSION);
}

static gboolean read_identity(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    const char *const *datasets;
    gsize n;

    if (!model_read_constant(gguf, KEY_ARCHITECTURE, MODEL_ARCHITECTURE, error) ||
        !read_version(gguf, error) || !model_read_text(gguf, KEY_NAME, &model->name, error) ||
        !model_read_text(gguf, KEY_LICENSE, &model->license, error) ||
        !model_read_text(gguf, KEY_DESCRIPTION, &model->description, error))
        return FALSE;
    if (!biqa_gguf_has(gguf, KEY_DATASETS))
        return TRUE;
    if (!biqa_gguf_get_strings(gguf, KEY_DATASETS, &datasets, &n, error))
        return FALSE;
    model->datasets = g_strdupv((char **)datasets);
    return TRUE;
}

/* A graph that fits together can still be more than a host should try: its activations, and the
 * biases that folding will add to the convolutions that have none. */
static gboolean check_cost(const BiqaGraph *graph, GError **error)
{
    guint64 activations = 0, params = graph->n_params;

    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        activations += biqa_shape_size(layer->shape);
        if (layer->kind == BIQA_LAYER_CONV && !layer->bias)
            params += layer->channels;
        if (activations > MAX_ACTIVATIONS || params > BIQA_MAX_MODEL_PARAMS)
            return model_fail(
                error, BIQA_ERROR_GRAPH,
                "layer %u: the graph is too large to run (more than %u activations or %u "
                "parameters)",
                i, MAX_ACTIVATIONS, BIQA_MAX_MODEL_PARAMS);
    }
    return TRUE;
}

static gboolean read_graph(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    const char *const *lines;
    gsize n;

    if (!biqa_gguf_get_strings(gguf, KEY_GRAPH, &lines, &n, error) ||
        !model_read_uint(gguf, KEY_SIZE, BIQA_MAX_SIZE, &model->input.size, error))
        return FALSE;
    model->graph = biqa_graph_parse(lines, n, error);
    if (!model->graph || !biqa_graph_infer(model->graph, model->input.size, error))
        return FALSE;
    if (model->graph->layers[0].channels != 3)
        return model_fail(error, BIQA_ERROR_GRAPH,
                          "layer 0 (input): %u channels, not the 3 of a picture",
                          model->graph->layers[0].channels);
    return check_cost(model->graph, error);
}

static gboolean read_crops(const BiqaGguf *gguf, BiqaInput *input, GError **error)
{
    g_autofree guint64 *reduce = NULL;
    float x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];
    gsize n;

    if (!biqa_gguf_get_uints(gguf, KEY_CROP_REDUCE, &reduce, &n, error))
        return FALSE;
    if (n < 1 || n > BIQA_MAX_CROPS)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not 1 to %d crops",
                          KEY_CROP_REDUCE, n, BIQA_MAX_CROPS);
    if (!model_read_floats(gguf, KEY_CROP_X, 0, 1, n, x, error) ||
        !model_read_floats(gguf, KEY_CROP_Y, 0, 1, n, y, error))
        return FALSE;
    input->n_crops = n;
    for (guint i = 0; i < n; i++) {
        if (reduce[i] < 1 || reduce[i] > MAX_REDUCE)
            return model_fail(error, BIQA_ERROR_VALUE,
                              "key '%s' holds %" G_GUINT64_FORMAT ", out of its range 1 to %d",
                              KEY_CROP_REDUCE, reduce[i], MAX_REDUCE);
        input->crops[i] = (BiqaCrop){.reduce = reduce[i], .x = x[i], .y = y[i]};
    }
    return TRUE;
}

/* A file without spots has none. */
static gboolean read_spots(const BiqaGguf *gguf, BiqaInput *input, GError **error)
{
    const guint most = BIQA_MAX_CROPS / input->n_crops;
    float x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];
    g_autofree double *wide = NULL;
    gsize n;

    if (!biqa_gguf_has(gguf, KEY_SPOT_X) && !biqa_gguf_has(gguf, KEY_SPOT_Y))
        return TRUE;
    if (!biqa_gguf_get_doubles(gguf, KEY_SPOT_X, &wide, &n, error))
        return FALSE;
    if (n < 2 || n > most)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not 2 to %u spots of %u crops",
                          KEY_SPOT_X, n, most, input->n_crops);
    if (!model_read_floats(gguf, KEY_SPOT_X, 0, 1, n, x, error) ||
        !model_read_floats(gguf, KEY_SPOT_Y, 0, 1, n, y, error))
        return FALSE;
    input->n_spots = n;
    for (guint i = 0; i < n; i++)
        input->spots[i] = (BiqaSpot){x[i], y[i]};
    return TRUE;
}

static gboolean read_input(const BiqaGguf *gguf, BiqaInput *input, GError **error)
{
    return read_crops(gguf, input, error) && read_spots(gguf, input, error) &&
           model_read_floats(gguf, KEY_MEAN, -G_MAXFLOAT, G_MAXFLOAT, 3, input->mean, error) &&
           model_read_floats(gguf, KEY_DEVIATION, G_MINFLOAT, G_MAXFLOAT, 3, input->deviation,
                             error);
}

static gboolean read_scale(const BiqaGguf *gguf, BiqaScale *scale, GError **error)
{
    double offset, factor;

    if (!model_read_constant(gguf, KEY_SCORE_DIRECTION, MODEL_DIRECTION, error) ||
        !model_read_double(gguf, KEY_SCORE_OFFSET, -G_MAXFLOAT, G_MAXFLOAT, &offset, error) ||
        !model_read_double(gguf, KEY_SCORE_SCALE, -G_MAXFLOAT, G_MAXFLOAT, &factor, error))
        return FALSE;
    *scale = (BiqaScale){.offset = offset, .scale = factor};
    return scale->scale != 0 ||
           model_fail(error, BIQA_ERROR_VALUE, "key '%s' is zero: every score would be the same",
                      KEY_SCORE_SCALE);
}

static gboolean read_ratio(const BiqaGguf *gguf, double *ratio, GError **error)
{
    if (!model_read_double(gguf, KEY_RATIO, 0, 1, ratio, error))
        return FALSE;
    return *ratio < 1 ||
           model_fail(error, BIQA_ERROR_VALUE, "key '%s' is 1: no weight would be left", KEY_RATIO);
}

static gboolean read_pruning(const BiqaGguf *gguf, BiqaPruneRule *rule, GError **error)
{
    const char *structure;

    if (!biqa_gguf_has(gguf, KEY_STRUCTURE))
        return read_ratio(gguf, &rule->ratio, error);
    if (!biqa_gguf_get_string(gguf, KEY_STRUCTURE, &structure, error))
        return FALSE;
    if (!biqa_prune_structure_find(structure, &rule->structure))
        return model_fail(error, BIQA_ERROR_SUPPORT,
                          "key '%s' is '%s', which this build does not know: update biqafilter",
                          KEY_STRUCTURE, structure);
    return read_ratio(gguf, &rule->ratio, error);
}

static gboolean read_verdict(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    return read_scale(gguf, &model->scale, error) &&
           model_read_double(gguf, KEY_THRESHOLD, 0, G_MAXFLOAT, &model->hard_threshold, error) &&
           read_pruning(gguf, &model->pruning, error) &&
           biqa_gguf_get_bool(gguf, KEY_NORM, &model->competitor_norm, error);
}

static gboolean read_correlation(const BiqaGguf *gguf, const char *key, double *value,
                                 GError **error)
{
    return !biqa_gguf_has(gguf, key) || model_read_double(gguf, key, -1, 1, value, error);
}

static gboolean read_record(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    return read_correlation(gguf, KEY_SRCC, &model->validation_srcc, error) &&
           read_correlation(gguf, KEY_PLCC, &model->validation_plcc, error) &&
           model_read_text(gguf, KEY_RECIPE, &model->recipe, error) &&
           (!biqa_gguf_has(gguf, KEY_SEED) ||
            biqa_gguf_get_uint(gguf, KEY_SEED, &model->seed, error));
}

/* --- Tensors --- */

static char *dims_format(const guint64 *dims, guint n_dims)
{
    GString *text = g_string_new("(");

    for (guint i = 0; i < n_dims; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i ? ", " : "", dims[i]);
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

/* The file's tensor for wanted, of the right shape. */
static const BiqaGgufTensor *find_tensor(const BiqaGguf *gguf, const ModelTensor *wanted,
                                         GError **error)
{
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, wanted->name);
    g_autofree char *want = NULL, *have = NULL;

    if (!tensor) {
        model_fail(error, BIQA_ERROR_FORMAT, "tensor '%s' is missing", wanted->name);
        return NULL;
    }
    if (tensor->n_dims == wanted->n_dims &&
        memcmp(tensor->dims, wanted->dims, wanted->n_dims * sizeof(*wanted->dims)) == 0)
        return tensor;
    want = dims_format(wanted->dims, wanted->n_dims);
    have = dims_format(tensor->dims, tensor->n_dims);
    model_fail(error, BIQA_ERROR_FORMAT, "tensor '%s' has the shape %s, not %s", wanted->name, have,
               want);
    return NULL;
}

/* All wanted tensors are there, and none beside them. Done before memory is made for the arenas:
 * then they are no larger than the file. */
static gboolean check_tensors(const BiqaGguf *gguf, const GArray *wanted, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < wanted->len; i++) {
        const ModelTensor *tensor = &g_array_index(wanted, ModelTensor, i);

        if (!find_tensor(gguf, tensor, error))
            return FALSE;
        g_hash_table_add(names, tensor->name);
    }
    for (guint i = 0; i < biqa_gguf_n_tensors(gguf); i++) {
        const char *name = biqa_gguf_tensor_at(gguf, i)->name;

        if (!g_hash_table_contains(names, name))
            return model_fail(error, BIQA_ERROR_FORMAT,
                              "tensor '%s' belongs to no layer of the graph", name);
    }
    return TRUE;
}

static gboolean is_variance(const BiqaModel *model, const ModelTensor *wanted)
{
    return wanted->layer != MODEL_NO_LAYER &&
           g_str_equal(biqa_layer_info(model->graph->layers[wanted->layer].kind)
                           ->params[wanted->param]
                           .name,
                       "variance");
}

static gboolean read_tensor(const BiqaGguf *gguf, const ModelTensor *wanted, BiqaModel *model,
                            GError **error)
{
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, wanted->name);

    for (gsize i = 0; is_variance(model, wanted) && i < tensor->count; i++)
        if (tensor->data[i] < 0)
            return model_fail(
                error, BIQA_ERROR_VALUE,
                "tensor '%s' holds a negative variance, %g, at index %" G_GSIZE_FORMAT,
                wanted->name, tensor->data[i], i);
    memcpy(biqa_model_tensor_values(model, wanted), tensor->data, tensor->count * sizeof(float));
    return TRUE;
}

static void allocate(BiqaModel *model)
{
    const guint features =
        model->tasks ? biqa_gating_length(&model->tasks->gating, model->graph) : 0;

    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        float **params = t ? model->tasks->items[t].params : model->params;

        for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++)
            params[branch] = g_new0(float, model->graph->n_params);
        if (model->tasks && model->tasks->items[t].n_centroids)
            model->tasks->items[t].centroids =
                g_new(float, (gsize)model->tasks->items[t].n_centroids *features);
    }
}

static gboolean read_params(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    g_autoptr(GArray) wanted = biqa_model_tensors(model);

    if (!check_tensors(gguf, wanted, error))
        return FALSE;
    allocate(model);
    for (guint i = 0; i < wanted->len; i++)
        if (!read_tensor(gguf, &g_array_index(wanted, ModelTensor, i), model, error))
            return FALSE;
    biqa_model_prune(model);
    model_complete_tasks(model);
    return TRUE;
}

/* --- The file --- */

BiqaModel *biqa_model_from_gguf(const BiqaGguf *gguf, const char *name, GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_new();

    if (read_identity(gguf, model, error) && read_graph(gguf, model, error) &&
        read_input(gguf, &model->input, error) && read_verdict(gguf, model, error) &&
        model_read_head(gguf, MODEL_PREFIX, &model->uncertainty, error) &&
        read_record(gguf, model, error) && model_read_tasks(gguf, model, error) &&
        read_params(gguf, model, error))
        return g_steal_pointer(&model);
    g_prefix_error(error, "%s: ", name);
    return NULL;
}

BiqaModel *biqa_model_load(const char *path, GError **error)
{
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(path, error);

    return gguf ? biqa_model_from_gguf(gguf, path, error) : NULL;
}

BiqaModel *biqa_model_parse(const void *data, gsize size, const char *name, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(data, size);
    g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(bytes, name, error);

    return gguf ? biqa_model_from_gguf(gguf, name, error) : NULL;
}
