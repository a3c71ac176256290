/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are either the old one or the whole new one. */
#pragma once

#include <glib.h>
#include <stdio.h>

/* Writes what a file is to hold; whether that was written, the caller of it looks. */
typedef gboolean (*AuditFileWriter)(FILE *file, gpointer data, GError **error);

/* Writes beside path, and renames. Errors name the file. */
gboolean audit_file_replace(const char *path, AuditFileWriter writer, gpointer data,
                            GError **error);

/* Sets an error that names path; returns FALSE. */
gboolean audit_file_fail(const char *path, const char *what, GError **error);
