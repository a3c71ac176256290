/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When tiles pay, how they are cut, and their factors. */
#include "winograd.h"

#include "dense.h"

#include <math.h>

#define SIDE BIQA_WINOGRAD_SIDE
#define KERNEL 3

/* Scratch of a layer, in texels: so much stays in a processor's cache from one kernel to the next.
 */
#define MOST_TEXELS 131072

/* What else costs as much as so many multiplications, measured on software Vulkan: transforms,
 * loads and stores of a component; loads of the nine taps and stores of a pixel of the direct form.
 */
#define COMPONENT_COST 33
#define INPUT_COST 30
#define OUTPUT_COST 45

static guint inputs_of(const BiqaGraph *graph, guint layer)
{
    return graph->layers[graph->layers[layer].inputs[0]].shape.c;
}

/* The tiles that cover a sample of a map; those at its right and lower border may stick out. */
typedef struct {
    guint wide, high;
} Grid;

static Grid grid_of(BiqaShape shape)
{
    return (Grid){biqa_vk_divide_up(shape.w, BIQA_WINOGRAD_TILE),
                  biqa_vk_divide_up(shape.h, BIQA_WINOGRAD_TILE)};
}

gboolean biqa_vk_winograd_suits(const BiqaGraph *graph, guint layer)
{
    const BiqaLayer *conv = &graph->layers[layer];
    const Grid grid = grid_of(conv->shape);
    double inputs, outputs, direct;

    if (conv->kind != BIQA_LAYER_CONV || conv->groups != 1 || conv->stride != 1 ||
        conv->kernel_h != KERNEL || conv->kernel_w != KERNEL)
        return FALSE;
    inputs = inputs_of(graph, layer);
    outputs = conv->channels;
    direct = KERNEL * KERNEL * inputs * outputs + INPUT_COST * inputs + OUTPUT_COST * outputs;
    return (double)grid.wide * grid.high * BIQA_WINOGRAD_COMPONENTS *
               (inputs * outputs + COMPONENT_COST * (inputs + outputs)) <
           (double)conv->shape.w * conv->shape.h * direct;
}

/* What a tile takes of scratch, before and after the products. */
static guint tile_texels(const BiqaGraph *graph, guint layer)
{
    return BIQA_WINOGRAD_COMPONENTS * (biqa_vk_planes(inputs_of(graph, layer)) +
                                       biqa_vk_planes(graph->layers[layer].channels));
}

/* The tiles that go through the scratch at a time. */
static guint band_tiles(const BiqaGraph *graph, guint layer, guint tiles)
{
    const guint most = MAX(MOST_TEXELS / tile_texels(graph, layer), 8);

    return biqa_vk_divide_up(tiles, biqa_vk_divide_up(tiles, most));
}

gsize biqa_vk_winograd_texels(const BiqaGraph *graph, guint layer, guint samples)
{
    const Grid grid = grid_of(graph->layers[layer].shape);

    return (gsize)band_tiles(graph, layer, grid.wide * grid.high * samples) *
           tile_texels(graph, layer);
}

/* Three values as a polynomial at each point; what the finite ones are divided by makes of the
 * products' values the products' coefficients. */
static void see_points(const double from[KERNEL], double to[SIDE])
{
    static const double points[SIDE - 1] = {0, BIQA_WINOGRAD_NEAR, -BIQA_WINOGRAD_NEAR,
                                            BIQA_WINOGRAD_FAR, -BIQA_WINOGRAD_FAR};

    for (guint p = 0; p < SIDE - 1; p++) {
        double divisor = 1;

        for (guint q = 0; q < SIDE - 1; q++)
            if (q != p)
                divisor *= points[p] - points[q];
        to[p] = (from[0] + points[p] * (from[1] + points[p] * from[2])) / divisor;
    }
    to[SIDE - 1] = from[KERNEL - 1];
}

void biqa_vk_winograd_factors(const float *weights, float *factors)
{
    double rows[KERNEL][SIDE], column[KERNEL], seen[SIDE];

    for (guint y = 0; y < KERNEL; y++) {
        const double row[KERNEL] = {weights[y * KERNEL], weights[y * KERNEL + 1],
                                    weights[y * KERNEL + 2]};

        see_points(row, rows[y]);
    }
    for (guint x = 0; x < SIDE; x++) {
        for (guint y = 0; y < KERNEL; y++)
            column[y] = rows[y][x];
        see_points(column, seen);
        for (guint y = 0; y < SIDE; y++)
            factors[y * SIDE + x] = (float)seen[y];
    }
}

