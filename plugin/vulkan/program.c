/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model to buffers and steps. */
#include "program.h"

#include "command.h"
#include "gate.h"
#include <string.h>

/* A program in the making. */
typedef struct {
    BiqaVkProgram *program;
    BiqaVkKernels *kernels;
    const BiqaModel *model;
    GCancellable *stop;                             /* NULL: none */
    GArray *values;                                 /* of floats: what becomes the weights */
    gsize scratch[BIQA_MAX_TASKS][BIQA_N_BRANCHES]; /* texels */
    gsize components;                               /* texel */
    gsize texels;                                   /* of the arena */
} Making;

static void fold_all(Making *making)
{
    BiqaVkProgram *program = making->program;

    for (guint t = 0; t < program->n_tasks; t++) {
        const BiqaModel view = biqa_model_task(making->model, t);

        for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
            program->nets[t][b] = biqa_model_fold(&view, b, NULL);
            program->maps[t][b] = g_new0(BiqaVkMap, program->nets[t][b]->graph->n_layers);
        }
    }
}

/* A GPU runs both branches at once, layer by layer, to fill itself; a CPU has its caches warm, and
 * needs less memory, when it runs one after the other. */
static gboolean runs_together(BiqaVkPlan plan)
{
    return plan == BIQA_VK_COMPACT;
}

/* Tasks read maps of task 0 long after it ran. */
static BiqaVkSharing choose_sharing(const Making *making)
{
    if (making->program->n_tasks > 1)
        return BIQA_VK_APART;
    return runs_together(making->kernels->plan) ? BIQA_VK_TOGETHER : BIQA_VK_IN_TURN;
}

static gboolean same_shapes(const BiqaGraph *a, const BiqaGraph *b)
{
    for (guint i = 0; i < a->n_layers; i++)
        if (memcmp(&a->layers[i].shape, &b->layers[i].shape, sizeof a->layers[i].shape) != 0)
            return FALSE;
    return TRUE;
}

/* Whether a branch's maps can lie where task 1's do, that has run before: memory would grow with
 * tasks. Equal shapes leave the zeros between maps alone. */
static gboolean lies_over(const BiqaVkProgram *program, guint task, BiqaBranch branch)
{
    return task > 1 &&
           same_shapes(program->nets[task][branch]->graph, program->nets[1][branch]->graph);
}

/* But the output, which is read when all have run. */
static void lay_over(BiqaVkProgram *program, guint task, BiqaBranch branch, gsize *end)
{
    const guint n = program->nets[task][branch]->graph->n_layers;
    BiqaVkMap *maps = program->maps[task][branch];

    memcpy(maps, program->maps[1][branch], n * sizeof *maps);
    maps[n - 1].view.origin = *end;
    *end += (gsize)maps[n - 1].view.sample_stride * maps[n - 1].samples;
}

/* Finds places for all maps; returns where they end. */
static gsize place_maps(Making *making)
{
    BiqaVkProgram *program = making->program;
    const BiqaGraph *graphs[BIQA_MAX_TASKS * BIQA_N_BRANCHES];
    BiqaVkMap *maps[G_N_ELEMENTS(graphs)];
    gsize end = 0;
    guint n = 0;

    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            if (!lies_over(program, t, b)) {
                graphs[n] = program->nets[t][b]->graph;
                maps[n++] = program->maps[t][b];
            }
    biqa_vk_arena_place(graphs, n, choose_sharing(making), program->input.n_crops, &end, maps);
    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            if (lies_over(program, t, b))
                lay_over(program, t, b, &end);
    return end;
}

/* The most that any branch of any task needs: they run one after the other where they need it. */
static gsize count_components(const Making *making)
{
    const BiqaVkProgram *program = making->program;
    gsize most = 0;

    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            most = MAX(most,
                       biqa_vk_steps_components(making->kernels->plan, program->nets[t][b]->graph,
                                                program->input.n_crops));
    return most;
}

/* Lays out the branches of all tasks, scratch included. */
static void lay_out(Making *making)
{
    BiqaVkProgram *program = making->program;
    gsize end = place_maps(making), slack = 0;

    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            slack = MAX(slack, biqa_vk_arena_slack(program->maps[t][b],
                                                   program->nets[t][b]->graph->n_layers));
    end += slack;
    program->scratch = end;
    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
            making->scratch[t][b] = lies_over(program, t, b) ? making->scratch[1][b] : end;
            if (making->scratch[t][b] == end)
                end += biqa_vk_steps_scratch(program->nets[t][b]->graph, program->input.n_crops);
        }
    making->components = end;
    making->texels = end + count_components(making);
}

