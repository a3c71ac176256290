/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frame upload and the uniform block of preprocess. */
#include "picture.h"

#include <string.h>

G_STATIC_ASSERT(BIQA_PICTURE_CROPS == BIQA_MAX_CROPS);

/* Rows start on words, as shaders read words. Returns the bytes of all planes. */
static gsize lay_out_planes(BiqaVkPicture *picture)
{
    gsize end = 0;

    biqa_frame_format_rows(&picture->format, picture->used);
    for (guint i = 0; i < picture->format.n_planes; i++) {
        picture->row[i] = (picture->used[i] + 3) / 4 * 4;
        picture->base[i] = end;
        end += picture->row[i] * picture->format.plane_height[i];
    }
    return end;
}

static void fill_block(BiqaVkPicture *picture, const BiqaInput *input)
{
    const BiqaFrameFormat *format = &picture->format;
    biqa_picture *block = picture->block.mapped;

    *block =
        (biqa_picture){.width = format->width, .height = format->height, .shift = format->shift};
    memcpy(block->matrix, format->matrix, sizeof block->matrix);
    for (guint i = 0; i < 3; i++) {
        const BiqaComponent *part = &format->components[i];

        block->components[i] = (biqa_component){
            .base = picture->base[part->plane] + part->offset,
            .row = picture->row[part->plane],
            .step = part->step,
            .shift_x = part->shift_x,
            .shift_y = part->shift_y,
        };
        block->mean[i] = input->mean[i];
        block->deviation[i] = input->deviation[i];
    }
}

void biqa_vk_picture_aim(BiqaVkPicture *picture, const BiqaInput *input, guint spot)
{
    const BiqaFrameFormat *format = &picture->format;
    biqa_picture *block = picture->block.mapped;

    for (guint i = 0; i < input->n_crops; i++) {
        const BiqaPlace place = biqa_input_place(input, i, spot, format->width, format->height);

        block->places[i][0] = place.x;
        block->places[i][1] = place.y;
        block->places[i][2] = (gint)place.reduce;
    }
}

/* What holds of the crops at any spot: how much they are reduced, and whether they fit in. */
static void measure_crops(BiqaVkPicture *picture, const BiqaInput *input)
{
    const gint64 width = picture->format.width, height = picture->format.height;

    picture->mirror = FALSE;
    picture->reduce = 0;
    for (guint i = 0; i < input->n_crops; i++) {
        const BiqaPlace place =
            biqa_input_place(input, i, 0, picture->format.width, picture->format.height);
        const gint64 covered = (gint64)place.reduce * input->size;

        picture->reduce = i == 0 || picture->reduce == place.reduce ? place.reduce : 0;
        picture->mirror |=
            place.x < 0 || place.y < 0 || place.x + covered > width || place.y + covered > height;
    }
}

static gboolean check_size(const BiqaVkDevice *device, BiqaVkPlan plan, gsize size, GError **error)
{
    const VkPhysicalDeviceLimits *limits = &device->properties.limits;

    if (size <= limits->maxStorageBufferRange &&
        (plan != BIQA_VK_UNROLLED || size / 4 <= limits->maxTexelBufferElements))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_SIZE,
                "%s cannot take a frame of %" G_GSIZE_FORMAT " bytes",
                device->properties.deviceName, size);
    return FALSE;
}

gboolean biqa_vk_picture_init(BiqaVkPicture *picture, const BiqaVkDevice *device, BiqaVkPlan plan,
                              const BiqaInput *input, const BiqaFrameFormat *format, GError **error)
{
    gsize size;

    *picture = (BiqaVkPicture){.format = *format};
    size = lay_out_planes(picture);
    if (!check_size(device, plan, size, error) ||
        !biqa_vk_buffer_init(&picture->bytes, device, size, BIQA_VK_UPLOAD_MEMORY, error) ||
        !biqa_vk_buffer_init(&picture->block, device, sizeof(biqa_picture), BIQA_VK_UPLOAD_MEMORY,
                             error))
        return FALSE;
    fill_block(picture, input);
    measure_crops(picture, input);
    biqa_vk_picture_aim(picture, input, 0);
    if (plan != BIQA_VK_UNROLLED)
        return TRUE;
    picture->texels = biqa_vk_buffer_texels(&picture->bytes, device, VK_FORMAT_R32_UINT, error);
    return picture->texels != VK_NULL_HANDLE;
}

