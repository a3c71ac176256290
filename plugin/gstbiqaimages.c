/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images, as they are and where they lie. */
#define GST_USE_UNSTABLE_API
#include "gstbiqaimages.h"

#include "error.h"
#include <gst/vulkan/vulkan.h>

/* Bytes of a texel of the image that a plane is. */
static guint texel_size(const GstVideoInfo *info, guint plane)
{
    for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(info); c++)
        if (GST_VIDEO_INFO_COMP_PLANE(info, c) == plane)
            return (guint)GST_VIDEO_INFO_COMP_PSTRIDE(info, c);
    return 1;
}

static BiqaVkImage describe_image(const GstVulkanImageMemory *memory, guint texel)
{
    return (BiqaVkImage){
        .handle = memory->image,
        .layout = memory->barrier.image_layout,
        .stages = memory->barrier.parent.pipeline_stages,
        .access = memory->barrier.parent.access_flags,
        .width = memory->create_info.extent.width,
        .height = memory->create_info.extent.height,
        .texel = texel,
    };
}

gboolean gst_biqa_images_are_in(GstBuffer *buffer)
{
    return gst_buffer_n_memory(buffer) > 0 &&
           gst_is_vulkan_image_memory(gst_buffer_peek_memory(buffer, 0));
}

const char *gst_biqa_images_device_name(GstBuffer *buffer)
{
    GstVulkanImageMemory *image = (GstVulkanImageMemory *)gst_buffer_peek_memory(buffer, 0);

    return image->device->physical_device->properties.deviceName;
}

gboolean gst_biqa_images_init(BiqaImages *images, GstBuffer *buffer, const GstVideoInfo *info,
                              GstBiqaQueue *queue, GError **error)
{
    const guint n = gst_buffer_n_memory(buffer);

    *images = (BiqaImages){.n = n};
    if (n != GST_VIDEO_INFO_N_PLANES(info) || n > BIQA_MAX_PLANES) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "a frame of %u planes lies in %u Vulkan images", GST_VIDEO_INFO_N_PLANES(info),
                    n);
        return FALSE;
    }
    for (guint i = 0; i < n; i++) {
        GstMemory *memory = gst_buffer_peek_memory(buffer, i);
        GstVulkanImageMemory *image = (GstVulkanImageMemory *)memory;

        if (!gst_is_vulkan_image_memory(memory) ||
            !(image->create_info.usage & VK_IMAGE_USAGE_TRANSFER_SRC_BIT)) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                        "plane %u is no Vulkan image that can be copied", i);
            return FALSE;
        }
        images->planes[i] = describe_image(image, texel_size(info, i));
    }
    return gst_biqa_queue_describe(queue, (GstVulkanImageMemory *)gst_buffer_peek_memory(buffer, 0),
                                   &images->device, error);
}

void gst_biqa_images_clear(BiqaImages *images)
{
    if (images->device.owner)
        images->device.unref(g_steal_pointer(&images->device.owner));
    images->n = 0;
}
