/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Vulkan backend: a model's full and competitor branch, those of its tasks that have weight in
 * the frame, and the preprocessing they share, in one submission a frame. */
#pragma once

#include "backend.h"
#include "plan.h"
#include <gio/gio.h>

/* device: "auto", an index, or part of a name (see device.h). model is borrowed and must outlive
 * the backend. Once stop (may be NULL) is cancelled, opening fails soon, and so does a run that
 * waits for the device, seconds later. BIQA_VK_PLAN=compact or unrolled in the environment
 * overrides the choice of plan; BIQA_VK_FAULT=QueueSubmit:3:device-lost (call.h) makes the third
 * submission fail, for tests.
 *
 * Backends of a process share device, pipelines and models (runtime.h). Where the device is lost a
 * run opens it again and goes on, a bounded number of times.
 *
 * Frames may lie on a device that somebody else opened (image.h): they are scored there, by the
 * plan that any device runs, with one copy on the device.
 *
 * Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SIZE where the device is too small for the model,
 * G_IO_ERROR_CANCELLED. */
BiqaBackend *biqa_vk_backend_open(const char *device, const BiqaModel *model, GCancellable *stop,
                                  GError **error);

typedef struct {
    const char *device;    /* NULL: "auto" */
    BiqaVkPlanChoice plan; /* see plan.h */
    gboolean validate;     /* with the Khronos validation layer, which speaks by g_warning(); its
                            * synchronisation validation sees buffers as wholes, so that there is a
                            * barrier before every step then, needed or not */
    gboolean profile;      /* a timestamp after every step, for biqa_vk_backend_step_time() */
    BiqaVkFault *fault;    /* NULL: none */
    GCancellable *stop;    /* NULL: never */
} BiqaVkParams;

/* The same, for tests and benchmarks. params may be NULL. */
BiqaBackend *biqa_vk_backend_new(const BiqaVkParams *params, const BiqaModel *model,
                                 GError **error);

/* The table of calls to the device in use; NULL if it could not be opened again. */
const BiqaVkCalls *biqa_vk_backend_calls(BiqaBackend *backend);

/* Taps (backend.h) tell the layers of that task from now on; at first task 0's. Of the others only
 * the last that had weight in the frame has all of its layers, the rest have their outputs. */
void biqa_vk_backend_tap_task(BiqaBackend *backend, guint task);

/* Whether the device is anything but a processor; FALSE if it could not be opened again. */
gboolean biqa_vk_backend_on_gpu(BiqaBackend *backend);

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

/* See biqa_vk_program_check(). */
gint64 biqa_vk_backend_check_arena(BiqaBackend *backend);
