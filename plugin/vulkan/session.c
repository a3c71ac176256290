/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording, running and reading back a user's frames. */
#include "session.h"

#include <string.h>

static gboolean create_set(BiqaVkSession *session, GError **error)
{
    const VkDevice device = session->device->handle;
    VkDescriptorPoolSize sizes[BIQA_N_BINDINGS];
    guint n = 0;

    for (guint i = 0; i < BIQA_N_BINDINGS; i++)
        if (biqa_vk_binding_type(session->kernels->plan, i, &sizes[n].type))
            sizes[n++].descriptorCount = 1;
    VK_TRY(session->device, CreateDescriptorPool, device,
           &(VkDescriptorPoolCreateInfo){
               .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
               .maxSets = 1,
               .poolSizeCount = n,
               .pPoolSizes = sizes,
           },
           NULL, &session->pool);
    VK_TRY(session->device, AllocateDescriptorSets, device,
           &(VkDescriptorSetAllocateInfo){
               .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
               .descriptorPool = session->pool,
               .descriptorSetCount = 1,
               .pSetLayouts = &session->kernels->set_layout,
           },
           &session->set);
    return TRUE;
error:
    return FALSE;
}

static void write_set(BiqaVkSession *session)
{
    const BiqaVkProgram *program = session->program;
    const struct {
        VkBuffer buffer;
        VkBufferView view;
    } what[BIQA_N_BINDINGS] = {
        [BIQA_BIND_ARENA] = {program->arena.handle},
        [BIQA_BIND_ARENA_TEXELS] = {.view = program->arena_texels},
        [BIQA_BIND_WEIGHTS] = {program->weights.handle},
        [BIQA_BIND_WEIGHTS_TEXELS] = {.view = program->weights_texels},
        [BIQA_BIND_FRAME] = {session->picture.bytes.handle},
        [BIQA_BIND_FRAME_TEXELS] = {.view = session->picture.texels},
        [BIQA_BIND_PICTURE] = {session->picture.block.handle},
    };

    for (guint i = 0; i < BIQA_N_BINDINGS; i++) {
        VkWriteDescriptorSet write = {
            .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
            .dstSet = session->set,
            .dstBinding = i,
            .descriptorCount = 1,
            .pBufferInfo =
                &(VkDescriptorBufferInfo){.buffer = what[i].buffer, .range = VK_WHOLE_SIZE},
            .pTexelBufferView = &what[i].view,
        };

        if (biqa_vk_binding_type(session->kernels->plan, i, &write.descriptorType))
            vkUpdateDescriptorSets(session->device->handle, 1, &write, 0, NULL);
    }
}

/* What a frame leaves for the host. */
typedef struct {
    float raw[BIQA_MAX_TASKS][BIQA_N_BRANCHES][BIQA_MAX_CROPS];
    float weights[BIQA_MAX_TASKS]; /* those without any have an earlier frame's raw outputs */
} Readback;

/* Copies the first value of each output of a task, a sample after the other. */
static void record_scores(BiqaVkSession *session, guint task)
{
    const VkCommandBuffer buffer = session->commands.frame;
    VkBufferCopy regions[BIQA_MAX_CROPS];

    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaVkMap *map = biqa_vk_program_output(session->program, task, b);

        for (guint n = 0; n < map->samples; n++)
            regions[n] = (VkBufferCopy){
                .srcOffset = 16 * ((VkDeviceSize)map->view.origin + n * map->view.sample_stride),
                .dstOffset = G_STRUCT_OFFSET(Readback, raw[task][b][n]),
                .size = sizeof(float),
            };
        vkCmdCopyBuffer(buffer, session->program->arena.handle, session->readback.handle,
                        map->samples, regions);
    }
}

