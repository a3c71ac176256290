/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A graph on batches. Layers run sample by sample, so that a sample stays in the cache from layer
 * to layer; only statistics of the batch make all samples meet at a NORM. */
#include "net.h"

#include "ops.h"
#include "plan.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRADIENT_CHUNK 16384 /* floats that one task adds up over slices */

/* A NORM layer's figures in the last forward pass; arrays of C. */
typedef struct {
    double *batch_mean, *batch_variance; /* TRAIN_NORM_BATCH only */
    float *mean, *inverse;               /* what it normalised by */
} Statistic;

struct TrainNet {
    BiqaGraph *graph; /* as given; the plan's has clamps folded */
    TrainPlan *plan;
    TrainWorkers *workers;
    guint capacity;

    float *outputs;        /* (capacity, plan->n_outputs) */
    float *slopes;         /* (capacity, plan->n_slopes); with frozen norms one row a slice */
    float *gradients;      /* (TRAIN_SLICES, n_params) */
    float *scratch;        /* (TRAIN_SLICES, scratch_size) */
    double *sums;          /* (capacity, 2, most channels of a NORM) */
    double *means;         /* (2, most channels of a NORM) */
    Statistic *statistics; /* one a layer, empty but for NORM */
    gsize scratch_size;
    guint most_channels;

    guint n; /* samples of the last forward pass */
    TrainNorm norm;
};

/* The layers between two meetings of all samples, in one direction. */
typedef struct {
    TrainNet *net;
    const float *params;
    float *scores;                 /* forward */
    const float *const *d_outputs; /* backward: [2], NULL where there is none */
    const gboolean *wanted;        /* backward: one a layer */
    guint first, end;              /* layers */
} Pass;

static float *arena_new(gsize n)
{
    const gsize line = 64;
    float *arena = aligned_alloc(line, (n * sizeof(float) / line + 1) * line);
    if (!arena)
        g_error("no memory for %" G_GSIZE_FORMAT " MiB of activations", n * sizeof(float) >> 20);
    return arena;
}

static void statistics_new(TrainNet *net)
{
    net->statistics = g_new0(Statistic, net->graph->n_layers);
    for (guint i = 0; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        if (layer->kind != BIQA_LAYER_NORM)
            continue;
        net->most_channels = MAX(net->most_channels, layer->shape.c);
        net->statistics[i] = (Statistic){.batch_mean = g_new0(double, layer->shape.c),
                                         .batch_variance = g_new0(double, layer->shape.c),
                                         .mean = g_new0(float, layer->shape.c),
                                         .inverse = g_new0(float, layer->shape.c)};
    }
    net->sums = g_new(double, (gsize)net->capacity * 2 * net->most_channels);
    net->means = g_new(double, (gsize)2 * net->most_channels);
}

TrainNet *train_net_new(const BiqaGraph *graph, guint capacity, TrainWorkers *workers)
{
    TrainNet *net = g_new0(TrainNet, 1);

    net->graph = biqa_graph_copy(graph);
    net->plan = train_plan_new(graph);
    net->workers = workers;
    net->capacity = capacity;
    net->scratch_size = train_step_scratch(graph);
    net->outputs = arena_new(capacity * net->plan->n_outputs);
    net->slopes = arena_new(MAX(capacity, TRAIN_SLICES) * net->plan->n_slopes);
    net->gradients = arena_new(TRAIN_SLICES * graph->n_params);
    net->scratch = arena_new(TRAIN_SLICES * net->scratch_size);
    statistics_new(net);
    return net;
}

void train_net_free(TrainNet *net)
{
    if (!net)
        return;
    for (guint i = 0; i < net->graph->n_layers; i++) {
        g_free(net->statistics[i].batch_mean);
        g_free(net->statistics[i].batch_variance);
        g_free(net->statistics[i].mean);
        g_free(net->statistics[i].inverse);
    }
    g_free(net->statistics);
    g_free(net->sums);
    g_free(net->means);
    free(net->outputs);
    free(net->slopes);
    free(net->gradients);
    free(net->scratch);
    train_plan_free(net->plan);
    biqa_graph_free(net->graph);
    g_free(net);
}

const BiqaGraph *train_net_graph(const TrainNet *net)
{
    return net->graph;
}

