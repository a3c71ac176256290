/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend: opening it, running frames, tapping layers. */
#include "cpu.h"

#include "crops.h"
#include "layers.h"
#include "task.h"

#include <string.h>

#define NOBODY BIQA_N_BRANCHES

typedef struct {
    BiqaBackend base;
    const BiqaModel *model; /* borrowed */
    BiqaInput input;
    const BiqaCpuLanes *lanes;
    guint n_tasks;
    BiqaCpuNet *nets[BIQA_MAX_TASKS][BIQA_N_BRANCHES];
    float *memory; /* owned; arena and scratch are in it, on a cache line's border */
    float *arena, *scratch;
    guint pool;      /* the last, 0 where there is none */
    float *pooled;   /* what it gave of task 0's full model, (crops, channels) */
    float *features; /* of that, where there are tasks */
    char *device_name;
    gboolean profile;
    GArray *times; /* of BiqaStepTime */
} Cpu;

static void add_time(Cpu *self, const char *kernel, BiqaBranch branch, guint layer, gint64 start)
{
    const BiqaStepTime time = {
        .kernel = kernel,
        .branch = branch,
        .layer = layer,
        .ns = 1000 * (guint64)(g_get_monotonic_time() - start),
    };

    g_array_append_val(self->times, time);
}

/* Layers share memory: what the last pool gave is gone when the competitor has run. */
static void keep_pooled(Cpu *self)
{
    const BiqaCpuMap *map = &self->nets[0][BIQA_FULL]->maps[self->pool];

    for (guint crop = 0; crop < map->samples; crop++)
        for (guint c = 0; c < map->shape.c; c++)
            self->pooled[(gsize)crop * map->shape.c + c] =
                self->arena[map->offset + c * map->pitch + crop * biqa_cpu_map_plane(map)];
}

/* Runs a branch of a task up to layer end, which is included. */
static void run_branch(Cpu *self, guint task, BiqaBranch branch, guint end)
{
    const BiqaCpuNet *net = self->nets[task][branch];

    for (guint i = 0; i <= end; i++) {
        gint64 start = self->profile ? g_get_monotonic_time() : 0;

        biqa_cpu_net_run(net, i, self->arena, self->scratch);
        if (self->profile && i > 0)
            add_time(self, biqa_cpu_net_kernel(net, i), branch, i, start);
        for (guint p = 0; p < net->parts->len; p++) {
            const BiqaCpuPart *part = &g_array_index(net->parts, BiqaCpuPart, p);

            if (biqa_cpu_part_input(net, part) != i)
                continue;
            start = self->profile ? g_get_monotonic_time() : 0;
            biqa_cpu_net_run_part(net, part, self->arena);
            if (self->profile)
                add_time(self, "pool", branch, part->pool, start);
        }
        if (task == 0 && branch == BIQA_FULL && i == self->pool && i > 0)
            keep_pooled(self);
    }
}

static guint last_layer(const Cpu *self)
{
    return self->nets[0][BIQA_FULL]->net->graph->n_layers - 1;
}

static void make_crops(Cpu *self, const BiqaFrame *frame, guint spot)
{
    const BiqaCpuMap *map = &self->nets[0][BIQA_FULL]->maps[0];
    const gint64 start = self->profile ? g_get_monotonic_time() : 0;

    for (guint n = 0; n < map->samples; n++) {
        const BiqaPlace place =
            biqa_input_place(&self->input, n, spot, frame->format->width, frame->format->height);

        biqa_cpu_crop(&self->input, frame, place, self->scratch,
                      self->arena + map->offset + n * biqa_cpu_map_plane(map), map->pitch);
    }
    if (self->profile)
        add_time(self, "preprocess", BIQA_FULL, 0, start);
}

static void run_task(Cpu *self, guint task, BiqaResult *result)
{
    result->n_crops = self->input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaCpuMap *map = &self->nets[task][b]->maps[last_layer(self)];

        run_branch(self, task, b, last_layer(self));
        memcpy(result->crops[b], self->arena + map->offset, sizeof(float) * result->n_crops);
    }
}

/* Task 0, whose maps say which others are to run, and those. */
static void run_tasks(Cpu *self, BiqaResult *result)
{
    BiqaResult results[BIQA_MAX_TASKS];
    float weights[BIQA_MAX_TASKS];

    run_task(self, 0, &results[0]);
    biqa_gating_features(&self->model->tasks->gating, self->model->graph, self->pooled,
                         self->input.n_crops, self->features);
    biqa_model_weigh(self->model, self->features, weights);
    for (guint t = 1; t < self->n_tasks; t++)
        if (weights[t] > 0)
            run_task(self, t, &results[t]);
    biqa_model_blend(self->model, weights, results, result);
}

static gboolean cpu_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                        BiqaResult *result, GError **error)
{
    Cpu *self = (Cpu *)backend;

    g_array_set_size(self->times, 0);
    make_crops(self, frame, spot);
    if (self->n_tasks > 1)
        run_tasks(self, result);
    else
        run_task(self, 0, result);
    return TRUE;
}

