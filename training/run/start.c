/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks to start from. */
#include "start.h"

#include "batch.h"
#include "error.h"
#include "gguf.h"
#include "model.h"
#include "net.h"
#include "seed.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NORM_EPSILON 1e-3f
#define START_PICTURES 64 /* to measure normalisation on */

/* A line "conv" of backbone.layers: id conv in cout cin/groups kh kw stride groups pad act offset.
 */
typedef struct {
    guint id, in, channels, kernel_h, kernel_w, stride, groups;
    char pad[16], act[32];
} BackboneConv;

/* From ids of the backbone to layers of the graph: those with the convolution's output, clamped. */
typedef struct {
    const char *path;
    BiqaGraph *graph;
    GHashTable *layers;  /* id -> layer, plus 1 */
    GHashTable *weights; /* CONV layer -> id */
} Backbone;

static gboolean fail(const char *path, const char *line, GError **error)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "backbone \"%s\": cannot use layer \"%s\"",
                path, line);
    return FALSE;
}

static gboolean find(const Backbone *backbone, guint id, guint *layer)
{
    const guint entry =
        GPOINTER_TO_UINT(g_hash_table_lookup(backbone->layers, GUINT_TO_POINTER(id)));
    *layer = entry - 1;
    return entry != 0;
}

static guint append(BiqaGraph *graph, BiqaLayer layer, guint input)
{
    layer.n_inputs = 1;
    layer.inputs[0] = input;
    return biqa_graph_add(graph, &layer);
}

/* The layer an activation's name asks for; FALSE: unknown. INPUT stands for none. */
static gboolean parse_activation(const char *name, BiqaLayer *layer)
{
    if (g_str_equal(name, "none"))
        *layer = biqa_layer(BIQA_LAYER_INPUT);
    else if (g_str_equal(name, "relu"))
        *layer = biqa_layer(BIQA_LAYER_RELU);
    else if (g_str_equal(name, "relu6"))
        *layer = biqa_layer(BIQA_LAYER_RELU6);
    else {
        *layer = biqa_layer(BIQA_LAYER_CLIP);
        return sscanf(name, "clip:%f,%f", &layer->lo, &layer->hi) == 2;
    }
    return TRUE;
}

static void name_layer(Backbone *backbone, guint id, guint layer)
{
    g_hash_table_insert(backbone->layers, GUINT_TO_POINTER(id), GUINT_TO_POINTER(layer + 1));
}

static gboolean add_conv(Backbone *backbone, const BackboneConv *conv)
{
    BiqaLayer layer = biqa_layer(BIQA_LAYER_CONV), norm = biqa_layer(BIQA_LAYER_NORM), activation;
    guint at;
    if (!find(backbone, conv->in, &at) || !parse_activation(conv->act, &activation))
        return FALSE;
    layer.channels = conv->channels;
    layer.kernel_h = conv->kernel_h;
    layer.kernel_w = conv->kernel_w;
    layer.stride = conv->stride;
    layer.groups = conv->groups;
    layer.same = g_str_equal(conv->pad, "same");
    if (!layer.same && sscanf(conv->pad, "%u", &layer.pad) != 1)
        return FALSE;
    norm.epsilon = NORM_EPSILON;
    at = append(backbone->graph, layer, at);
    g_hash_table_insert(backbone->weights, GUINT_TO_POINTER(at), GUINT_TO_POINTER(conv->id));
    at = append(backbone->graph, norm, at);
    if (activation.kind != BIQA_LAYER_INPUT)
        at = append(backbone->graph, activation, at);
    name_layer(backbone, conv->id, at);
    return TRUE;
}

static gboolean add_sum(Backbone *backbone, guint id, guint a, guint b, const char *act)
{
    BiqaLayer layer = biqa_layer(BIQA_LAYER_ADD), activation;
    layer.n_inputs = 2;
    if (!find(backbone, a, &layer.inputs[0]) || !find(backbone, b, &layer.inputs[1]) ||
        !parse_activation(act, &activation))
        return FALSE;
    guint at = biqa_graph_add(backbone->graph, &layer);
    if (activation.kind != BIQA_LAYER_INPUT)
        at = append(backbone->graph, activation, at);
    name_layer(backbone, id, at);
    return TRUE;
}

