/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application's own backend, as tests have: in a GstContext of this type, set on the element
 * before it starts, a pointer (G_TYPE_POINTER) "maker" to one of these, which outlives the element.
 * It then stands in for the property. */
#pragma once

#include "backend.h"
#include <gio/gio.h>

#define GST_BIQA_MAKER_CONTEXT "biqa.backend"

typedef struct {
    /* model outlives the backend. stop is cancelled when the element stops: opening, and a frame
     * that is at work, should then end soon, with G_IO_ERROR_CANCELLED. (transfer full) */
    BiqaBackend *(*open)(gpointer user, const BiqaModel *model, GCancellable *stop, GError **error);
    gpointer user;
} GstBiqaMaker;
