/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of every kind of layer. */
#include "step.h"

#include "dense.h"
#include "winograd.h"

/* Kernels of more taps, or wider strides, are not unrolled. */
#define MAX_TAPS 49
#define MAX_STRIDE 2

G_STATIC_ASSERT(BIQA_MAX_POOLED == BIQA_MAX_INPUTS);

BiqaVkStep *biqa_vk_steps_append(const BiqaVkStepContext *context, guint layer, BiqaVkKernel kernel,
                                 GArray *steps)
{
    g_array_set_size(steps, steps->len + 1);
    BiqaVkStep *step = &g_array_index(steps, BiqaVkStep, steps->len - 1);

    *step = (BiqaVkStep){
        .variant = {kernel},
        .layer = layer,
        .turn = layer,
        .branch = context->branch,
        .task = context->task,
        .barrier = TRUE,
    };
    return step;
}

/* Groups that cover a map with a lane for every texel. */
static void cover_map(BiqaVkStep *step, const BiqaVkMap *map)
{
    step->groups[0] = biqa_vk_divide_up(map->shape.w, BIQA_TILE);
    step->groups[1] = biqa_vk_divide_up(map->shape.h, BIQA_TILE);
    step->groups[2] = biqa_vk_planes(map->shape.c) * map->samples;
}

static void cover_line(BiqaVkStep *step, guint lanes)
{
    step->groups[0] = biqa_vk_divide_up(lanes, BIQA_LINE);
    step->groups[1] = step->groups[2] = 1;
}

biqa_conv_push biqa_vk_step_conv(const BiqaVkStepContext *context, guint layer, BiqaVkWeights at)
{
    const BiqaLayer *conv = &context->net->graph->layers[layer];
    const BiqaVkMap *from = &context->maps[conv->inputs[0]], *to = &context->maps[layer];
    biqa_conv_push push = {
        .source = from->view,
        .target = to->view,
        .weights = at.weights,
        .bias = at.bias,
        .weights_row = at.row,
        .width = to->shape.w,
        .height = to->shape.h,
        .samples = to->samples,
        .inputs = from->shape.c,
        .outputs = to->shape.c,
        .groups = conv->groups,
        .kernel_h = conv->kernel_h,
        .kernel_w = conv->kernel_w,
        .stride = conv->stride,
        .lo = conv->lo,
        .hi = conv->hi,
        .span = BIQA_SPAN,
    };

    push.source.origin =
        biqa_vk_map_corner(from, biqa_layer_pad_before(conv, from->shape.h, conv->kernel_h),
                           biqa_layer_pad_before(conv, from->shape.w, conv->kernel_w));
    return push;
}

/* With the layer's parameters as they are. */
static biqa_conv_push conv_push(const BiqaVkStepContext *context, guint layer)
{
    return biqa_vk_step_conv(context, layer,
                             biqa_vk_weights_add(context->net, layer, context->weights));
}

static void add_conv_whole(const BiqaVkStepContext *context, guint layer, BiqaVkKernel kernel,
                           GArray *steps)
{
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, kernel, steps);

    step->push.conv = conv_push(context, layer);
    cover_map(step, &context->maps[layer]);
}

/* Whether a layer is a CONV with a group for each channel, of more than one. */
static gboolean is_depthwise(const BiqaVkStepContext *context, guint layer)
{
    const BiqaLayer *conv = &context->net->graph->layers[layer];
    const guint inputs = context->maps[conv->inputs[0]].shape.c;

    return conv->kind == BIQA_LAYER_CONV && conv->groups > 1 && conv->groups == inputs &&
           conv->channels == inputs;
}

/* Pixels of a row, and more, that blocks of some width cover in all depthwise layers. */
static guint64 covered_pixels(const BiqaVkStepContext *context, guint width)
{
    const BiqaGraph *graph = context->net->graph;
    guint64 sum = 0;

    for (guint i = 1; i < graph->n_layers; i++) {
        const BiqaShape *shape = &graph->layers[i].shape;

        if (is_depthwise(context, i))
            sum += (guint64)biqa_vk_divide_up(shape->w, width) * width * shape->h * shape->c;
    }
    return sum;
}

/* The width of blocks that suits the depthwise layers best: one for all of them, as each width is a
 * pipeline to compile. */
static guint block_width(const BiqaVkStepContext *context)
{
    guint best = BIQA_MAX_BLOCK_W;

    for (guint w = best; w >= 4; w--)
        if (covered_pixels(context, w) < covered_pixels(context, best))
            best = w;
    return best;
}

