/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame that lies on a device already, which somebody else opened: what BiqaFrame.images is for
 * this backend. */
#pragma once

#include "frame.h"
#include <vulkan/vulkan.h>

/* Somebody else's device, opened with no feature and no extension that we know of. */
typedef struct {
    VkInstance instance;
    VkPhysicalDevice physical;
    VkDevice handle;
    VkQueue queue; /* of a family that computes */
    uint32_t family;
    gpointer owner; /* keeps all of it alive; who brings the same has the same lock */
    gpointer (*ref)(gpointer owner);
    void (*unref)(gpointer owner);
    void (*lock)(gpointer owner), (*unlock)(gpointer owner); /* around each use of the queue */
} BiqaVkForeign;

/* An image of one level and layer, made for copies from it, that holds a plane of the format as it
 * lies in memory. Its last writer was submitted to the same queue. It is left in the layout it was
 * found in. */
typedef struct {
    VkImage handle;
    VkImageLayout layout;
    VkPipelineStageFlags stages; /* of the last use, and how it accessed the image */
    VkAccessFlags access;
    guint width, height; /* texels */
    guint texel;         /* bytes of a texel */
} BiqaVkImage;

struct BiqaImages {
    BiqaVkForeign device;
    guint n;
    BiqaVkImage planes[BIQA_MAX_PLANES];
};
