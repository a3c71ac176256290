/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run of the element: what is opened when it starts and closed when it stops, and what it
 * remembers of frames between. */
#pragma once

#include "gstbiqafilter.h"

/* Opens model, report and the folder for hard frames, as the properties are. FALSE: nothing is
 * open, and the error has been posted. */
gboolean gst_biqa_run_start(GstBiqaFilter *self);
void gst_biqa_run_stop(GstBiqaFilter *self);

/* A seek or a flush: what was said of other frames is not said of the next. */
void gst_biqa_run_forget(GstBiqaFilter *self);