static float *output(const TrainNet *net, guint sample, guint layer)
{
    return net->outputs + sample * net->plan->n_outputs + net->plan->places[layer].output;
}

float *train_net_input(TrainNet *net, guint sample)
{
    g_return_val_if_fail(sample < net->capacity, NULL);
    return output(net, sample, 0);
}

const float *train_net_output(const TrainNet *net, guint sample, guint layer)
{
    g_return_val_if_fail(sample < net->n && layer < net->graph->n_layers, NULL);
    return output(net, sample, layer);
}

/* Samples of a slice: first of slice, and of the slice after it. */
static guint slice_start(const TrainNet *net, guint slice)
{
    return (guint)((guint64)slice * net->n / TRAIN_SLICES);
}

static gboolean meets(const TrainNet *net, guint layer)
{
    return net->norm == TRAIN_NORM_BATCH && net->graph->layers[layer].kind == BIQA_LAYER_NORM;
}

static BiqaNormParams norm_params(const TrainNet *net, const float *params, guint i)
{
    const BiqaLayer *layer = &net->plan->graph->layers[i];
    return (BiqaNormParams){.scale = params + layer->offset[0],
                            .shift = params + layer->offset[1],
                            .mean = net->statistics[i].mean,
                            .inverse = net->statistics[i].inverse,
                            .lo = layer->lo,
                            .hi = layer->hi};
}

static void forward_layer(const Pass *pass, guint slice, guint sample, guint i)
{
    TrainNet *net = pass->net;
    const BiqaLayer *layer = &net->plan->graph->layers[i];
    const float *inputs[BIQA_MAX_INPUTS];

    if (net->plan->places[i].folded)
        return;
    for (guint k = 0; k < layer->n_inputs; k++)
        inputs[k] = output(net, sample, layer->inputs[k]);
    if (layer->kind == BIQA_LAYER_NORM) {
        const BiqaNormParams norm = norm_params(net, pass->params, i);
        biqa_blas_norm(&norm, layer->shape, inputs[0], output(net, sample, i));
    } else {
        biqa_blas_layer(net->plan->graph, i, pass->params, inputs, output(net, sample, i),
                        net->scratch + slice * net->scratch_size);
    }
}

static double *sums(const TrainNet *net, guint sample)
{
    return net->sums + (gsize)sample * 2 * net->most_channels;
}

static void forward_slice(guint slice, gpointer data)
{
    const Pass *pass = data;
    TrainNet *net = pass->net;
    const guint last = net->graph->n_layers - 1;

    for (guint s = slice_start(net, slice); s < slice_start(net, slice + 1); s++) {
        for (guint i = pass->first; i < pass->end; i++)
            forward_layer(pass, slice, s, i);
        if (pass->end <= last) {
            const BiqaLayer *layer = &net->graph->layers[pass->end];
            train_norm_measure(layer->shape, output(net, s, layer->inputs[0]), sums(net, s));
        } else {
            pass->scores[s] = output(net, s, last)[0];
        }
    }
}

/* The samples' sums as means over samples and pixels, in the order of the samples. */
static void means_over_batch(TrainNet *net, guint layer)
{
    const BiqaShape shape = net->graph->layers[layer].shape;
    const double n = (double)net->n * shape.h * shape.w;
    memset(net->means, 0, sizeof(double) * 2 * shape.c);
    for (guint s = 0; s < net->n; s++) {
        for (guint c = 0; c < 2 * shape.c; c++)
            net->means[c] += sums(net, s)[c];
    }
    for (guint c = 0; c < 2 * shape.c; c++)
        net->means[c] /= n;
}

static void take_batch_statistics(TrainNet *net, guint i)
{
    const BiqaLayer *layer = &net->graph->layers[i];
    const Statistic *own = &net->statistics[i];

    means_over_batch(net, i);
    for (guint c = 0; c < layer->shape.c; c++) {
        const double mean = net->means[c];
        const double variance = MAX(net->means[layer->shape.c + c] - mean * mean, 0.);
        own->batch_mean[c] = mean;
        own->batch_variance[c] = variance;
        own->mean[c] = (float)mean;
        own->inverse[c] = (float)(1. / sqrt(variance + layer->epsilon));
    }
}

