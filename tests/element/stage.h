/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An element with policy=deadline whose backend a test lets run frame by frame, and whose clock
 * stands still unless the test moves it. */
#pragma once

#include "element-support.h"
#include "gate.h"

#define STAGE_DELAY 2
#define STAGE_SPARE 2 /* frames that may wait for a sink besides */
#define STAGE_FRAME (40 * GST_MSECOND)

typedef struct {
    Judge *judge;
    Gate *gate; /* closed at first */
    Rig *rig;
    GstVideoInfo info;
} Stage;

Stage *stage_new(void);
void stage_free(Stage *stage);

/* A frame whose score would be 10 + its number. (transfer full) */
GstBuffer *stage_frame_new(const Stage *stage, guint number);

/* Puts that frame in, which is taken. */
void stage_push(Stage *stage, guint number);

/* How many frames came out that nobody pulled. */
guint stage_n_out(const Stage *stage);

/* Pulls the next frame, waiting for it: it is this one. score < 0: it has none. */
void stage_check_out(Stage *stage, guint number, const char *origin, double score);

/* Returns when that count of the element's property stats has come to n. */
void stage_await_stat(const Stage *stage, const char *name, guint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)
