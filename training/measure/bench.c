/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Benchmarks of whole steps and of matrix products. */
#include "bench-private.h"

#include "seed.h"
#include "stage.h"
#include "start.h"
#include <cblas.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define SIDE 512 /* of the matrices */
#define LEAST_ROUNDS 3
#define LEVELS (TRAIN_LEVELS + 1)

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

/* Seconds of the fastest round, and of processor time in the cheapest. */
static void time_task(double seconds, void (*task)(gpointer data), gpointer data, double *wall,
                      double *cpu)
{
    const double end = seconds_of(CLOCK_MONOTONIC) + seconds;
    const guint least = seconds > 0 ? LEAST_ROUNDS : 1;
    *wall = *cpu = INFINITY;
    task(data);
    for (guint round = 0; round < least || seconds_of(CLOCK_MONOTONIC) < end; round++) {
        const double start = seconds_of(CLOCK_MONOTONIC);
        const double cpu_start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        task(data);
        *cpu = MIN(*cpu, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
        *wall = MIN(*wall, seconds_of(CLOCK_MONOTONIC) - start);
    }
}

void bench_measure(TrainBench *bench, TrainBenchRow row, double flop, double seconds,
                   void (*task)(gpointer data), gpointer data)
{
    double wall, cpu;
    time_task(seconds, task, data, &wall, &cpu);
    row.images = row.n / wall;
    row.cpu = row.n / cpu;
    row.share = flop * row.cpu * bench->threads / bench->products;
    g_array_append_val(bench->rows, row);
}

typedef struct {
    TrainWorkers *workers;
    float *matrices;
} Products;

static void multiply(guint index, gpointer data)
{
    float *a = (float *)data + (gsize)index * 3 * SIDE * SIDE;
    for (guint i = 0; i < 8; i++)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1.f, a, SIDE,
                    a + SIDE * SIDE, SIDE, 0.f, a + 2 * SIDE * SIDE, SIDE);
}

static void multiply_all(gpointer data)
{
    const Products *products = data;
    train_workers_run(products->workers, train_workers_count(products->workers), multiply,
                      products->matrices);
}

/* Of all threads together, each as fast as processor time says. */
static double product_rate(TrainWorkers *workers, double seconds)
{
    const guint n = train_workers_count(workers);
    g_autofree float *matrices = g_new0(float, (gsize)n * 3 * SIDE * SIDE);
    Products products = {workers, matrices};
    double wall, cpu;
    time_task(seconds, multiply_all, &products, &wall, &cpu);
    return 8. * n * 2. * SIDE * SIDE * SIDE / (cpu / n);
}

/* A stage's step on made-up input, with its optimiser. */
typedef struct {
    const TrainStage *stage;
    TrainStep step;
    TrainWeights *weights;
    const float *scale;
    double rate, clip;
} Step;

static void take_step(gpointer data)
{
    const Step *step = data;
    train_weights_zero_gradients(step->weights);
    step->stage->step(&step->step);
    train_weights_step(step->weights, step->rate, step->scale, step->clip);
}

static void fill(TrainBatch *batch)
{
    const BiqaGraph *graph = train_net_graph(batch->nets[BIQA_FULL]);
    const gsize size = biqa_shape_size(graph->layers[0].shape);
    for (guint i = 0; i < batch->n; i++) {
        float *input = train_net_input(batch->nets[BIQA_FULL], i);
        guint64 state = train_seed(1, i, 0);
        for (gsize j = 0; j < size; j++)
            input[j] = train_draw(&state, 2049) / 1024.f - 1.f;
        batch->quality[i] = (float)train_draw(&state, 101);
        batch->target[i] = batch->quality[i] / 50.f - 1.f;
        batch->group[i] = 0;
    }
}

/* What a run has of a recipe, or would have. */
typedef struct {
    const BiqaGraph *graph;
    TrainNorm norm;
    BiqaPruneRule pruning;
    TrainOptimParams optim;
} Setup;

static void measure_step(TrainBench *bench, const Setup *setup, const TrainStageRecipe *stage,
                         guint size, double seconds, TrainWorkers *workers)
{
    g_autoptr(TrainWeights) weights = train_weights_new(setup->graph, &setup->optim, TRUE);
    g_autofree float *scale = g_new(float, setup->graph->n_params);
    const TrainStage *kind = train_stage_find(stage->kind);
    TrainBatch *batch = train_batch_new(setup->graph, size, stage->rated, kind->paired, workers);
    /* Backward multiplies twice for every product of forward. */
    const double flop = 3. * 2. *
                        (double)biqa_graph_macs(train_net_graph(batch->nets[BIQA_FULL]), NULL) *
                        (kind->paired ? 2 : 1);

    for (gsize j = 0; j < setup->graph->n_params; j++)
        scale[j] = !weights->statistic[j];
    train_weights_init(weights, 1);
    if (kind->paired)
        train_weights_prune(weights, &setup->pruning);
    fill(batch);
    Step step = {.stage = kind, .weights = weights, .scale = scale, .rate = 1e-5, .clip = 5};
    step.step =
        (TrainStep){.recipe = stage, .weights = weights, .norm = setup->norm, .rated = batch};
    bench_measure(bench,
                  (TrainBenchRow){
                      .what = kind->paired ? "ohem step" : "step", .size = size, .n = stage->rated},
                  flop, seconds, take_step, &step);
    train_batch_free(batch);
}