/* --- What tasks have in common --- */

/* Whether a layer is where the same layer of task 0 is. */
static gboolean is_shared(const BiqaVkProgram *program, guint task, BiqaBranch branch, guint layer)
{
    return task > 0 && program->maps[task][branch][layer].view.origin ==
                           program->maps[0][branch][layer].view.origin;
}

static gboolean same_params(const BiqaNet *a, const BiqaNet *b, guint layer)
{
    const BiqaLayer *one = &a->graph->layers[layer], *other = &b->graph->layers[layer];

    for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
        if (one->count[p] != other->count[p] ||
            memcmp(biqa_net_param(a, layer, p), biqa_net_param(b, layer, p),
                   one->count[p] * sizeof(float)) != 0)
            return FALSE;
    return TRUE;
}

/* A layer whose inputs and parameters are equal to task 0's gives the same: it need not run. */
static void share_layers(BiqaVkProgram *program, guint task, BiqaBranch branch)
{
    const BiqaNet *net = program->nets[task][branch], *first = program->nets[0][branch];

    for (guint i = 1; i < net->graph->n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        gboolean same = same_params(net, first, i);

        for (guint k = 0; k < layer->n_inputs; k++)
            same = same && is_shared(program, task, branch, layer->inputs[k]);
        if (same)
            program->maps[task][branch][i] = program->maps[0][branch][i];
    }
}

/* --- Buffers --- */

static gboolean check_size(const BiqaVkKernels *kernels, gsize vec4s, const char *what,
                           GError **error)
{
    const VkPhysicalDeviceLimits *limits = &kernels->device->properties.limits;

    if (vec4s <= limits->maxStorageBufferRange / 16 &&
        (kernels->plan != BIQA_VK_UNROLLED || vec4s <= limits->maxTexelBufferElements))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_SIZE,
                "the model's %s take %" G_GSIZE_FORMAT
                " MiB, more than %s can address in one buffer",
                what, vec4s >> 16, kernels->device->properties.deviceName);
    return FALSE;
}

static gboolean create_buffers(BiqaVkProgram *program, BiqaVkKernels *kernels, gsize texels,
                               gsize vec4s, GError **error)
{
    const BiqaVkDevice *device = kernels->device;

    if (!check_size(kernels, texels, "activations", error) ||
        !check_size(kernels, vec4s, "parameters", error) ||
        !biqa_vk_buffer_init(&program->arena, device, 16 * texels, BIQA_VK_DEVICE_MEMORY, error) ||
        !biqa_vk_buffer_init(&program->weights, device, 16 * vec4s, BIQA_VK_DEVICE_MEMORY, error))
        return FALSE;
    if (kernels->plan != BIQA_VK_UNROLLED)
        return TRUE;
    program->arena_texels =
        biqa_vk_buffer_texels(&program->arena, device, VK_FORMAT_R32G32B32A32_SFLOAT, error);
    if (!program->arena_texels)
        return FALSE;
    program->weights_texels =
        biqa_vk_buffer_texels(&program->weights, device, VK_FORMAT_R32G32B32A32_SFLOAT, error);
    return program->weights_texels != VK_NULL_HANDLE;
}

/* --- Steps --- */

static gboolean add_branch(const Making *making, guint task, BiqaBranch branch, GArray *steps,
                           GError **error)
{
    const BiqaVkProgram *program = making->program;
    const BiqaVkStepContext context = {
        .plan = making->kernels->plan,
        .task = task,
        .branch = branch,
        .net = program->nets[task][branch],
        .maps = program->maps[task][branch],
        .scratch = making->scratch[task][branch],
        .components = making->components,
        .weights = making->values,
    };

    for (guint i = 0; i < context.net->graph->n_layers; i++)
        if (!is_shared(program, task, branch, i) && !biqa_vk_steps_add(&context, i, steps, error))
            return FALSE;
    return TRUE;
}

static gint compare_turns(gconstpointer a, gconstpointer b)
{
    const BiqaVkStep *one = a, *other = b;

    if (one->task != other->task)
        return one->task < other->task ? -1 : 1;
    return one->turn < other->turn ? -1 : one->turn > other->turn;
}

