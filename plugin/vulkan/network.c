/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend: opening it, running frames, reading activations back. */
#include "network.h"

#include "command.h"
#include "picture.h"
#include "program.h"

#include <string.h>

typedef struct {
    BiqaBackend base;
    BiqaVkDevice *device;
    BiqaVkKernels kernels;
    BiqaVkCommands commands;
    BiqaVkProgram program;
    BiqaVkPicture picture; /* of the format the frame's commands are recorded for */
    gboolean recorded;
    BiqaVkBuffer readback; /* raw outputs, [branch][BIQA_MAX_CROPS] floats */
    VkDescriptorPool pool;
    VkDescriptorSet set;
} Network;

static void network_free(BiqaBackend *backend)
{
    Network *network = (Network *)backend;

    if (network->device) {
        biqa_vk_commands_clear(&network->commands);
        vkDestroyDescriptorPool(network->device->handle, network->pool, NULL);
        biqa_vk_picture_clear(&network->picture, network->device);
        biqa_vk_buffer_clear(&network->readback, network->device);
        biqa_vk_program_clear(&network->program, network->device);
        biqa_vk_kernels_clear(&network->kernels);
    }
    biqa_vk_device_free(network->device);
    g_free(network);
}

static const char *network_device_name(BiqaBackend *backend)
{
    return ((Network *)backend)->device->properties.deviceName;
}

static gboolean create_set(Network *network, GError **error)
{
    const VkDevice device = network->device->handle;
    VkDescriptorPoolSize sizes[BIQA_N_BINDINGS];
    guint n = 0;

    for (guint i = 0; i < BIQA_N_BINDINGS; i++)
        if (biqa_vk_binding_type(network->kernels.plan, i, &sizes[n].type))
            sizes[n++].descriptorCount = 1;
    VK_TRY(vkCreateDescriptorPool(device,
                                  &(VkDescriptorPoolCreateInfo){
                                      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                      .maxSets = 1,
                                      .poolSizeCount = n,
                                      .pPoolSizes = sizes,
                                  },
                                  NULL, &network->pool));
    VK_TRY(vkAllocateDescriptorSets(device,
                                    &(VkDescriptorSetAllocateInfo){
                                        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = network->pool,
                                        .descriptorSetCount = 1,
                                        .pSetLayouts = &network->kernels.set_layout,
                                    },
                                    &network->set));
    return TRUE;
error:
    return FALSE;
}

static void write_set(Network *network)
{
    const BiqaVkProgram *program = &network->program;
    const struct {
        VkBuffer buffer;
        VkBufferView view;
    } what[BIQA_N_BINDINGS] = {
        [BIQA_BIND_ARENA] = {program->arena.handle},
        [BIQA_BIND_ARENA_TEXELS] = {.view = program->arena_texels},
        [BIQA_BIND_WEIGHTS] = {program->weights.handle},
        [BIQA_BIND_WEIGHTS_TEXELS] = {.view = program->weights_texels},
        [BIQA_BIND_FRAME] = {network->picture.bytes.handle},
        [BIQA_BIND_FRAME_TEXELS] = {.view = network->picture.texels},
        [BIQA_BIND_PICTURE] = {network->picture.block.handle},
    };

    for (guint i = 0; i < BIQA_N_BINDINGS; i++) {
        VkWriteDescriptorSet write = {
            .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
            .dstSet = network->set,
            .dstBinding = i,
            .descriptorCount = 1,
            .pBufferInfo =
                &(VkDescriptorBufferInfo){.buffer = what[i].buffer, .range = VK_WHOLE_SIZE},
            .pTexelBufferView = &what[i].view,
        };

        if (biqa_vk_binding_type(network->kernels.plan, i, &write.descriptorType))
            vkUpdateDescriptorSets(network->device->handle, 1, &write, 0, NULL);
    }
}

/* Copies the first value of each branch's output, a sample after the other. */
static void record_readback(Network *network)
{
    const VkCommandBuffer buffer = network->commands.frame;
    VkBufferCopy regions[BIQA_MAX_CROPS];

    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaVkMap *map = biqa_vk_program_output(&network->program, b);

        for (guint n = 0; n < map->samples; n++)
            regions[n] = (VkBufferCopy){
                .srcOffset = 16 * ((VkDeviceSize)map->view.origin + n * map->view.sample_stride),
                .dstOffset = (b * BIQA_MAX_CROPS + n) * sizeof(float),
                .size = sizeof(float),
            };
        vkCmdCopyBuffer(buffer, network->program.arena.handle, network->readback.handle,
                        map->samples, regions);
    }
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
}

