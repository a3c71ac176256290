/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all backends of a process share on a device: the device itself, pipelines, and for each
 * model its parameters and activations. A second element on the same model costs the memory of its
 * frame only. */
#pragma once

#include "program.h"

typedef struct {
    BiqaVkDevice *device;
    gboolean validate;
    guint users;
    GMutex lock; /* of what follows; not held while something is made */
    GCond made;
    gboolean making; /* somebody makes a program, or kernels for it: one at a time */
    BiqaVkKernels kernels[BIQA_VK_N_PLANS];
    GPtrArray *programs;
    gboolean stuck; /* the device never finished a program's copies: the runtime is never freed */
} BiqaVkRuntime;

/* The runtime of the device that name means (see device.h): a new one where there is none, or the
 * one there is was lost. fault goes to a new one; may be NULL. Errors: BIQA_ERROR_DEVICE.
 * From any thread; give it back with biqa_vk_runtime_put(). */
BiqaVkRuntime *biqa_vk_runtime_get(const char *name, gboolean validate, BiqaVkFault *fault,
                                   GError **error);
/* The same for somebody else's device. */
BiqaVkRuntime *biqa_vk_runtime_adopt(const BiqaVkForeign *foreign, GError **error);
void biqa_vk_runtime_put(BiqaVkRuntime *runtime); /* NULL is fine */

/* The program of a model in a plan, shared by all who bring an equal model, and its kernels. Once
 * stop (may be NULL) is cancelled nobody is waited for who makes another. Errors: as of
 * biqa_vk_program_init(). From any thread; give it back. */
BiqaVkProgram *biqa_vk_runtime_program(BiqaVkRuntime *runtime, BiqaVkPlan plan,
                                       const BiqaModel *model, GCancellable *stop, GError **error);
void biqa_vk_runtime_program_put(BiqaVkRuntime *runtime, BiqaVkProgram *program); /* NULL is fine */
