/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row a way to run a layer: what it prepares, its forward pass, the scratch that takes. */
#include "layers.h"

#include "padded.h"
#include "runs.h"
#include <string.h>

/* Floats of the columns a convolution makes at once: they should stay in the second cache. */
#define COLUMNS (64 << 10)

typedef struct {
    const BiqaCpuNet *net;
    const BiqaLayer *layer;
    guint index;
    const BiqaCpuMap *to;
    float *arena, *scratch;
} Call;

static const BiqaCpuMap *input_map(const BiqaCpuNet *net, guint layer, guint k)
{
    return &net->maps[net->net->graph->layers[layer].inputs[k]];
}

/* A plane of one channel and sample, or with sample 0 the run of a channel. */
static float *plane_of(const Call *call, const BiqaCpuMap *map, guint channel, guint sample)
{
    return call->arena + map->offset + channel * map->pitch + sample * biqa_cpu_map_plane(map);
}

static BiqaCpuProduct *product_new(const BiqaCpuNet *net, guint layer, const BiqaCpuLanes *lanes,
                                   gsize x_pitch, double density)
{
    const BiqaLayer *info = &net->net->graph->layers[layer];
    const guint groups = MAX(info->groups, 1), outputs = info->channels / groups;
    const guint depth = info->count[0] / info->channels;
    BiqaCpuProduct *products = g_new0(BiqaCpuProduct, groups);

    for (guint g = 0; g < groups; g++)
        biqa_cpu_product_init(
            &products[g], lanes,
            &(BiqaCpuMatrix){
                .weights = biqa_net_param(net->net, layer, 0) + (gsize)g * outputs * depth,
                .bias = biqa_net_param(net->net, layer, 1) + g * outputs,
                .outputs = outputs,
                .depth = depth,
                .x_pitch = x_pitch,
            },
            density);
    return products;
}

/* CONV 1x1 and LINEAR: a product on the map itself, all samples in one. */

static BiqaCpuProduct *make_pointwise(const BiqaCpuNet *net, guint layer, const BiqaCpuLanes *lanes,
                                      double density)
{
    return product_new(net, layer, lanes, input_map(net, layer, 0)->pitch, density);
}

static void run_pointwise(const Call *call)
{
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);

    biqa_cpu_product_run(call->net->products[call->index], &(BiqaCpuRun){
                                                               .x = plane_of(call, from, 0, 0),
                                                               .x_pitch = from->pitch,
                                                               .y = plane_of(call, call->to, 0, 0),
                                                               .y_pitch = call->to->pitch,
                                                               .n = biqa_cpu_map_run(call->to),
                                                               .lo = call->layer->lo,
                                                               .hi = call->layer->hi,
                                                           });
}

/* CONV of any other kind: columns of a few rows of the output, and a product on them. */

/* Rows of the output whose columns are made at once. */
static guint band_rows(const BiqaLayer *layer)
{
    const gsize row = layer->count[0] / layer->channels * layer->shape.w;

    return (guint)CLAMP(COLUMNS / row, 1, layer->shape.h);
}

static gsize band_pitch(const BiqaLayer *layer)
{
    return (gsize)band_rows(layer) * layer->shape.w;
}

static gsize columns_scratch(const BiqaCpuNet *net, guint layer)
{
    const BiqaLayer *conv = &net->net->graph->layers[layer];

    /* A vector may be read from the last row's last pixel on. */
    return conv->count[0] / conv->channels * band_pitch(conv) + BIQA_CPU_ALIGN;
}

static BiqaCpuProduct *make_columns(const BiqaCpuNet *net, guint layer, const BiqaCpuLanes *lanes,
                                    double density)
{
    return product_new(net, layer, lanes, band_pitch(&net->net->graph->layers[layer]), density);
}

