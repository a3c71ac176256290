/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comma-separated values. */
#include "csv.h"

#include <string.h>

/* Reads a quoted cell from behind its opening quote; returns where it ends, NULL where it does
 * not. */
static const char *read_quoted(const char *at, GString *cell)
{
    for (;; at++) {
        if (!*at)
            return NULL;
        if (*at != '"')
            g_string_append_c(cell, *at);
        else if (at[1] == '"')
            g_string_append_c(cell, *++at); /* a doubled quote is one */
        else
            return at + 1;
    }
}

static const char *read_cell(const char *at, GString *cell)
{
    at += strspn(at, " \t");
    if (*at == '"') {
        at = read_quoted(at + 1, cell);
        return at ? at + strcspn(at, ",") : NULL;
    }
    const gsize length = strcspn(at, ",\r\n");
    g_string_append_len(cell, at, (gssize)length);
    g_strchomp(cell->str);
    return at + length;
}

char **train_csv_split(const char *line)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = line;; at++) {
        GString *cell = g_string_new(NULL);
        at = read_cell(at, cell);
        g_ptr_array_add(cells, g_string_free(cell, FALSE));
        if (!at)
            return NULL;
        if (*at != ',')
            break;
    }
    g_ptr_array_add(cells, NULL);
    return (char **)g_ptr_array_steal(cells, NULL);
}

void train_csv_append(GString *line, const char *cell)
{
    if (!strpbrk(cell, ",\"\r\n") && !g_ascii_isspace(*cell)) {
        g_string_append(line, cell);
        return;
    }
    g_string_append_c(line, '"');
    for (; *cell; cell++) {
        if (*cell == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *cell);
    }
    g_string_append_c(line, '"');
}

int train_csv_column(char *const *cells, const char *const *names)
{
    for (; *names; names++) {
        for (int c = 0; cells[c]; c++) {
            if (g_str_equal(cells[c], *names))
                return c;
        }
    }
    return -1;
}