/* A line of backbone.layers; its own pooling ("gap") and what follows is left out. */
static gboolean add_line(Backbone *backbone, const char *line, GError **error)
{
    BackboneConv conv;
    guint id, a, b;
    char act[32];
    if (strstr(line, " gap ") || strstr(line, " linear "))
        return TRUE;
    if (sscanf(line, "%u conv %u %u %*u %u %u %u %u %15s %31s", &conv.id, &conv.in, &conv.channels,
               &conv.kernel_h, &conv.kernel_w, &conv.stride, &conv.groups, conv.pad, conv.act) == 9)
        return add_conv(backbone, &conv) || fail(backbone->path, line, error);
    if (sscanf(line, "%u add %u %u %31s", &id, &a, &b, act) == 4)
        return add_sum(backbone, id, a, b, act) || fail(backbone->path, line, error);
    return fail(backbone->path, line, error);
}

static gboolean add_head(Backbone *backbone, const TrainRecipe *recipe, GError **error)
{
    BiqaLayer pool = biqa_layer(BIQA_LAYER_POOL), linear = biqa_layer(BIQA_LAYER_LINEAR);
    pool.deviation = recipe->deviation;
    for (char **id = recipe->pooled; *id; id++) {
        guint64 number = 0;
        if (pool.n_inputs == BIQA_MAX_INPUTS ||
            !g_ascii_string_to_unsigned(*id, 10, 1, G_MAXUINT, &number, NULL) ||
            !find(backbone, (guint)number, &pool.inputs[pool.n_inputs++])) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "[network] pooled: \"%s\" is no layer of the backbone, or more than %d are "
                        "named",
                        *id, BIQA_MAX_INPUTS);
            return FALSE;
        }
    }
    guint at = biqa_graph_add(backbone->graph, &pool);
    if (recipe->hidden) {
        linear.channels = recipe->hidden;
        at = append(backbone->graph, biqa_layer(BIQA_LAYER_RELU),
                    append(backbone->graph, linear, at));
    }
    linear.channels = recipe->outputs;
    append(backbone->graph, linear, at);
    return TRUE;
}

static void backbone_clear(Backbone *backbone)
{
    biqa_graph_free(backbone->graph);
    g_hash_table_unref(backbone->layers);
    g_hash_table_unref(backbone->weights);
}

static gboolean read_backbone(const TrainRecipe *recipe, const BiqaGguf *gguf, Backbone *backbone,
                              GError **error)
{
    const char *const *lines;
    gsize n;
    BiqaLayer input = biqa_layer(BIQA_LAYER_INPUT);
    *backbone = (Backbone){
        .path = recipe->backbone,
        .graph = biqa_graph_new(),
        .layers = g_hash_table_new(NULL, NULL),
        .weights = g_hash_table_new(NULL, NULL),
    };
    input.channels = 3;
    name_layer(backbone, 0, biqa_graph_add(backbone->graph, &input));
    if (!biqa_gguf_get_strings(gguf, "backbone.layers", &lines, &n, error))
        return FALSE;
    for (gsize i = 0; i < n; i++) {
        if (!add_line(backbone, lines[i], error))
            return FALSE;
    }
    return add_head(backbone, recipe, error) &&
           biqa_graph_infer(backbone->graph, recipe->input.size, error);
}

/* The graph of the recipe's lines. */
static BiqaGraph *graph_from_lines(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(BiqaGraph) graph =
        biqa_graph_parse((const char *const *)recipe->graph, g_strv_length(recipe->graph), error);
    if (!graph || !biqa_graph_infer(graph, recipe->input.size, error))
        return NULL;
    if (graph->layers[0].channels != 3) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                    "[network] graph: the input must have 3 channels, not %u",
                    graph->layers[0].channels);
        return NULL;
    }
    return g_steal_pointer(&graph);
}

static BiqaGraph *graph_from_backbone(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(recipe->backbone, error);
    if (!gguf)
        return NULL;
    Backbone backbone;
    BiqaGraph *graph = NULL;
    if (read_backbone(recipe, gguf, &backbone, error))
        graph = g_steal_pointer(&backbone.graph);
    backbone_clear(&backbone);
    return graph;
}

