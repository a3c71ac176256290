/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording, submitting and reading back. */
#include "slot.h"

#include <string.h>

/* What a frame leaves for the host. */
typedef struct {
    float raw[BIQA_MAX_TASKS][BIQA_N_BRANCHES][BIQA_MAX_CROPS];
    float weights[BIQA_MAX_TASKS]; /* those without any have an earlier frame's raw outputs */
} Readback;

static gboolean create_set(BiqaVkSlot *slot, GError **error)
{
    const VkDevice device = slot->device->handle;
    VkDescriptorPoolSize sizes[BIQA_N_BINDINGS];
    guint n = 0;

    for (guint i = 0; i < BIQA_N_BINDINGS; i++)
        if (biqa_vk_binding_type(slot->kernels->plan, i, &sizes[n].type))
            sizes[n++].descriptorCount = 1;
    VK_TRY(slot->device, CreateDescriptorPool, device,
           &(VkDescriptorPoolCreateInfo){
               .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
               .maxSets = 1,
               .poolSizeCount = n,
               .pPoolSizes = sizes,
           },
           NULL, &slot->pool);
    VK_TRY(slot->device, AllocateDescriptorSets, device,
           &(VkDescriptorSetAllocateInfo){
               .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
               .descriptorPool = slot->pool,
               .descriptorSetCount = 1,
               .pSetLayouts = &slot->kernels->set_layout,
           },
           &slot->set);
    return TRUE;
error:
    return FALSE;
}

static void write_set(BiqaVkSlot *slot)
{
    const BiqaVkProgram *program = slot->program;
    const struct {
        VkBuffer buffer;
        VkBufferView view;
    } what[BIQA_N_BINDINGS] = {
        [BIQA_BIND_ARENA] = {program->arena.handle},
        [BIQA_BIND_ARENA_TEXELS] = {.view = program->arena_texels},
        [BIQA_BIND_WEIGHTS] = {program->weights.handle},
        [BIQA_BIND_WEIGHTS_TEXELS] = {.view = program->weights_texels},
        [BIQA_BIND_FRAME] = {slot->picture.bytes.handle},
        [BIQA_BIND_FRAME_TEXELS] = {.view = slot->picture.texels},
        [BIQA_BIND_PICTURE] = {slot->picture.block.handle},
    };

    for (guint i = 0; i < BIQA_N_BINDINGS; i++) {
        VkWriteDescriptorSet write = {
            .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
            .dstSet = slot->set,
            .dstBinding = i,
            .descriptorCount = 1,
            .pBufferInfo =
                &(VkDescriptorBufferInfo){.buffer = what[i].buffer, .range = VK_WHOLE_SIZE},
            .pTexelBufferView = &what[i].view,
        };

        if (biqa_vk_binding_type(slot->kernels->plan, i, &write.descriptorType))
            vkUpdateDescriptorSets(slot->device->handle, 1, &write, 0, NULL);
    }
}

gboolean biqa_vk_slot_init(BiqaVkSlot *slot, gboolean profile, GCancellable *stop, GError **error)
{
    if (!biqa_vk_commands_init(&slot->commands, slot->device,
                               profile ? 3 + slot->program->steps->len : 2, error))
        return FALSE;
    slot->commands.stop = stop;
    return biqa_vk_buffer_init(&slot->readback, slot->device, sizeof(Readback),
                               BIQA_VK_READBACK_MEMORY, error) &&
           create_set(slot, error);
}

void biqa_vk_slot_clear(BiqaVkSlot *slot)
{
    biqa_vk_commands_clear(&slot->commands);
    vkDestroyDescriptorPool(slot->device->handle, slot->pool, NULL);
    biqa_vk_picture_clear(&slot->picture, slot->device);
    biqa_vk_buffer_clear(&slot->readback, slot->device);
}

/* -- recording ------------------------------------------------------------------------------ */

/* Copies the first value of each output of a task, a sample after the other. */
static void record_scores(BiqaVkSlot *slot, guint task)
{
    const VkCommandBuffer buffer = slot->commands.frame;
    VkBufferCopy regions[BIQA_MAX_CROPS];

    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaVkMap *map = biqa_vk_program_output(slot->program, task, b);

        for (guint n = 0; n < map->samples; n++)
            regions[n] = (VkBufferCopy){
                .srcOffset = 16 * ((VkDeviceSize)map->view.origin + n * map->view.sample_stride),
                .dstOffset = G_STRUCT_OFFSET(Readback, raw[task][b][n]),
                .size = sizeof(float),
            };
        vkCmdCopyBuffer(buffer, slot->program->arena.handle, slot->readback.handle, map->samples,
                        regions);
    }
}

static void record_readback(BiqaVkSlot *slot)
{
    const VkCommandBuffer buffer = slot->commands.frame;
    const BiqaVkProgram *program = slot->program;

    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT);
    for (guint t = 0; t < program->n_tasks; t++)
        record_scores(slot, t);
    if (program->n_tasks > 1)
        vkCmdCopyBuffer(buffer, program->arena.handle, slot->readback.handle, 1,
                        &(VkBufferCopy){
                            .srcOffset = 16 * (VkDeviceSize)program->gate,
                            .dstOffset = G_STRUCT_OFFSET(Readback, weights),
                            .size = program->n_tasks * sizeof(float),
                        });
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
}

