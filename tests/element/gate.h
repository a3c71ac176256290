/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backend that runs no faster than a test lets it: each frame waits for a permit. What it gives
 * for a frame is the red of its first pixel, so that a score says whose it is. */
#pragma once

#include "error.h"
#include "gstbiqamaker.h"
#include <gst/gst.h>

typedef struct {
    GstBiqaMaker maker;
    GMutex lock;
    GCond change;
    guint permits, begun, done; /* frames, under lock */
    gboolean broken;            /* under lock: frames fail of code */
    BiqaErrorCode code;
} Gate;

Gate *gate_new(void); /* closed */
void gate_free(Gate *gate);

/* Makes the element, before it starts, run on the gate. */
void gate_install(Gate *gate, GstElement *element);

void gate_open(Gate *gate, guint permits);
void gate_break(Gate *gate, BiqaErrorCode code);

/* Return when so many frames were begun, or done, since the gate was made. */
void gate_await_begun(Gate *gate, guint n);
void gate_await_done(Gate *gate, guint n);
guint gate_begun(Gate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gate, gate_free)