/* A model to go on from, which must have been made for the input that the recipe describes. */
static BiqaModel *load_model(const TrainRecipe *recipe, const char *path, GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_load(path, error);
    if (!model)
        return NULL;
    for (guint i = 0; i < 3; i++) {
        if (model->input.mean[i] == recipe->input.mean[i] &&
            model->input.deviation[i] == recipe->input.deviation[i])
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "[input] mean, deviation: \"%s\" was trained with others (biqa-train info "
                    "--recipe shows them)",
                    path);
        return NULL;
    }
    return g_steal_pointer(&model);
}

static BiqaGraph *graph_from_model(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(BiqaModel) model = load_model(recipe, recipe->model, error);
    g_autoptr(BiqaGraph) graph = model ? biqa_graph_copy(model->graph) : NULL;
    return graph && biqa_graph_infer(graph, recipe->input.size, error) ? g_steal_pointer(&graph)
                                                                       : NULL;
}

static gboolean values_from_model(const TrainRecipe *recipe, TrainWeights *weights, GError **error)
{
    g_autoptr(BiqaModel) model = load_model(recipe, recipe->model, error);
    if (!model)
        return FALSE;
    g_return_val_if_fail(model->graph->n_params == weights->graph->n_params, FALSE);
    memcpy(weights->values[BIQA_FULL], model->params[BIQA_FULL],
           model->graph->n_params * sizeof(float));
    return TRUE;
}

/* A learned standard deviation is the network's second output. */
static gboolean check_outputs(const TrainRecipe *recipe, const BiqaGraph *graph, GError **error)
{
    for (guint s = 0; s < recipe->n_stages; s++) {
        if (!train_stage_learns_variance(&recipe->stages[s]) ||
            biqa_graph_output(graph)->shape.c >= 2)
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                    "[stage %s] variance: learned needs a network of two outputs: [network] "
                    "outputs=2 with a backbone, else a last layer \"linear ... channels=2\"",
                    recipe->stages[s].name);
        return FALSE;
    }
    return TRUE;
}

BiqaGraph *train_start_graph(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(BiqaGraph) graph = recipe->model      ? graph_from_model(recipe, error)
                                 : recipe->backbone ? graph_from_backbone(recipe, error)
                                                    : graph_from_lines(recipe, error);
    return graph && check_outputs(recipe, graph, error) ? g_steal_pointer(&graph) : NULL;
}

/* Tensor kind ("weight", "bias") of backbone layer id into n floats. */
static gboolean copy_tensor(const BiqaGguf *gguf, guint id, const char *kind, float *values,
                            gsize n, GError **error)
{
    g_autofree char *name = g_strdup_printf("conv.%u.%s", id, kind);
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, name);
    if (!tensor || tensor->count != n) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "the backbone's tensor \"%s\" is missing or misshapen", name);
        return FALSE;
    }
    memcpy(values, tensor->data, n * sizeof *values);
    return TRUE;
}

/* The NORM after CONV i becomes the backbone's bias and nothing else: mean 0, variance 1 - epsilon.
 */
static gboolean load_conv(const BiqaGguf *gguf, guint id, TrainWeights *weights, guint i,
                          GError **error)
{
    float *values = weights->values[BIQA_FULL];
    const BiqaLayer *conv = &weights->graph->layers[i], *norm = conv + 1;
    for (guint c = 0; c < conv->channels; c++)
        values[norm->offset[3] + c] = 1.f - norm->epsilon;
    return copy_tensor(gguf, id, "weight", values + conv->offset[0], conv->count[0], error) &&
           copy_tensor(gguf, id, "bias", values + norm->offset[1], norm->count[1], error);
}

