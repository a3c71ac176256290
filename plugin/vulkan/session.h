/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One user's frames on a shared runtime: each in a slot of its own, ended in the order in which
 * they were begun. */
#pragma once

#include "runtime.h"
#include "slot.h"

/* How many frames may be begun and not ended. */
#define BIQA_VK_IN_FLIGHT 4

typedef struct {
    BiqaVkPlan plan;
    gboolean profile;   /* a timestamp after every step */
    gboolean barriers;  /* also between steps that do without */
    GCancellable *stop; /* borrowed; once it is cancelled, waits end soon; may be NULL */
} BiqaVkSessionParams;

typedef struct {
    BiqaVkRuntime *runtime;
    BiqaVkDevice *device;                 /* the runtime's */
    BiqaVkProgram *program;               /* shared */
    const BiqaModel *model;               /* borrowed */
    BiqaVkSlot *slots[BIQA_VK_IN_FLIGHT]; /* NULL: not needed yet */
    guint begun[BIQA_VK_IN_FLIGHT];       /* slots of the frames in flight, the oldest first */
    guint n_begun;
    BiqaVkSlot *shown; /* of the frame that was ended last; NULL: none was */
    BiqaVkSessionParams params;
    gboolean failed; /* a wait did: the device may be at work for ever */
} BiqaVkSession;

/* Takes runtime over, also when it fails; model outlives the session. Errors: as of
 * biqa_vk_program_init(). */
BiqaVkSession *biqa_vk_session_new(BiqaVkRuntime *runtime, const BiqaVkSessionParams *params,
                                   const BiqaModel *model, GError **error);
/* Waits for frames in flight, which are lost. Where the device still works on one, after minutes,
 * everything is left as it is: memory that a device writes to is better lost than used again. */
void biqa_vk_session_free(BiqaVkSession *session); /* NULL is fine */

/* As of the backend (biqa/backend.h); frames may lie in images. Where an end fails the session is
 * broken. */
gboolean biqa_vk_session_begin(BiqaVkSession *session, const BiqaFrame *frame, guint spot,
                               GError **error);
gboolean biqa_vk_session_end(BiqaVkSession *session, BiqaResult *result, GError **error);
/* Before the next frame is begun. */
gboolean biqa_vk_session_tap(BiqaVkSession *session, const BiqaVkTap *tap, float *output,
                             GError **error);

/* Whether the device will not run another frame: it was lost, or does not end the last one. */
gboolean biqa_vk_session_broken(BiqaVkSession *session);

/* Nanoseconds from timestamp number from to number to of the frame that was ended last; 0 where
 * there are none. */
guint64 biqa_vk_session_elapsed(const BiqaVkSession *session, guint from, guint to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaVkSession, biqa_vk_session_free)
