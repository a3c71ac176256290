/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One user's frames on a shared runtime: the picture, the commands that score it, and the scores
 * read back. */
#pragma once

#include "backend.h"
#include "command.h"
#include "picture.h"
#include "runtime.h"

typedef struct {
    BiqaVkRuntime *runtime;
    BiqaVkDevice *device;   /* the runtime's */
    BiqaVkKernels *kernels; /* the runtime's */
    BiqaVkProgram *program; /* shared */
    BiqaVkCommands commands;
    BiqaVkPicture picture; /* of the format the frame's commands are recorded for */
    gboolean recorded;
    gboolean barriers;      /* see BiqaVkSessionParams */
    const BiqaModel *model; /* borrowed */
    BiqaVkBuffer readback;  /* scores and weights (session.c) */
    VkDescriptorPool pool;
    VkDescriptorSet set;
} BiqaVkSession;

typedef struct {
    BiqaVkPlan plan;
    gboolean profile;   /* a timestamp after every step */
    gboolean barriers;  /* also between steps that do without */
    GCancellable *stop; /* borrowed; once it is cancelled, waits end soon; may be NULL */
} BiqaVkSessionParams;

/* Takes runtime over, also when it fails; model outlives the session. Errors: as of
 * biqa_vk_program_init(). */
BiqaVkSession *biqa_vk_session_new(BiqaVkRuntime *runtime, const BiqaVkSessionParams *params,
                                   const BiqaModel *model, GError **error);
/* Where the device still works on a frame, after minutes, everything is left as it is: memory that
 * a device writes to is better lost than used again. */
void biqa_vk_session_free(BiqaVkSession *session); /* NULL is fine */

/* As of the backend (biqa/backend.h). A map that is not kept (arena.h) is made again. */
gboolean biqa_vk_session_run(BiqaVkSession *session, const BiqaFrame *frame, guint spot,
                             BiqaResult *result, GError **error);
typedef struct {
    guint task; /* see biqa_vk_backend_tap_task() */
    BiqaBranch branch;
    guint crop, layer;
} BiqaVkTap;
gboolean biqa_vk_session_tap(BiqaVkSession *session, const BiqaVkTap *tap, float *output,
                             GError **error);

/* Whether the device will not run another frame: it was lost, or does not end the last one. */
gboolean biqa_vk_session_broken(BiqaVkSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaVkSession, biqa_vk_session_free)
