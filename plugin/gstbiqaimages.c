/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images, and the queue they are used on. */
#define GST_USE_UNSTABLE_API
#include "gstbiqaimages.h"

#include "error.h"
#include <gst/vulkan/vulkan.h>

/* With its device, which a queue of 1.22 does not keep. */
static gpointer queue_ref(gpointer queue)
{
    gst_object_ref(((GstVulkanQueue *)queue)->device);
    return gst_object_ref(queue);
}

static void queue_unref(gpointer queue)
{
    GstVulkanDevice *device = ((GstVulkanQueue *)queue)->device;

    gst_object_unref(queue);
    gst_object_unref(device);
}

static void queue_lock(gpointer queue)
{
    gst_vulkan_queue_submit_lock(queue);
}

static void queue_unlock(gpointer queue)
{
    gst_vulkan_queue_submit_unlock(queue);
}

/* Takes the first queue that computes: GStreamer's elements use the first, too. */
static gboolean take_queue(GstVulkanDevice *device, GstVulkanQueue *queue, gpointer user_data)
{
    GstVulkanQueue **taken = user_data;
    const VkQueueFamilyProperties *families = device->physical_device->queue_family_props;

    if (!(families[queue->family].queueFlags & VK_QUEUE_COMPUTE_BIT))
        return TRUE;
    *taken = queue_ref(queue);
    return FALSE;
}

/* The queue that wrote an image, where the image tells; queue_unref() it. NULL: none computes. */
static GstVulkanQueue *find_queue(GstVulkanImageMemory *memory)
{
    GstVulkanQueue *queue = memory->barrier.parent.queue;

    if (queue)
        return queue_ref(queue);
    gst_vulkan_device_foreach_queue(memory->device, take_queue, &queue);
    return queue;
}

static gboolean describe_device(BiqaVkForeign *foreign, GstVulkanImageMemory *memory,
                                GError **error)
{
    GstVulkanQueue *queue = find_queue(memory);

    if (!queue) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "the stream's Vulkan device has no queue that computes");
        return FALSE;
    }
    *foreign = (BiqaVkForeign){
        .instance = memory->device->instance->instance,
        .physical = gst_vulkan_device_get_physical_device(memory->device),
        .handle = memory->device->device,
        .queue = queue->queue,
        .family = queue->family,
        .owner = queue,
        .ref = queue_ref,
        .unref = queue_unref,
        .lock = queue_lock,
        .unlock = queue_unlock,
    };
    return TRUE;
}

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

gboolean gst_biqa_images_init(BiqaImages *images, GstBuffer *buffer, const GstVideoInfo *info,
                              GError **error)
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
    return describe_device(&images->device,
                           (GstVulkanImageMemory *)gst_buffer_peek_memory(buffer, 0), error);
}

void gst_biqa_images_clear(BiqaImages *images)
{
    g_clear_pointer(&images->device.owner, queue_unref);
    images->n = 0;
}
