/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording and submitting. */
#include "command.h"

/* How long to wait before looking whether to stop, and how often before the device hangs: two
 * minutes, as a software device that shares few processors compiles for long. */
#define SLICE_NS 100000000
#define MAX_SLICES 1200

/* How long who wants to stop waits for a frame that is under way. */
#define STOP_SLICES 50

/* The same for what is left behind: a stopped element is waited for. */
#define MAX_SETTLE_SLICES 100

gboolean biqa_vk_commands_init(BiqaVkCommands *commands, BiqaVkDevice *device, guint n_queries,
                               GError **error)
{
    VkCommandBuffer buffers[2];

    *commands = (BiqaVkCommands){.device = device, .n_queries = device->tick > 0 ? n_queries : 0};
    VK_TRY(device, CreateCommandPool, device->handle,
           &(VkCommandPoolCreateInfo){
               .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
               .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
               .queueFamilyIndex = device->family,
           },
           NULL, &commands->pool);
    VK_TRY(device, AllocateCommandBuffers, device->handle,
           &(VkCommandBufferAllocateInfo){
               .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
               .commandPool = commands->pool,
               .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
               .commandBufferCount = 2,
           },
           buffers);
    commands->frame = buffers[0];
    commands->once = buffers[1];
    VK_TRY(device, CreateFence, device->handle,
           &(VkFenceCreateInfo){.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO}, NULL,
           &commands->fence);
    if (commands->n_queries > 0)
        VK_TRY(device, CreateQueryPool, device->handle,
               &(VkQueryPoolCreateInfo){
                   .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                   .queryType = VK_QUERY_TYPE_TIMESTAMP,
                   .queryCount = commands->n_queries,
               },
               NULL, &commands->queries);
    return TRUE;
error:
    return FALSE;
}

void biqa_vk_commands_clear(BiqaVkCommands *commands)
{
    const VkDevice device = commands->device ? commands->device->handle : VK_NULL_HANDLE;

    if (!device)
        return;
    vkDestroyQueryPool(device, commands->queries, NULL);
    vkDestroyFence(device, commands->fence, NULL);
    vkDestroyCommandPool(device, commands->pool, NULL);
    *commands = (BiqaVkCommands){0};
}

gboolean biqa_vk_commands_begin(BiqaVkCommands *commands, VkCommandBuffer buffer,
                                VkCommandBufferUsageFlags usage, GError **error)
{
    VK_TRY(commands->device, BeginCommandBuffer, buffer,
           &(VkCommandBufferBeginInfo){.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                       .flags = usage});
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_commands_end(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error)
{
    VK_TRY(commands->device, EndCommandBuffer, buffer);
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_commands_submit(BiqaVkCommands *commands, const VkCommandBuffer *buffers, guint n,
                                 GError **error)
{
    g_assert(!commands->pending);
    VK_TRY(commands->device, QueueSubmit, commands->device->queue, 1,
           &(VkSubmitInfo){
               .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
               .commandBufferCount = n,
               .pCommandBuffers = buffers,
           },
           commands->fence);
    commands->pending = TRUE;
    return TRUE;
error:
    return FALSE;
}

/* VK_TIMEOUT for a device that hangs, VK_NOT_READY for a wait that was stopped. */
static VkResult wait_in_slices(BiqaVkCommands *commands, guint n)
{
    BiqaVkDevice *device = commands->device;
    VkResult result = VK_TIMEOUT;

    for (guint i = 0; i < n && result == VK_TIMEOUT; i++) {
        result =
            VK_CALL(device, WaitForFences, device->handle, 1, &commands->fence, VK_TRUE, SLICE_NS);
        if (result == VK_TIMEOUT && i >= STOP_SLICES && g_cancellable_is_cancelled(commands->stop))
            result = VK_NOT_READY;
    }
    return result;
}

gboolean biqa_vk_commands_wait(BiqaVkCommands *commands, GError **error)
{
    BiqaVkDevice *device = commands->device;
    const VkResult result = wait_in_slices(commands, MAX_SLICES);

    if (result == VK_TIMEOUT) {
        g_atomic_int_set(&device->calls->lost, TRUE);
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "%s does not finish a frame within two minutes: it hangs",
                    device->properties.deviceName);
        return FALSE;
    }
    if (result == VK_NOT_READY) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped while %s was at work",
                    device->properties.deviceName);
        return FALSE;
    }
    VK_TRY_RESULT(result, "vkWaitForFences");
    VK_TRY(device, ResetFences, device->handle, 1, &commands->fence);
    commands->pending = FALSE;
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_commands_settle(BiqaVkCommands *commands)
{
    const BiqaVkDevice *device = commands->device;
    VkResult result = commands->pending ? VK_TIMEOUT : VK_SUCCESS;

    /* Not through the counted calls: a failure made on purpose does not end the device's work. */
    for (guint i = 0; i < MAX_SETTLE_SLICES && result == VK_TIMEOUT; i++)
        result =
            device->calls->WaitForFences(device->handle, 1, &commands->fence, VK_TRUE, SLICE_NS);
    return result != VK_TIMEOUT;
}

