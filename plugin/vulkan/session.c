/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which slot a frame goes through. */
#include "session.h"

#include <string.h>

/* Makes slot number i where it was not needed yet. */
static gboolean need_slot(BiqaVkSession *session, guint i, GError **error)
{
    BiqaVkSlot *slot;

    if (session->slots[i])
        return TRUE;
    slot = g_new0(BiqaVkSlot, 1);
    slot->device = session->device;
    slot->kernels = &session->runtime->kernels[session->params.plan];
    slot->program = session->program;
    slot->barriers = session->params.barriers;
    if (!biqa_vk_slot_init(slot, session->params.profile, session->params.stop, error)) {
        biqa_vk_slot_clear(slot);
        g_free(slot);
        return FALSE;
    }
    session->slots[i] = slot;
    return TRUE;
}

static gboolean in_flight(const BiqaVkSession *session, guint slot)
{
    for (guint i = 0; i < session->n_begun; i++)
        if (session->begun[i] == slot)
            return TRUE;
    return FALSE;
}

gboolean biqa_vk_session_begin(BiqaVkSession *session, const BiqaFrame *frame, guint spot,
                               GError **error)
{
    guint i = 0;

    g_return_val_if_fail(session->n_begun < BIQA_VK_IN_FLIGHT, FALSE);
    /* The first that is free: no more are made than frames are ever in flight. */
    while (in_flight(session, i))
        i++;
    if (!need_slot(session, i, error) || !biqa_vk_slot_begin(session->slots[i], frame, spot, error))
        return FALSE;
    session->begun[session->n_begun++] = i;
    return TRUE;
}

gboolean biqa_vk_session_end(BiqaVkSession *session, BiqaResult *result, GError **error)
{
    BiqaVkSlot *slot;

    g_return_val_if_fail(session->n_begun > 0, FALSE);
    slot = session->slots[session->begun[0]];
    if (!biqa_vk_slot_end(slot, error)) {
        session->failed = TRUE;
        return FALSE;
    }
    session->n_begun--;
    memmove(session->begun, session->begun + 1, session->n_begun * sizeof session->begun[0]);
    session->shown = slot;
    biqa_vk_slot_read(slot, session->model, result);
    return TRUE;
}

gboolean biqa_vk_session_tap(BiqaVkSession *session, const BiqaVkTap *tap, float *output,
                             GError **error)
{
    gboolean ok;

    g_return_val_if_fail(session->shown && !session->shown->commands.pending, FALSE);
    ok = biqa_vk_slot_tap(session->shown, tap, output, error);
    session->failed |= session->shown->commands.pending;
    return ok;
}

gboolean biqa_vk_session_broken(BiqaVkSession *session)
{
    return session->failed || biqa_vk_calls_lost(session->device->calls);
}

guint64 biqa_vk_session_elapsed(const BiqaVkSession *session, guint from, guint to)
{
    return session->shown ? biqa_vk_commands_elapsed(&session->shown->commands, from, to) : 0;
}

BiqaVkSession *biqa_vk_session_new(BiqaVkRuntime *runtime, const BiqaVkSessionParams *params,
                                   const BiqaModel *model, GError **error)
{
    g_autoptr(BiqaVkSession) session = g_new0(BiqaVkSession, 1);

    session->runtime = runtime;
    session->device = runtime->device;
    session->model = model;
    session->params = *params;
    session->program = biqa_vk_runtime_program(runtime, params->plan, model, params->stop, error);
    if (!session->program || !need_slot(session, 0, error))
        return NULL;
    return g_steal_pointer(&session);
}

/* Whether the device is done with all slots, once it was waited for. */
static gboolean settle(BiqaVkSession *session)
{
    gboolean ok = TRUE;

    for (guint i = 0; i < BIQA_VK_IN_FLIGHT; i++)
        ok = ok && (!session->slots[i] || biqa_vk_commands_settle(&session->slots[i]->commands));
    return ok;
}

void biqa_vk_session_free(BiqaVkSession *session)
{
    if (!session)
        return;
    if (!settle(session)) {
        g_warning("%s does not finish a frame; its memory is lost",
                  session->device->properties.deviceName);
        return;
    }
    for (guint i = 0; i < BIQA_VK_IN_FLIGHT; i++) {
        if (session->slots[i])
            biqa_vk_slot_clear(session->slots[i]);
        g_free(session->slots[i]);
    }
    biqa_vk_runtime_program_put(session->runtime, session->program);
    biqa_vk_runtime_put(session->runtime);
    g_free(session);
}