static void take_frozen_statistics(TrainNet *net, const float *params)
{
    for (guint i = 0; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const Statistic *own = &net->statistics[i];
        if (layer->kind != BIQA_LAYER_NORM)
            continue;
        memcpy(own->mean, params + layer->offset[2], sizeof(float) * layer->shape.c);
        biqa_blas_inverse(params + layer->offset[3], layer->shape.c, layer->epsilon, own->inverse);
    }
}

void train_net_forward(TrainNet *net, guint n, const float *params, TrainNorm norm, float *scores)
{
    const guint n_layers = net->graph->n_layers;
    Pass pass = {.net = net, .params = params, .scores = scores, .first = 1};

    g_return_if_fail(n > 0 && n <= net->capacity);
    net->n = n;
    net->norm = norm;
    if (norm == TRAIN_NORM_FROZEN)
        take_frozen_statistics(net, params);
    for (; pass.first < n_layers; pass.first = pass.end) {
        for (pass.end = pass.first + 1; pass.end < n_layers && !meets(net, pass.end);)
            pass.end++;
        train_workers_run(net->workers, TRAIN_SLICES, forward_slice, &pass);
        if (pass.end < n_layers)
            take_batch_statistics(net, pass.end);
    }
}

/* Layers that take part in a pass back to first_layer. */
static gboolean *wanted_new(const TrainNet *net, guint first_layer)
{
    gboolean *wanted = g_new0(gboolean, net->graph->n_layers);
    for (guint i = first_layer; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        gboolean useful = info->n_params > 0;
        for (guint k = 0; k < layer->n_inputs; k++)
            useful |= wanted[layer->inputs[k]];
        wanted[i] = useful && net->plan->places[i].reached;
    }
    return wanted;
}

static float *slope(const TrainNet *net, guint slice, guint sample, guint layer)
{
    const guint row = net->norm == TRAIN_NORM_BATCH ? sample : slice;
    return net->slopes + row * net->plan->n_slopes + net->plan->places[layer].slope;
}

/* What a backward_layer() does at a NORM where samples meet. */
typedef enum { WHOLE, GATHER, SPREAD } Part;

static void backward_layer(const Pass *pass, guint slice, guint sample, guint i, Part part)
{
    TrainNet *net = pass->net;
    const BiqaLayer *layer = &net->plan->graph->layers[i];
    const float *inputs[BIQA_MAX_INPUTS];
    float *d_inputs[BIQA_MAX_INPUTS];
    BiqaNormParams norm = {0};

    if (!pass->wanted[i] || net->plan->places[i].folded)
        return;
    for (guint k = 0; k < layer->n_inputs; k++) {
        inputs[k] = output(net, sample, layer->inputs[k]);
        d_inputs[k] =
            pass->wanted[layer->inputs[k]] ? slope(net, slice, sample, layer->inputs[k]) : NULL;
    }
    if (layer->kind == BIQA_LAYER_NORM)
        norm = norm_params(net, pass->params, i);
    const TrainStep step = {.graph = net->plan->graph,
                            .layer = i,
                            .params = pass->params,
                            .norm = &norm,
                            .inputs = inputs,
                            .output = output(net, sample, i),
                            .d_output = slope(net, slice, sample, i),
                            .d_inputs = d_inputs,
                            .add = net->plan->places[i].add,
                            .gradient = net->gradients + slice * net->graph->n_params,
                            .scratch = net->scratch + slice * net->scratch_size};
    if (part == GATHER)
        train_norm_gather(&step, sums(net, sample));
    else if (part == SPREAD)
        train_norm_spread(&step, net->means);
    else
        train_step_back(&step);
}

/* Layers end to first + 1 downwards; the two ends are NORMs where samples meet, or outside. */
static void backward_slice(guint slice, gpointer data)
{
    const Pass *pass = data;
    TrainNet *net = pass->net;
    const guint n_layers = net->graph->n_layers;
    const gboolean starts = pass->end == n_layers;

    for (guint s = slice_start(net, slice); s < slice_start(net, slice + 1); s++) {
        if (starts) {
            float *d_output = slope(net, slice, s, n_layers - 1);
            memset(d_output, 0,
                   sizeof(float) * biqa_shape_size(net->graph->layers[n_layers - 1].shape));
            for (guint k = 0; k < 2; k++) {
                if (pass->d_outputs[k])
                    d_output[k] = pass->d_outputs[k][s];
            }
        } else {
            backward_layer(pass, slice, s, pass->end, SPREAD);
        }
        for (guint i = pass->end; --i > pass->first;)
            backward_layer(pass, slice, s, i, WHOLE);
        backward_layer(pass, slice, s, pass->first, meets(net, pass->first) ? GATHER : WHOLE);
    }
}

