/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How dense layers are cut into straight-line code. */
#include "dense.h"

#include "winograd.h"

#include <math.h>

/* The largest straight-line block, in multiplications, and what it reads before it starts, in
 * channels times taps: sixteen channels of 3x3 by sixteen. Smaller ones read their inputs and sums
 * more often; larger ones do not fit the instruction cache, and take long to compile: the time for
 * it grows faster than they do. */
#define MOST_PRODUCTS 2304
#define MOST_INPUTS 144

/* Channels in, and fours of channels out, beyond which all layers share the blocks of narrower
 * ones: the driver keeps two kilobytes for a multiplication for as long as a pipeline is there. */
#define MOST_CHANNELS 64
#define MOST_PLANES 8

/* A sum of as many products does not notice that it reads what to start from. */
#define MANY_TERMS 64

/* How a dense CONV is cut: input channels of a chunk (a multiple of 4, or all) and fours of output
 * channels of a block. */
typedef struct {
    guint inputs, outputs;
} Cut;

static Cut choose_cut(const biqa_conv_push *push)
{
    const guint taps = push->kernel_h * push->kernel_w;
    const guint most = CLAMP(MOST_INPUTS / taps / 4 * 4, 4, MOST_CHANNELS);
    const guint in_parts = biqa_vk_divide_up(push->inputs, most);
    const guint planes = biqa_vk_planes(push->outputs);
    Cut cut = {push->inputs, planes};

    if (in_parts > 1)
        cut.inputs = 4 * biqa_vk_divide_up(biqa_vk_planes(push->inputs), in_parts);
    const guint room = MOST_PRODUCTS / (4 * taps * cut.inputs);
    cut.outputs = biqa_vk_divide_up(planes, biqa_vk_divide_up(planes, CLAMP(room, 1, MOST_PLANES)));
    return cut;
}

/* Whether a layer is a CONV of one group that has a step for itself. */
static gboolean is_dense(const BiqaVkStepContext *context, guint layer)
{
    const BiqaLayer *conv = &context->net->graph->layers[layer];

    return conv->kind == BIQA_LAYER_CONV && conv->groups == 1 &&
           !biqa_vk_winograd_suits(context->net->graph, layer);
}

/* Multiplications that workgroups of some size make in all dense layers, for pixels or for none. */
static double covered_products(const BiqaVkStepContext *context, guint line)
{
    double sum = 0;

    for (guint i = 1; i < context->net->graph->n_layers; i++) {
        const BiqaLayer *conv = &context->net->graph->layers[i];
        const guint lanes = conv->shape.w * conv->shape.h * context->maps[i].samples;

        if (is_dense(context, i))
            sum += (double)biqa_vk_divide_up(lanes, line) * line * conv->count[0];
    }
    return sum;
}

/* The size of workgroups that suits the dense layers best: one for all of them, as each size is a
 * pipeline to compile. A multiple of 8, which is the width of software Vulkan's vectors. */
static guint line_width(const BiqaVkStepContext *context)
{
    guint best = BIQA_LINE;

    for (guint line = best; line >= BIQA_LINE / 2; line -= 8)
        if (covered_products(context, line) < covered_products(context, best))
            best = line;
    return best;
}

/* What one dispatch makes of a dense CONV: a chunk of its inputs, and some blocks of outputs. */
typedef struct {
    const biqa_conv_push *whole;
    guint input, inputs;          /* the first, and how many */
    guint plane, outputs, blocks; /* the first, how many of a block, and how many of these */
    gboolean sum;                 /* the layer has several chunks of inputs */
    BiqaVkDenseShape shape;
} Part;

static void specialise_dense(BiqaVkVariant *variant, const Part *part)
{
    const biqa_conv_push *whole = part->whole;

    variant->constants[BIQA_ID_KERNEL_H] = whole->kernel_h;
    variant->constants[BIQA_ID_KERNEL_W] = whole->kernel_w;
    variant->constants[BIQA_ID_INPUTS] = part->inputs;
    variant->constants[BIQA_ID_OUTPUTS] = part->outputs;
    /* One pipeline for all chunks of a size, whether they are first or not, where that is free. */
    variant->constants[BIQA_ID_ACCUMULATE] =
        part->sum || part->inputs * whole->kernel_h * whole->kernel_w >= MANY_TERMS;
    variant->constants[BIQA_ID_LINE] = part->shape.line;
}

static void add_part(const BiqaVkStepContext *context, guint layer, const Part *part, GArray *steps)
{
    const biqa_conv_push *whole = part->whole;
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, BIQA_VK_DENSE, steps);
    biqa_conv_push *push = &step->push.conv;

    *push = *whole;
    specialise_dense(&step->variant, part);
    step->barrier = part->plane == 0;
    push->accumulate = part->input > 0;
    push->source.origin += part->input / 4 * whole->source.plane;
    push->target.origin += part->plane * whole->target.plane;
    push->weights += part->plane * whole->weights_row + part->input;
    push->bias += part->plane;
    if (part->input + part->inputs < whole->inputs) {
        push->lo = -INFINITY;
        push->hi = INFINITY;
    }
    step->groups[0] =
        biqa_vk_divide_up(push->width * push->height * push->samples, part->shape.line);
    step->groups[1] = part->blocks;
    step->groups[2] = part->shape.components;
}

/* All outputs of a chunk of inputs: as many whole blocks at once as there can be, then what is left
 * as a smaller one. */
static void add_chunk(const BiqaVkStepContext *context, guint layer, Part part, GArray *steps)
{
    const guint planes = biqa_vk_planes(part.whole->outputs), most = part.outputs;

    for (part.plane = 0; part.plane < planes; part.plane += part.blocks * part.outputs) {
        part.outputs = MIN(most, planes - part.plane);
        part.blocks = MIN((planes - part.plane) / part.outputs, BIQA_MAX_BLOCKS);
        add_part(context, layer, &part, steps);
    }
}

void biqa_vk_dense_add_parts(const BiqaVkStepContext *context, guint layer, biqa_conv_push push,
                             BiqaVkDenseShape shape, GArray *steps)
{
    const Cut cut = choose_cut(&push);
    Part part = {.whole = &push, .outputs = cut.outputs, .shape = shape};

    push.inverse_width = 1.f / push.width;
    push.inverse_pixels = 1.f / (push.width * push.height);
    for (guint digit = 0; digit < BIQA_DIGITS; digit++)
        push.digits[digit] = digit;
    part.sum = cut.inputs < push.inputs;
    for (; part.input < push.inputs; part.input += cut.inputs) {
        part.inputs = MIN(cut.inputs, push.inputs - part.input);
        add_chunk(context, layer, part, steps);
    }
}

void biqa_vk_dense_add(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    const BiqaVkWeights at = biqa_vk_weights_add(context->net, layer, context->weights);

    biqa_vk_dense_add_parts(context, layer, biqa_vk_step_conv(context, layer, at),
                            (BiqaVkDenseShape){line_width(context), 1}, steps);
}
