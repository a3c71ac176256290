/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the planes of a frame lie in a buffer, one after the other, and how they get there from
 * images. */
#pragma once

#include "image.h"

typedef struct {
    guint n;
    guint height[BIQA_MAX_PLANES];                                            /* rows */
    gsize base[BIQA_MAX_PLANES], row[BIQA_MAX_PLANES], used[BIQA_MAX_PLANES]; /* bytes */
    gsize size;                                                               /* of all, bytes */
} BiqaVkPlanes;

/* Rows start on words, as shaders read words. */
BiqaVkPlanes biqa_vk_planes_of(const BiqaFrameFormat *format);

/* What to copy of a frame that lies in images. */
typedef struct {
    const BiqaFrameFormat *format; /* the frame's */
    const BiqaImages *images;
    const guint *rows; /* n_rows of the frame's, as biqa_frame_format_pick() has them; NULL: all */
    guint n_rows;
} BiqaVkTake;

/* Records the copy into a buffer with room for planes: those of take's format, or of its rows.
 * BIQA_ERROR_SUPPORT where the images are not what the format says. */
gboolean biqa_vk_planes_copy(const BiqaVkPlanes *planes, const BiqaVkTake *take, VkBuffer to,
                             VkCommandBuffer buffer, GError **error);
