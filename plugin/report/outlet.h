/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a report's text goes: a file, standard output, or a descriptor that somebody else opened.
 *
 * Nobody at the other end can hang or kill the process: a reader that does not read is waited for
 * by poll(), which gst_biqa_outlet_hurry() cuts short; the signal for a reader that is gone must be
 * blocked by the thread that writes (gst_biqa_outlet_block_signals()). For one thread, but for
 * gst_biqa_outlet_hurry(). */
#pragma once

#include <gio/gio.h>

typedef struct GstBiqaOutlet GstBiqaOutlet;

/* target: "-" for standard output, "fd:N" for descriptor N (which stays the caller's), else a file,
 * made or emptied. Errors of G_IO_ERROR name the target; that a FIFO has no reader is one. */
GstBiqaOutlet *gst_biqa_outlet_open(const char *target, GError **error);
void gst_biqa_outlet_free(GstBiqaOutlet *outlet);

/* Blocks, in the calling thread, the signals that writing can raise. */
void gst_biqa_outlet_block_signals(void);

/* Writes text whole: by one write() where it is not longer than PIPE_BUF (4096 bytes on Linux), or
 * the target is a file. What cannot be written whole is taken back from a file, and ended by a line
 * break elsewhere, so that the next text starts a line. Errors of G_IO_ERROR:
 * gst_biqa_outlet_is_over() tells if another try makes sense. */
gboolean gst_biqa_outlet_write(GstBiqaOutlet *outlet, const char *text, gsize length,
                               GError **error);

/* From here on a reader that takes nothing for a second is not waited for any longer. From any
 * thread. */
void gst_biqa_outlet_hurry(GstBiqaOutlet *outlet);

/* Whether error means that nobody reads any more; else it may pass, like a full disk. */
gboolean gst_biqa_outlet_is_over(const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstBiqaOutlet, gst_biqa_outlet_free)
