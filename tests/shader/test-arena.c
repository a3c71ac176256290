/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where maps lie: what is needed at a time lies apart, and halos stay zero. No device is needed. */
#include "arena.h"
#include "mobilenet.h"

/* Both branches of a model, laid out. */
typedef struct {
    BiqaNet *nets[BIQA_N_BRANCHES];
    BiqaVkMap *maps[BIQA_N_BRANCHES];
    gsize end;
    guint *owners; /* of each texel: who wrote it last, 0: nobody */
} Plan;

static void plan_init(Plan *plan, BiqaVkSharing sharing)
{
    g_autoptr(BiqaModel) model = mobilenet_model_new(64, 2, 4, 11);
    const BiqaGraph *graphs[BIQA_N_BRANCHES];

    model->pruning.structure = BIQA_PRUNE_CHANNELS;
    biqa_model_prune(model);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        plan->nets[b] = biqa_model_fold(model, b, NULL);
        graphs[b] = plan->nets[b]->graph;
        plan->maps[b] = g_new0(BiqaVkMap, graphs[b]->n_layers);
    }
    plan->end = 0;
    biqa_vk_arena_place(graphs, BIQA_N_BRANCHES, sharing, 2, &plan->end, plan->maps);
    plan->owners = g_new0(guint, plan->end);
}

static void plan_clear(Plan *plan)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        biqa_net_free(plan->nets[b]);
        g_free(plan->maps[b]);
    }
    g_free(plan->owners);
}

/* A texel of a map; pixels outside of it lie in its halo. */
static guint *texel(Plan *plan, const BiqaVkMap *map, guint plane, gint y, gint x)
{
    const guint n = plane / biqa_vk_planes(map->shape.c);
    const gint64 at = (gint64)map->view.origin + n * map->view.sample_stride +
                      plane % biqa_vk_planes(map->shape.c) * map->view.plane +
                      y * (gint)map->view.row + x;

    g_assert_cmpint(at, >=, 0);
    g_assert_cmpint(at, <, plan->end);
    return &plan->owners[at];
}

static guint name_of(guint branch, guint layer)
{
    return 1 + 1000 * (layer == 0 ? 0 : branch) + layer;
}

static void write_map(Plan *plan, guint b, guint layer)
{
    const BiqaVkMap *map = &plan->maps[b][layer];

    for (guint p = 0; p < biqa_vk_planes(map->shape.c) * map->samples; p++)
        for (guint y = 0; y < map->shape.h; y++)
            for (guint x = 0; x < map->shape.w; x++)
                *texel(plan, map, p, y, x) = name_of(b, layer);
}

static void check_map(Plan *plan, guint b, guint layer)
{
    const BiqaVkMap *map = &plan->maps[b][layer];

    for (guint p = 0; p < biqa_vk_planes(map->shape.c) * map->samples; p++)
        for (guint y = 0; y < map->shape.h; y++)
            for (guint x = 0; x < map->shape.w; x++)
                g_assert_cmpuint(*texel(plan, map, p, y, x), ==, name_of(b, layer));
}

/* Writes a layer's map, while what it reads must be there. */
static void run_layer(Plan *plan, guint b, guint i)
{
    const BiqaLayer *layer = &plan->nets[b]->graph->layers[i];

    write_map(plan, b, i);
    for (guint k = 0; k < layer->n_inputs && layer->kind != BIQA_LAYER_POOL; k++)
        check_map(plan, b, layer->inputs[k]);
}

/* What a convolution reads around its input, nobody wrote. */
static void check_halo(Plan *plan, guint b, const BiqaLayer *conv)
{
    const BiqaVkMap *map = &plan->maps[b][conv->inputs[0]];
    const gint h = map->shape.h, w = map->shape.w;
    const gint top = biqa_layer_pad_before(conv, h, conv->kernel_h);
    const gint left = biqa_layer_pad_before(conv, w, conv->kernel_w);
    const gint rows = (conv->shape.h - 1) * conv->stride + conv->kernel_h;
    const gint columns = (conv->shape.w - 1) * conv->stride + conv->kernel_w;

    for (guint p = 0; p < biqa_vk_planes(map->shape.c) * map->samples; p++)
        for (gint y = -top; y < rows - top; y++)
            for (gint x = -left; x < columns - left; x++)
                if (y < 0 || y >= h || x < 0 || x >= w)
                    g_assert_cmpuint(*texel(plan, map, p, y, x), ==, 0);
}

static void check_end(Plan *plan)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < plan->nets[b]->graph->n_layers; i++) {
            const BiqaLayer *layer = &plan->nets[b]->graph->layers[i];

            if (plan->maps[b][i].kept)
                check_map(plan, b, i);
            if (layer->kind == BIQA_LAYER_CONV)
                check_halo(plan, b, layer);
        }
}

static void test_in_turn(void)
{
    gsize all = 0;
    Plan plan;

    plan_init(&plan, BIQA_VK_IN_TURN);
    write_map(&plan, BIQA_FULL, 0);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 1; i < plan.nets[b]->graph->n_layers; i++) {
            run_layer(&plan, b, i);
            all += (gsize)plan.maps[b][i].view.sample_stride * plan.maps[b][i].samples;
        }
    check_end(&plan);
    g_assert_cmpuint(plan.end, <, all / 2);
    plan_clear(&plan);
}

static void test_together(void)
{
    Plan plan;

    plan_init(&plan, BIQA_VK_TOGETHER);
    write_map(&plan, BIQA_FULL, 0);
    for (guint i = 1; i < plan.nets[0]->graph->n_layers; i++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            run_layer(&plan, b, i);
    check_end(&plan);
    plan_clear(&plan);
}

/* Every map is there at the end. */
static void test_apart(void)
{
    Plan plan;

    plan_init(&plan, BIQA_VK_APART);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < plan.nets[b]->graph->n_layers; i++) {
            g_assert_true(plan.maps[b][i].kept);
            write_map(&plan, b, i);
        }
    check_end(&plan);
    plan_clear(&plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/arena/in-turn", test_in_turn);
    g_test_add_func("/shader/arena/together", test_together);
    g_test_add_func("/shader/arena/apart", test_apart);
    return g_test_run();
}