/* Layers share memory, so that the branch runs again up to the layer asked for. */
static gboolean cpu_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                        float *output, GError **error)
{
    Cpu *self = (Cpu *)backend;
    const BiqaCpuMap *map = &self->nets[0][branch]->maps[layer];
    const gsize plane = biqa_cpu_map_plane(map);

    g_return_val_if_fail(crop < map->samples && layer <= last_layer(self), FALSE);
    run_branch(self, 0, branch, layer);
    for (guint c = 0; c < map->shape.c; c++)
        memcpy(output + c * plane, self->arena + map->offset + c * map->pitch + crop * plane,
               sizeof(float) * plane);
    return TRUE;
}

static const char *cpu_device_name(BiqaBackend *backend)
{
    return ((Cpu *)backend)->device_name;
}

guint biqa_cpu_backend_n_steps(BiqaBackend *backend)
{
    return ((Cpu *)backend)->times->len;
}

BiqaStepTime biqa_cpu_backend_step_time(BiqaBackend *backend, guint step)
{
    return g_array_index(((Cpu *)backend)->times, BiqaStepTime, step);
}

static void cpu_free(BiqaBackend *backend)
{
    Cpu *self = (Cpu *)backend;

    for (guint t = 0; t < self->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            biqa_cpu_net_free(self->nets[t][b]);
    g_array_unref(self->times);
    g_free(self->memory);
    g_free(self->pooled);
    g_free(self->features);
    g_free(self->device_name);
    g_free(self);
}

static const BiqaBackendClass cpu_class = {
    .name = "cpu",
    .tasks = TRUE,
    .run = cpu_run,
    .tap = cpu_tap,
    .device_name = cpu_device_name,
    .free = cpu_free,
};

/* The processor's own name (transfer full), where Linux tells it. */
static char *processor_name(void)
{
    g_autofree char *text = NULL;
    const char *line, *colon;

    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
        return g_strdup("CPU");
    line = strstr(text, "model name");
    colon = line ? strchr(line, ':') : NULL;
    return colon ? g_strstrip(g_strndup(colon + 1, strcspn(colon + 1, "\n"))) : g_strdup("CPU");
}

/* Arena and scratch, zeroed: vectors may read floats that nobody wrote, up to two lines before
 * the arena and behind the scratch. */
static void allocate(Cpu *self)
{
    const gsize line = BIQA_CPU_ALIGN;
    gsize arena = 0, scratch = biqa_cpu_crop_scratch(&self->input);

    for (guint t = 0; t < self->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
            arena = MAX(arena, self->nets[t][b]->arena);
            scratch = MAX(scratch, self->nets[t][b]->scratch);
            /* One map of the crops serves all. */
            g_assert(self->nets[t][b]->maps[0].offset == self->nets[0][0]->maps[0].offset);
        }
    arena = (arena + line - 1) / line * line;
    self->memory = g_new0(float, arena + scratch + 5 * line);
    self->arena =
        self->memory + 2 * line + (line - (gsize)self->memory / sizeof(float) % line) % line;
    self->scratch = self->arena + arena;
}

static void make_nets(Cpu *self, double density)
{
    for (guint t = 0; t < self->n_tasks; t++) {
        const BiqaModel view = biqa_model_task(self->model, t);

        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            self->nets[t][b] = biqa_cpu_net_new(biqa_model_fold(&view, b, NULL), self->lanes,
                                                self->input.n_crops, density);
    }
}

/* Where the features of tasks come to lie. */
static void allocate_features(Cpu *self)
{
    const BiqaGraph *graph = self->nets[0][BIQA_FULL]->net->graph;

    self->pool = biqa_task_pool(graph);
    self->pooled = g_new0(float, (gsize)self->input.n_crops * graph->layers[self->pool].shape.c);
    if (self->n_tasks > 1)
        self->features =
            g_new(float, biqa_gating_length(&self->model->tasks->gating, self->model->graph));
}

BiqaBackend *biqa_cpu_backend_new(const BiqaCpuParams *params, const BiqaModel *model,
                                  GError **error)
{
    static const BiqaCpuParams defaults = {0};
    const BiqaCpuParams *what = params ? params : &defaults;
    const BiqaCpuLanes *lanes = biqa_cpu_lanes(what->lanes);
    g_autofree char *processor = NULL;
    Cpu *self;

    if (!lanes) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "this processor has no %s vectors",
                    what->lanes);
        return NULL;
    }
    self = g_new0(Cpu, 1);
    processor = processor_name();
    self->model = model;
    self->n_tasks = biqa_model_n_tasks(model);
    self->input = model->input;
    self->base = (BiqaBackend){&cpu_class, &self->input};
    self->lanes = lanes;
    self->profile = what->profile;
    self->times = g_array_new(FALSE, FALSE, sizeof(BiqaStepTime));
    self->device_name = g_strdup_printf("%s (%s)", processor, lanes->name);
    make_nets(self, what->density != 0 ? what->density : BIQA_CPU_DENSITY);
    allocate(self);
    allocate_features(self);
    return &self->base;
}

BiqaBackend *biqa_cpu_backend_open(const BiqaModel *model, GError **error)
{
    return biqa_cpu_backend_new(&(BiqaCpuParams){.lanes = g_getenv("BIQA_CPU_LANES")}, model,
                                error);
}
