/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Vulkan device with one compute queue: found by name, opened with what we can use of it. */
#pragma once

#include "call.h"
#include "image.h"

typedef struct {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger; /* only where asked to validate */
    VkPhysicalDevice physical;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceMemoryProperties memory;
    guint8 uuid[VK_UUID_SIZE]; /* of the physical device */
    uint32_t family;
    double tick;        /* nanoseconds of a timestamp; 0: the queue has none */
    uint64_t tick_mask; /* the valid bits of a timestamp */
    /* From biqa_vk_device_open() on: */
    VkDevice handle;
    VkQueue queue;
    GMutex queue_lock;
    BiqaVkForeign foreign; /* whose device it is, if owner is set */
    gboolean address;      /* bufferDeviceAddress is enabled */
    BiqaVkCalls *calls;
} BiqaVkDevice;

/* name: "auto" or NULL (discrete, else integrated, else virtual GPU, else CPU), an index into
 * Vulkan's list, or part of a name. validate turns the Khronos validation layer on, with its
 * synchronisation validation; whatever it says becomes a g_warning(). Errors: BIQA_ERROR_DEVICE.
 * (transfer full) */
BiqaVkDevice *biqa_vk_device_find(const char *name, gboolean validate, GError **error);
/* Makes a device that was found ready for use; fault: see call.h, may be NULL. */
gboolean biqa_vk_device_open(BiqaVkDevice *device, BiqaVkFault *fault, GError **error);
/* Uses somebody else's device, and keeps its owner alive. Errors: BIQA_ERROR_DEVICE.
 * (transfer full) */
BiqaVkDevice *biqa_vk_device_adopt(const BiqaVkForeign *foreign, GError **error);
/* Whether a device is that one, used on the same queue under the same lock; foreign NULL: whether
 * it is our own. */
gboolean biqa_vk_device_serves(const BiqaVkDevice *device, const BiqaVkForeign *foreign);
void biqa_vk_device_free(BiqaVkDevice *device); /* NULL is fine */

/* Around every use of the queue: Vulkan wants one user at a time. */
void biqa_vk_device_lock(BiqaVkDevice *device);
void biqa_vk_device_unlock(BiqaVkDevice *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaVkDevice, biqa_vk_device_free)