/* --- Steps --- */

/* Some tiles of a layer, and where their components lie. */
typedef struct {
    const biqa_conv_push *conv; /* of the layer, with the components' weights */
    Grid grid;
    guint first, n;
    biqa_view in, out;
} Band;

/* The components of n tiles, from some texel on. */
static biqa_view components_at(guint32 texel, guint n, guint planes)
{
    return (biqa_view){.origin = texel, .row = n, .plane = n, .sample_stride = n * planes};
}

static void add_transform(const BiqaVkStepContext *context, guint layer, BiqaVkKernel kernel,
                          const Band *band, GArray *steps)
{
    const biqa_conv_push *conv = band->conv;
    const gboolean in = kernel == BIQA_VK_WINOGRAD_IN;
    const guint planes = biqa_vk_planes(in ? conv->inputs : conv->outputs);
    BiqaVkStep *step = biqa_vk_steps_append(context, layer, kernel, steps);

    step->push.winograd = (biqa_winograd_push){
        .map = in ? conv->source : conv->target,
        .components = in ? band->in : band->out,
        .width = conv->width,
        .height = conv->height,
        .planes = planes,
        .wide = band->grid.wide,
        .high = band->grid.high,
        .first = band->first,
        .tiles = band->n,
        .inverse_wide = 1.f / band->grid.wide,
        .inverse_high = 1.f / band->grid.high,
        .inverse_tiles = 1.f / band->n,
        .bias = conv->bias + BIQA_WINOGRAD_COMPONENTS * planes,
        .lo = conv->lo,
        .hi = conv->hi,
    };
    step->groups[0] = biqa_vk_divide_up(band->n * planes, BIQA_LINE);
    step->groups[1] = step->groups[2] = 1;
}

/* The largest workgroups of those that leave the fewest lanes idle. */
static guint line_width(guint tiles)
{
    guint best = BIQA_LINE;

    for (guint line = best; line >= 8; line -= 8)
        if (biqa_vk_divide_up(tiles, line) * line < biqa_vk_divide_up(tiles, best) * best)
            best = line;
    return best;
}

/* A tile is a pixel to them. */
static void add_products(const BiqaVkStepContext *context, guint layer, const Band *band,
                         GArray *steps)
{
    biqa_conv_push push = *band->conv;

    push.source = band->in;
    push.target = band->out;
    push.width = band->n;
    push.height = push.samples = 1;
    push.kernel_h = push.kernel_w = 1;
    push.lo = -INFINITY;
    push.hi = INFINITY;
    biqa_vk_dense_add_parts(context, layer, push,
                            (BiqaVkDenseShape){line_width(band->n), BIQA_WINOGRAD_COMPONENTS},
                            steps);
}

void biqa_vk_winograd_add(const BiqaVkStepContext *context, guint layer, GArray *steps)
{
    const BiqaVkWeights at = biqa_vk_weights_add_components(context->net, layer, context->weights);
    const biqa_conv_push conv = biqa_vk_step_conv(context, layer, at);
    Band band = {.conv = &conv, .grid = grid_of(context->maps[layer].shape)};
    const guint tiles = band.grid.wide * band.grid.high * conv.samples;
    const guint most = band_tiles(context->net->graph, layer, tiles);
    const guint planes_in = biqa_vk_planes(conv.inputs), planes_out = biqa_vk_planes(conv.outputs);

    for (; band.first < tiles; band.first += band.n) {
        band.n = MIN(most, tiles - band.first);
        band.in = components_at(context->components, band.n, planes_in);
        band.out =
            components_at(context->components + BIQA_WINOGRAD_COMPONENTS * band.n * planes_in,
                          band.n, planes_out);
        add_transform(context, layer, BIQA_VK_WINOGRAD_IN, &band, steps);
        add_products(context, layer, &band, steps);
        add_transform(context, layer, BIQA_VK_WINOGRAD_OUT, &band, steps);
    }
}