/* Group g of one sample, rows first..end-1 of the output. */
static void run_band(const Call *call, const BiqaWindow *whole, guint g, guint sample, guint first,
                     guint end)
{
    const BiqaLayer *layer = call->layer;
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);
    const guint depth = from->shape.c / layer->groups, outputs = layer->channels / layer->groups;
    const gsize pitch = band_pitch(layer), taps = (gsize)whole->kernel_h * whole->kernel_w;
    const gsize n = (gsize)(end - first) * whole->out_w;
    BiqaWindow window = *whole;

    window.top -= (gint)(first * window.stride);
    window.out_h = end - first;
    for (guint c = 0; c < depth; c++)
        biqa_window_columns(&window, 1, plane_of(call, from, g * depth + c, sample),
                            call->scratch + c * taps * pitch, pitch);
    biqa_cpu_product_run(
        &call->net->products[call->index][g],
        &(BiqaCpuRun){
            .x = call->scratch,
            .x_pitch = pitch,
            .y = plane_of(call, call->to, g * outputs, sample) + (gsize)first * whole->out_w,
            .y_pitch = call->to->pitch,
            .n = n,
            .lo = layer->lo,
            .hi = layer->hi,
        });
}

/* In the order of their pixels in memory, as a product may write a vector beyond its last one. */
static void run_columns(const Call *call)
{
    const BiqaWindow window = biqa_window(call->net->net->graph, call->index);
    const guint rows = band_rows(call->layer);

    for (guint sample = 0; sample < call->to->samples; sample++)
        for (guint y = 0; y < window.out_h; y += rows)
            for (guint g = 0; g < call->layer->groups; g++)
                run_band(call, &window, g, sample, y, MIN(y + rows, window.out_h));
}

/* CONV of one channel to one channel: 3x3 on the map itself where borders are narrow, or taps of a
 * padded plane. */

/* What lanes->nine() can do. */
static gboolean is_nine(const BiqaWindow *window)
{
    const gint right = (gint)((window->out_w - 1) * window->stride + 3) - window->left;
    const gint bottom = (gint)((window->out_h - 1) * window->stride + 3) - window->top;

    return window->kernel_h == 3 && window->kernel_w == 3 && window->stride <= 2 &&
           window->top <= 1 && window->left <= 1 && right <= (gint)window->w + 1 &&
           bottom <= (gint)window->h + 1;
}

/* A row of zeros, two vectors on either side of it. */
static gsize zeros_size(const BiqaWindow *window)
{
    return window->w + 5 * BIQA_CPU_ALIGN;
}

static gsize depthwise_scratch(const BiqaCpuNet *net, guint layer)
{
    const BiqaWindow window = biqa_window(net->net->graph, layer);

    return is_nine(&window) ? zeros_size(&window) : biqa_cpu_padded_size(&window);
}

/* What all planes of a layer have in common. */
static BiqaCpuNine nine_of(const Call *call, const BiqaWindow *window)
{
    BiqaCpuNine nine = {
        .zeros = call->scratch + 2 * BIQA_CPU_ALIGN,
        .lo = call->layer->lo,
        .hi = call->layer->hi,
        .h = window->h,
        .w = window->w,
        .stride = window->stride,
        .top = (guint)window->top,
        .left = (guint)window->left,
        .width = window->out_w,
        .height = window->out_h,
    };

    biqa_cpu_nine_mask(&nine, call->net->lanes);
    memset(call->scratch, 0, sizeof(float) * zeros_size(window));
    return nine;
}

static void run_nine(const Call *call, const BiqaWindow *window)
{
    const float *weights = biqa_net_param(call->net->net, call->index, 0);
    const float *bias = biqa_net_param(call->net->net, call->index, 1);
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);
    BiqaCpuNine nine = nine_of(call, window);

    for (guint c = 0; c < call->layer->channels; c++)
        for (guint sample = 0; sample < call->to->samples; sample++) {
            nine.x = plane_of(call, from, c, sample);
            nine.y = plane_of(call, call->to, c, sample);
            nine.weights = weights + 9 * (gsize)c;
            nine.bias = bias[c];
            call->net->lanes->nine(&nine);
        }
}

static void run_padded(const Call *call, const BiqaWindow *window)
{
    const BiqaLayer *layer = call->layer;
    const float *weights = biqa_net_param(call->net->net, call->index, 0);
    const float *bias = biqa_net_param(call->net->net, call->index, 1);
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);
    BiqaCpuPadded padded;
    BiqaCpuTaps taps = {
        .x = call->scratch,
        .n_taps = window->kernel_h * window->kernel_w,
        .lo = layer->lo,
        .hi = layer->hi,
        .width = window->out_w,
        .height = window->out_h,
    };

    biqa_cpu_padded_init(&padded, window, call->scratch);
    taps.at = padded.taps;
    taps.x_row = padded.pitch * window->stride;
    for (guint c = 0; c < layer->channels; c++)
        for (guint sample = 0; sample < call->to->samples; sample++) {
            taps.weights = weights + (gsize)c * taps.n_taps;
            taps.bias = bias[c];
            taps.y = plane_of(call, call->to, c, sample);
            biqa_cpu_padded_fill(&padded, plane_of(call, from, c, sample));
            call->net->lanes->depthwise(&taps);
        }
    biqa_cpu_padded_clear(&padded);
}

