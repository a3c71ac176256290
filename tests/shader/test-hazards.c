/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Barriers that were left out: between two of those that are there no step touches what another one
 * writes. Synchronisation validation cannot tell, as it sees only that all steps use one buffer;
 * here every float of the arena that a step reads or writes is worked out from its constants, as
 * the shaders do. */
#include "mobilenet.h"
#include "plain.h"
#include "runtime.h"
#include "support.h"

#include <string.h>

typedef enum { READS = 1, WRITES = 2 } Access;

/* What was done to each float of the arena since the last barrier. */
typedef struct {
    guint8 *done; /* Access, or-ed */
    gsize n;
    guint step; /* the one at hand, for messages */
    const char *kernel;
} Ledger;

/* One step at a time: first check all it touches, then enter it. */
typedef void (*Visit)(Ledger *ledger, gsize first, gsize n, Access access);

static void check(Ledger *ledger, gsize first, gsize n, Access access)
{
    const guint8 conflict = access == READS ? WRITES : READS | WRITES;

    g_assert_cmpuint(first + n, <=, ledger->n);
    for (gsize i = first; i < first + n; i++)
        if (ledger->done[i] & conflict)
            g_error("step %u (%s) %s float %zu, which a step since the last barrier %s",
                    ledger->step, ledger->kernel, access == READS ? "reads" : "writes", i,
                    ledger->done[i] & WRITES ? "writes" : "reads");
}

static void enter(Ledger *ledger, gsize first, gsize n, Access access)
{
    for (gsize i = first; i < first + n; i++)
        ledger->done[i] |= access;
}

typedef struct {
    guint width, height, planes, samples;
} Box;

static void visit_box(Ledger *ledger, Visit visit, const biqa_view *view, Box box, Access access)
{
    for (guint n = 0; n < box.samples; n++)
        for (guint p = 0; p < box.planes; p++)
            for (guint y = 0; y < box.height; y++)
                visit(ledger,
                      4 * ((gsize)view->origin + n * view->sample_stride + p * view->plane +
                           y * view->row),
                      4 * (gsize)box.width, access);
}

static void visit_texels(Ledger *ledger, Visit visit, guint first, guint n, Access access)
{
    visit(ledger, 4 * (gsize)first, 4 * (gsize)n, access);
}

/* Single channels of pixel (0, 0). */
typedef struct {
    guint first, n, samples;
} Channels;

static void visit_channels(Ledger *ledger, Visit visit, const biqa_view *view, Channels some,
                           Access access)
{
    for (guint s = 0; s < some.samples; s++)
        for (guint c = some.first; c < some.first + some.n; c++)
            visit(ledger,
                  4 * ((gsize)view->origin + s * view->sample_stride + c / 4 * view->plane) + c % 4,
                  1, access);
}

/* An unrolled dense step makes a part of a layer, every other one a whole one. The texels beyond a
 * map that the unrolled ones load and never use are left out. */
static void visit_conv(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_conv_push *push = &step->push.conv;
    const uint32_t *constants = step->variant.constants;
    const gboolean part = step->variant.kernel == BIQA_VK_DENSE && constants[BIQA_ID_INPUTS] > 0;
    const guint inputs = part ? constants[BIQA_ID_INPUTS] : push->inputs;
    /* Winograd's components are samples of one dispatch. */
    const guint samples = part ? push->samples + step->groups[2] - 1 : push->samples;
    const Box to = {push->width, push->height,
                    part ? step->groups[1] * constants[BIQA_ID_OUTPUTS]
                         : biqa_vk_planes(push->outputs),
                    samples};
    const Box from = {(push->width - 1) * push->stride + push->kernel_w,
                      (push->height - 1) * push->stride + push->kernel_h, biqa_vk_planes(inputs),
                      samples};

    visit_box(ledger, visit, &push->source, from, READS);
    if (push->accumulate)
        visit_box(ledger, visit, &push->target, to, READS);
    visit_box(ledger, visit, &push->target, to, WRITES);
}

static void visit_components(Ledger *ledger, Visit visit, const biqa_winograd_push *push,
                             Access access)
{
    visit_box(ledger, visit, &push->components,
              (Box){push->tiles, 1, push->planes, BIQA_WINOGRAD_COMPONENTS}, access);
}

