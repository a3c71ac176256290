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
    BiqaInput input;
    const BiqaCpuLanes *lanes;
    BiqaCpuNet *nets[BIQA_N_BRANCHES];
    float *memory; /* owned; arena and scratch are in it, on a cache line's border */
    float *arena, *scratch;
    guint pool;    /* the last, 0 where there is none */
    float *pooled; /* what it gave of the full model, (crops, channels) */
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
    const BiqaCpuMap *map = &self->nets[BIQA_FULL]->maps[self->pool];

    for (guint crop = 0; crop < map->samples; crop++)
        for (guint c = 0; c < map->shape.c; c++)
            self->pooled[(gsize)crop * map->shape.c + c] =
                self->arena[map->offset + c * map->pitch + crop * biqa_cpu_map_plane(map)];
}

/* Runs a branch up to layer end, which is included. */
static void run_branch(Cpu *self, BiqaBranch branch, guint end)
{
    const BiqaCpuNet *net = self->nets[branch];

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
        if (branch == BIQA_FULL && i == self->pool && i > 0)
            keep_pooled(self);
    }
}

static guint last_layer(const Cpu *self)
{
    return self->nets[BIQA_FULL]->net->graph->n_layers - 1;
}

static void make_crops(Cpu *self, const BiqaFrame *frame, guint spot)
{
    const BiqaCpuMap *map = &self->nets[BIQA_FULL]->maps[0];
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

static gboolean cpu_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                        BiqaResult *result, GError **error)
{
    Cpu *self = (Cpu *)backend;

    g_array_set_size(self->times, 0);
    make_crops(self, frame, spot);
    result->n_crops = self->input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaCpuMap *map = &self->nets[b]->maps[last_layer(self)];

        run_branch(self, b, last_layer(self));
        memcpy(result->crops[b], self->arena + map->offset, sizeof(float) * result->n_crops);
    }
    return TRUE;
}

/* Layers share memory, so that the branch runs again up to the layer asked for. */
static gboolean cpu_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                        float *output, GError **error)
{
    Cpu *self = (Cpu *)backend;
    const BiqaCpuMap *map = &self->nets[branch]->maps[layer];
    const gsize plane = biqa_cpu_map_plane(map);

    g_return_val_if_fail(crop < map->samples && layer <= last_layer(self), FALSE);
    run_branch(self, branch, layer);
    for (guint c = 0; c < map->shape.c; c++)
        memcpy(output + c * plane, self->arena + map->offset + c * map->pitch + crop * plane,
               sizeof(float) * plane);
    return TRUE;
}

static const float *cpu_pooled(BiqaBackend *backend)
{
    return ((Cpu *)backend)->pooled;
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

    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        biqa_cpu_net_free(self->nets[b]);
    g_array_unref(self->times);
    g_free(self->memory);
    g_free(self->pooled);
    g_free(self->device_name);
    g_free(self);
}

static const BiqaBackendClass cpu_class = {
    .name = "cpu",
    .run = cpu_run,
    .tap = cpu_tap,
    .pooled = cpu_pooled,
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

    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        arena = MAX(arena, self->nets[b]->arena);
        scratch = MAX(scratch, self->nets[b]->scratch);
    }
    arena = (arena + line - 1) / line * line;
    self->memory = g_new0(float, arena + scratch + 5 * line);
    self->arena =
        self->memory + 2 * line + (line - (gsize)self->memory / sizeof(float) % line) % line;
    self->scratch = self->arena + arena;
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
    self->input = model->input;
    self->base = (BiqaBackend){&cpu_class, &self->input};
    self->lanes = lanes;
    self->profile = what->profile;
    self->times = g_array_new(FALSE, FALSE, sizeof(BiqaStepTime));
    self->device_name = g_strdup_printf("%s (%s)", processor, lanes->name);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        self->nets[b] =
            biqa_cpu_net_new(biqa_model_fold(model, b, NULL), lanes, model->input.n_crops,
                             what->density != 0 ? what->density : BIQA_CPU_DENSITY);
    allocate(self);
    self->pool = biqa_task_pool(self->nets[BIQA_FULL]->net->graph);
    self->pooled = g_new0(float, (gsize)model->input.n_crops *
                                     self->nets[BIQA_FULL]->net->graph->layers[self->pool].shape.c);
    return &self->base;
}

BiqaBackend *biqa_cpu_backend_open(const BiqaModel *model, GError **error)
{
    return biqa_cpu_backend_new(&(BiqaCpuParams){.lanes = g_getenv("BIQA_CPU_LANES")}, model,
                                error);
}