static gboolean record_frame(Network *network, GError **error)
{
    const VkCommandBuffer buffer = network->commands.frame;
    const BiqaVkProgram *program = &network->program;
    BiqaVkStep first = biqa_vk_picture_step(&network->picture, &program->maps[BIQA_FULL][0]);

    first.pipeline =
        biqa_vk_kernels_pipeline(&network->kernels, first.kernel, first.constants, error);
    if (!first.pipeline || !biqa_vk_commands_begin(buffer, 0, error))
        return FALSE;
    biqa_vk_commands_stamp(&network->commands, 0);
    /* What fill_buffers() copied, before the first frame reads it. */
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT,
                             VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
    vkCmdBindDescriptorSets(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, network->kernels.layout, 0, 1,
                            &network->set, 0, NULL);
    biqa_vk_commands_step(buffer, network->kernels.layout, &first);
    biqa_vk_commands_stamp(&network->commands, 2);
    for (guint i = 0; i < program->steps->len; i++) {
        biqa_vk_commands_step(buffer, network->kernels.layout,
                              &g_array_index(program->steps, BiqaVkStep, i));
        biqa_vk_commands_stamp(&network->commands, 3 + i);
    }
    record_readback(network);
    biqa_vk_commands_stamp(&network->commands, 1);
    VK_TRY(vkEndCommandBuffer(buffer));
    return TRUE;
error:
    return FALSE;
}

/* Makes everything ready for frames of a format; nothing to do when they are as before. */
static gboolean set_format(Network *network, const BiqaFrameFormat *format, GError **error)
{
    if (network->recorded && memcmp(&network->picture.format, format, sizeof *format) == 0)
        return TRUE;
    network->recorded = FALSE;
    biqa_vk_picture_clear(&network->picture, network->device);
    if (!biqa_vk_picture_init(&network->picture, network->device, network->kernels.plan,
                              &network->program.input, format, error))
        return FALSE;
    write_set(network);
    network->recorded = record_frame(network, error);
    return network->recorded;
}

static gboolean network_run(BiqaBackend *backend, const BiqaFrame *frame, BiqaResult *result,
                            GError **error)
{
    Network *network = (Network *)backend;
    const float *raw = network->readback.mapped;

    if (!set_format(network, frame->format, error))
        return FALSE;
    biqa_vk_picture_upload(&network->picture, frame);
    if (!biqa_vk_commands_submit(&network->commands, network->commands.frame, error))
        return FALSE;
    result->n_crops = network->program.input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        memcpy(result->crops[b], raw + b * BIQA_MAX_CROPS, result->n_crops * sizeof(float));
    return TRUE;
}

/* Copies texels of the arena to or from a mapped buffer. */
static gboolean copy_once(Network *network, VkBuffer from, VkBuffer to, const VkBufferCopy *region,
                          GError **error)
{
    const VkCommandBuffer buffer = network->commands.once;

    if (!biqa_vk_commands_begin(buffer, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error))
        return FALSE;
    vkCmdCopyBuffer(buffer, from, to, 1, region);
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
    return biqa_vk_commands_finish(&network->commands, buffer, error);
}

/* texels: one sample, as they lie in the arena from its first plane's halo on. */
static void unpack(const BiqaVkMap *map, const float *texels, float *output)
{
    for (guint c = 0; c < map->shape.c; c++)
        for (guint y = 0; y < map->shape.h; y++)
            for (guint x = 0; x < map->shape.w; x++)
                *output++ =
                    texels[4 * ((gsize)c / 4 * map->view.plane + y * map->view.row + x) + c % 4];
}

static gboolean network_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                            float *output, GError **error)
{
    Network *network = (Network *)backend;
    const BiqaVkMap *map = &network->program.maps[branch][layer];
    const gsize texels = (gsize)(biqa_vk_planes(map->shape.c) - 1) * map->view.plane +
                         (map->shape.h - 1) * map->view.row + map->shape.w;
    const VkBufferCopy region = {
        .srcOffset = 16 * ((VkDeviceSize)map->view.origin + crop * map->view.sample_stride),
        .size = 16 * texels,
    };
    BiqaVkBuffer copy = {0};
    gboolean ok;

    g_return_val_if_fail(network->recorded && crop < map->samples, FALSE);
    ok = biqa_vk_buffer_init(&copy, network->device, region.size, BIQA_VK_READBACK_MEMORY, error) &&
         copy_once(network, network->program.arena.handle, copy.handle, &region, error);
    if (ok)
        unpack(map, copy.mapped, output);
    biqa_vk_buffer_clear(&copy, network->device);
    return ok;
}

static const BiqaBackendClass network_class = {
    .name = "vulkan",
    .run = network_run,
    .tap = network_tap,
    .device_name = network_device_name,
    .free = network_free,
};

/* Straight-line code pays on CPUs, whose compiler makes the weights operands of instructions; a GPU
 * wants few dispatches of many lanes. */