static gint compare_branches(gconstpointer a, gconstpointer b)
{
    const BiqaVkStep *one = a, *other = b;

    if (one->task == other->task && one->branch != other->branch)
        return one->branch < other->branch ? -1 : 1;
    return compare_turns(a, b);
}

/* The order of execution, and no barrier between the branches of a turn. Tasks wait for each
 * other: one's maps lie where another's were. */
static void order_steps(GArray *steps, BiqaVkPlan plan)
{
    g_array_sort(steps, runs_together(plan) ? compare_turns : compare_branches);
    for (guint i = 1; i < steps->len && runs_together(plan); i++) {
        const BiqaVkStep *before = &g_array_index(steps, BiqaVkStep, i - 1);
        BiqaVkStep *step = &g_array_index(steps, BiqaVkStep, i);

        if (step->task == before->task && step->turn == before->turn &&
            step->branch != before->branch)
            step->barrier = FALSE;
    }
}

/* Steps of tasks from one to another, ordered. (transfer full); NULL: error is set. */
static GArray *make_tasks(const Making *making, guint from, guint to, GError **error)
{
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(BiqaVkStep));

    for (guint t = from; t < to; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            if (!add_branch(making, t, b, steps, error))
                return NULL;
    order_steps(steps, making->kernels->plan);
    return g_steal_pointer(&steps);
}

/* Between the model's own steps and those of its tasks: which of them run. */
static void add_gate(Making *making, const GArray *gated)
{
    BiqaVkProgram *program = making->program;
    const guint pool = biqa_task_pool(program->nets[0][BIQA_FULL]->graph);
    const BiqaVkGateContext context = {
        .model = making->model,
        .layer = pool,
        .pooled = &program->maps[0][BIQA_FULL][pool],
        .scratch = making->texels,
        .weights = making->values,
    };

    program->gate = making->texels;
    biqa_vk_gate_add(&context, gated, program->steps);
    making->texels += biqa_vk_gate_texels(making->model, gated->len);
}

static gboolean make_steps(Making *making, GError **error)
{
    BiqaVkProgram *program = making->program;
    g_autoptr(GArray) gated = NULL;

    program->steps = make_tasks(making, 0, 1, error);
    if (!program->steps)
        return FALSE;
    if (program->n_tasks == 1)
        return TRUE;
    for (guint t = 1; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            share_layers(program, t, b);
    gated = make_tasks(making, 1, program->n_tasks, error);
    if (gated)
        add_gate(making, gated);
    return gated != NULL;
}

static gboolean make_pipelines(BiqaVkProgram *program, BiqaVkKernels *kernels, GCancellable *stop,
                               GError **error)
{
    const guint n = program->steps->len;
    g_autofree BiqaVkVariant *variants = g_new(BiqaVkVariant, n);

    for (guint i = 0; i < n; i++)
        variants[i] = g_array_index(program->steps, BiqaVkStep, i).variant;
    if (!biqa_vk_kernels_prepare(kernels, variants, n, stop, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, i);

        step->pipeline = biqa_vk_kernels_pipeline(kernels, &variants[i], error);
        if (!step->pipeline)
            return FALSE;
    }
    return TRUE;
}

static void finish_steps(BiqaVkProgram *program)
{
    for (guint i = 0; i < program->steps->len; i++) {
        BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, i);

        if (step->variant.kernel == BIQA_VK_DENSE) {
            step->push.conv.address[0] = (uint32_t)program->weights.address;
            step->push.conv.address[1] = (uint32_t)(program->weights.address >> 32);
        }
        if (step->task > 0)
            step->arena = program->arena.handle;
    }
}

/* Zeroes the arena and copies the parameters from staging, if there is any. */
static gboolean run_fill(BiqaVkProgram *program, BiqaVkCommands *commands,
                         const BiqaVkBuffer *staging, GError **error)
{
    const VkCommandBuffer buffer = commands->once;

    if (!biqa_vk_commands_begin(commands, buffer, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
                                error))
        return FALSE;
    vkCmdFillBuffer(buffer, program->arena.handle, 0, VK_WHOLE_SIZE, 0);
    if (staging->handle)
        vkCmdCopyBuffer(buffer, staging->handle, program->weights.handle, 1,
                        &(VkBufferCopy){.size = staging->size});
    return biqa_vk_commands_finish(commands, buffer, error);
}

