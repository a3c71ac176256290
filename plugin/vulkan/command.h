/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command buffers, the fence a caller waits for, and timestamps. */
#pragma once

#include "memory.h"
#include "step.h"
#include <gio/gio.h>

typedef struct {
    BiqaVkDevice *device; /* borrowed */
    VkCommandPool pool;
    VkCommandBuffer frame; /* recorded once a format */
    VkCommandBuffer once;  /* set-up and tap */
    VkFence fence;
    gboolean pending;    /* submitted, and not known to be done */
    GCancellable *stop;  /* borrowed; waits end soon once it is cancelled; or NULL */
    VkQueryPool queries; /* NULL where the queue has no timestamps */
    guint n_queries;
} BiqaVkCommands;

/* Errors of all: BIQA_ERROR_DEVICE. A zeroed struct may be cleared. */
gboolean biqa_vk_commands_init(BiqaVkCommands *commands, BiqaVkDevice *device, guint n_queries,
                               GError **error);
void biqa_vk_commands_clear(BiqaVkCommands *commands);

gboolean biqa_vk_commands_begin(BiqaVkCommands *commands, VkCommandBuffer buffer,
                                VkCommandBufferUsageFlags usage, GError **error);
gboolean biqa_vk_commands_end(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error);

/* Submits n recorded buffers, that run in their order; the caller holds the device's lock. */
gboolean biqa_vk_commands_submit(BiqaVkCommands *commands, const VkCommandBuffer *buffers, guint n,
                                 GError **error);
/* Waits for what was submitted. A device that takes minutes hangs: it then counts as lost. Also
 * G_IO_ERROR_CANCELLED. */
gboolean biqa_vk_commands_wait(BiqaVkCommands *commands, GError **error);
/* Waits for what a failed or stopped wait left behind. FALSE: the device still works on it, and
 * nothing that it uses may be freed. */
gboolean biqa_vk_commands_settle(BiqaVkCommands *commands);

/* Ends, submits and waits for a buffer that runs once. */
gboolean biqa_vk_commands_finish(BiqaVkCommands *commands, VkCommandBuffer buffer, GError **error);

/* Makes what was written at some stages visible to others. */
void biqa_vk_commands_barrier(VkCommandBuffer buffer, VkPipelineStageFlags from,
                              VkPipelineStageFlags to);
/* A dispatch, behind a barrier of compute shaders where the step wants one. */
void biqa_vk_commands_step(VkCommandBuffer buffer, VkPipelineLayout layout, const BiqaVkStep *step);

/* Writes timestamp number query into the frame's buffer (0 resets all); nothing if there are none,
 * or no such number. */
void biqa_vk_commands_stamp(const BiqaVkCommands *commands, guint query);
/* Nanoseconds from timestamp number from to number to of the last frame; 0 where there are none. */
guint64 biqa_vk_commands_elapsed(const BiqaVkCommands *commands, guint from, guint to);