/* Samples that the tiles of a dispatch lie in, as a map of their own. */
static Box samples_of(const biqa_winograd_push *push, guint border, biqa_view *map)
{
    const guint tiles = push->wide * push->high, first = push->first / tiles;

    *map = push->map;
    map->origin += first * map->sample_stride;
    return (Box){push->width + border, push->height + border, push->planes,
                 (push->first + push->tiles - 1) / tiles - first + 1};
}

static void visit_winograd_in(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    biqa_view map;
    const Box box = samples_of(&step->push.winograd, 2, &map);

    visit_box(ledger, visit, &map, box, READS);
    visit_components(ledger, visit, &step->push.winograd, WRITES);
}

static void visit_winograd_out(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    biqa_view map;
    const Box box = samples_of(&step->push.winograd, 0, &map);

    visit_components(ledger, visit, &step->push.winograd, READS);
    visit_box(ledger, visit, &map, box, WRITES);
}

static void visit_add(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_add_push *push = &step->push.add;
    const Box box = {push->width, push->height, push->planes, step->groups[2] / push->planes};

    for (guint k = 0; k < step->variant.constants[BIQA_ID_INPUTS]; k++)
        visit_box(ledger, visit, &push->source[k], box, READS);
    visit_box(ledger, visit, &push->target, box, WRITES);
}

static void visit_pool_part(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_pool_push *push = &step->push.pool;
    const Box box = {push->width, push->height, biqa_vk_planes(push->channels), push->samples};

    visit_box(ledger, visit, &push->source, box, READS);
    visit_texels(ledger, visit, push->scratch, 2 * push->parts * box.planes * box.samples, WRITES);
}

static void visit_pool_merge(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_merge_push *push = &step->push.merge;
    guint scratch = push->scratch, first = 0;

    for (guint k = 0; k < step->variant.constants[BIQA_ID_INPUTS]; k++) {
        const guint parts = biqa_vk_divide_up(push->pixels[k], push->part_pixels[k]);
        const guint texels = 2 * parts * biqa_vk_planes(push->channels[k]) * push->samples;
        const guint channels = (push->deviation ? 2 : 1) * push->channels[k];

        visit_texels(ledger, visit, scratch, texels, READS);
        visit_channels(ledger, visit, &push->target, (Channels){first, channels, push->samples},
                       WRITES);
        scratch += texels;
        first += channels;
    }
}

static void visit_linear(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_linear_push *push = &step->push.linear;

    visit_box(ledger, visit, &push->source, (Box){1, 1, push->planes, push->samples}, READS);
    visit_channels(ledger, visit, &push->target, (Channels){0, push->outputs, push->samples},
                   WRITES);
}

static void visit_gate_features(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_gate_features_push *push = &step->push.features;

    visit_channels(ledger, visit, &push->source,
                   (Channels){push->first, push->channels, push->samples}, READS);
    visit_texels(ledger, visit, push->target, biqa_vk_planes(push->channels), WRITES);
}

static void visit_gate_distances(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_gate_distances_push *push = &step->push.distances;

    visit_texels(ledger, visit, push->features, push->planes, READS);
    visit_texels(ledger, visit, push->target, push->n, WRITES);
}

static void visit_gate_weights(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    const biqa_gate_weights_push *push = &step->push.weights;

    visit_texels(ledger, visit, push->distances, push->parts * push->n, READS);
    visit_texels(ledger, visit, push->target, biqa_vk_planes(push->n_tasks), WRITES);
    visit_texels(ledger, visit, push->groups, push->n_steps, WRITES);
}

static void (*const visitors[BIQA_VK_N_KERNELS])(Ledger *, Visit, const BiqaVkStep *) = {
    [BIQA_VK_DENSE] = visit_conv,
    [BIQA_VK_DEPTHWISE] = visit_conv,
    [BIQA_VK_CONV] = visit_conv,
    [BIQA_VK_ADD] = visit_add,
    [BIQA_VK_POOL_PART] = visit_pool_part,
    [BIQA_VK_POOL_MERGE] = visit_pool_merge,
    [BIQA_VK_LINEAR] = visit_linear,
    [BIQA_VK_PREPROCESS] = NULL, /* not of the program */
    [BIQA_VK_GATE_FEATURES] = visit_gate_features,
    [BIQA_VK_GATE_DISTANCES] = visit_gate_distances,
    [BIQA_VK_GATE_WEIGHTS] = visit_gate_weights,
    [BIQA_VK_WINOGRAD_IN] = visit_winograd_in,
    [BIQA_VK_WINOGRAD_OUT] = visit_winograd_out,
};

