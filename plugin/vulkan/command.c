/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording and submitting. */
#include "command.h"

gboolean biqa_vk_commands_init(BiqaVkCommands *commands, const BiqaVkDevice *device,
                               guint n_queries, GError **error)
{
    VkCommandBuffer buffers[2];

    *commands = (BiqaVkCommands){.device = device, .n_queries = device->tick > 0 ? n_queries : 0};
    VK_TRY(vkCreateCommandPool(device->handle,
                               &(VkCommandPoolCreateInfo){
                                   .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                   .queueFamilyIndex = device->family,
                               },
                               NULL, &commands->pool));
    VK_TRY(vkAllocateCommandBuffers(device->handle,
                                    &(VkCommandBufferAllocateInfo){
                                        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = commands->pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 2,
                                    },
                                    buffers));
    commands->frame = buffers[0];
    commands->once = buffers[1];
    VK_TRY(vkCreateFence(device->handle,
                         &(VkFenceCreateInfo){.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO}, NULL,
                         &commands->fence));
    if (commands->n_queries > 0)
        VK_TRY(vkCreateQueryPool(device->handle,
                                 &(VkQueryPoolCreateInfo){
                                     .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                     .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                     .queryCount = commands->n_queries,
                                 },
                                 NULL, &commands->queries));
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

gboolean biqa_vk_commands_begin(VkCommandBuffer buffer, VkCommandBufferUsageFlags usage,
                                GError **error)
{
    VK_TRY(vkBeginCommandBuffer(
        buffer, &(VkCommandBufferBeginInfo){.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                            .flags = usage}));
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_commands_submit(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error)
{
    const BiqaVkDevice *device = commands->device;

    VK_TRY(vkQueueSubmit(device->queue, 1,
                         &(VkSubmitInfo){
                             .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                             .commandBufferCount = 1,
                             .pCommandBuffers = &buffer,
                         },
                         commands->fence));
    VK_TRY(vkWaitForFences(device->handle, 1, &commands->fence, VK_TRUE, UINT64_MAX));
    VK_TRY(vkResetFences(device->handle, 1, &commands->fence));
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_commands_finish(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error)
{
    VK_TRY(vkEndCommandBuffer(buffer));
    return biqa_vk_commands_submit(commands, buffer, error);
error:
    return FALSE;
}

/* All that our buffers are written and read by at a stage. */
static VkAccessFlags stage_writes(VkPipelineStageFlags stage)
{
    return stage == VK_PIPELINE_STAGE_TRANSFER_BIT ? VK_ACCESS_TRANSFER_WRITE_BIT
                                                   : VK_ACCESS_SHADER_WRITE_BIT;
}

static VkAccessFlags stage_access(VkPipelineStageFlags stage)
{
    if (stage == VK_PIPELINE_STAGE_HOST_BIT)
        return VK_ACCESS_HOST_READ_BIT;
    if (stage == VK_PIPELINE_STAGE_TRANSFER_BIT)
        return VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    return VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
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
        biqa_vk_commands_barrier(buffer, compute, compute);
    vkCmdBindPipeline(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, step->pipeline);
    vkCmdPushConstants(buffer, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof step->push,
                       &step->push);
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
            vkGetQueryPoolResults(device->handle, commands->queries, queries[i], 1, sizeof ticks[i],
                                  &ticks[i], sizeof ticks[i], VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
            return 0;
    return (guint64)(((ticks[1] - ticks[0]) & device->tick_mask) * device->tick);
}