/* In the order of the planes in memory, as the last vector of one may reach into the next. */
static void run_depthwise(const Call *call)
{
    const BiqaWindow window = biqa_window(call->net->net->graph, call->index);

    if (is_nine(&window))
        run_nine(call, &window);
    else
        run_padded(call, &window);
}

/* CONV of few channels, 3x3 on the maps themselves: to write columns and read them again would take
 * as long as their product. */

static gboolean is_few(const BiqaCpuNet *net, guint layer)
{
    const BiqaLayer *conv = &net->net->graph->layers[layer];
    const BiqaWindow window = biqa_window(net->net->graph, layer);

    return conv->groups == 1 && input_map(net, layer, 0)->shape.c <= BIQA_CPU_FEW &&
           is_nine(&window);
}

static gsize few_scratch(const BiqaCpuNet *net, guint layer)
{
    const BiqaWindow window = biqa_window(net->net->graph, layer);

    return zeros_size(&window);
}

/* All weights: zeros are not worth leaving out of so few. */
static BiqaCpuProduct *make_few(const BiqaCpuNet *net, guint layer, const BiqaCpuLanes *lanes,
                                double density)
{
    return product_new(net, layer, lanes, input_map(net, layer, 0)->pitch, -1);
}

static void run_few(const Call *call)
{
    const BiqaWindow window = biqa_window(call->net->net->graph, call->index);
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);
    BiqaCpuNine nine = nine_of(call, &window);
    const BiqaCpuFew few = {
        .product = &call->net->products[call->index]->dense,
        .plane = &nine,
        .x_pitch = from->pitch,
        .y_pitch = call->to->pitch,
    };

    for (guint sample = 0; sample < call->to->samples; sample++) {
        nine.x = plane_of(call, from, 0, sample);
        nine.y = plane_of(call, call->to, 0, sample);
        call->net->lanes->few(&few);
    }
}

static void run_clip(const Call *call)
{
    const BiqaCpuMap *from = input_map(call->net, call->index, 0);

    for (guint c = 0; c < call->to->shape.c; c++)
        biqa_run_clamp(plane_of(call, from, c, 0), biqa_cpu_map_run(call->to), 0.f, call->layer->lo,
                       call->layer->hi, plane_of(call, call->to, c, 0));
}

static void run_add(const Call *call)
{
    const BiqaCpuMap *a = input_map(call->net, call->index, 0);
    const BiqaCpuMap *b = input_map(call->net, call->index, 1);

    for (guint c = 0; c < call->to->shape.c; c++)
        biqa_run_add(plane_of(call, a, c, 0), plane_of(call, b, c, 0), biqa_cpu_map_run(call->to),
                     call->layer->lo, call->layer->hi, plane_of(call, call->to, c, 0));
}

static void run_nothing(const Call *call)
{
    /* INPUT: the caller has put it there. POOL: its parts have run. */
}

typedef struct {
    const char *name;
    void (*run)(const Call *call);
    BiqaCpuProduct *(*make)(const BiqaCpuNet *net, guint layer, const BiqaCpuLanes *lanes,
                            double density);              /* NULL: no product */
    gsize (*scratch)(const BiqaCpuNet *net, guint layer); /* NULL: none */
} Row;

static const Row pointwise = {"pointwise", run_pointwise, make_pointwise};
static const Row few = {"few", run_few, make_few, few_scratch};
static const Row depthwise = {"depthwise", run_depthwise, .scratch = depthwise_scratch};