static void record_readback(BiqaVkSession *session)
{
    const VkCommandBuffer buffer = session->commands.frame;
    const BiqaVkProgram *program = session->program;

    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT);
    for (guint t = 0; t < program->n_tasks; t++)
        record_scores(session, t);
    if (program->n_tasks > 1)
        vkCmdCopyBuffer(buffer, program->arena.handle, session->readback.handle, 1,
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
static gboolean make_first(BiqaVkSession *session, First *first, GError **error)
{
    const BiqaVkProgram *program = session->program;

    first->n = biqa_vk_picture_steps(&session->picture, &program->input,
                                     &program->maps[0][BIQA_FULL][0], first->steps);
    for (guint i = 0; i < first->n; i++) {
        BiqaVkStep *step = &first->steps[i];

        step->pipeline = biqa_vk_kernels_pipeline(session->kernels, &step->variant, error);
        if (!step->pipeline)
            return FALSE;
    }
    return TRUE;
}

static void record_first(BiqaVkSession *session, VkCommandBuffer buffer, const First *first)
{
    /* The arena is shared: another user's frame, and its copies, end before this one begins. */
    biqa_vk_commands_barrier(buffer,
                             VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
    vkCmdBindDescriptorSets(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, session->kernels->layout, 0, 1,
                            &session->set, 0, NULL);
    for (guint i = 0; i < first->n; i++) {
        BiqaVkStep step = first->steps[i];

        step.barrier |= session->barriers && i > 0;
        biqa_vk_commands_step(buffer, session->kernels->layout, &step);
    }
}

static gboolean record_frame(BiqaVkSession *session, GError **error)
{
    const VkCommandBuffer buffer = session->commands.frame;
    const BiqaVkProgram *program = session->program;
    First first;

    if (!make_first(session, &first, error) ||
        !biqa_vk_commands_begin(&session->commands, buffer, 0, error))
        return FALSE;
    biqa_vk_commands_stamp(&session->commands, 0);
    record_first(session, buffer, &first);
    biqa_vk_commands_stamp(&session->commands, 2);
    for (guint i = 0; i < program->steps->len; i++) {
        BiqaVkStep step = g_array_index(program->steps, BiqaVkStep, i);

        step.barrier |= session->barriers;
        biqa_vk_commands_step(buffer, session->kernels->layout, &step);
        biqa_vk_commands_stamp(&session->commands, 3 + i);
    }
    record_readback(session);
    biqa_vk_commands_stamp(&session->commands, 1);
    return biqa_vk_commands_end(&session->commands, buffer, error);
}

/* Makes everything ready for frames of a format; nothing to do when they are as before. */
static gboolean set_format(BiqaVkSession *session, const BiqaFrameFormat *format, GError **error)
{
    if (session->recorded && memcmp(&session->picture.format, format, sizeof *format) == 0)
        return TRUE;
    session->recorded = FALSE;
    biqa_vk_picture_clear(&session->picture, session->device);
    if (!biqa_vk_picture_init(&session->picture, session->device, session->kernels->plan,
                              &session->program->input, format, error))
        return FALSE;
    write_set(session);
    session->recorded = record_frame(session, error);
    return session->recorded;
}

/* Runs writer, that brings a picture, if there is one; the frame; and waits. */
static gboolean submit_frame(BiqaVkSession *session, VkCommandBuffer writer, GError **error)
{
    const VkCommandBuffer buffers[] = {writer, session->commands.frame};
    gboolean ok;

    biqa_vk_device_lock(session->device);
    ok = biqa_vk_commands_submit(&session->commands, writer ? buffers : buffers + 1, writer ? 2 : 1,
                                 error);
    session->program->last = session;
    biqa_vk_device_unlock(session->device);
    return ok && biqa_vk_commands_wait(&session->commands, error);
}

/* Runs a buffer that reads the arena, and waits. Where the arena does not hold this session's frame
 * any more, the frame runs once more before. */
static gboolean submit_reader(BiqaVkSession *session, VkCommandBuffer reader, GError **error)
{
    const VkCommandBuffer buffers[] = {session->commands.frame, reader};
    gboolean ok;

    biqa_vk_device_lock(session->device);
    if (session->program->last == session)
        ok = biqa_vk_commands_submit(&session->commands, &reader, 1, error);
    else
        ok = biqa_vk_commands_submit(&session->commands, buffers, 2, error);
    session->program->last = session;
    biqa_vk_device_unlock(session->device);
    return ok && biqa_vk_commands_wait(&session->commands, error);
}

/* A buffer that copies a frame's images to the picture; NULL where that fails. */
static VkCommandBuffer record_copy(BiqaVkSession *session, const BiqaImages *images, GError **error)
{
    const VkCommandBuffer buffer = session->commands.once;

    if (!biqa_vk_commands_begin(&session->commands, buffer,
                                VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error) ||
        !biqa_vk_picture_copy(&session->picture, images, buffer, error) ||
        !biqa_vk_commands_end(&session->commands, buffer, error))
        return VK_NULL_HANDLE;
    return buffer;
}

static gboolean run_images(BiqaVkSession *session, const BiqaImages *images, GError **error)
{
    const VkCommandBuffer copy = record_copy(session, images, error);

    return copy && submit_frame(session, copy, error);
}

static gboolean run_planes(BiqaVkSession *session, const BiqaFrame *frame, GError **error)
{
    biqa_vk_picture_upload(&session->picture, frame);
    return submit_frame(session, VK_NULL_HANDLE, error);
}

static void read_task(const BiqaVkSession *session, guint task, BiqaResult *result)
{
    const Readback *from = session->readback.mapped;

    result->n_crops = session->program->input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        memcpy(result->crops[b], from->raw[task][b], result->n_crops * sizeof(float));
}

static void read_result(const BiqaVkSession *session, BiqaResult *result)
{
    const Readback *from = session->readback.mapped;
    BiqaResult tasks[BIQA_MAX_TASKS];

    if (session->program->n_tasks == 1) {
        read_task(session, 0, result);
        return;
    }
    for (guint t = 0; t < session->program->n_tasks; t++)
        read_task(session, t, &tasks[t]);
    biqa_model_blend(session->model, from->weights, tasks, result);
}

gboolean biqa_vk_session_run(BiqaVkSession *session, const BiqaFrame *frame, guint spot,
                             BiqaResult *result, GError **error)
{
    const gboolean first = !session->recorded;

    if (!set_format(session, frame->format, error))
        return FALSE;
    biqa_vk_picture_aim(&session->picture, &session->program->input, spot);
    if (!(frame->images ? run_images(session, frame->images, error)
                        : run_planes(session, frame, error)))
        return FALSE;
    /* Drivers compile then at the latest. */
    if (first)
        biqa_vk_heap_trim();
    read_result(session, result);
    return TRUE;
}

/* A branch's steps up to those of a layer once more, for a map that others were written over. */
static void record_again(BiqaVkSession *session, VkCommandBuffer buffer, const BiqaVkTap *tap,
                         const First *first)
{
    const GArray *steps = session->program->steps;

    record_first(session, buffer, first);
    for (guint i = 0; i < steps->len; i++) {
        BiqaVkStep step = g_array_index(steps, BiqaVkStep, i);

        if (step.task != tap->task || step.branch != tap->branch || step.layer > tap->layer)
            continue;
        step.barrier = TRUE; /* which the other branch's step may have had for it */
        biqa_vk_commands_step(buffer, session->kernels->layout, &step);
    }
}

/* Copies a crop of a layer's map to a mapped buffer. */
static gboolean copy_map(BiqaVkSession *session, const BiqaVkTap *tap, const BiqaVkMap *map,
                         const BiqaVkBuffer *to, GError **error)
{
    const VkCommandBuffer buffer = session->commands.once;
    const VkBufferCopy region = {
        .srcOffset = 16 * ((VkDeviceSize)map->view.origin + tap->crop * map->view.sample_stride),
        .size = to->size,
    };
    First first;

    if (!make_first(session, &first, error) ||
        !biqa_vk_commands_begin(&session->commands, buffer,
                                VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error))
        return FALSE;
    if (!map->kept)
        record_again(session, buffer, tap, &first);
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT);
    vkCmdCopyBuffer(buffer, session->program->arena.handle, to->handle, 1, &region);
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
    return biqa_vk_commands_end(&session->commands, buffer, error) &&
           submit_reader(session, buffer, error);
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

gboolean biqa_vk_session_tap(BiqaVkSession *session, const BiqaVkTap *tap, float *output,
                             GError **error)
{
    const BiqaVkMap *map = &session->program->maps[tap->task][tap->branch][tap->layer];
    const gsize texels = (gsize)(biqa_vk_planes(map->shape.c) - 1) * map->view.plane +
                         (map->shape.h - 1) * map->view.row + map->shape.w;
    BiqaVkBuffer copy = {0};
    gboolean ok;

    g_return_val_if_fail(session->recorded && tap->crop < map->samples, FALSE);
    ok = biqa_vk_buffer_init(&copy, session->device, 16 * texels, BIQA_VK_READBACK_MEMORY, error) &&
         copy_map(session, tap, map, &copy, error);
    if (ok)
        unpack(map, copy.mapped, output);
    if (biqa_vk_commands_settle(&session->commands))
        biqa_vk_buffer_clear(&copy, session->device);
    return ok;
}

gboolean biqa_vk_session_broken(BiqaVkSession *session)
{
    return session->commands.pending || biqa_vk_calls_lost(session->device->calls);
}

static gboolean session_init(BiqaVkSession *session, const BiqaVkSessionParams *params,
                             const BiqaModel *model, GError **error)
{
    session->program =
        biqa_vk_runtime_program(session->runtime, params->plan, model, params->stop, error);
    if (!session->program)
        return FALSE;
    session->kernels = &session->runtime->kernels[params->plan];
    if (!biqa_vk_commands_init(&session->commands, session->device,
                               params->profile ? 3 + session->program->steps->len : 2, error))
        return FALSE;
    session->commands.stop = params->stop;
    return biqa_vk_buffer_init(&session->readback, session->device, sizeof(Readback),
                               BIQA_VK_READBACK_MEMORY, error) &&
           create_set(session, error);
}

BiqaVkSession *biqa_vk_session_new(BiqaVkRuntime *runtime, const BiqaVkSessionParams *params,
                                   const BiqaModel *model, GError **error)
{
    g_autoptr(BiqaVkSession) session = g_new0(BiqaVkSession, 1);

    session->runtime = runtime;
    session->device = runtime->device;
    session->model = model;
    session->barriers = params->barriers;
    if (!session_init(session, params, model, error))
        return NULL;
    return g_steal_pointer(&session);
}

void biqa_vk_session_free(BiqaVkSession *session)
{
    if (!session)
        return;
    if (!biqa_vk_commands_settle(&session->commands)) {
        g_warning("%s does not finish a frame; its memory is lost",
                  session->device->properties.deviceName);
        return;
    }
    biqa_vk_commands_clear(&session->commands);
    vkDestroyDescriptorPool(session->device->handle, session->pool, NULL);
    biqa_vk_picture_clear(&session->picture, session->device);
    biqa_vk_buffer_clear(&session->readback, session->device);
    biqa_vk_runtime_program_put(session->runtime, session->program);
    biqa_vk_runtime_put(session->runtime);
    g_free(session);
}
