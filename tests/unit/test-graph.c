/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers, graphs, folding, pruning and the verdict. */
#include "fold.h"
#include "prune.h"
#include "reference.h"
#include "support.h"
#include "uncertainty.h"

#include <math.h>
#include <string.h>

static void refuse(const char *const *lines, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaGraph) graph = biqa_graph_parse(lines, g_strv_length((char **)lines), &error);
    if (graph)
        g_assert_false(biqa_graph_infer(graph, 8, &error));
    assert_refused(error, BIQA_ERROR_GRAPH, word);
}

/* Text and graph say the same in both directions. */
static void test_text(void)
{
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    g_auto(GStrv) lines = biqa_graph_format(graph);
    g_autoptr(BiqaGraph) again = inferred_graph_new((const char *const *)lines, graph->size);

    g_assert_cmpuint(again->n_layers, ==, graph->n_layers);
    g_assert_cmpmem(again->layers, again->n_layers * sizeof *again->layers, graph->layers,
                    graph->n_layers * sizeof *graph->layers);
}

static void test_refusals(void)
{
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})
    const char *const input = "input channels=3";
    refuse(LINES("dropout inputs=0"), "dropout");
    refuse(LINES(input, "relu inputs=0 depth=3"), "depth");
    refuse(LINES(input, "relu inputs=0 inputs=0"), "twice");
    refuse(LINES(input, "conv inputs=0 channels=4 kernel=3"), "kernel");
    refuse(LINES(input, "conv inputs=0 channels=-4 kernel=3x3"), "channels");
    refuse(LINES(input, "clip inputs=0 lo=nan"), "lo");
    refuse(LINES("relu inputs=0"), "first layer");
    refuse(LINES(input, input), "first layer");
    refuse(LINES(input, "relu inputs=1"), "before it");
    refuse(LINES(input, "relu inputs=7"), "before it");
    refuse(LINES(input, "add inputs=0"), "number of inputs");
    refuse(LINES(input, "conv inputs=0 channels=4 kernel=3x3 groups=2"), "groups");
    refuse(LINES(input, "conv inputs=0 channels=4 kernel=9x9"), "larger than its input");
    refuse(LINES(input, "conv inputs=0 channels=4 kernel=3x3 stride=0"), "stride");
    refuse(LINES(input, "conv inputs=0 channels=20000 kernel=1x1"), "16384");
    refuse(LINES(input, "conv inputs=0 channels=4 kernel=3x3", "add inputs=0,1"),
           "differ in shape");
    refuse(LINES(input, "linear inputs=0 channels=1"), "vector");
    refuse(LINES(input, "relu inputs=0"), "last layer");
    refuse(LINES(input, "clip inputs=0 lo=2 hi=1"), "lo");
    refuse(LINES(input, "norm inputs=0 epsilon=0"), "epsilon");
#undef LINES
}

/* Worked by hand: TensorFlow puts the odd row of zeros at the bottom, symmetric padding is what it
 * says. */
static void test_shapes(void)
{
    const char *const lines[] = {
        "input channels=3",
        "conv inputs=0 channels=8 kernel=3x3 stride=2 padding=same",
        "conv inputs=1 channels=8 kernel=5x3 stride=2 padding=1 groups=8 bias=yes",
        "pool inputs=1,2 statistics=mean+deviation",
        "linear inputs=3 channels=1",
        NULL};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, 15);
    const BiqaLayer *conv = &graph->layers[1], *depthwise = &graph->layers[2];
    g_assert_cmpuint(conv->shape.h, ==, 8);
    g_assert_cmpuint(biqa_layer_pad_before(conv, 15, 3), ==, 1);
    g_assert_cmpuint(biqa_layer_pad_before(conv, 16, 3), ==, 0);
    g_assert_cmpuint(depthwise->shape.h, ==, 3);
    g_assert_cmpuint(depthwise->shape.w, ==, 4);
    g_assert_cmpuint(depthwise->count[0], ==, 8 * 5 * 3);
    g_assert_cmpuint(graph->layers[3].shape.c, ==, 32);
    g_assert_cmpuint(biqa_graph_macs(graph, NULL), ==, 8 * 27 * 64 + 8 * 15 * 12 + 32);
    g_assert_cmpuint(graph->n_params, ==, 8 * 27 + 8 * 15 + 8 + 32 + 1);
}

