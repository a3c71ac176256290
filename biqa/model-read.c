/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model file to a model in memory. Nothing in the file is trusted: GGUF's own rules are
 * checked by gguf.c, what the values mean is checked here. */
#include "model-file.h"

#include <stdarg.h>
#include <string.h>

/* Floats of all activations of a crop together: 1 GiB, far beyond what a frame can take. */
#define MAX_ACTIVATIONS (1u << 28)
#define MAX_REDUCE 16

static gboolean G_GNUC_PRINTF(3, 4)
    fail(GError **error, BiqaErrorCode code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error)
        *error = g_error_new_valist(BIQA_ERROR, code, format, args);
    va_end(args);
    return FALSE;
}

/* --- Values in their range --- */

static gboolean read_uint(const BiqaGguf *gguf, const char *key, guint max, guint *value,
                          GError **error)
{
    guint64 wide;

    if (!biqa_gguf_get_uint(gguf, key, &wide, error))
        return FALSE;
    if (wide < 1 || wide > max)
        return fail(error, BIQA_ERROR_VALUE,
                    "key '%s' is %" G_GUINT64_FORMAT ", out of its range 1 to %u", key, wide, max);
    *value = wide;
    return TRUE;
}

static gboolean read_double(const BiqaGguf *gguf, const char *key, double lo, double hi,
                            double *value, GError **error)
{
    if (!biqa_gguf_get_double(gguf, key, value, error))
        return FALSE;
    if (!(*value >= lo && *value <= hi))
        return fail(error, BIQA_ERROR_VALUE, "key '%s' is %g, out of its range %g to %g", key,
                    *value, lo, hi);
    return TRUE;
}

/* Exactly n floats, each in lo to hi. */
static gboolean read_floats(const BiqaGguf *gguf, const char *key, double lo, double hi, guint n,
                            float *values, GError **error)
{
    g_autofree double *wide = NULL;
    gsize found;

    if (!biqa_gguf_get_doubles(gguf, key, &wide, &found, error))
        return FALSE;
    if (found != n)
        return fail(error, BIQA_ERROR_FORMAT, "key '%s' has %" G_GSIZE_FORMAT " values, not %u",
                    key, found, n);
    for (guint i = 0; i < n; i++) {
        if (!(wide[i] >= lo && wide[i] <= hi))
            return fail(error, BIQA_ERROR_VALUE, "key '%s' holds %g, out of its range %g to %g",
                        key, wide[i], lo, hi);
        values[i] = wide[i];
    }
    return TRUE;
}

static gboolean read_constant(const BiqaGguf *gguf, const char *key, const char *wanted,
                              GError **error)
{
    const char *value;

    if (!biqa_gguf_get_string(gguf, key, &value, error))
        return FALSE;
    return g_str_equal(value, wanted) ||
           fail(error, BIQA_ERROR_SUPPORT, "key '%s' is '%s'; only '%s' is supported", key, value,
                wanted);
}

/* Left NULL where the file has no such key. */
static gboolean read_text(const BiqaGguf *gguf, const char *key, char **text, GError **error)
{
    const char *value;

    if (!biqa_gguf_has(gguf, key))
        return TRUE;
    if (!biqa_gguf_get_string(gguf, key, &value, error))
        return FALSE;
    *text = g_strdup(value);
    return TRUE;
}

/* --- The parts of a model --- */

static gboolean read_version(const BiqaGguf *gguf, GError **error)
{
    guint version;

    if (!read_uint(gguf, KEY_VERSION, G_MAXUINT, &version, error))
        return FALSE;
    return version <= MODEL_VERSION ||
           fail(error, BIQA_ERROR_SUPPORT,
                "version %u of the model format, newer than the %d this build knows: update "
                "biqafilter",
                version, MODEL_VERSION);
}

