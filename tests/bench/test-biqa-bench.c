/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqa-bench writes: whole, and of the network it was given. Not how long anything takes. */
#include "bench.h"

#include "mobilenet.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

static const BenchOptions options = {
    .model = (char *)"plain", .backend = (char *)"cpu", .width = 320, .height = 240, .n_frames = 1};

static double number(JsonObject *object, const char *name)
{
    g_assert_true(json_object_has_member(object, name));
    return json_object_get_double_member(object, name);
}

static void test_json(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = bench_model(&options, &error);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *text = NULL;
    BenchReport report;
    JsonObject *root;
    JsonArray *layers;
    double flop = 0;

    bench_measure(&options, model, &report, &error);
    g_assert_no_error(error);
    text = bench_json(&report);
    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    root = json_node_get_object(json_parser_get_root(parser));
    layers = json_object_get_array_member(root, "layers");
    for (guint i = 0; i < json_array_get_length(layers); i++)
        flop += number(json_array_get_object_element(layers, i), "flop");
    g_assert_cmpfloat_with_epsilon(2 * flop, number(root, "flop"), 1);
    g_assert_cmpfloat(number(root, "flop_without_zeros"), <, number(root, "flop"));
    g_assert_cmpfloat(number(root, "cpu_ms"), >, 0);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(root, "targets")), ==, 7);
    g_assert_true(json_object_get_null_member(root, "first_score_cold_ms"));
    g_assert_cmpstr(json_object_get_string_member(root, "backend"), ==, "cpu");
    bench_report_clear(&report);
}

/* Figures made up: each has its row, also where it could not be measured. */
static void test_targets(void)
{
    BenchReport report = {
        .backend = (char *)"vulkan",
        .model = (char *)"some",
        .flop = 1e9,
        .cpu_ms = 40,
        .branch_ms = {30, 9},
        .beside_ms = 280,
        .products = 1e11,
        .cold_ms = NAN,
        .warm_ms = 300,
        .memory = {121 << 20, 120 << 20},
    };
    static const struct {
        const char *unit;
        double aim, measured;
        gboolean met;
    } rows[] = {
        {"ms", 33, 40, FALSE},    {"x", 6, 7, TRUE},       {"%", 30, 25, FALSE},
        {"", .35, .3, TRUE},      {"s", 3, NAN, FALSE},    {"s", .4, .3, TRUE},
        {"MiB", 120, 121, FALSE}, {"MiB", 120, 120, TRUE},
    };
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *text = bench_json(&report);
    JsonArray *targets;

    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    targets =
        json_object_get_array_member(json_node_get_object(json_parser_get_root(parser)), "targets");
    g_assert_cmpuint(json_array_get_length(targets), ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        JsonObject *row = json_array_get_object_element(targets, i);

        g_assert_cmpstr(json_object_get_string_member(row, "unit"), ==, rows[i].unit);
        g_assert_cmpfloat_with_epsilon(number(row, "aim"), rows[i].aim, 1e-9);
        g_assert_true(json_object_get_null_member(row, "measured") == isnan(rows[i].measured));
        if (!isnan(rows[i].measured))
            g_assert_cmpfloat_with_epsilon(number(row, "measured"), rows[i].measured, 1e-9);
        g_assert_true(json_object_get_boolean_member(row, "met") == rows[i].met);
    }
}

/* A plain network aims higher, and a GPU at something else. */
static void test_other_targets(void)
{
    BenchReport report = {.backend = (char *)"vulkan", .model = (char *)"plain", .products = 1};
    BenchTarget targets[BENCH_MAX_TARGETS];

    bench_targets(&report, targets);
    g_assert_cmpfloat(targets[0].aim, ==, 12);
    g_assert_cmpfloat(targets[1].aim, ==, 50);
    report.gpu = TRUE;
    report.device_ms = .4;
    bench_targets(&report, targets);
    g_assert_cmpfloat(targets[0].aim, ==, .5);
    g_assert_true(bench_target_met(&targets[0]));
}

static void test_graph(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = bench_model(&options, &error);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "biqa-bench-graph.txt", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    bench_export_graph(model, path, &error);
    g_assert_no_error(error);
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, model->graph->n_layers + 1);
    g_assert_cmpstr(lines[1], ==,
                    "conv inputs=0 channels=16 kernel=3x3 stride=2 groups=1 padding=same bias=yes "
                    "# 16x112x112, 5419008 MAC");
    g_unlink(path);
}

/* Another rule leaves other multiplications to the competitor; a wrong one is refused. */
static void test_prune(void)
{
    BenchOptions other = options;
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = bench_model(&options, NULL), half = NULL;

    other.prune = (char *)"channels:0.5";
    half = bench_model(&other, &error);
    g_assert_no_error(error);
    g_assert_cmpint(half->pruning.structure, ==, BIQA_PRUNE_CHANNELS);
    g_assert_cmpuint(biqa_model_flop(half), <, biqa_model_flop(model));
    other.prune = (char *)"channels";
    g_assert_null(bench_model(&other, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_VALUE);
}

/* Of the tasks made up so many count as are told to, and they share nothing. */
static void test_tasks(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = mobilenet_model_new(33, 1, 1, 1);
    BiqaFrameFormat format;
    BiqaFrame frame = bench_frame(&format, 64, 48);

    g_assert_true(bench_add_tasks(model, 2, &error));
    g_assert_no_error(error);
    for (guint n = 1; n <= 3; n++) {
        g_autoptr(BiqaBackend) backend = NULL;
        BiqaResult result;

        bench_let_count(model, n);
        backend = bench_open(&options, model, FALSE, &error);
        g_assert_true(biqa_backend_run_spot(backend, &frame, 0, &result, &error));
        for (guint t = 0; t < 3; t++)
            g_assert_cmpfloat_with_epsilon(result.weights[0][t], t < n ? 1. / n : 0, 1e-6);
    }
    bench_frame_clear(&frame);
}

/* Frames in flight are timed on a backend that takes several, and refused by others. */
static void test_in_flight(void)
{
    const BenchOptions two = {.model = (char *)"plain",
                              .backend = (char *)"vulkan",
                              .width = 320,
                              .height = 240,
                              .n_frames = 2,
                              .in_flight = 2};
    BenchOptions cpu = two;
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = bench_model(&two, &error);
    BenchReport report;

    bench_measure_frames(&two, model, &report, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(report.wall_ms, >, 0);
    g_assert_cmpfloat(report.cpu_ms, >, 0);
    bench_report_clear(&report);
    cpu.backend = (char *)"cpu";
    g_assert_false(bench_measure_frames(&cpu, model, &report, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_VALUE);
    g_assert_nonnull(strstr(error->message, "up to 1 "));
    bench_report_clear(&report);
}

static void test_unknown(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = bench_model(&options, &error);
    const BenchOptions wrong = {.backend = (char *)"abacus"};

    g_assert_null(bench_open(&wrong, model, FALSE, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_VALUE);
    g_assert_nonnull(strstr(error->message, "abacus"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bench/json", test_json);
    g_test_add_func("/bench/targets", test_targets);
    g_test_add_func("/bench/other-targets", test_other_targets);
    g_test_add_func("/bench/graph", test_graph);
    g_test_add_func("/bench/prune", test_prune);
    g_test_add_func("/bench/tasks", test_tasks);
    g_test_add_func("/bench/in-flight", test_in_flight);
    g_test_add_func("/bench/unknown", test_unknown);
    return g_test_run();
}