/* What a step does, and before it the read of how many groups it has. */
static void visit_step(Ledger *ledger, Visit visit, const BiqaVkStep *step)
{
    if (step->arena)
        visit_texels(ledger, visit, step->gate, 1, READS);
    visitors[step->variant.kernel](ledger, visit, step);
}

/* What a frame has of some steps. */
typedef struct {
    guint n_left_out; /* without a barrier */
    guint n_tiled;    /* that bring tiles back to maps */
    guint n_merged;   /* that merge all that is pooled */
} Counts;

/* Steps through a frame. */
static Counts check_program(const BiqaVkProgram *program)
{
    const BiqaVkMap *input = &program->maps[0][BIQA_FULL][0];
    Ledger ledger = {.n = program->arena.size / sizeof(float)};
    g_autofree guint8 *done = g_malloc0(ledger.n);
    Counts counts = {0};

    ledger.done = done;
    /* What comes before is the preprocessing, which writes the crops. */
    visit_box(&ledger, enter, &input->view,
              (Box){input->shape.w, input->shape.h, biqa_vk_planes(input->shape.c), input->samples},
              WRITES);
    for (ledger.step = 0; ledger.step < program->steps->len; ledger.step++) {
        const BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, ledger.step);

        ledger.kernel = biqa_vk_kernel_name(step->variant.kernel);
        if (step->barrier)
            memset(done, 0, ledger.n);
        counts.n_left_out += !step->barrier;
        counts.n_tiled += step->variant.kernel == BIQA_VK_WINOGRAD_OUT;
        counts.n_merged += step->variant.kernel == BIQA_VK_POOL_MERGE;
        visit_step(&ledger, check, step);
        visit_step(&ledger, enter, step);
    }
    return counts;
}

static Counts check_plan(const BiqaModel *model, BiqaVkPlan plan)
{
    g_autoptr(GError) error = NULL;
    BiqaVkRuntime *runtime = biqa_vk_runtime_get(NULL, FALSE, NULL, &error);
    BiqaVkProgram *program;
    Counts counts;

    g_assert_no_error(error);
    program = biqa_vk_runtime_program(runtime, plan, model, NULL, &error);
    g_assert_no_error(error);
    counts = check_program(program);
    biqa_vk_runtime_program_put(runtime, program);
    biqa_vk_runtime_put(runtime);
    return counts;
}

/* model (transfer full) */
static void check_model(BiqaModel *model)
{
    check_plan(model, BIQA_VK_UNROLLED);
    /* There the branches share a layer's barrier. */
    g_assert_cmpuint(check_plan(model, BIQA_VK_COMPACT).n_left_out, >, model->graph->n_layers / 4);
    biqa_model_free(model);
}

static void test_tiny(void)
{
    check_model(tiny_model_new(31));
}

static void test_mobilenet(void)
{
    check_model(mobilenet_model_new(65, 3, 4, 32));
}

/* The real widths, so that layers are cut into parts. */
static void test_wide(void)
{
    BiqaModel *model = mobilenet_model_new(32, 2, 1, 33);

    /* However many maps are pooled. */
    g_assert_cmpuint(check_plan(model, BIQA_VK_UNROLLED).n_merged, ==, BIQA_N_BRANCHES);
    check_model(model);
}

/* Layers that run by Winograd's components; not in the plan of a GPU. */
static void test_tiles(void)
{
    BiqaModel *model = plain_model_new(35);

    g_assert_cmpuint(check_plan(model, BIQA_VK_UNROLLED).n_tiled, ==, BIQA_N_BRANCHES * 5);
    g_assert_cmpuint(check_plan(model, BIQA_VK_COMPACT).n_tiled, ==, 0);
    check_model(model);
}

static void test_tasks(void)
{
    BiqaModel *model = tiny_model_new(34);

    tiny_tasks_add(model, TRUE, 34);
    check_model(model);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/hazards/every-kind", test_tiny);
    g_test_add_func("/shader/hazards/mobilenet", test_mobilenet);
    g_test_add_func("/shader/hazards/wide", test_wide);
    g_test_add_func("/shader/hazards/tiles", test_tiles);
    g_test_add_func("/shader/hazards/tasks", test_tasks);
    return g_test_run();
}
