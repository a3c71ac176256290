/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train bench */
#include "bench.h"
#include "command.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>

static char *data;
static gboolean json;
static int threads;
static double seconds = 2;

static const GOptionEntry entries[] = {
    {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
     "Where the recipe's relative paths start (its own folder)", "DIR"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {"seconds", 's', 0, G_OPTION_ARG_DOUBLE, &seconds, "To spend on each figure (2)", "S"},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &json, "JSON instead of a table", NULL},
    {0},
};

static void print_table(const TrainBench *bench)
{
    printf("%u threads, matrix products at %.1f GFLOP/s\n\n%-10s %7s %7s %10s %15s %9s\n",
           bench->threads, bench->products / 1e9, "", "pixels", "batch", "images/s", "images/CPU-s",
           "products");
    for (guint i = 0; i < bench->rows->len; i++) {
        const TrainBenchRow *row = &g_array_index(bench->rows, TrainBenchRow, i);
        printf("%-10s %7u %7u %10.0f %15.0f", row->what, row->size, row->n, row->images, row->cpu);
        if (isnan(row->share))
            printf("\n");
        else
            printf(" %7.1f %%\n", 100. * row->share);
    }
    printf("\nmemory at most %.0f MiB while stepping\n", bench->memory / (1 << 20));
}

static void add(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void print_json(const TrainBench *bench)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    add(builder, "threads", bench->threads);
    add(builder, "products_flops", bench->products);
    add(builder, "memory_bytes", bench->memory);
    json_builder_set_member_name(builder, "rows");
    json_builder_begin_array(builder);
    for (guint i = 0; i < bench->rows->len; i++) {
        const TrainBenchRow *row = &g_array_index(bench->rows, TrainBenchRow, i);
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "what");
        json_builder_add_string_value(builder, row->what);
        add(builder, "pixels", row->size);
        add(builder, "batch", row->n);
        add(builder, "images_per_second", row->images);
        add(builder, "images_per_cpu_second", row->cpu);
        add(builder, "share_of_products", row->share);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    printf("%s\n", text);
}

static int run(int argc, char **argv, GError **error)
{
    g_autoptr(TrainRecipe) recipe = NULL;
    if (!train_command_check(argc, 0, 1, "at most one recipe", error))
        return 2;
    if (argc && !(recipe = train_recipe_load(argv[0], data, error)))
        return 1;
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    g_autoptr(TrainBench) bench = train_bench(recipe, CLAMP(seconds, 0., 3600.), workers, error);
    train_workers_free(workers);
    if (bench)
        json ? print_json(bench) : print_table(bench);
    return bench ? 0 : 1;
}

const TrainCommand train_command_bench = {
    .name = "bench",
    .summary = "Measure how fast this machine trains",
    .arguments = "[RECIPE]",
    .description =
        "Steps are those of the recipe's network at its sizes, or of a network like MobileNetV1 "
        "0.5. The last column is the share of the rate of matrix products that their arithmetic "
        "makes. Figures by processor time hold on a machine that is busy otherwise.",
    .entries = entries,
    .run = run,
};
