/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model to buffers and steps. */
#include "program.h"

#include "command.h"
#include <string.h>

/* Lays out the branches one behind the other; returns the texels of the arena, scratch included. */
static gsize lay_out(BiqaVkProgram *program, gsize scratch[BIQA_N_BRANCHES])
{
    gsize end = 0, slack = 0;

    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaGraph *graph = program->nets[b]->graph;

        program->maps[b] = g_new0(BiqaVkMap, graph->n_layers);
        biqa_vk_arena_add(graph, program->input.n_crops, &end, program->maps[b]);
        slack = MAX(slack, biqa_vk_arena_slack(program->maps[b], graph->n_layers));
    }
    end += slack;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        scratch[b] = end;
        end += biqa_vk_steps_scratch(program->nets[b]->graph, program->input.n_crops);
    }
    program->scratch_texels = end - scratch[BIQA_FULL];
    /* The branches differ in values and numbers of channels, and read the same crops: borders come
     * from kernels, which are the same. */
    g_assert(program->maps[BIQA_FULL]->view.plane == program->maps[BIQA_COMPETITOR]->view.plane &&
             program->maps[BIQA_FULL]->view.row == program->maps[BIQA_COMPETITOR]->view.row);
    program->maps[BIQA_COMPETITOR][0] = program->maps[BIQA_FULL][0];
    return end;
}

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

static gboolean make_steps(BiqaVkProgram *program, const BiqaVkKernels *kernels,
                           const gsize scratch[BIQA_N_BRANCHES], GArray *values, GError **error)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaVkStepContext context = {
            .plan = kernels->plan,
            .branch = b,
            .net = program->nets[b],
            .maps = program->maps[b],
            .scratch = scratch[b],
            .weights = values,
        };

        for (guint i = 0; i < context.net->graph->n_layers; i++)
            if (!biqa_vk_steps_add(&context, i, program->steps, error))
                return FALSE;
    }
    return TRUE;
}

/* A GPU runs both branches at once, layer by layer, to fill itself; a CPU has its caches warm when
 * it runs one after the other. */
static gint compare_layers(gconstpointer a, gconstpointer b)
{
    const BiqaVkStep *one = a, *other = b;

    return one->layer < other->layer ? -1 : one->layer > other->layer;
}

/* The order of execution, and no barrier between the branches of a layer. */
static void order_steps(GArray *steps, VkPhysicalDeviceType type)
{
    if (type != VK_PHYSICAL_DEVICE_TYPE_CPU)
        g_array_sort(steps, compare_layers);
    for (guint i = 1; i < steps->len; i++) {
        const BiqaVkStep *before = &g_array_index(steps, BiqaVkStep, i - 1);
        BiqaVkStep *step = &g_array_index(steps, BiqaVkStep, i);

        if (step->layer == before->layer && step->branch != before->branch)
            step->barrier = FALSE;
    }
}

static gboolean make_pipelines(BiqaVkProgram *program, BiqaVkKernels *kernels, GError **error)
{
    const guint n = program->steps->len;
    g_autofree BiqaVkVariant *variants = g_new(BiqaVkVariant, n);

    for (guint i = 0; i < n; i++)
        variants[i] = g_array_index(program->steps, BiqaVkStep, i).variant;
    if (!biqa_vk_kernels_prepare(kernels, variants, n, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, i);

        step->pipeline = biqa_vk_kernels_pipeline(kernels, &variants[i], error);
        if (!step->pipeline)
            return FALSE;
    }
    return TRUE;
}

static void finish_steps(BiqaVkProgram *program, const BiqaVkDevice *device)
{
    for (guint i = 0; i < program->steps->len; i++) {
        BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, i);

        if (step->variant.kernel == BIQA_VK_DENSE) {
            step->push.conv.address[0] = (uint32_t)program->weights.address;
            step->push.conv.address[1] = (uint32_t)(program->weights.address >> 32);
        }
    }
    order_steps(program->steps, device->properties.deviceType);
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
                             GError **error)
{
    const gsize size = values->len * sizeof(float);
    BiqaVkBuffer staging = {0};
    BiqaVkCommands commands = {0};
    gboolean ok = biqa_vk_commands_init(&commands, device, 0, error);

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

gboolean biqa_vk_program_init(BiqaVkProgram *program, BiqaVkKernels *kernels,
                              const BiqaModel *model, GError **error)
{
    g_autoptr(GArray) values = g_array_new(FALSE, TRUE, sizeof(float));
    gsize scratch[BIQA_N_BRANCHES], texels;

    *program = (BiqaVkProgram){
        .input = model->input,
        .steps = g_array_new(FALSE, FALSE, sizeof(BiqaVkStep)),
    };
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        program->nets[b] = biqa_model_fold(model, b, NULL);
    texels = lay_out(program, scratch);
    if (!make_steps(program, kernels, scratch, values, error) ||
        !create_buffers(program, kernels, texels, values->len / 4 + 1, error) ||
        !make_pipelines(program, kernels, error))
        return FALSE;
    finish_steps(program, kernels->device);
    return fill_buffers(program, kernels->device, values, error);
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
    if (!program->steps)
        return;
    if (!program->stuck)
        clear_buffers(program, device);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_free(program->maps[b]);
        biqa_net_free(program->nets[b]);
    }
    g_array_unref(program->steps);
    *program = (BiqaVkProgram){0};
}

const BiqaVkMap *biqa_vk_program_output(const BiqaVkProgram *program, BiqaBranch branch)
{
    return &program->maps[branch][program->nets[branch]->graph->n_layers - 1];
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
    const gsize texels = program->arena.size / 16 - program->scratch_texels;
    g_autofree guint8 *marks = g_malloc0(texels);

    g_return_val_if_fail(words, -1);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < program->nets[b]->graph->n_layers; i++)
            mark_map(&program->maps[b][i], marks);
    for (gsize i = 0; i < 4 * texels; i++)
        if (!marks[i / 4] && words[i] != 0)
            return (gint64)(i / 4);
    return -1;
}
