/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Vulkan backend: a model's full and competitor branch, and the preprocessing they share, in
 * one submission a frame. */
#pragma once

#include "backend.h"

/* device: "auto", an index, or part of a name (see device.h). model is borrowed during the call.
 * BIQA_VK_PLAN=compact or unrolled in the environment overrides the choice of plan.
 * Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SUPPORT where the device is too small for the model. */
BiqaBackend *biqa_vk_backend_open(const char *device, const BiqaModel *model, GError **error);

typedef enum { BIQA_VK_PLAN_AUTO, BIQA_VK_PLAN_COMPACT, BIQA_VK_PLAN_UNROLLED } BiqaVkPlanChoice;

typedef struct {
    const char *device;    /* NULL: "auto" */
    BiqaVkPlanChoice plan; /* unrolled needs buffer device addresses; auto takes it on CPUs only */
    gboolean validate;     /* with the Khronos validation layer, which speaks by g_warning() */
    gboolean profile;      /* a timestamp after every step, for biqa_vk_backend_profile() */
} BiqaVkParams;

/* The same, for tests and benchmarks. params may be NULL. */
BiqaBackend *biqa_vk_backend_new(const BiqaVkParams *params, const BiqaModel *model,
                                 GError **error);

/* Nanoseconds the device worked on the last frame; 0 if it cannot say, or there was none. */
guint64 biqa_vk_backend_device_ns(BiqaBackend *backend);

/* The steps of a frame, in order: number, and what each of them was and took in the last frame
 * (only with params.profile). */
guint biqa_vk_backend_n_steps(BiqaBackend *backend);
typedef struct {
    const char *kernel; /* "dense" */
    BiqaBranch branch;
    guint layer; /* of the folded graph */
    guint64 ns;
} BiqaVkStepTime;
BiqaVkStepTime biqa_vk_backend_step_time(BiqaBackend *backend, guint step);

/* The first texel of the arena that lies outside all maps and is not zero any more: the sign of a
 * shader that writes where it must not. -1: all is well. Only where the host sees the arena. */
gint64 biqa_vk_backend_check_arena(BiqaBackend *backend);