/* Folding changes nothing but rounding: every layer of the result against the one it stands for. */
static void test_fold(void)
{
    for (guint64 seed = 1; seed <= 5; seed++) {
        g_autoptr(BiqaGraph) graph = tiny_graph_new();
        BiqaNet net = {graph, g_new0(float, graph->n_params)};
        tiny_params_fill(graph, net.params, seed);
        g_autofree guint *origin = NULL;
        g_autoptr(BiqaNet) folded = biqa_fold(graph, net.params, &origin);
        float **expected = biqa_reference_outputs_new(graph);
        float **got = biqa_reference_outputs_new(folded->graph);
        g_autoptr(GRand) random = g_rand_new_with_seed((guint32)seed);

        for (gsize i = 0; i < biqa_shape_size(graph->layers[0].shape); i++)
            expected[0][i] = got[0][i] = (float)g_rand_double_range(random, -1, 1);
        biqa_reference_run(&net, expected);
        biqa_reference_run(folded, got);
        g_assert_cmpuint(folded->graph->n_layers, <, graph->n_layers);
        for (guint i = 0; i < folded->graph->n_layers; i++) {
            const BiqaLayer *layer = &folded->graph->layers[i];
            g_assert_true(layer->kind != BIQA_LAYER_NORM && layer->kind != BIQA_LAYER_RELU);
            for (gsize j = 0; j < biqa_shape_size(layer->shape); j++) {
                /* Weights rounded once more a layer: a few ulps of values near one, each layer. */
                const double bound =
                    (i + 1) * 64 * 0x1p-24 * MAX(1., fabsf(expected[origin[i]][j]));
                if (fabs((double)got[i][j] - expected[origin[i]][j]) > bound)
                    g_error("seed %d, folded layer %u, value %d: expected %.9g, got %.9g",
                            (int)seed, i, (int)j, expected[origin[i]][j], got[i][j]);
            }
        }
        biqa_reference_outputs_free(expected);
        biqa_reference_outputs_free(got);
        g_free(net.params);
    }
}

static void test_prune(void)
{
    const char *const lines[] = {"input channels=1",
                                 "conv inputs=0 channels=5 kernel=1x1 bias=yes",
                                 "norm inputs=1",
                                 "conv inputs=2 channels=1 kernel=1x1",
                                 "pool inputs=3",
                                 "linear inputs=4 channels=1",
                                 NULL};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, 4);
    g_autofree float *params = g_new0(float, graph->n_params);
    g_autofree guint8 *mask = g_malloc(graph->n_params);
    const float first[] = {.1f, -.9f, .3f, .5f, -.2f}, second[] = {.4f, -.6f, .8f, .7f, .05f};
    memcpy(params + graph->layers[1].offset[0], first, sizeof first);
    memcpy(params + graph->layers[3].offset[0], second, sizeof second);

    /* k = ceil(.7 * 10) = 7 of ten go: .7, .8 and .9 stay, wherever they are. */
    const guint8 stays_first[] = {0, 1, 0, 0, 0}, stays_second[] = {0, 0, 1, 1, 0};
    biqa_prune_mask(graph, params, &(BiqaPruneRule){.ratio = .7}, mask);
    g_assert_cmpmem(mask + graph->layers[1].offset[0], 5, stays_first, 5);
    g_assert_cmpmem(mask + graph->layers[3].offset[0], 5, stays_second, 5);
    guint gone = 0;
    for (gsize i = 0; i < graph->n_params; i++)
        gone += !mask[i];
    g_assert_cmpuint(gone, ==, 7); /* biases, NORM and the head are not touched */

    biqa_prune_mask(graph, params, &(BiqaPruneRule){.ratio = 0}, mask);
    for (gsize i = 0; i < graph->n_params; i++)
        g_assert_cmpuint(mask[i], ==, 1);
}

static void test_verdict(void)
{
    const BiqaScale scale = {50, 12};
    const BiqaVerdict calm = biqa_verdict(&scale, NULL, &(BiqaResult){1, {{1}, {.5f}}}, 6);
    g_assert_cmpfloat_with_epsilon(calm.score, 62, 1e-12);
    g_assert_cmpfloat_with_epsilon(calm.competitor_score, 56, 1e-12);
    g_assert_cmpfloat_with_epsilon(calm.disagreement, 6, 1e-12);
    g_assert_false(calm.hard);
    g_assert_true(biqa_verdict(&scale, NULL, &(BiqaResult){1, {{1}, {.4f}}}, 6).hard);
    g_assert_cmpfloat(biqa_score(&scale, 1e9), ==, 100);
    g_assert_cmpfloat(biqa_score(&scale, -1e9), ==, 0);
    g_assert_cmpfloat(biqa_score(&scale, NAN), ==, 0);
}