/* Brings values to the device: by themselves where the host sees its memory. */
static gboolean fill_buffers(BiqaVkProgram *program, BiqaVkDevice *device, const GArray *values,
                             GCancellable *stop, GError **error)
{
    const gsize size = values->len * sizeof(float);
    BiqaVkBuffer staging = {0};
    BiqaVkCommands commands = {0};
    gboolean ok = biqa_vk_commands_init(&commands, device, 0, error);

    commands.stop = stop;
    if (program->weights.mapped)
        memcpy(program->weights.mapped, values->data, size);
    else if (ok && size > 0) {
        ok = biqa_vk_buffer_init(&staging, device, size, BIQA_VK_UPLOAD_MEMORY, error);
        if (ok)
            memcpy(staging.mapped, values->data, size);
    }
    ok = ok && run_fill(program, &commands, &staging, error);
    if (biqa_vk_commands_settle(&commands)) {
        biqa_vk_commands_clear(&commands);
        biqa_vk_buffer_clear(&staging, device);
    } else {
        g_warning("%s does not finish a copy; its memory is lost", device->properties.deviceName);
        program->stuck = TRUE;
    }
    return ok;
}

/* Parameters are on the device now; what was freed lies in this thread's heap, and the threads
 * that make pipelines have their own. */
static void drop_params(BiqaVkProgram *program)
{
    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            g_clear_pointer(&program->nets[t][b]->params, g_free);
    biqa_vk_heap_trim();
}

/* Everything but pipelines. */
static gboolean load_nets(Making *making, GError **error)
{
    BiqaVkProgram *program = making->program;
    g_autoptr(GArray) values = g_array_new(FALSE, TRUE, sizeof(float));

    making->values = values;
    fold_all(making);
    lay_out(making);
    if (!make_steps(making, error) ||
        !create_buffers(program, making->kernels, making->texels, values->len / 4 + 1, error))
        return FALSE;
    finish_steps(program);
    return fill_buffers(program, making->kernels->device, values, making->stop, error);
}

gboolean biqa_vk_program_init(BiqaVkProgram *program, BiqaVkKernels *kernels,
                              const BiqaModel *model, GCancellable *stop, GError **error)
{
    Making making = {program, kernels, model, stop};

    *program = (BiqaVkProgram){.input = model->input, .n_tasks = biqa_model_n_tasks(model)};
    if (!load_nets(&making, error))
        return FALSE;
    drop_params(program);
    return make_pipelines(program, kernels, stop, error);
}

static void clear_buffers(BiqaVkProgram *program, const BiqaVkDevice *device)
{
    vkDestroyBufferView(device->handle, program->weights_texels, NULL);
    vkDestroyBufferView(device->handle, program->arena_texels, NULL);
    biqa_vk_buffer_clear(&program->weights, device);
    biqa_vk_buffer_clear(&program->arena, device);
}

void biqa_vk_program_clear(BiqaVkProgram *program, const BiqaVkDevice *device)
{
    if (program->n_tasks == 0)
        return;
    if (!program->stuck)
        clear_buffers(program, device);
    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
            g_free(program->maps[t][b]);
            biqa_net_free(program->nets[t][b]);
        }
    g_clear_pointer(&program->steps, g_array_unref);
    *program = (BiqaVkProgram){0};
}

const BiqaVkMap *biqa_vk_program_output(const BiqaVkProgram *program, guint task, BiqaBranch branch)
{
    return &program->maps[task][branch][program->nets[task][branch]->graph->n_layers - 1];
}

/* Marks the texels of a map that shaders may write. */
static void mark_map(const BiqaVkMap *map, guint8 *marks)
{
    for (guint n = 0; n < map->samples; n++)
        for (guint p = 0; p < biqa_vk_planes(map->shape.c); p++)
            for (guint y = 0; y < map->shape.h; y++)
                memset(marks + map->view.origin + n * map->view.sample_stride +
                           p * map->view.plane + y * map->view.row,
                       1, map->shape.w);
}

gint64 biqa_vk_program_check(const BiqaVkProgram *program)
{
    const guint32 *words = program->arena.mapped;
    g_autofree guint8 *marks = g_malloc0(program->scratch);

    g_return_val_if_fail(words, -1);
    for (guint t = 0; t < program->n_tasks; t++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            for (guint i = 0; i < program->nets[t][b]->graph->n_layers; i++)
                mark_map(&program->maps[t][b][i], marks);
    for (gsize i = 0; i < 4 * (gsize)program->scratch; i++)
        if (!marks[i / 4] && words[i] != 0)
            return (gint64)(i / 4);
    return -1;
}