/* Both kinds of step on n crops. */
static void measure_steps(TrainBench *bench, const Setup *setup, guint size, guint n,
                          double seconds, TrainWorkers *workers)
{
    static const char *const kinds[] = {"tune", "ohem"};
    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        const TrainStageRecipe stage = {.kind = (char *)kinds[k],
                                        .rated = n,
                                        .variance = (char *)"fixed",
                                        .fidelity_weight = 1,
                                        .sigma = 12,
                                        .squared_weight = .3,
                                        .consistency_weight = 1};
        measure_step(bench, setup, &stage, size, seconds, workers);
    }
}

/* The most of something that any stage asks for; fallback where none does. */
static guint most(const TrainRecipe *recipe, gsize field, guint fallback)
{
    guint n = 0;
    for (guint s = 0; recipe && s < recipe->n_stages; s++)
        n = MAX(n, G_STRUCT_MEMBER(guint, &recipe->stages[s], field));
    return n ? n : fallback;
}

static BiqaGraph *graph_of(const TrainRecipe *recipe, GError **error)
{
    if (recipe)
        return train_start_graph(recipe, error);
    g_autoptr(BiqaGraph) graph = bench_graph_new();
    return biqa_graph_infer(graph, 224, error) ? g_steal_pointer(&graph) : NULL;
}

static double peak_memory(void)
{
    g_autofree char *status = NULL;
    const char *line;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL) ||
        !(line = strstr(status, "VmHWM:")))
        return 0;
    return g_ascii_strtod(line + strlen("VmHWM:"), NULL) * 1024.;
}

static void measure(TrainBench *bench, const TrainRecipe *recipe, const BiqaGraph *graph,
                    double seconds, TrainWorkers *workers)
{
    const TrainOptimParams adam = {.kind = TRAIN_ADAM,
                                   .beta1 = .9,
                                   .beta2 = .99,
                                   .epsilon = 1e-8,
                                   .decay = .01,
                                   .decoupled = TRUE};
    const Setup setup = {
        .graph = graph,
        .norm = recipe && recipe->batch_norm ? TRAIN_NORM_BATCH : TRAIN_NORM_FROZEN,
        .pruning = recipe ? recipe->pruning : (BiqaPruneRule){BIQA_PRUNE_WEIGHTS, .7},
        .optim = recipe ? recipe->optim : adam,
    };
    const guint ranked = most(recipe, G_STRUCT_OFFSET(TrainStageRecipe, groups), 14) * LEVELS;
    const guint rated = most(recipe, G_STRUCT_OFFSET(TrainStageRecipe, rated), 24);
    bench->products = product_rate(workers, seconds);
    measure_steps(bench, &setup, recipe ? recipe->rank_size : 112, ranked, seconds, workers);
    measure_steps(bench, &setup, recipe ? recipe->input.size : 224, rated, seconds, workers);
    bench->memory = peak_memory();
}

TrainBench *train_bench(const TrainRecipe *recipe, double seconds, TrainWorkers *workers,
                        GError **error)
{
    const BiqaInput plain = {.size = 224,
                             .n_crops = 1,
                             .crops = {{1, .5f, .5f}},
                             .mean = {127.5f, 127.5f, 127.5f},
                             .deviation = {127.5f, 127.5f, 127.5f}};
    g_autoptr(BiqaGraph) graph = graph_of(recipe, error);
    if (!graph)
        return NULL;
    g_autoptr(TrainBench) bench = g_new0(TrainBench, 1);
    bench->threads = train_workers_count(workers);
    bench->rows = g_array_new(FALSE, FALSE, sizeof(TrainBenchRow));
    measure(bench, recipe, graph, seconds, workers);
    if (!bench_input(bench, recipe ? &recipe->input : &plain, seconds, workers, error))
        return NULL;
    return g_steal_pointer(&bench);
}

void train_bench_free(TrainBench *bench)
{
    if (!bench)
        return;
    g_array_unref(bench->rows);
    g_free(bench);
}
