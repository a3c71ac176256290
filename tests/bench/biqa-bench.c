/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-bench: a model's speed on one backend, as a table, beside what the project aims at. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    BenchOptions bench;
    char *size, *json, *graph;
    gboolean first, quick;
} Options;

static gboolean parse(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options->bench.model,
         "A model file, or plain or mobilenet for a network made up here", "FILE"},
        {"prune", 0, 0, G_OPTION_ARG_STRING, &options->bench.prune,
         "Another rule for the competitor, as channels:0.5, whatever its scores are then", "RULE"},
        {"backend", 'b', 0, G_OPTION_ARG_STRING, &options->bench.backend,
         "vulkan, cpu or reference (vulkan)", "NAME"},
        {"plan", 'p', 0, G_OPTION_ARG_STRING, &options->bench.plan,
         "compact or unrolled of vulkan; AVX-512, AVX2 or plain of cpu", "NAME"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &options->bench.device, "Vulkan device", "NAME"},
        {"size", 's', 0, G_OPTION_ARG_STRING, &options->size, "Of a frame (1920x1080)", "WxH"},
        {"frames", 'n', 0, G_OPTION_ARG_INT, &options->bench.n_frames, "To time (30)", "N"},
        {"in-flight", 'i', 0, G_OPTION_ARG_INT, &options->bench.in_flight,
         "Frames of vulkan begun before the first is ended, up to 4; a frame's times are means "
         "then",
         "N"},
        {"tasks", 't', 0, G_OPTION_ARG_INT, &options->bench.n_tasks,
         "Measure what a frame costs with so many tasks made up, and nothing else", "N"},
        {"beside", 0, 0, G_OPTION_ARG_DOUBLE, &options->bench.beside_ms,
         "CPU time of both networks in another engine, to compare with", "MS"},
        {"json", 'j', 0, G_OPTION_ARG_FILENAME, &options->json, "Write the figures as JSON",
         "FILE"},
        {"export-graph", 'g', 0, G_OPTION_ARG_FILENAME, &options->graph,
         "Write the network as text and measure nothing", "FILE"},
        {"quick", 'q', 0, G_OPTION_ARG_NONE, &options->quick,
         "Start no processes: no first scores, no memory", NULL},
        {"first", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options->first, "", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- how fast a model runs here");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (options->size &&
        sscanf(options->size, "%dx%d", &options->bench.width, &options->bench.height) != 2) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "--size %s is not like 1920x1080",
                    options->size);
        return FALSE;
    }
    options->bench.width = CLAMP(options->bench.width, 16, 16384);
    options->bench.height = CLAMP(options->bench.height, 16, 16384);
    options->bench.model = options->bench.model ? options->bench.model : g_strdup(DEFAULT_MODEL);
    options->bench.backend = options->bench.backend ? options->bench.backend : g_strdup("vulkan");
    return TRUE;
}

static gboolean measure(const Options *options, const char *program, GError **error)
{
    const gboolean other = options->graph || options->bench.n_tasks > 0;
    const BenchMemory memory =
        options->quick || other ? (BenchMemory){NAN, NAN} : bench_memory(&options->bench);
    g_autoptr(BiqaModel) model = bench_model(&options->bench, error);
    g_autofree char *json = NULL;
    BenchReport report = {0};
    gboolean ok;

    if (!model)
        return FALSE;
    if (options->graph)
        return bench_export_graph(model, options->graph, error);
    if (options->bench.n_tasks > 0)
        return bench_print_tasks(&options->bench, model, error);
    ok = bench_measure(&options->bench, model, &report, error);
    if (ok) {
        report.products = bench_products();
        report.memory = memory;
        ok = options->quick || bench_first_scores(program, &options->bench, &report, error);
    }
    if (ok) {
        bench_print_table(&report);
        bench_print_targets(&report);
        json = bench_json(&report);
        ok = !options->json || g_file_set_contents(options->json, json, -1, error);
    }
    bench_report_clear(&report);
    return ok;
}

static void options_clear(Options *options)
{
    g_free(options->bench.model);
    g_free(options->bench.backend);
    g_free(options->bench.prune);
    g_free(options->bench.plan);
    g_free(options->bench.device);
    g_free(options->size);
    g_free(options->json);
    g_free(options->graph);
}

int main(int argc, char **argv)
{
    Options options = {.bench = {.width = 1920, .height = 1080, .n_frames = 30}};
    g_autoptr(GError) error = NULL;
    const gboolean ok = parse(&options, &argc, &argv, &error) &&
                        (options.first ? bench_print_first(&options.bench, &error)
                                       : measure(&options, "/proc/self/exe", &error));

    if (!ok)
        fprintf(stderr, "biqa-bench: %s\n", error->message);
    options_clear(&options);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
