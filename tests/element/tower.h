/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backend that can be at several frames, notes what it is asked, and looks at a frame only when
 * that is ended: it tells the red of its first pixel, so that a score says whose it is and that its
 * bytes were still there. */
#pragma once

#include "error.h"
#include "gstbiqamaker.h"
#include <gst/gst.h>

typedef struct {
    GstBiqaMaker maker;
    GString *notes; /* "b0 b1 e0 ": frame 0 was begun, 1 was, 0 was ended; "r": run at once. Behind
                       the name of the model, if it has one. Of the thread that scores */
    int broken;     /* the frame whose end fails; -1: none */
} Tower;

Tower *tower_new(void);
void tower_free(Tower *tower);

/* Makes the element, before it starts, run on the tower. */
void tower_install(Tower *tower, GstElement *element);

/* What red a frame of a number has. */
static inline guint8 tower_red(guint number)
{
    return (guint8)(4 * (10 + number));
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tower, tower_free)
