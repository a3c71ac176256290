/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comma-separated values as RFC 4180 has them, a record a line. */
#pragma once

#include <glib.h>

/* The cells of a line, stripped of spaces around them and of quotes. NULL where a quote is not
 * closed. (transfer full) */
char **train_csv_split(const char *line);

/* Appends a cell, quoted where it needs to be; no comma, no end of line. */
void train_csv_append(GString *line, const char *cell);

/* The column that has the first of the names that any column has, or -1. */
int train_csv_column(char *const *cells, const char *const *names);
