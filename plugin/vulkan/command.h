/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command buffers, the fence a caller waits for, and timestamps. */
#pragma once

#include "memory.h"
#include "step.h"

typedef struct {
    const BiqaVkDevice *device; /* borrowed */
    VkCommandPool pool;
    VkCommandBuffer frame; /* recorded once a format */
    VkCommandBuffer once;  /* set-up and tap */
    VkFence fence;
    VkQueryPool queries; /* NULL where the queue has no timestamps */
    guint n_queries;
} BiqaVkCommands;

/* Errors of all: BIQA_ERROR_DEVICE. A zeroed struct may be cleared. */
gboolean biqa_vk_commands_init(BiqaVkCommands *commands, const BiqaVkDevice *device,
                               guint n_queries, GError **error);
void biqa_vk_commands_clear(BiqaVkCommands *commands);

gboolean biqa_vk_commands_begin(VkCommandBuffer buffer, VkCommandBufferUsageFlags usage,
                                GError **error);
/* Ends, submits and waits for a buffer that runs once. */
gboolean biqa_vk_commands_finish(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error);
/* Submits a recorded buffer and waits for it. */
gboolean biqa_vk_commands_submit(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error);

/* Makes what was written at one stage visible to another. */
void biqa_vk_commands_barrier(VkCommandBuffer buffer, VkPipelineStageFlags from,
                              VkPipelineStageFlags to);
void biqa_vk_commands_step(VkCommandBuffer buffer, VkPipelineLayout layout, const BiqaVkStep *step);

/* Writes timestamp number query into the frame's buffer (0 resets all); nothing if there are none,
 * or no such number. */
void biqa_vk_commands_stamp(const BiqaVkCommands *commands, guint query);
/* Nanoseconds from timestamp number from to number to of the last frame; 0 where there are none. */
guint64 biqa_vk_commands_elapsed(const BiqaVkCommands *commands, guint from, guint to);
