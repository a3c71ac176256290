/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train bench */
#include "bench.h"
#include "builder.h"
#include "command.h"

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

static void print_json(const TrainBench *bench)
{
    g_autoptr(JsonBuilder) builder = biqa_json_new();
    biqa_json_add_number(builder, "threads", bench->threads);
    biqa_json_add_number(builder, "products_flops", bench->products);
    biqa_json_add_number(builder, "memory_bytes", bench->memory);
    biqa_json_begin_array(builder, "rows");
    for (guint i = 0; i < bench->rows->len; i++) {
        const TrainBenchRow *row = &g_array_index(bench->rows, TrainBenchRow, i);
        json_builder_begin_object(builder);
        biqa_json_add_text(builder, "what", row->what);
        biqa_json_add_number(builder, "pixels", row->size);
        biqa_json_add_number(builder, "batch", row->n);
        biqa_json_add_number(builder, "images_per_second", row->images);
        biqa_json_add_number(builder, "images_per_cpu_second", row->cpu);
        biqa_json_add_number(builder, "share_of_products", row->share);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    g_autofree char *text = biqa_json_finish(builder, FALSE);
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
