/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing pages: whatever comes from outside is escaped. */
#pragma once

#include <glib.h>

/* Appends format, in which the strings put in for %s are escaped; format itself is taken as it
 * is. */
void biqa_html_add(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Appends bytes as a data: URI of that media type. */
void biqa_html_add_data(GString *out, const char *media_type, GBytes *bytes);

/* Makes a page valid UTF-8: file names need not be. (transfer full), takes out. */
char *biqa_html_finish(GString *out);