/* The frame's first steps, which make the crops. */
typedef struct {
    BiqaVkStep steps[BIQA_MAX_CROPS];
    guint n;
} First;

/* Before anything is recorded: it may fail. */
static gboolean make_first(BiqaVkSlot *slot, First *first, GError **error)
{
    const BiqaVkProgram *program = slot->program;

    first->n = biqa_vk_picture_steps(&slot->picture, &program->input,
                                     &program->maps[0][BIQA_FULL][0], first->steps);
    for (guint i = 0; i < first->n; i++) {
        BiqaVkStep *step = &first->steps[i];

        step->pipeline = biqa_vk_kernels_pipeline(slot->kernels, &step->variant, error);
        if (!step->pipeline)
            return FALSE;
    }
    return TRUE;
}

static void record_first(BiqaVkSlot *slot, VkCommandBuffer buffer, const First *first)
{
    /* The arena is shared: the frame before, whosever it is, and its copies, end before this one
     * begins. */
    biqa_vk_commands_barrier(buffer,
                             VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
    vkCmdBindDescriptorSets(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, slot->kernels->layout, 0, 1,
                            &slot->set, 0, NULL);
    for (guint i = 0; i < first->n; i++) {
        BiqaVkStep step = first->steps[i];

        step.barrier |= slot->barriers && i > 0;
        biqa_vk_commands_step(buffer, slot->kernels->layout, &step);
    }
}

static gboolean record_frame(BiqaVkSlot *slot, GError **error)
{
    const VkCommandBuffer buffer = slot->commands.frame;
    const BiqaVkProgram *program = slot->program;
    First first;

    if (!make_first(slot, &first, error) ||
        !biqa_vk_commands_begin(&slot->commands, buffer, 0, error))
        return FALSE;
    biqa_vk_commands_stamp(&slot->commands, 0);
    record_first(slot, buffer, &first);
    biqa_vk_commands_stamp(&slot->commands, 2);
    for (guint i = 0; i < program->steps->len; i++) {
        BiqaVkStep step = g_array_index(program->steps, BiqaVkStep, i);

        step.barrier |= slot->barriers;
        biqa_vk_commands_step(buffer, slot->kernels->layout, &step);
        biqa_vk_commands_stamp(&slot->commands, 3 + i);
    }
    record_readback(slot);
    biqa_vk_commands_stamp(&slot->commands, 1);
    return biqa_vk_commands_end(&slot->commands, buffer, error);
}

/* Makes everything ready for frames of a format; nothing to do when they are as before. */
static gboolean set_format(BiqaVkSlot *slot, const BiqaFrameFormat *format, GError **error)
{
    if (slot->recorded && memcmp(&slot->picture.format, format, sizeof *format) == 0)
        return TRUE;
    slot->recorded = FALSE;
    biqa_vk_picture_clear(&slot->picture, slot->device);
    if (!biqa_vk_picture_init(&slot->picture, slot->device, slot->kernels->plan,
                              &slot->program->input, format, error))
        return FALSE;
    write_set(slot);
    slot->recorded = record_frame(slot, error);
    return slot->recorded;
}

/* -- a frame -------------------------------------------------------------------------------- */

/* Runs writer, that brings a picture, if there is one, and the frame. */
static gboolean submit_frame(BiqaVkSlot *slot, VkCommandBuffer writer, GError **error)
{
    const VkCommandBuffer buffers[] = {writer, slot->commands.frame};
    gboolean ok;

    biqa_vk_device_lock(slot->device);
    ok = biqa_vk_commands_submit(&slot->commands, writer ? buffers : buffers + 1, writer ? 2 : 1,
                                 error);
    slot->program->last = slot;
    biqa_vk_device_unlock(slot->device);
    return ok;
}

/* Runs a buffer that reads the arena, and waits. Where the arena does not hold this slot's frame
 * any more, the frame runs once more before. */
static gboolean submit_reader(BiqaVkSlot *slot, VkCommandBuffer reader, GError **error)
{
    const VkCommandBuffer buffers[] = {slot->commands.frame, reader};
    gboolean ok;

    biqa_vk_device_lock(slot->device);
    if (slot->program->last == slot)
        ok = biqa_vk_commands_submit(&slot->commands, &reader, 1, error);
    else
        ok = biqa_vk_commands_submit(&slot->commands, buffers, 2, error);
    slot->program->last = slot;
    biqa_vk_device_unlock(slot->device);
    return ok && biqa_vk_commands_wait(&slot->commands, error);
}

/* A buffer that copies a frame's images to the picture; NULL where that fails. */
static VkCommandBuffer record_copy(BiqaVkSlot *slot, const BiqaImages *images, GError **error)
{
    const VkCommandBuffer buffer = slot->commands.once;

    if (!biqa_vk_commands_begin(&slot->commands, buffer,
                                VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error) ||
        !biqa_vk_picture_copy(&slot->picture, images, buffer, error) ||
        !biqa_vk_commands_end(&slot->commands, buffer, error))
        return VK_NULL_HANDLE;
    return buffer;
}

static gboolean begin_images(BiqaVkSlot *slot, const BiqaImages *images, GError **error)
{
    const VkCommandBuffer copy = record_copy(slot, images, error);

    return copy && submit_frame(slot, copy, error);
}

static gboolean begin_planes(BiqaVkSlot *slot, const BiqaFrame *frame, GError **error)
{
    biqa_vk_picture_upload(&slot->picture, frame);
    return submit_frame(slot, VK_NULL_HANDLE, error);
}

gboolean biqa_vk_slot_begin(BiqaVkSlot *slot, const BiqaFrame *frame, guint spot, GError **error)
{
    slot->first = !slot->recorded;
    if (!set_format(slot, frame->format, error))
        return FALSE;
    biqa_vk_picture_aim(&slot->picture, &slot->program->input, spot);
    return frame->images ? begin_images(slot, frame->images, error)
                         : begin_planes(slot, frame, error);
}

gboolean biqa_vk_slot_end(BiqaVkSlot *slot, GError **error)
{
    if (!biqa_vk_commands_wait(&slot->commands, error))
        return FALSE;
    /* Drivers compile then at the latest. */
    if (slot->first)
        biqa_vk_heap_trim();
    return TRUE;
}

static void read_task(const BiqaVkSlot *slot, guint task, BiqaResult *result)
{
    const Readback *from = slot->readback.mapped;

    result->n_crops = slot->program->input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        memcpy(result->crops[b], from->raw[task][b], result->n_crops * sizeof(float));
}

void biqa_vk_slot_read(const BiqaVkSlot *slot, const BiqaModel *model, BiqaResult *result)
{
    const Readback *from = slot->readback.mapped;
    BiqaResult tasks[BIQA_MAX_TASKS];

    if (slot->program->n_tasks == 1) {
        read_task(slot, 0, result);
        return;
    }
    for (guint t = 0; t < slot->program->n_tasks; t++)
        read_task(slot, t, &tasks[t]);
    biqa_model_blend(model, from->weights, tasks, result);
}

/* -- looking into layers -------------------------------------------------------------------- */

/* A branch's steps up to those of a layer once more, for a map that others were written over. */
static void record_again(BiqaVkSlot *slot, VkCommandBuffer buffer, const BiqaVkTap *tap,
                         const First *first)
{
    const GArray *steps = slot->program->steps;

    record_first(slot, buffer, first);
    for (guint i = 0; i < steps->len; i++) {
        BiqaVkStep step = g_array_index(steps, BiqaVkStep, i);

        if (step.task != tap->task || step.branch != tap->branch || step.layer > tap->layer)
            continue;
        step.barrier = TRUE; /* which the other branch's step may have had for it */
        biqa_vk_commands_step(buffer, slot->kernels->layout, &step);
    }
}

/* Copies a crop of a layer's map to a mapped buffer. */
static gboolean copy_map(BiqaVkSlot *slot, const BiqaVkTap *tap, const BiqaVkMap *map,
                         const BiqaVkBuffer *to, GError **error)
{
    const VkCommandBuffer buffer = slot->commands.once;
    const VkBufferCopy region = {
        .srcOffset = 16 * ((VkDeviceSize)map->view.origin + tap->crop * map->view.sample_stride),
        .size = to->size,
    };
    First first;

    if (!make_first(slot, &first, error) ||
        !biqa_vk_commands_begin(&slot->commands, buffer,
                                VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error))
        return FALSE;
    if (!map->kept)
        record_again(slot, buffer, tap, &first);
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT);
    vkCmdCopyBuffer(buffer, slot->program->arena.handle, to->handle, 1, &region);
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
    return biqa_vk_commands_end(&slot->commands, buffer, error) &&
           submit_reader(slot, buffer, error);
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

gboolean biqa_vk_slot_tap(BiqaVkSlot *slot, const BiqaVkTap *tap, float *output, GError **error)
{
    const BiqaVkMap *map = &slot->program->maps[tap->task][tap->branch][tap->layer];
    const gsize texels = (gsize)(biqa_vk_planes(map->shape.c) - 1) * map->view.plane +
                         (map->shape.h - 1) * map->view.row + map->shape.w;
    BiqaVkBuffer copy = {0};
    gboolean ok;

    g_return_val_if_fail(slot->recorded && tap->crop < map->samples, FALSE);
    ok = biqa_vk_buffer_init(&copy, slot->device, 16 * texels, BIQA_VK_READBACK_MEMORY, error) &&
         copy_map(slot, tap, map, &copy, error);
    if (ok)
        unpack(map, copy.mapped, output);
    if (biqa_vk_commands_settle(&slot->commands))
        biqa_vk_buffer_clear(&copy, slot->device);
    return ok;
}