gboolean biqa_vk_commands_finish(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error)
{
    gboolean ok = biqa_vk_commands_end(commands, buffer, error);

    if (!ok)
        return FALSE;
    biqa_vk_device_lock(commands->device);
    ok = biqa_vk_commands_submit(commands, &buffer, 1, error);
    biqa_vk_device_unlock(commands->device);
    return ok && biqa_vk_commands_wait(commands, error);
}

/* All that our buffers are written by, and read or written by, at some stages. */
static VkAccessFlags stage_writes(VkPipelineStageFlags stages)
{
    return (stages & VK_PIPELINE_STAGE_TRANSFER_BIT ? VK_ACCESS_TRANSFER_WRITE_BIT : 0) |
           (stages & VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT ? VK_ACCESS_SHADER_WRITE_BIT : 0);
}

static VkAccessFlags stage_access(VkPipelineStageFlags stages)
{
    return stage_writes(stages) |
           (stages & VK_PIPELINE_STAGE_HOST_BIT ? VK_ACCESS_HOST_READ_BIT : 0) |
           (stages & VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT ? VK_ACCESS_INDIRECT_COMMAND_READ_BIT
                                                         : 0) |
           (stages & VK_PIPELINE_STAGE_TRANSFER_BIT ? VK_ACCESS_TRANSFER_READ_BIT : 0) |
           (stages & VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT ? VK_ACCESS_SHADER_READ_BIT : 0);
}

void biqa_vk_commands_barrier(VkCommandBuffer buffer, VkPipelineStageFlags from,
                              VkPipelineStageFlags to)
{
    vkCmdPipelineBarrier(buffer, from, to, 0, 1,
                         &(VkMemoryBarrier){
                             .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                             .srcAccessMask = stage_writes(from),
                             .dstAccessMask = stage_access(to),
                         },
                         0, NULL, 0, NULL);
}

void biqa_vk_commands_step(VkCommandBuffer buffer, VkPipelineLayout layout, const BiqaVkStep *step)
{
    const VkPipelineStageFlags compute = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;

    if (step->barrier)
        biqa_vk_commands_barrier(buffer, compute,
                                 compute | (step->arena ? VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT : 0));
    vkCmdBindPipeline(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, step->pipeline);
    vkCmdPushConstants(buffer, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof step->push,
                       &step->push);
    if (step->arena)
        vkCmdDispatchIndirect(buffer, step->arena, 16 * (VkDeviceSize)step->gate);
    else
        vkCmdDispatch(buffer, step->groups[0], step->groups[1], step->groups[2]);
}

void biqa_vk_commands_stamp(const BiqaVkCommands *commands, guint query)
{
    if (query >= commands->n_queries)
        return;
    if (query == 0)
        vkCmdResetQueryPool(commands->frame, commands->queries, 0, commands->n_queries);
    vkCmdWriteTimestamp(commands->frame, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, commands->queries,
                        query);
}

guint64 biqa_vk_commands_elapsed(const BiqaVkCommands *commands, guint from, guint to)
{
    const BiqaVkDevice *device = commands->device;
    guint64 ticks[2] = {0, 0};
    const guint queries[2] = {from, to};

    for (guint i = 0; i < 2; i++)
        if (queries[i] >= commands->n_queries ||
            VK_CALL(device, GetQueryPoolResults, device->handle, commands->queries, queries[i], 1,
                    sizeof ticks[i], &ticks[i], sizeof ticks[i],
                    VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
            return 0;
    return (guint64)(((ticks[1] - ticks[0]) & device->tick_mask) * device->tick);
}
