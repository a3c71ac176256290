/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Variables of MATLAB files (.mat of versions 4, 5 and 7; 7.3 where libmatio was built with HDF5),
 * by libmatio. */
#pragma once

#include "error.h"

/* All elements of a numeric or logical array, in MATLAB's order. Errors name the file and the
 * variable: no such file, no MATLAB file, no such variable, one of another kind. (transfer full) */
double *train_mat_numbers(const char *path, const char *name, guint *n, GError **error);

/* The strings of a cell array, each by itself or in a cell of its own. NULL-terminated. (transfer
 * full) */
char **train_mat_strings(const char *path, const char *name, guint *n, GError **error);
