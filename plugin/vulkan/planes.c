/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planes in buffers, and copies from images. */
#include "planes.h"

#include "error.h"

/* -- in a buffer --------------------------------------------------------------------------- */

BiqaVkPlanes biqa_vk_planes_of(const BiqaFrameFormat *format)
{
    BiqaVkPlanes planes = {.n = format->n_planes};

    biqa_frame_format_rows(format, planes.used);
    for (guint i = 0; i < planes.n; i++) {
        planes.height[i] = format->plane_height[i];
        planes.row[i] = (planes.used[i] + 3) / 4 * 4;
        planes.base[i] = planes.size;
        planes.size += planes.row[i] * planes.height[i];
    }
    return planes;
}

/* -- from images --------------------------------------------------------------------------- */

static gboolean check_images(const BiqaVkPlanes *planes, const BiqaVkTake *take, GError **error)
{
    gboolean ok = take->images->n == planes->n;

    for (guint i = 0; ok && i < planes->n; i++) {
        const BiqaVkImage *image = &take->images->planes[i];

        ok = image->layout != VK_IMAGE_LAYOUT_UNDEFINED && planes->row[i] % image->texel == 0 &&
             (gsize)image->width * image->texel >= planes->used[i] &&
             image->height >= take->format->plane_height[i];
    }
    if (!ok)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "a frame's Vulkan images do not hold its planes as they would lie in memory");
    return ok;
}

/* Takes an image from its last use to the copy, or from there back to where it was. */
static void change_layout(VkCommandBuffer buffer, const BiqaVkImage *image, gboolean back)
{
    const VkPipelineStageFlags copy = VK_PIPELINE_STAGE_TRANSFER_BIT;
    const VkPipelineStageFlags last =
        image->stages ? image->stages : VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
    const VkImageLayout layout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;

    vkCmdPipelineBarrier(
        buffer, back ? copy : last, back ? last : copy, 0, 0, NULL, 0, NULL, 1,
        &(VkImageMemoryBarrier){
            .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
            .srcAccessMask = back ? 0 : image->access,
            .dstAccessMask = back ? image->access : VK_ACCESS_TRANSFER_READ_BIT,
            .oldLayout = back ? layout : image->layout,
            .newLayout = back ? image->layout : layout,
            .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
            .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
            .image = image->handle,
            .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, .levelCount = 1, .layerCount = 1},
        });
}

/* By how much a frame's row is shifted right to get the plane's. */
static guint shift_of(const BiqaFrameFormat *format, guint plane)
{
    for (guint i = 0; i < 3; i++)
        if (format->components[i].plane == plane)
            return format->components[i].shift_y;
    return 0;
}

/* The first row of a plane, to a row of the buffer. */
static VkBufferImageCopy region(const BiqaVkPlanes *planes, const BiqaVkImage *image, guint plane,
                                guint row)
{
    const guint length = (guint)planes->row[plane] / image->texel;

    return (VkBufferImageCopy){
        .bufferOffset = planes->base[plane] + row * planes->row[plane],
        .bufferRowLength = length,
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, .layerCount = 1},
        .imageExtent = {MIN(image->width, length), 1, 1},
    };
}

static void copy_plane(const BiqaVkPlanes *planes, const BiqaVkTake *take, guint plane, VkBuffer to,
                       VkCommandBuffer buffer)
{
    const BiqaVkImage *image = &take->images->planes[plane];
    const guint n = take->rows ? take->n_rows : 1;
    g_autofree VkBufferImageCopy *regions = g_new(VkBufferImageCopy, n);

    for (guint i = 0; i < n; i++) {
        regions[i] = region(planes, image, plane, i);
        if (take->rows)
            regions[i].imageOffset.y = (int32_t)(take->rows[i] >> shift_of(take->format, plane));
        else
            regions[i].imageExtent.height = planes->height[plane];
    }
    vkCmdCopyImageToBuffer(buffer, image->handle, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to, n,
                           regions);
}

gboolean biqa_vk_planes_copy(const BiqaVkPlanes *planes, const BiqaVkTake *take, VkBuffer to,
                             VkCommandBuffer buffer, GError **error)
{
    if (!check_images(planes, take, error))
        return FALSE;
    for (guint i = 0; i < planes->n; i++) {
        change_layout(buffer, &take->images->planes[i], FALSE);
        copy_plane(planes, take, i, to, buffer);
        change_layout(buffer, &take->images->planes[i], TRUE);
    }
    return TRUE;
}
