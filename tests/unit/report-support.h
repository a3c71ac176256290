/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of a report as tests want them. */
#pragma once

#include "entry.h"

/* A header of a made-up model on a made-up device. */
GstBiqaEntry entry_header(void);

/* A frame of 40 ms that was scored; NAN: skipped, and its times are not known either. */
GstBiqaEntry entry_frame(guint64 frame, double score);

/* A summary of the whole stream, of frames 0 to n - 1 scored 10, 20, ... */
GstBiqaEntry entry_summary(guint n);