void biqa_vk_picture_clear(BiqaVkPicture *picture, const BiqaVkDevice *device)
{
    vkDestroyBufferView(device->handle, picture->texels, NULL);
    biqa_vk_buffer_clear(&picture->block, device);
    biqa_vk_buffer_clear(&picture->bytes, device);
    *picture = (BiqaVkPicture){0};
}

void biqa_vk_picture_upload(BiqaVkPicture *picture, const BiqaFrame *frame)
{
    for (guint i = 0; i < picture->format.n_planes; i++) {
        const guint rows = picture->format.plane_height[i];
        const gsize row = picture->row[i], used = picture->used[i];
        guint8 *to = (guint8 *)picture->bytes.mapped + picture->base[i];

        if (frame->strides[i] == row) {
            memcpy(to, frame->planes[i], (rows - 1) * row + used);
            continue;
        }
        for (guint y = 0; y < rows; y++)
            memcpy(to + y * row, frame->planes[i] + y * frame->strides[i], used);
    }
}

static gboolean check_images(const BiqaVkPicture *picture, const BiqaImages *images, GError **error)
{
    gboolean ok = images->n == picture->format.n_planes;

    for (guint i = 0; ok && i < images->n; i++) {
        const BiqaVkImage *image = &images->planes[i];

        ok = image->layout != VK_IMAGE_LAYOUT_UNDEFINED && picture->row[i] % image->texel == 0 &&
             (gsize)image->width * image->texel >= picture->used[i] &&
             image->height >= picture->format.plane_height[i];
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

static void copy_plane(const BiqaVkPicture *picture, const BiqaVkImage *image, guint plane,
                       VkCommandBuffer buffer)
{
    const guint row = picture->row[plane] / image->texel;

    vkCmdCopyImageToBuffer(
        buffer, image->handle, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, picture->bytes.handle, 1,
        &(VkBufferImageCopy){
            .bufferOffset = picture->base[plane],
            .bufferRowLength = row,
            .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, .layerCount = 1},
            .imageExtent = {MIN(image->width, row), picture->format.plane_height[plane], 1},
        });
}

gboolean biqa_vk_picture_copy(const BiqaVkPicture *picture, const BiqaImages *images,
                              VkCommandBuffer buffer, GError **error)
{
    if (!check_images(picture, images, error))
        return FALSE;
    for (guint i = 0; i < images->n; i++) {
        change_layout(buffer, &images->planes[i], FALSE);
        copy_plane(picture, &images->planes[i], i, buffer);
        change_layout(buffer, &images->planes[i], TRUE);
    }
    return TRUE;
}

/* Whether two components of every pixel lie in one word: addresses repeat after four steps. */
static gboolean share_word(const BiqaVkPicture *picture, guint a, guint b)
{
    const BiqaComponent *one = &picture->format.components[a];
    const BiqaComponent *other = &picture->format.components[b];

    if (one->plane != other->plane || one->step != other->step || one->shift_x != other->shift_x ||
        one->shift_y != other->shift_y)
        return FALSE;
    for (guint x = 0; x < 4; x++)
        if ((one->offset + x * one->step) / 4 != (other->offset + x * other->step) / 4)
            return FALSE;
    return TRUE;
}

/* Words to be read for a pixel. */
static guint count_words(const BiqaVkPicture *picture)
{
    if (!share_word(picture, 1, 2))
        return 3;
    return share_word(picture, 0, 1) ? 1 : 2;
}

BiqaVkStep biqa_vk_picture_step(const BiqaVkPicture *picture, const BiqaVkMap *map)
{
    const guint tiles = (map->shape.w + BIQA_TILE - 1) / BIQA_TILE;

    return (BiqaVkStep){
        .variant = {BIQA_VK_PREPROCESS,
                    {[BIQA_ID_WIDE] = picture->format.bytes == 2,
                     [BIQA_ID_MIRROR] = picture->mirror,
                     [BIQA_ID_REDUCE] = picture->reduce,
                     [BIQA_ID_WORDS] = count_words(picture)}},
        .groups = {tiles, tiles, map->samples},
        .push.preprocess = {.target = map->view, .size = map->shape.w},
    };
}
