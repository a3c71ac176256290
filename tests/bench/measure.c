/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames through a backend in this process. */
#include "bench.h"

#include "cpu.h"
#include "mobilenet.h"
#include "network.h"
#include "plain.h"

#include <sys/resource.h>

#define PROFILED_FRAMES 10

static double cpu_ms(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return 1e3 * (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-3 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static BiqaModel *load_model(const BenchOptions *options, GError **error)
{
    if (g_strcmp0(options->model, "mobilenet") == 0)
        return mobilenet_model_new(224, 2, 1, 1);
    if (g_strcmp0(options->model, "plain") == 0)
        return plain_model_new(1);
    return biqa_model_load(options->model, error);
}

/* "channels:0.5" */
static gboolean parse_rule(const char *text, BiqaPruneRule *rule, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ":", 2);

    if (g_strv_length(words) == 2 && biqa_prune_structure_find(words[0], &rule->structure)) {
        rule->ratio = g_ascii_strtod(words[1], NULL);
        if (rule->ratio > 0 && rule->ratio < 1)
            return TRUE;
    }
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "--prune %s is not like channels:0.5", text);
    return FALSE;
}

BiqaModel *bench_model(const BenchOptions *options, GError **error)
{
    g_autoptr(BiqaModel) model = load_model(options, error);

    if (!model || !options->prune)
        return g_steal_pointer(&model);
    if (!parse_rule(options->prune, &model->pruning, error))
        return NULL;
    biqa_model_prune(model);
    return g_steal_pointer(&model);
}

static BiqaBackend *open_vulkan(const BenchOptions *options, const BiqaModel *model,
                                gboolean profile, GError **error)
{
    BiqaVkParams params = {.device = options->device, .profile = profile};

    if (g_strcmp0(options->plan, "compact") == 0)
        params.plan = BIQA_VK_PLAN_COMPACT;
    else if (g_strcmp0(options->plan, "unrolled") == 0)
        params.plan = BIQA_VK_PLAN_UNROLLED;
    return biqa_vk_backend_new(&params, model, error);
}

static BiqaStepTime vulkan_step_time(BiqaBackend *backend, guint step)
{
    const BiqaVkStepTime time = biqa_vk_backend_step_time(backend, step);

    return (BiqaStepTime){time.kernel, time.branch, time.layer, time.ns};
}

static BiqaBackend *open_cpu(const BenchOptions *options, const BiqaModel *model, gboolean profile,
                             GError **error)
{
    return biqa_cpu_backend_new(&(BiqaCpuParams){.lanes = options->plan, .profile = profile}, model,
                                error);
}

static BiqaBackend *open_reference(const BenchOptions *options, const BiqaModel *model,
                                   gboolean profile, GError **error)
{
    return biqa_reference_open(model);
}

/* A row a backend; what it cannot tell is NULL. */
typedef struct {
    const char *name;
    BiqaBackend *(*open)(const BenchOptions *options, const BiqaModel *model, gboolean profile,
                         GError **error);
    gboolean (*on_gpu)(BiqaBackend *backend);
    guint64 (*device_ns)(BiqaBackend *backend);
    guint (*n_steps)(BiqaBackend *backend);
    BiqaStepTime (*step_time)(BiqaBackend *backend, guint step);
} Row;

static const Row rows[] = {
    {"vulkan", open_vulkan, biqa_vk_backend_on_gpu, biqa_vk_backend_device_ns,
     biqa_vk_backend_n_steps, vulkan_step_time},
    {"cpu", open_cpu, NULL, NULL, biqa_cpu_backend_n_steps, biqa_cpu_backend_step_time},
    {"reference", open_reference},
};

static const Row *find_row(const char *name, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(rows[i].name, name) == 0)
            return &rows[i];
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "there is no backend \"%s\"; there is vulkan, cpu and reference", name);
    return NULL;
}