static gboolean read_identity(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    const char *const *datasets;
    gsize n;

    if (!read_constant(gguf, KEY_ARCHITECTURE, MODEL_ARCHITECTURE, error) ||
        !read_version(gguf, error) || !read_text(gguf, KEY_NAME, &model->name, error) ||
        !read_text(gguf, KEY_LICENSE, &model->license, error) ||
        !read_text(gguf, KEY_DESCRIPTION, &model->description, error))
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
            return fail(error, BIQA_ERROR_GRAPH,
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
        !read_uint(gguf, KEY_SIZE, BIQA_MAX_SIZE, &model->input.size, error))
        return FALSE;
    model->graph = biqa_graph_parse(lines, n, error);
    if (!model->graph || !biqa_graph_infer(model->graph, model->input.size, error))
        return FALSE;
    if (model->graph->layers[0].channels != 3)
        return fail(error, BIQA_ERROR_GRAPH, "layer 0 (input): %u channels, not the 3 of a picture",
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
        return fail(error, BIQA_ERROR_VALUE,
                    "key '%s' has %" G_GSIZE_FORMAT " values, not 1 to %d crops", KEY_CROP_REDUCE,
                    n, BIQA_MAX_CROPS);
    if (!read_floats(gguf, KEY_CROP_X, 0, 1, n, x, error) ||
        !read_floats(gguf, KEY_CROP_Y, 0, 1, n, y, error))
        return FALSE;
    input->n_crops = n;
    for (guint i = 0; i < n; i++) {
        if (reduce[i] < 1 || reduce[i] > MAX_REDUCE)
            return fail(error, BIQA_ERROR_VALUE,
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
        return fail(error, BIQA_ERROR_VALUE,
                    "key '%s' has %" G_GSIZE_FORMAT " values, not 2 to %u spots of %u crops",
                    KEY_SPOT_X, n, most, input->n_crops);
    if (!read_floats(gguf, KEY_SPOT_X, 0, 1, n, x, error) ||
        !read_floats(gguf, KEY_SPOT_Y, 0, 1, n, y, error))
        return FALSE;
    input->n_spots = n;
    for (guint i = 0; i < n; i++)
        input->spots[i] = (BiqaSpot){x[i], y[i]};
    return TRUE;
}

static gboolean read_input(const BiqaGguf *gguf, BiqaInput *input, GError **error)
{
    return read_crops(gguf, input, error) && read_spots(gguf, input, error) &&
           read_floats(gguf, KEY_MEAN, -G_MAXFLOAT, G_MAXFLOAT, 3, input->mean, error) &&
           read_floats(gguf, KEY_DEVIATION, G_MINFLOAT, G_MAXFLOAT, 3, input->deviation, error);
}

static gboolean read_scale(const BiqaGguf *gguf, BiqaScale *scale, GError **error)
{
    double offset, factor;

    if (!read_constant(gguf, KEY_SCORE_DIRECTION, MODEL_DIRECTION, error) ||
        !read_double(gguf, KEY_SCORE_OFFSET, -G_MAXFLOAT, G_MAXFLOAT, &offset, error) ||
        !read_double(gguf, KEY_SCORE_SCALE, -G_MAXFLOAT, G_MAXFLOAT, &factor, error))
        return FALSE;
    *scale = (BiqaScale){.offset = offset, .scale = factor};
    return scale->scale != 0 ||
           fail(error, BIQA_ERROR_VALUE, "key '%s' is zero: every score would be the same",
                KEY_SCORE_SCALE);
}

static gboolean read_ratio(const BiqaGguf *gguf, double *ratio, GError **error)
{
    if (!read_double(gguf, KEY_RATIO, 0, 1, ratio, error))
        return FALSE;
    return *ratio < 1 ||
           fail(error, BIQA_ERROR_VALUE, "key '%s' is 1: no weight would be left", KEY_RATIO);
}

static gboolean read_pruning(const BiqaGguf *gguf, BiqaPruneRule *rule, GError **error)
{
    const char *structure;

    if (!biqa_gguf_has(gguf, KEY_STRUCTURE))
        return read_ratio(gguf, &rule->ratio, error);
    if (!biqa_gguf_get_string(gguf, KEY_STRUCTURE, &structure, error))
        return FALSE;
    if (!biqa_prune_structure_find(structure, &rule->structure))
        return fail(error, BIQA_ERROR_SUPPORT,
                    "key '%s' is '%s', which this build does not know: update biqafilter",
                    KEY_STRUCTURE, structure);
    return read_ratio(gguf, &rule->ratio, error);
}

static gboolean read_verdict(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    return read_scale(gguf, &model->scale, error) &&
           read_double(gguf, KEY_THRESHOLD, 0, G_MAXFLOAT, &model->hard_threshold, error) &&
           read_pruning(gguf, &model->pruning, error) &&
           biqa_gguf_get_bool(gguf, KEY_NORM, &model->competitor_norm, error);
}

/* --- The uncertainty head --- */

static gboolean read_figures(const BiqaGguf *gguf, BiqaUncertainty *head, GError **error)
{
    const char *const *names;
    gsize n;

    if (!biqa_gguf_get_strings(gguf, KEY_FIGURES, &names, &n, error))
        return FALSE;
    if (n < 1 || n > BIQA_N_FIGURES)
        return fail(error, BIQA_ERROR_VALUE,
                    "key '%s' has %" G_GSIZE_FORMAT " values, not 1 to %d figures", KEY_FIGURES, n,
                    BIQA_N_FIGURES);
    head->n_terms = n;
    for (guint i = 0; i < n; i++) {
        if (!biqa_figure_find(names[i], &head->terms[i].figure))
            return fail(error, BIQA_ERROR_SUPPORT,
                        "key '%s' holds '%s', a figure this build does not know: update biqafilter",
                        KEY_FIGURES, names[i]);
    }
    return TRUE;
}

static gboolean read_terms(const BiqaGguf *gguf, BiqaUncertainty *head, GError **error)
{
    float mean[BIQA_N_FIGURES], deviation[BIQA_N_FIGURES], weight[BIQA_N_FIGURES];
    double bias;

    if (!read_figures(gguf, head, error) ||
        !read_floats(gguf, KEY_FIGURE_MEAN, -G_MAXFLOAT, G_MAXFLOAT, head->n_terms, mean, error) ||
        !read_floats(gguf, KEY_FIGURE_DEVIATION, G_MINFLOAT, G_MAXFLOAT, head->n_terms, deviation,
                     error) ||
        !read_floats(gguf, KEY_FIGURE_WEIGHT, -G_MAXFLOAT, G_MAXFLOAT, head->n_terms, weight,
                     error) ||
        !read_double(gguf, KEY_HEAD_BIAS, -G_MAXFLOAT, G_MAXFLOAT, &bias, error))
        return FALSE;
    head->bias = bias;
    for (guint i = 0; i < head->n_terms; i++)
        head->terms[i] = (BiqaTerm){.figure = head->terms[i].figure,
                                    .mean = mean[i],
                                    .deviation = deviation[i],
                                    .weight = weight[i]};
    return TRUE;
}

static gboolean read_interval(const BiqaGguf *gguf, BiqaUncertainty *head, GError **error)
{
    if (!biqa_gguf_has(gguf, KEY_QUANTILE))
        return TRUE;
    return read_double(gguf, KEY_QUANTILE, 0, G_MAXFLOAT, &head->quantile, error) &&
           read_double(gguf, KEY_COVERAGE, 0, 1, &head->coverage, error) &&
           read_uint(gguf, KEY_CALIBRATED, G_MAXUINT, &head->n_images, error);
}

/* A file without the head's version has no head. */
static gboolean read_head(const BiqaGguf *gguf, BiqaUncertainty *head, GError **error)
{
    guint version;

    if (!biqa_gguf_has(gguf, KEY_HEAD))
        return TRUE;
    if (!read_uint(gguf, KEY_HEAD, G_MAXUINT, &version, error))
        return FALSE;
    if (version > MODEL_HEAD_VERSION)
        return fail(error, BIQA_ERROR_SUPPORT,
                    "key '%s' is %u, newer than the %d this build knows: update biqafilter",
                    KEY_HEAD, version, MODEL_HEAD_VERSION);
    return read_terms(gguf, head, error) &&
           read_double(gguf, KEY_HEAD_THRESHOLD, 0, G_MAXFLOAT, &head->hard_threshold, error) &&
           read_interval(gguf, head, error);
}

static gboolean read_correlation(const BiqaGguf *gguf, const char *key, double *value,
                                 GError **error)
{
    return !biqa_gguf_has(gguf, key) || read_double(gguf, key, -1, 1, value, error);
}

static gboolean read_record(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    return read_correlation(gguf, KEY_SRCC, &model->validation_srcc, error) &&
           read_correlation(gguf, KEY_PLCC, &model->validation_plcc, error) &&
           read_text(gguf, KEY_RECIPE, &model->recipe, error) &&
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
        fail(error, BIQA_ERROR_FORMAT, "tensor '%s' is missing", wanted->name);
        return NULL;
    }
    if (tensor->n_dims == wanted->n_dims &&
        memcmp(tensor->dims, wanted->dims, wanted->n_dims * sizeof(*wanted->dims)) == 0)
        return tensor;
    want = dims_format(wanted->dims, wanted->n_dims);
    have = dims_format(tensor->dims, tensor->n_dims);
    fail(error, BIQA_ERROR_FORMAT, "tensor '%s' has the shape %s, not %s", wanted->name, have,
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
            return fail(error, BIQA_ERROR_FORMAT, "tensor '%s' belongs to no layer of the graph",
                        name);
    }
    return TRUE;
}

static gboolean read_tensor(const BiqaGguf *gguf, const ModelTensor *wanted, BiqaModel *model,
                            GError **error)
{
    const BiqaLayer *layer = &model->graph->layers[wanted->layer];
    const BiqaParamInfo *info = &biqa_layer_info(layer->kind)->params[wanted->param];
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, wanted->name);

    for (gsize i = 0; g_str_equal(info->name, "variance") && i < tensor->count; i++)
        if (tensor->data[i] < 0)
            return fail(error, BIQA_ERROR_VALUE,
                        "tensor '%s' holds a negative variance, %g, at index %" G_GSIZE_FORMAT,
                        wanted->name, tensor->data[i], i);
    memcpy(model->params[wanted->branch] + layer->offset[wanted->param], tensor->data,
           tensor->count * sizeof(float));
    return TRUE;
}

static gboolean read_params(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    g_autoptr(GArray) wanted = biqa_model_tensors(model->graph, model->competitor_norm);

    if (!check_tensors(gguf, wanted, error))
        return FALSE;
    for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++)
        model->params[branch] = g_new0(float, model->graph->n_params);
    for (guint i = 0; i < wanted->len; i++)
        if (!read_tensor(gguf, &g_array_index(wanted, ModelTensor, i), model, error))
            return FALSE;
    biqa_model_prune(model);
    return TRUE;
}

/* --- The file --- */

BiqaModel *biqa_model_from_gguf(const BiqaGguf *gguf, const char *name, GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_new();

    if (read_identity(gguf, model, error) && read_graph(gguf, model, error) &&
        read_input(gguf, &model->input, error) && read_verdict(gguf, model, error) &&
        read_head(gguf, &model->uncertainty, error) && read_record(gguf, model, error) &&
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