gboolean train_start_values(const TrainRecipe *recipe, TrainWeights *weights, GError **error)
{
    train_weights_init(weights, train_seed(recipe->seed, 0, 0));
    if (recipe->model)
        return values_from_model(recipe, weights, error);
    if (!recipe->backbone)
        return TRUE;
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(recipe->backbone, error);
    if (!gguf)
        return FALSE;
    Backbone backbone;
    gboolean ok = read_backbone(recipe, gguf, &backbone, error);
    for (guint i = 0; ok && i < weights->graph->n_layers; i++) {
        const gpointer id = g_hash_table_lookup(backbone.weights, GUINT_TO_POINTER(i));
        if (weights->graph->layers[i].kind == BIQA_LAYER_CONV)
            ok = load_conv(gguf, GPOINTER_TO_UINT(id), weights, i, error);
    }
    backbone_clear(&backbone);
    return ok;
}

static gboolean is_like(const BiqaGraph *a, const BiqaGraph *b)
{
    g_auto(GStrv) one = biqa_graph_format(a), other = biqa_graph_format(b);
    return g_strv_equal((const char *const *)one, (const char *const *)other);
}

TrainTeachers *train_start_teachers(const TrainRecipe *recipe, const BiqaGraph *graph,
                                    GError **error)
{
    g_autoptr(TrainTeachers) teachers = train_teachers_new(graph);
    for (char **path = recipe->teachers; path && *path; path++) {
        g_autoptr(BiqaModel) model = load_model(recipe, *path, error);
        if (!model)
            return NULL;
        if (!is_like(model->graph, graph)) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                        "[network] teachers: \"%s\" is another network than the one to be "
                        "trained; teachers have the same layers",
                        *path);
            return NULL;
        }
        train_teachers_add(teachers, model->params[BIQA_FULL]);
    }
    return g_steal_pointer(&teachers);
}

/* Mean and variance of channel c of layer over n samples. */
static void measure_channel(const TrainNet *net, guint layer, guint c, guint n, double *mean,
                            double *variance)
{
    const BiqaShape shape = train_net_graph(net)->layers[layer].shape;
    const gsize plane = (gsize)shape.h * shape.w;
    double sum = 0, squares = 0;
    for (guint s = 0; s < n; s++) {
        const float *x = train_net_output(net, s, layer) + c * plane;
        for (gsize i = 0; i < plane; i++) {
            sum += x[i];
            squares += (double)x[i] * x[i];
        }
    }
    *mean = sum / (n * plane);
    *variance = MAX(squares / (n * plane) - *mean * *mean, 0);
}

/* Gives a channel's normalisation other statistics, without a change to what it computes. */
static void set_statistics(const BiqaLayer *norm, guint c, double mean, double variance,
                           float *values)
{
    float *scale = values + norm->offset[0] + c, *shift = values + norm->offset[1] + c,
          *old_mean = values + norm->offset[2] + c, *old_variance = values + norm->offset[3] + c;
    const double slope = *scale / sqrt((double)*old_variance + norm->epsilon);

    *shift = (float)(*shift + slope * (mean - *old_mean));
    *scale = (float)(slope * sqrt(variance + norm->epsilon));
    *old_mean = (float)mean;
    *old_variance = (float)variance;
}

void train_start_measure(const TrainRecipe *recipe, const TrainDataset *dataset,
                         TrainWeights *weights, TrainWorkers *workers)
{
    const guint64 seed = train_seed(recipe->seed, 5, 0);
    float *values = weights->values[BIQA_FULL];
    TrainBatch *batch = train_batch_new(weights->graph, recipe->input.size,
                                        START_PICTURES - START_PICTURES % 6, FALSE, workers);
    const TrainNet *net = batch->nets[BIQA_FULL];

    if (dataset->ratings)
        train_batch_fill_rated(batch, dataset, &recipe->input, 0, seed, workers);
    else
        train_batch_fill_ranked(batch, dataset, &recipe->input, seed, workers);
    train_net_forward(batch->nets[BIQA_FULL], batch->n, values, TRAIN_NORM_FROZEN,
                      batch->scores[BIQA_FULL]);
    for (guint i = 0; i < weights->graph->n_layers; i++) {
        const BiqaLayer *norm = &weights->graph->layers[i];
        for (guint c = 0; norm->kind == BIQA_LAYER_NORM && c < norm->shape.c; c++) {
            double mean, variance;
            measure_channel(net, norm->inputs[0], c, batch->n, &mean, &variance);
            set_statistics(norm, c, mean, variance, values);
        }
    }
    train_batch_free(batch);
}