/* NORM, RELU and RELU6 do not outlive biqa_fold(). */
static const Row table[] = {
    [BIQA_LAYER_INPUT] = {"input", run_nothing},
    [BIQA_LAYER_CONV] = {"columns", run_columns, make_columns, columns_scratch},
    [BIQA_LAYER_CLIP] = {"clip", run_clip},
    [BIQA_LAYER_ADD] = {"add", run_add},
    [BIQA_LAYER_POOL] = {"pool", run_nothing},
    [BIQA_LAYER_LINEAR] = {"linear", run_pointwise, make_pointwise},
};
G_STATIC_ASSERT(G_N_ELEMENTS(table) == BIQA_N_LAYER_KINDS);

static const Row *row_of(const BiqaCpuNet *net, guint index)
{
    const BiqaLayer *layer = &net->net->graph->layers[index];

    if (layer->kind == BIQA_LAYER_CONV && biqa_conv_is_pointwise(layer))
        return &pointwise;
    if (layer->kind == BIQA_LAYER_CONV && biqa_conv_is_depthwise(layer))
        return &depthwise;
    if (layer->kind == BIQA_LAYER_CONV && is_few(net, index))
        return &few;
    g_assert(table[layer->kind].run);
    return &table[layer->kind];
}

static void add_parts(BiqaCpuNet *net, guint pool)
{
    const BiqaLayer *layer = &net->net->graph->layers[pool];
    BiqaCpuPart part = {.pool = pool};

    for (; part.k < layer->n_inputs; part.k++) {
        const guint channels = input_map(net, pool, part.k)->shape.c;

        g_array_append_val(net->parts, part);
        part.first += layer->deviation ? 2 * channels : channels;
    }
}

BiqaCpuNet *biqa_cpu_net_new(BiqaNet *net, const BiqaCpuLanes *lanes, guint samples, double density)
{
    const guint n = net->graph->n_layers;
    BiqaCpuNet *self = g_new0(BiqaCpuNet, 1);

    self->net = net;
    self->lanes = lanes;
    self->maps = g_new0(BiqaCpuMap, n);
    self->products = g_new0(BiqaCpuProduct *, n);
    self->arena = biqa_cpu_maps_place(net->graph, samples, self->maps);
    self->parts = g_array_new(FALSE, FALSE, sizeof(BiqaCpuPart));
    for (guint i = 0; i < n; i++) {
        const Row *row = row_of(self, i);

        if (row->make)
            self->products[i] = row->make(self, i, lanes, density);
        if (row->scratch)
            self->scratch = MAX(self->scratch, row->scratch(self, i));
        if (net->graph->layers[i].kind == BIQA_LAYER_POOL)
            add_parts(self, i);
    }
    return self;
}

void biqa_cpu_net_free(BiqaCpuNet *net)
{
    if (!net)
        return;
    for (guint i = 0; i < net->net->graph->n_layers; i++) {
        const guint groups = MAX(net->net->graph->layers[i].groups, 1);

        for (guint g = 0; net->products[i] && g < groups; g++)
            biqa_cpu_product_clear(&net->products[i][g]);
        g_free(net->products[i]);
    }
    g_free(net->products);
    g_array_unref(net->parts);
    g_free(net->maps);
    biqa_net_free(net->net);
    g_free(net);
}

void biqa_cpu_net_run(const BiqaCpuNet *net, guint layer, float *arena, float *scratch)
{
    const Call call = {
        .net = net,
        .layer = &net->net->graph->layers[layer],
        .index = layer,
        .to = &net->maps[layer],
        .arena = arena,
        .scratch = scratch,
    };

    row_of(net, layer)->run(&call);
}

/* C means, then, where asked, C deviations. */
void biqa_cpu_net_run_part(const BiqaCpuNet *net, const BiqaCpuPart *part, float *arena)
{
    const gboolean deviation = net->net->graph->layers[part->pool].deviation;
    const BiqaCpuMap *from = input_map(net, part->pool, part->k), *to = &net->maps[part->pool];
    const gsize plane = biqa_cpu_map_plane(from);

    for (guint c = 0; c < from->shape.c; c++)
        for (guint sample = 0; sample < from->samples; sample++) {
            float *mean = arena + to->offset + (part->first + c) * to->pitch + sample;

            biqa_run_pool(arena + from->offset + c * from->pitch + sample * plane, plane, mean,
                          deviation ? mean + from->shape.c * to->pitch : NULL);
        }
}

const char *biqa_cpu_net_kernel(const BiqaCpuNet *net, guint layer)
{
    return row_of(net, layer)->name;
}
