/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer with memory of its own. A model needs a handful, so nothing is sub-allocated. */
#pragma once

#include "device.h"

typedef struct {
    VkBuffer handle;
    VkDeviceMemory memory;
    VkDeviceSize size;       /* bytes */
    void *mapped;            /* for its whole life; NULL: the host cannot see it */
    VkDeviceAddress address; /* 0 where the device has no addresses */
} BiqaVkBuffer;

/* Where a buffer lives. */
typedef enum {
    BIQA_VK_DEVICE_MEMORY,   /* fast for shaders, mapped only where that costs nothing */
    BIQA_VK_UPLOAD_MEMORY,   /* written by the host, read by shaders */
    BIQA_VK_READBACK_MEMORY, /* written by shaders or copies, read by the host */
    BIQA_VK_N_MEMORIES
} BiqaVkMemory;

/* A zeroed struct is a valid empty buffer. Host-visible memory is coherent. The buffer serves as
 * storage, uniform, uniform texel, groups of dispatches, transfer source and destination. Errors:
 * BIQA_ERROR_DEVICE. */
gboolean biqa_vk_buffer_init(BiqaVkBuffer *buffer, const BiqaVkDevice *device, VkDeviceSize size,
                             BiqaVkMemory place, GError **error);
void biqa_vk_buffer_clear(BiqaVkBuffer *buffer, const BiqaVkDevice *device);

/* The whole of buffer as texels of a format. NULL and BIQA_ERROR_DEVICE where that fails. */
VkBufferView biqa_vk_buffer_texels(const BiqaVkBuffer *buffer, const BiqaVkDevice *device,
                                   VkFormat format, GError **error);

/* Gives what was freed, in the heaps of all threads, back to the system where it can: one thread
 * does not use the holes in another one's heap. */
void biqa_vk_heap_trim(void);