/* Worked out by hand on a scale of 50 + 20 raw: 70 and 50 from the full model, 50 and 60 from the
 * competitor. */
static void test_figures(void)
{
    const BiqaScale scale = {50, 20};
    const BiqaResult result = {2, {{1, 0}, {0, .5f}}};
    double figures[BIQA_N_FIGURES];
    BiqaFigure figure;

    biqa_figures(&scale, &result, figures);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_SCORE], 60, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_SCORE_SQUARED], .04, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_DIFFERENCE], 5, 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_DISAGREEMENT], log(6), 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_CROP_DISAGREEMENT], log(16), 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_SPREAD], log(11), 1e-12);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_COMPETITOR_SPREAD], log(6), 1e-12);
    for (guint i = 0; i < BIQA_N_FIGURES; i++) {
        g_assert_true(biqa_figure_find(biqa_figure_name(i), &figure));
        g_assert_cmpuint(figure, ==, i);
    }
    g_assert_false(biqa_figure_find("scor", &figure));
    g_assert_false(biqa_figure_is_competitors(BIQA_FIGURE_SPREAD));
    g_assert_true(biqa_figure_is_competitors(BIQA_FIGURE_DIFFERENCE));
}

/* Deviations are taken of each spot by itself: 0 and 2 over the crops of the first and the second,
 * where all four together would deviate by 5.2. */
static void test_spots(void)
{
    const BiqaScale scale = {50, 1};
    const BiqaResult result = {4, {{1, 1, 9, 13}, {0, 2, 9, 13}}, 2};
    double figures[BIQA_N_FIGURES];

    biqa_figures(&scale, &result, figures);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_SCORE], 56, 1e-9);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_SPREAD], log1p((0 + 2) / 2.), 1e-9);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_COMPETITOR_SPREAD], log1p((1 + 2) / 2.),
                                   1e-9);
    g_assert_cmpfloat_with_epsilon(figures[BIQA_FIGURE_CROP_DISAGREEMENT], log1p(2 / 4.), 1e-9);
}

/* exp(2 + .5 z) with z = (score - 50) / 5, which ends at -3 and 3. */
static void test_uncertainty(void)
{
    const BiqaScale scale = {50, 20};
    BiqaUncertainty head = {
        .n_terms = 1, .terms = {{BIQA_FIGURE_SCORE, 50, 5, .5f}}, .bias = 2, .quantile = 1.5};
    const BiqaResult plain = {1, {{.5f}, {.5f}}}, far = {1, {{2}, {2}}};
    const double expected = exp(3); /* score 60, z = 2 */

    BiqaVerdict verdict = biqa_verdict(&scale, &head, &plain, 20);
    g_assert_cmpfloat_with_epsilon(verdict.uncertainty, expected, 1e-9);
    g_assert_cmpfloat(verdict.disagreement, ==, 0);
    g_assert_true(verdict.hard); /* 20.09 > 20, though nothing is disagreed on */
    g_assert_true(isnan(verdict.score_low) && isnan(verdict.score_high));
    g_assert_false(biqa_verdict(&scale, &head, &plain, 21).hard);

    head.n_images = 40;
    verdict = biqa_verdict(&scale, &head, &plain, 20);
    g_assert_cmpfloat_with_epsilon(verdict.score_low, 60 - 1.5 * expected, 1e-9);
    g_assert_cmpfloat_with_epsilon(verdict.score_high, 60 + 1.5 * expected, 1e-9);
    verdict = biqa_verdict(&scale, &head, &far, 20);
    g_assert_cmpfloat_with_epsilon(verdict.uncertainty, exp(3.5), 1e-9); /* z = 8 counts as 3 */
    g_assert_cmpfloat(verdict.score_high, ==, 100);

    head.bias = 1000;
    verdict = biqa_verdict(&scale, &head, &plain, 20);
    g_assert_cmpfloat(verdict.uncertainty, ==, 100);
    g_assert_cmpfloat(verdict.score_low, ==, 0);
    verdict = biqa_verdict(&scale, NULL, &plain, 20);
    g_assert_true(isnan(verdict.uncertainty) && isnan(verdict.score_low));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/graph/text", test_text);
    g_test_add_func("/graph/refusals", test_refusals);
    g_test_add_func("/graph/shapes", test_shapes);
    g_test_add_func("/fold", test_fold);
    g_test_add_func("/prune", test_prune);
    g_test_add_func("/verdict", test_verdict);
    g_test_add_func("/verdict/figures", test_figures);
    g_test_add_func("/verdict/spots", test_spots);
    g_test_add_func("/verdict/uncertainty", test_uncertainty);
    return g_test_run();
}
