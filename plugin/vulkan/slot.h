/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a frame needs for itself while the device works on it: the picture, the commands that score
 * it, a fence, and the scores read back. */
#pragma once

#include "backend.h"
#include "command.h"
#include "picture.h"
#include "program.h"

typedef struct {
    BiqaVkDevice *device;   /* borrowed, as are kernels and program */
    BiqaVkKernels *kernels; /* of the program's plan */
    BiqaVkProgram *program; /* whose arena all slots use, one after the other */
    BiqaVkCommands commands;
    BiqaVkPicture picture; /* of the format the frame's commands are recorded for */
    gboolean recorded;
    gboolean first;        /* no frame of that format was ended yet */
    gboolean barriers;     /* before every step, needed or not */
    BiqaVkBuffer readback; /* scores and weights (slot.c) */
    VkDescriptorPool pool;
    VkDescriptorSet set;
} BiqaVkSlot;

/* Makes what does not depend on a frame's format; device, kernels, program and barriers are set,
 * the rest is zeroed. A slot may be cleared whatever came of this. stop: see BiqaVkCommands. Errors
 * of all: BIQA_ERROR_DEVICE. */
gboolean biqa_vk_slot_init(BiqaVkSlot *slot, gboolean profile, GCancellable *stop, GError **error);

/* What was begun has settled (command.h). */
void biqa_vk_slot_clear(BiqaVkSlot *slot);

/* Takes a frame to the device, which then works on its crops at a spot. The slot has none begun.
 * Also BIQA_ERROR_SIZE for a frame that is too large, BIQA_ERROR_SUPPORT for images that are not
 * what the format says. */
gboolean biqa_vk_slot_begin(BiqaVkSlot *slot, const BiqaFrame *frame, guint spot, GError **error);

/* Waits for that frame. Also G_IO_ERROR_CANCELLED. Where it fails the device may still be at work,
 * as commands.pending tells. */
gboolean biqa_vk_slot_end(BiqaVkSlot *slot, GError **error);

/* What the frame that was ended says; model is the program's. */
void biqa_vk_slot_read(const BiqaVkSlot *slot, const BiqaModel *model, BiqaResult *result);

typedef struct {
    guint task; /* see biqa_vk_backend_tap_task() */
    BiqaBranch branch;
    guint crop, layer;
} BiqaVkTap;

/* As of the backend (biqa/backend.h), of the frame that was ended. A map that is not kept
 * (arena.h), or that another frame's was written over, is made again. */
gboolean biqa_vk_slot_tap(BiqaVkSlot *slot, const BiqaVkTap *tap, float *output, GError **error);