static gboolean choose_plan(const BiqaVkDevice *device, BiqaVkPlanChoice choice, BiqaVkPlan *plan,
                            GError **error)
{
    if (choice == BIQA_VK_PLAN_UNROLLED && !device->address) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "%s lacks bufferDeviceAddress, which the unrolled plan needs",
                    device->properties.deviceName);
        return FALSE;
    }
    if (choice == BIQA_VK_PLAN_AUTO && device->address &&
        device->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU)
        choice = BIQA_VK_PLAN_UNROLLED;
    *plan = choice == BIQA_VK_PLAN_UNROLLED ? BIQA_VK_UNROLLED : BIQA_VK_COMPACT;
    return TRUE;
}

/* Zeroes the arena and brings the parameters to the device. */
static gboolean fill_buffers(Network *network, const GArray *values, GError **error)
{
    const VkCommandBuffer buffer = network->commands.once;
    const VkDeviceSize size = values->len * sizeof(float);
    BiqaVkBuffer staging = {0};
    gboolean ok;

    if (!biqa_vk_commands_begin(buffer, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error))
        return FALSE;
    vkCmdFillBuffer(buffer, network->program.arena.handle, 0, VK_WHOLE_SIZE, 0);
    if (!biqa_vk_commands_finish(&network->commands, buffer, error))
        return FALSE;
    if (size == 0)
        return TRUE;
    ok = biqa_vk_buffer_init(&staging, network->device, size, BIQA_VK_UPLOAD_MEMORY, error);
    if (ok) {
        memcpy(staging.mapped, values->data, size);
        ok = copy_once(network, staging.handle, network->program.weights.handle,
                       &(VkBufferCopy){.size = size}, error);
    }
    biqa_vk_buffer_clear(&staging, network->device);
    return ok;
}

static gboolean network_init(Network *network, const BiqaVkParams *params, const BiqaModel *model,
                             GError **error)
{
    g_autoptr(GArray) values = NULL;
    BiqaVkPlan plan;

    network->device = biqa_vk_device_open(params->device, params->validate, error);
    return network->device && choose_plan(network->device, params->plan, &plan, error) &&
           biqa_vk_kernels_init(&network->kernels, network->device, plan, error) &&
           biqa_vk_program_init(&network->program, &network->kernels, model, &values, error) &&
           biqa_vk_commands_init(&network->commands, network->device,
                                 params->profile ? 3 + network->program.steps->len : 2, error) &&
           biqa_vk_buffer_init(&network->readback, network->device,
                               BIQA_N_BRANCHES * BIQA_MAX_CROPS * sizeof(float),
                               BIQA_VK_READBACK_MEMORY, error) &&
           create_set(network, error) && fill_buffers(network, values, error);
}

BiqaBackend *biqa_vk_backend_new(const BiqaVkParams *params, const BiqaModel *model, GError **error)
{
    static const BiqaVkParams defaults = {0};
    Network *network = g_new0(Network, 1);

    network->base.klass = &network_class;
    if (!network_init(network, params ? params : &defaults, model, error)) {
        network_free(&network->base);
        return NULL;
    }
    return &network->base;
}

BiqaBackend *biqa_vk_backend_open(const char *device, const BiqaModel *model, GError **error)
{
    const char *plan = g_getenv("BIQA_VK_PLAN");
    BiqaVkParams params = {.device = device};

    if (g_strcmp0(plan, "compact") == 0)
        params.plan = BIQA_VK_PLAN_COMPACT;
    else if (g_strcmp0(plan, "unrolled") == 0)
        params.plan = BIQA_VK_PLAN_UNROLLED;
    return biqa_vk_backend_new(&params, model, error);
}

guint64 biqa_vk_backend_device_ns(BiqaBackend *backend)
{
    Network *network = (Network *)backend;

    return network->recorded ? biqa_vk_commands_elapsed(&network->commands, 0, 1) : 0;
}

guint biqa_vk_backend_n_steps(BiqaBackend *backend)
{
    return 1 + ((Network *)backend)->program.steps->len;
}

BiqaVkStepTime biqa_vk_backend_step_time(BiqaBackend *backend, guint step)
{
    Network *network = (Network *)backend;
    const GArray *steps = network->program.steps;
    const BiqaVkStep *what = step ? &g_array_index(steps, BiqaVkStep, step - 1) : NULL;

    g_return_val_if_fail(step <= steps->len, (BiqaVkStepTime){0});
    return (BiqaVkStepTime){
        .kernel = biqa_vk_kernel_name(what ? what->kernel : BIQA_VK_PREPROCESS),
        .branch = what ? what->branch : BIQA_FULL,
        .layer = what ? what->layer : 0,
        .ns = biqa_vk_commands_elapsed(&network->commands, step ? 1 + step : 0, 2 + step),
    };
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

gint64 biqa_vk_backend_check_arena(BiqaBackend *backend)
{
    Network *network = (Network *)backend;
    const BiqaVkProgram *program = &network->program;
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