static void add_depthwise(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_DEPTHWISE, steps);
    biqa_conv_push *push = &step->push.conv;
    guint wide, high;

    *push = conv_push(context, layer);
    step->variant.constants[BIQA_ID_KERNEL_H] = push->kernel_h;
    step->variant.constants[BIQA_ID_KERNEL_W] = push->kernel_w;
    step->variant.constants[BIQA_ID_STRIDE] = push->stride;
    step->variant.constants[BIQA_ID_BLOCK_W] = block_width(context);
    step->variant.constants[BIQA_ID_BLOCK_H] = BIQA_BLOCK_H;
    wide = biqa_vk_divide_up(push->width, step->variant.constants[BIQA_ID_BLOCK_W]);
    high = biqa_vk_divide_up(push->height, BIQA_BLOCK_H);
    push->inverse_width = 1.f / wide;
    push->inverse_pixels = 1.f / (wide * high);
    cover_line(step, wide * high * biqa_vk_planes(push->outputs) * push->samples);
}

/* Whether a CONV of one group, or of a group for each channel, can be straight-line code. */
static gboolean is_unrollable(const BiqaVkStepContext *context, guint layer)
{
    const BiqaLayer *conv = &context->net->graph->layers[layer];
    const BiqaVkMap *to = &context->maps[layer];
    const guint64 pixels = (guint64)to->shape.w * to->shape.h * to->samples;
    const guint64 lanes = conv->groups == 1 ? pixels : pixels * biqa_vk_planes(to->shape.c);

    return context->plan == BIQA_VK_UNROLLED && conv->kernel_h * conv->kernel_w <= MAX_TAPS &&
           conv->stride <= MAX_STRIDE && lanes <= BIQA_MAX_QUOTIENT;
}

static void add_conv(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    const BiqaLayer *conv = &context->net->graph->layers[layer];
    const gboolean depthwise = is_depthwise(context, layer);

    if (conv->groups > 1 && !depthwise)
        add_conv_whole(context, layer, BIQA_VK_CONV, steps);
    else if (context->plan == BIQA_VK_COMPACT)
        add_conv_whole(context, layer, depthwise ? BIQA_VK_DEPTHWISE : BIQA_VK_DENSE, steps);
    else if (!is_unrollable(context, layer))
        add_conv_whole(context, layer, BIQA_VK_CONV, steps);
    else if (depthwise)
        add_depthwise(context, layer, steps);
    else if (biqa_vk_winograd_suits(context->net->graph, layer))
        biqa_vk_winograd_add(context, layer, steps);
    else
        biqa_vk_dense_add(context, layer, steps);
}

static void add_sum(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    const BiqaLayer *sum = &context->net->graph->layers[layer];
    const BiqaVkMap *to = &context->maps[layer];
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_ADD, steps);

    step->push.add = (biqa_add_push){
        .target = to->view,
        .width = to->shape.w,
        .height = to->shape.h,
        .planes = biqa_vk_planes(to->shape.c),
        .lo = sum->lo,
        .hi = sum->hi,
    };
    for (guint k = 0; k < sum->n_inputs; k++)
        step->push.add.source[k] = context->maps[sum->inputs[k]].view;
    step->variant.constants[BIQA_ID_INPUTS] = sum->n_inputs;
    cover_map(step, to);
}

/* Parts a map of that many pixels is pooled in; each has a pixel at least. */
static guint pool_parts(guint pixels, guint *part_pixels)
{
    *part_pixels = biqa_vk_divide_up(pixels, CLAMP(pixels / BIQA_LINE, 1, BIQA_POOL_PARTS));
    return biqa_vk_divide_up(pixels, *part_pixels);
}

static gsize pool_texels(BiqaShape shape, guint samples)
{
    guint part_pixels;

    return (gsize)2 * pool_parts(shape.w * shape.h, &part_pixels) * biqa_vk_planes(shape.c) *
           samples;
}

/* Parts of the map lie in scratch from texel scratch on. */
static biqa_pool_push pool_push(const BiqaVkMap *from, uint32_t scratch)
{
    biqa_pool_push push = {
        .source = from->view,
        .scratch = scratch,
        .width = from->shape.w,
        .height = from->shape.h,
        .channels = from->shape.c,
        .samples = from->samples,
    };

    push.parts = pool_parts(push.width * push.height, &push.part_pixels);
    return push;
}

/* Texels of scratch of one pool; 0 for all other layers. */
static gsize layer_scratch(const BiqaGraph *graph, guint layer, guint samples)
{
    const BiqaLayer *pool = &graph->layers[layer];
    gsize texels = 0;

    for (guint k = 0; pool->kind == BIQA_LAYER_POOL && k < pool->n_inputs; k++)
        texels += pool_texels(graph->layers[pool->inputs[k]].shape, samples);
    return texels;
}

gsize biqa_vk_steps_scratch(const BiqaGraph *graph, guint samples)
{
    gsize texels = 0;

    for (guint i = 0; i < graph->n_layers; i++)
        texels += layer_scratch(graph, i, samples);
    return texels;
}

