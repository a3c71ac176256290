/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Escaping. */
#include "html.h"

#include <stdarg.h>

void biqa_html_add(GString *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, args);
    va_end(args);
    g_string_append(out, text);
}

void biqa_html_add_data(GString *out, const char *media_type, GBytes *bytes)
{
    gsize size = 0;
    const guchar *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = g_base64_encode(data, size);
    g_string_append_printf(out, "data:%s;base64,", media_type);
    g_string_append(out, text);
}

char *biqa_html_finish(GString *out)
{
    char *valid = g_utf8_make_valid(out->str, (gssize)out->len);
    g_string_free(out, TRUE);
    return valid;
}
