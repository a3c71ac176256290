/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model on a device: its parameters, its activations, and the steps that run both branches, of
 * its own and then of those of its tasks that have weight in the frame. */
#pragma once

#include "memory.h"
#include "model.h"
#include "step.h"
#include "task.h"

typedef struct {
    BiqaInput input;
    guint n_tasks;                                    /* of the model; 1: its own alone */
    BiqaNet *nets[BIQA_MAX_TASKS][BIQA_N_BRANCHES];   /* folded; without parameters
                                                         once they are on the device */
    BiqaVkMap *maps[BIQA_MAX_TASKS][BIQA_N_BRANCHES]; /* one a layer; layer 0 is the same for all,
                                                         others are task 0's where that is equal */
    GArray *steps;                                    /* of BiqaVkStep, in order of execution */
    uint32_t scratch; /* the first texel that is of no map, up to the arena's end */
    uint32_t gate;    /* the first texel of the tasks' weights (gate.h), if there are several */
    BiqaVkBuffer arena, weights;
    VkBufferView arena_texels, weights_texels; /* only in plans that read texels */
    gconstpointer last; /* whose frame the arena holds; under the device's lock */
    gboolean stuck;     /* the device may write to the buffers for ever: they are never freed */
} BiqaVkProgram;

/* Lays out arena and steps, makes pipelines and buffers, zeroes the arena and brings the parameters
 * to the device; soon ends in vain once stop (may be NULL) is cancelled. A zeroed struct may be
 * cleared. Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SIZE where the device is too small for the model,
 * G_IO_ERROR_CANCELLED. A program that is stuck then, and its device, outlive all their users. */
gboolean biqa_vk_program_init(BiqaVkProgram *program, BiqaVkKernels *kernels,
                              const BiqaModel *model, GCancellable *stop, GError **error);
void biqa_vk_program_clear(BiqaVkProgram *program, const BiqaVkDevice *device);

/* The map of the layer whose first value is the raw score. */
const BiqaVkMap *biqa_vk_program_output(const BiqaVkProgram *program, guint task,
                                        BiqaBranch branch);

/* The first texel of the arena that lies outside all maps and is not zero any more: the sign of a
 * shader that writes where it must not. -1: all is well. Only where the host sees the arena. */
gint64 biqa_vk_program_check(const BiqaVkProgram *program);
