/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame on the device, and what preprocess needs to know of it. */
#pragma once

#include "memory.h"
#include "planes.h"
#include "preprocess.h"
#include "step.h"

typedef struct {
    BiqaFrameFormat format;
    BiqaVkBuffer bytes;  /* planes, one after the other; mapped */
    BiqaVkBuffer block;  /* biqa_picture; mapped */
    VkBufferView texels; /* bytes as words; only in plans that read texels */
    BiqaVkPlanes planes; /* in bytes */
} BiqaVkPicture;

/* Makes buffers for frames of a format, aimed at their first spot; a zeroed struct may be cleared.
 * Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SIZE where the device's buffers are too small. */
gboolean biqa_vk_picture_init(BiqaVkPicture *picture, const BiqaVkDevice *device, BiqaVkPlan plan,
                              const BiqaInput *input, const BiqaFrameFormat *format,
                              GError **error);
void biqa_vk_picture_clear(BiqaVkPicture *picture, const BiqaVkDevice *device);

/* Has the step below make the crops at a spot of input; the device is not at work. */
void biqa_vk_picture_aim(BiqaVkPicture *picture, const BiqaInput *input, guint spot);

/* Copies the planes of a frame of this format, of any strides. */
void biqa_vk_picture_upload(BiqaVkPicture *picture, const BiqaFrame *frame);

/* Records the copy of images into the picture's bytes. BIQA_ERROR_SUPPORT where the images are not
 * what the format says. */
gboolean biqa_vk_picture_copy(const BiqaVkPicture *picture, const BiqaImages *images,
                              VkCommandBuffer buffer, GError **error);

/* The steps that fill the map of the input layer (without their pipelines), and how many these are:
 * one for neighbouring crops of a reduction. They may run at the same time. */
guint biqa_vk_picture_steps(const BiqaVkPicture *picture, const BiqaInput *input,
                            const BiqaVkMap *map, BiqaVkStep steps[BIQA_MAX_CROPS]);
