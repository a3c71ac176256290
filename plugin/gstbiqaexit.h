/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How frames leave: with what there is to say of each, in the order of the stream.
 *
 * With policy=every the streaming thread lets each go. With policy=deadline a thread of the delay
 * pushes them, and never under the stream lock: a sink that keeps a frame until its moment must not
 * keep those that come. What leaving frames share lies under the lock `leaving`, which is held
 * while one is pushed; who has the stream lock may take it, not the other way round. */
#pragma once

#include "gstbiqafilter.h"
#include "gstbiqarecord.h"
#include "gstbiqasettings.h"

/* Says what there is to say of a frame: called once for each, in their order, with a buffer whose
 * metadata can be written. FALSE: the stream must fail, and the error was posted. */
gboolean gst_biqa_exit_say(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaRecord *record,
                           const GstBiqaTuning *tuning);

/* Pushes the frames of the delay that may leave, or all, once the one that is being pushed is gone.
 * From any thread. Where they are not taken (self->flow tells) all are dropped. */
void gst_biqa_exit_let_go(GstBiqaFilter *self, gboolean all);

/* Drops the frames of the delay; the one that is being pushed is gone then. */
void gst_biqa_exit_forget(GstBiqaFilter *self);

/* Tells the report of the model of a generation, of its device and of what it is asked about. No
 * frame may be on its way out in another thread. */
void gst_biqa_exit_describe(GstBiqaFilter *self, guint generation, GstCaps *caps);