BiqaBackend *bench_open(const BenchOptions *options, const BiqaModel *model, gboolean profile,
                        GError **error)
{
    const Row *row = find_row(options->backend, error);

    return row ? row->open(options, model, profile, error) : NULL;
}

/* Limited-range BT.709, as video is. */
BiqaFrame bench_frame(BiqaFrameFormat *format, guint width, guint height)
{
    const gsize plane = (gsize)width * height;
    guint8 *bytes = g_malloc(2 * plane);

    for (gsize i = 0; i < 2 * plane; i++)
        bytes[i] = (guint8)((guint32)i * 2654435761u >> 24);
    *format = (BiqaFrameFormat){
        .width = width,
        .height = height,
        .n_planes = 2,
        .plane_height = {height, (height + 1) / 2},
        .bytes = 1,
        .components = {{0, 0, 1, 0, 0}, {1, 0, 2, 1, 1}, {1, 1, 2, 1, 1}},
        .matrix = {{1.1644f, 0.f, 1.7927f, -248.10f},
                   {1.1644f, -.2132f, -.5329f, 76.88f},
                   {1.1644f, 2.1124f, 0.f, -289.02f}},
    };
    return (BiqaFrame){
        .format = format, .planes = {bytes, bytes + plane}, .strides = {width, width}};
}

void bench_frame_clear(BiqaFrame *frame)
{
    g_free((guint8 *)frame->planes[0]);
}

/* Layers and what they cost on paper. */
static void fill_layers(const BiqaModel *model, BenchReport *report)
{
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);

    report->n_layers = net->graph->n_layers;
    report->layers = g_new0(BenchLayer, report->n_layers);
    for (guint i = 0; i < report->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const BiqaShape in = net->graph->layers[layer->inputs[0]].shape;
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        BenchLayer *row = &report->layers[i];

        row->shape = layer->shape;
        row->flop = info->macs ? 2. * model->input.n_crops * info->macs(layer, &in) : 0;
        row->us[BIQA_FULL] = row->us[BIQA_COMPETITOR] = INFINITY;
        report->flop += BIQA_N_BRANCHES * row->flop;
    }
}