gsize biqa_vk_steps_components(BiqaVkPlan plan, const BiqaGraph *graph, guint samples)
{
    gsize texels = 0;

    for (guint i = 1; i < graph->n_layers && plan == BIQA_VK_UNROLLED; i++)
        if (biqa_vk_winograd_suits(graph, i))
            texels = MAX(texels, biqa_vk_winograd_texels(graph, i, samples));
    return texels;
}

/* The parts of each input as soon as that is there, as its place may be used again soon. */
static void add_pool_parts(const BiqaVkStepContext *context, guint layer, uint32_t scratch,
                           GArray *steps)
{
    const BiqaLayer *pool = &context->net->graph->layers[layer];

    for (guint k = 0; k < pool->n_inputs; k++) {
        const BiqaVkMap *from = &context->maps[pool->inputs[k]];
        BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_POOL_PART, steps);

        step->turn = pool->inputs[k];
        step->push.pool = pool_push(from, scratch);
        cover_line(step, biqa_vk_planes(from->shape.c) * from->samples * step->push.pool.parts);
        scratch += pool_texels(from->shape, from->samples);
    }
}

/* All of them at once, as a dispatch costs more than what one of them computes. */
static void add_pool_merge(const BiqaVkStepContext *context, guint layer, uint32_t scratch,
                           GArray *steps)
{
    const BiqaLayer *pool = &context->net->graph->layers[layer];
    const BiqaVkMap *to = &context->maps[layer];
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_POOL_MERGE, steps);
    biqa_merge_push *push = &step->push.merge;
    guint planes = 0;

    *push = (biqa_merge_push){
        .target = to->view,
        .scratch = scratch,
        .samples = to->samples,
        .deviation = pool->deviation,
        .epsilon = BIQA_POOL_EPSILON,
    };
    for (guint k = 0; k < pool->n_inputs; k++) {
        const BiqaShape from = context->maps[pool->inputs[k]].shape;

        push->pixels[k] = from.w * from.h;
        push->channels[k] = from.c;
        pool_parts(push->pixels[k], &push->part_pixels[k]);
        planes += biqa_vk_planes(from.c);
    }
    step->variant.constants[BIQA_ID_INPUTS] = pool->n_inputs;
    cover_line(step, planes * to->samples);
}

static void add_pool(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    gsize scratch = context->scratch;

    for (guint i = 0; i < layer; i++)
        scratch += layer_scratch(context->net->graph, i, context->maps[i].samples);
    add_pool_parts(context, layer, scratch, steps);
    add_pool_merge(context, layer, scratch, steps);
}

static void add_linear(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    const BiqaVkMap *from = &context->maps[context->net->graph->layers[layer].inputs[0]];
    const BiqaVkMap *to = &context->maps[layer];
    const BiqaVkWeights at = biqa_vk_weights_add(context->net, layer, context->weights);
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_LINEAR, steps);

    step->push.linear = (biqa_linear_push){
        .source = from->view,
        .target = to->view,
        .weights = at.weights,
        .bias = at.bias,
        .planes = biqa_vk_planes(from->shape.c),
        .outputs = to->shape.c,
        .samples = to->samples,
    };
    cover_line(step, to->shape.c * to->samples);
}

static void add_nothing(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    /* INPUT: its step depends on the frame's format (picture.h). */
}

/* NORM, RELU and RELU6 do not outlive biqa_fold(). */
static void (*const adders[])(const BiqaVkStepContext *, guint, GArray *) = {
    [BIQA_LAYER_INPUT] = add_nothing, [BIQA_LAYER_CONV] = add_conv,
    [BIQA_LAYER_NORM] = NULL,         [BIQA_LAYER_RELU] = NULL,
    [BIQA_LAYER_RELU6] = NULL,        [BIQA_LAYER_CLIP] = add_sum,
    [BIQA_LAYER_ADD] = add_sum,       [BIQA_LAYER_POOL] = add_pool,
    [BIQA_LAYER_LINEAR] = add_linear,
};
G_STATIC_ASSERT(G_N_ELEMENTS(adders) == BIQA_N_LAYER_KINDS);

gboolean biqa_vk_steps_add(const BiqaVkStepContext *context, guint layer, GArray *steps,
                           GError **error)
{
    const BiqaLayerKind kind = context->net->graph->layers[layer].kind;
    const guint first = steps->len;

    g_assert(adders[kind] || kind == BIQA_LAYER_INPUT);
    adders[kind](context, layer, steps);
    for (guint i = first; i < steps->len; i++)
        for (guint axis = 0; axis < 3; axis++)
            if (g_array_index(steps, BiqaVkStep, i).groups[axis] > BIQA_MAX_GROUPS) {
                g_set_error(error, BIQA_ERROR, BIQA_ERROR_SIZE,
                            "layer %u is too large for one dispatch", layer);
                return FALSE;
            }
    return TRUE;
}
