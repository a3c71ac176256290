/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk that is full: a limit on the size of files stands in for it. */
#pragma once

#include <glib.h>

/* From here on no file of this process, or of those it starts, grows beyond bytes: writing fails.
 */
void full_disk_begin(guint64 bytes);
/* Ends it: files grow as before. */
void full_disk_end(void);