/* Adds up the steps of each layer in one frame, and keeps the lowest sums. */
static void fold_times(const Row *row, BiqaBackend *backend, BenchReport *report)
{
    const guint n = report->n_layers;
    g_autofree double *us = g_new0(double, BIQA_N_BRANCHES *n);

    for (guint i = 0; i < n; i++)
        report->layers[i].steps = 0;
    for (guint i = 0; i < row->n_steps(backend); i++) {
        const BiqaStepTime time = row->step_time(backend, i);

        us[time.branch * n + time.layer] += 1e-3 * time.ns;
        report->layers[time.layer].kernel = time.kernel;
        report->layers[time.layer].steps++;
    }
    for (guint i = 0; i < n; i++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            report->layers[i].us[b] = MIN(report->layers[i].us[b], us[b * n + i]);
}

/* Opens a backend that tells what layers take. On one worker of a software device, which takes the
 * number from here when it is opened: several wait for each other at the end of every layer, and
 * what the device took is nobody's CPU time. Other devices do not know the variable. */
static BiqaBackend *open_profiled(const BenchOptions *options, const BiqaModel *model,
                                  GError **error)
{
    const char *name = "LP_NUM_THREADS";
    g_autofree char *before = g_strdup(g_getenv(name));
    BiqaBackend *backend;

    g_setenv(name, "1", TRUE);
    backend = bench_open(options, model, TRUE, error);
    if (before)
        g_setenv(name, before, TRUE);
    else
        g_unsetenv(name);
    return backend;
}

static gboolean profile_layers(const BenchOptions *options, const BiqaModel *model,
                               const BiqaFrame *frame, BenchReport *report, GError **error)
{
    const Row *row = find_row(options->backend, error);
    g_autoptr(BiqaBackend) backend = open_profiled(options, model, error);
    BiqaResult result;

    if (!backend)
        return FALSE;
    for (guint i = 0; row->n_steps && i < PROFILED_FRAMES; i++) {
        if (!biqa_backend_run_spot(backend, frame, 0, &result, error))
            return FALSE;
        fold_times(row, backend, report);
    }
    return TRUE;
}

/* Frames with several in flight. */
static gboolean run_stream(const BenchOptions *options, BiqaBackend *backend,
                           const BiqaFrame *frame, GError **error)
{
    BiqaResult result;

    for (int i = 0; i < options->n_frames + options->in_flight - 1; i++) {
        if (i < options->n_frames && !biqa_backend_begin_spot(backend, frame, 0, error))
            return FALSE;
        if (i + 1 >= options->in_flight &&
            !biqa_backend_end_spot(backend, (BiqaSpotOf){1, 0}, &result, error))
            return FALSE;
    }
    return TRUE;
}

/* Twice, as what each frame in flight needs is made in the first round. */
static gboolean time_stream(const BenchOptions *options, BiqaBackend *backend,
                            const BiqaFrame *frame, BenchReport *report, GError **error)
{
    double cpu;
    gint64 wall;

    if ((guint)options->in_flight > backend->klass->in_flight) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "--in-flight %d: the backend \"%s\" takes up to %u frames at once",
                    options->in_flight, backend->klass->name, MAX(backend->klass->in_flight, 1));
        return FALSE;
    }
    if (!run_stream(options, backend, frame, error))
        return FALSE;
    cpu = cpu_ms();
    wall = g_get_monotonic_time();
    if (!run_stream(options, backend, frame, error))
        return FALSE;
    report->cpu_ms = (cpu_ms() - cpu) / options->n_frames;
    report->wall_ms = 1e-3 * (g_get_monotonic_time() - wall) / options->n_frames;
    return TRUE;
}

static gboolean time_frames(const BenchOptions *options, BiqaBackend *backend,
                            const BiqaFrame *frame, BenchReport *report, GError **error)
{
    const Row *row = find_row(options->backend, error);
    BiqaResult result;

    if (options->in_flight > 1)
        return time_stream(options, backend, frame, report, error);
    if (!biqa_backend_run_spot(backend, frame, 0, &result, error))
        return FALSE;
    for (int i = 0; i < options->n_frames; i++) {
        const double cpu = cpu_ms();
        const gint64 wall = g_get_monotonic_time();

        if (!biqa_backend_run_spot(backend, frame, 0, &result, error))
            return FALSE;
        report->cpu_ms = fmin(report->cpu_ms, cpu_ms() - cpu);
        report->wall_ms = fmin(report->wall_ms, 1e-3 * (g_get_monotonic_time() - wall));
        if (row->device_ns)
            report->device_ms = fmin(report->device_ms, 1e-6 * row->device_ns(backend));
    }
    return TRUE;
}

static void init_report(const BenchOptions *options, const BiqaModel *model, BenchReport *report)
{
    *report = (BenchReport){
        .backend = g_strdup(options->backend),
        .model = g_strdup(model->name ? model->name : options->model),
        .width = options->width,
        .height = options->height,
        .n_crops = model->input.n_crops,
        .branch_ms = {NAN, NAN},
        .beside_ms = options->beside_ms > 0 ? options->beside_ms : NAN,
        .cpu_ms = NAN,
        .wall_ms = NAN,
        .device_ms = NAN,
        .flop_left = (double)biqa_model_flop(model),
        .products = NAN,
        .cold_ms = NAN,
        .warm_ms = NAN,
        .memory = {NAN, NAN},
    };
}

