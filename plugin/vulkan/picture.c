/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frame upload and the uniform block of preprocess. */
#include "picture.h"

#include <string.h>

G_STATIC_ASSERT(BIQA_PICTURE_CROPS == BIQA_MAX_CROPS);

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
            .base = picture->planes.base[part->plane] + part->offset,
            .row = picture->planes.row[part->plane],
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
    *picture = (BiqaVkPicture){.format = *format, .planes = biqa_vk_planes_of(format)};
    if (!check_size(device, plan, picture->planes.size, error) ||
        !biqa_vk_buffer_init(&picture->bytes, device, picture->planes.size, BIQA_VK_UPLOAD_MEMORY,
                             error) ||
        !biqa_vk_buffer_init(&picture->block, device, sizeof(biqa_picture), BIQA_VK_UPLOAD_MEMORY,
                             error))
        return FALSE;
    fill_block(picture, input);
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
    const BiqaVkPlanes *planes = &picture->planes;

    for (guint i = 0; i < planes->n; i++) {
        const guint rows = planes->height[i];
        const gsize row = planes->row[i], used = planes->used[i];
        guint8 *to = (guint8 *)picture->bytes.mapped + planes->base[i];

        if (frame->strides[i] == row) {
            memcpy(to, frame->planes[i], (rows - 1) * row + used);
            continue;
        }
        for (guint y = 0; y < rows; y++)
            memcpy(to + y * row, frame->planes[i] + y * frame->strides[i], used);
    }
}

gboolean biqa_vk_picture_copy(const BiqaVkPicture *picture, const BiqaImages *images,
                              VkCommandBuffer buffer, GError **error)
{
    const BiqaVkTake all = {.format = &picture->format, .images = images};

    return biqa_vk_planes_copy(&picture->planes, &all, picture->bytes.handle, buffer, error);
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

/* Crops that one step makes, and what holds of them at any spot. */
typedef struct {
    guint first, n;
    guint reduce;
    gboolean mirror;      /* some reach over the border */
    guint cell_w, cell_h; /* pixels that share their chroma, also where the crops begin and in what
                             is averaged; else 1 */
} Run;

/* The crops from number first on that are reduced alike. */
static Run find_run(const BiqaFrameFormat *format, const BiqaInput *input, guint first)
{
    Run run = {first, 0, biqa_input_place(input, first, 0, format->width, format->height).reduce};
    const gint64 covered = (gint64)run.reduce * input->size;

    for (guint i = first; i < input->n_crops; i++) {
        const BiqaPlace place = biqa_input_place(input, i, 0, format->width, format->height);

        if (place.reduce != run.reduce)
            break;
        run.n++;
        run.mirror |= place.x < 0 || place.y < 0 || place.x + covered > format->width ||
                      place.y + covered > format->height;
    }
    return run;
}

/* Whether at every spot the crops of a run begin at a multiple of its cells. */
static gboolean begins_with_cells(const BiqaFrameFormat *format, const BiqaInput *input,
                                  const Run *run)
{
    for (guint spot = 0; spot < biqa_input_spots(input, format->width, format->height); spot++)
        for (guint i = run->first; i < run->first + run->n; i++) {
            const BiqaPlace place = biqa_input_place(input, i, spot, format->width, format->height);

            if (place.x % (gint)run->cell_w != 0 || place.y % (gint)run->cell_h != 0)
                return FALSE;
        }
    return TRUE;
}

static void find_cells(const BiqaFrameFormat *format, const BiqaInput *input, Run *run)
{
    const BiqaComponent *parts = format->components;

    run->cell_w = 1u << parts[1].shift_x;
    run->cell_h = 1u << parts[1].shift_y;
    if (parts[2].shift_x != parts[1].shift_x || parts[2].shift_y != parts[1].shift_y ||
        run->mirror || run->reduce > BIQA_MAX_UNROLLED_REDUCE || run->reduce % run->cell_w != 0 ||
        run->reduce % run->cell_h != 0 || !begins_with_cells(format, input, run))
        run->cell_w = run->cell_h = 1;
}

static BiqaVkStep make_step(const BiqaVkPicture *picture, const Run *run, const BiqaVkMap *map)
{
    const guint tiles = (map->shape.w + BIQA_TILE - 1) / BIQA_TILE;

    return (BiqaVkStep){
        .variant = {BIQA_VK_PREPROCESS,
                    {[BIQA_ID_WIDE] = picture->format.bytes == 2,
                     [BIQA_ID_MIRROR] = run->mirror,
                     [BIQA_ID_REDUCE] = run->reduce <= BIQA_MAX_UNROLLED_REDUCE ? run->reduce : 0,
                     [BIQA_ID_WORDS] = count_words(picture),
                     [BIQA_ID_CELL_W] = run->cell_w,
                     [BIQA_ID_CELL_H] = run->cell_h}},
        .groups = {tiles, tiles, run->n},
        .push.preprocess = {.target = map->view, .size = map->shape.w, .first = run->first},
    };
}

guint biqa_vk_picture_steps(const BiqaVkPicture *picture, const BiqaInput *input,
                            const BiqaVkMap *map, BiqaVkStep steps[BIQA_MAX_CROPS])
{
    guint n = 0;

    for (guint i = 0; i < input->n_crops; n++) {
        Run run = find_run(&picture->format, input, i);

        find_cells(&picture->format, input, &run);
        steps[n] = make_step(picture, &run, map);
        i += run.n;
    }
    return n;
}
