/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Vulkan device with one compute queue: found by name, opened with what we can use of it. */
#pragma once

#include "error.h"
#include <vulkan/vulkan.h>

/* Jumps to the function's error: label, with error set, when call does not return VK_SUCCESS. */
#define VK_TRY(call)                                                                               \
    do {                                                                                           \
        VkResult result_ = (call);                                                                 \
        if (result_ != VK_SUCCESS) {                                                               \
            biqa_vk_set_error(error, result_, #call);                                              \
            goto error;                                                                            \
        }                                                                                          \
    } while (0)

typedef struct {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger; /* only where asked to validate */
    VkPhysicalDevice physical;
    VkDevice handle;
    VkQueue queue;
    uint32_t family;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceMemoryProperties memory;
    gboolean address;   /* bufferDeviceAddress is enabled */
    double tick;        /* nanoseconds of a timestamp; 0: the queue has none */
    uint64_t tick_mask; /* the valid bits of a timestamp */
} BiqaVkDevice;

/* name: "auto" or NULL (discrete, else integrated, else virtual GPU, else CPU), an index into
 * Vulkan's list, or part of a name. validate turns the Khronos validation layer on; whatever it
 * says becomes a g_warning(). Errors: BIQA_ERROR_DEVICE. (transfer full) */
BiqaVkDevice *biqa_vk_device_open(const char *name, gboolean validate, GError **error);
void biqa_vk_device_free(BiqaVkDevice *device); /* NULL is fine */

/* BIQA_ERROR_DEVICE with words for result; what is the call that failed. */
void biqa_vk_set_error(GError **error, VkResult result, const char *what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaVkDevice, biqa_vk_device_free)