gboolean bench_measure_frames(const BenchOptions *options, const BiqaModel *model,
                              BenchReport *report, GError **error)
{
    g_autoptr(BiqaBackend) backend = bench_open(options, model, FALSE, error);
    BiqaFrameFormat format;
    BiqaFrame frame = bench_frame(&format, options->width, options->height);
    gboolean ok;

    init_report(options, model, report);
    if (backend) {
        const Row *row = find_row(options->backend, NULL);

        report->device = g_strdup(biqa_backend_device_name(backend));
        report->gpu = row->on_gpu && row->on_gpu(backend);
    }
    ok = backend && time_frames(options, backend, &frame, report, error);
    bench_frame_clear(&frame);
    return ok;
}

/* The CPU time of a frame on backends in turn, so that all see the same other programs; each after
 * another frame of its own, so that the caches are its own, too. */
static gboolean compare_backends(BiqaBackend *const *backends, guint n, const BiqaFrame *frame,
                                 int n_frames, double *lowest, GError **error)
{
    BiqaResult result;

    for (guint k = 0; k < n; k++)
        lowest[k] = INFINITY;
    for (int i = 0; i < n_frames; i++)
        for (guint k = 0; k < n; k++) {
            double before;

            if (!biqa_backend_run_spot(backends[k], frame, 0, &result, error))
                return FALSE;
            before = cpu_ms();
            if (!biqa_backend_run_spot(backends[k], frame, 0, &result, error))
                return FALSE;
            lowest[k] = fmin(lowest[k], cpu_ms() - before);
        }
    return TRUE;
}

/* What each branch takes, from a frame whose competitor lacks nothing: that is preprocessing and
 * twice the full model. */
static gboolean measure_branches(const BenchOptions *options, const BiqaModel *model,
                                 const BiqaFrame *frame, BenchReport *report, GError **error)
{
    g_autoptr(BiqaModel) twins = load_model(options, error);
    g_autoptr(BiqaBackend) own = NULL, other = NULL;
    const double input_us = report->layers[0].us[BIQA_FULL];
    const double input_ms = isfinite(input_us) ? 1e-3 * input_us : 0;
    double lowest[2];

    if (!twins)
        return FALSE;
    twins->competitor_norm = FALSE; /* it knows of channels that are gone */
    twins->pruning = (BiqaPruneRule){BIQA_PRUNE_CHANNELS, 0};
    biqa_model_prune(twins);
    own = bench_open(options, model, FALSE, error);
    other = own ? bench_open(options, twins, FALSE, error) : NULL;
    if (!other || !compare_backends((BiqaBackend *[]){own, other}, 2, frame, options->n_frames,
                                    lowest, error))
        return FALSE;
    report->branch_ms[BIQA_FULL] = (lowest[1] - input_ms) / 2;
    report->branch_ms[BIQA_COMPETITOR] = lowest[0] - input_ms - report->branch_ms[BIQA_FULL];
    return TRUE;
}

gboolean bench_measure(const BenchOptions *options, const BiqaModel *model, BenchReport *report,
                       GError **error)
{
    BiqaFrameFormat format;
    BiqaFrame frame = bench_frame(&format, options->width, options->height);
    gboolean ok = bench_measure_frames(options, model, report, error);

    fill_layers(model, report);
    ok = ok && profile_layers(options, model, &frame, report, error) &&
         measure_branches(options, model, &frame, report, error);
    bench_frame_clear(&frame);
    return ok;
}

void bench_report_clear(BenchReport *report)
{
    g_free(report->backend);
    g_free(report->device);
    g_free(report->model);
    g_free(report->layers);
}

gboolean bench_export_graph(const BiqaModel *model, const char *path, GError **error)
{
    const BiqaGraph *graph = model->graph;
    g_auto(GStrv) lines = biqa_graph_format(graph);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        const BiqaShape in = graph->layers[layer->inputs[0]].shape;
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);

        g_string_append_printf(text, "%s # %ux%ux%u, %" G_GUINT64_FORMAT " MAC\n", lines[i],
                               layer->shape.c, layer->shape.h, layer->shape.w,
                               info->macs ? info->macs(layer, &in) : 0);
    }
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}