static void clear_slice(guint slice, gpointer data)
{
    const TrainNet *net = ((const Pass *)data)->net;
    memset(net->gradients + slice * net->graph->n_params, 0, sizeof(float) * net->graph->n_params);
}

/* dL/dshift and dL/dscale are what was gathered, before it became a mean. */
static void add_norm_gradient(TrainNet *net, guint i, float *gradient)
{
    const BiqaLayer *layer = &net->graph->layers[i];
    const double n = (double)net->n * layer->shape.h * layer->shape.w;
    for (guint c = 0; c < layer->shape.c; c++) {
        gradient[layer->offset[1] + c] += (float)(n * net->means[c]);
        gradient[layer->offset[0] + c] += (float)(n * net->means[layer->shape.c + c]);
    }
}

typedef struct {
    const TrainNet *net;
    float *gradient;
} Reduction;

static void reduce_chunk(guint chunk, gpointer data)
{
    const Reduction *reduction = data;
    const TrainNet *net = reduction->net;
    const gsize first = (gsize)chunk * GRADIENT_CHUNK;
    const gsize end = MIN(first + GRADIENT_CHUNK, net->graph->n_params);
    for (guint slice = 0; slice < TRAIN_SLICES; slice++) {
        const float *own = net->gradients + slice * net->graph->n_params;
        for (gsize i = first; i < end; i++)
            reduction->gradient[i] += own[i];
    }
}

void train_net_backward(TrainNet *net, const float *params, const float *d_scores,
                        guint first_layer, float *gradient)
{
    const float *const d_outputs[] = {d_scores, NULL};
    train_net_backward_both(net, params, d_outputs, first_layer, gradient);
}

void train_net_backward_both(TrainNet *net, const float *params, const float *const d_outputs[2],
                             guint first_layer, float *gradient)
{
    const guint lowest = MAX(first_layer, 1);
    g_autofree gboolean *wanted = wanted_new(net, lowest);
    Pass pass = {.net = net, .params = params, .d_outputs = d_outputs, .wanted = wanted};
    Reduction reduction = {net, gradient};

    g_return_if_fail(net->n > 0 && lowest < net->graph->n_layers);
    g_return_if_fail(!d_outputs[1] || biqa_graph_output(net->graph)->shape.c > 1);
    train_workers_run(net->workers, TRAIN_SLICES, clear_slice, &pass);
    pass.end = net->graph->n_layers;
    do {
        pass.first = pass.end - 1;
        while (pass.first > lowest && !(meets(net, pass.first) && wanted[pass.first]))
            pass.first--;
        train_workers_run(net->workers, TRAIN_SLICES, backward_slice, &pass);
        if (meets(net, pass.first) && wanted[pass.first]) {
            means_over_batch(net, pass.first);
            add_norm_gradient(net, pass.first, gradient);
        }
        pass.end = pass.first;
    } while (pass.end > lowest);
    train_workers_run(net->workers,
                      (guint)((net->graph->n_params + GRADIENT_CHUNK - 1) / GRADIENT_CHUNK),
                      reduce_chunk, &reduction);
}

void train_net_update_statistics(const TrainNet *net, double momentum, float *params)
{
    g_return_if_fail(net->norm == TRAIN_NORM_BATCH);
    for (guint i = 0; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const Statistic *own = &net->statistics[i];
        const double n = (double)net->n * layer->shape.h * layer->shape.w;
        if (layer->kind != BIQA_LAYER_NORM)
            continue;
        for (guint c = 0; c < layer->shape.c; c++) {
            float *mean = &params[layer->offset[2] + c], *variance = &params[layer->offset[3] + c];
            const double unbiased = own->batch_variance[c] * n / MAX(n - 1., 1.);
            *mean += (float)(momentum * (own->batch_mean[c] - *mean));
            *variance += (float)(momentum * (unbiased - *variance));
        }
    }
}
