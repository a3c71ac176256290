/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replacing files. */
#include "file.h"

#include "error.h"
#include <errno.h>
#include <glib/gstdio.h>

gboolean audit_file_fail(const char *path, const char *what, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);

    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "%s: %s", name, what);
    return FALSE;
}

gboolean audit_file_replace(const char *path, AuditFileWriter writer, gpointer data, GError **error)
{
    g_autofree char *beside = g_strconcat(path, ".new", NULL);
    FILE *file = g_fopen(beside, "we");
    gboolean ok, whole;

    if (!file)
        return audit_file_fail(beside, g_strerror(errno), error);
    ok = writer(file, data, error);
    whole = !ferror(file);
    whole = fclose(file) == 0 && whole;
    if (ok && !whole)
        ok = audit_file_fail(beside, "cannot be written to its end; is the disk full?", error);
    if (ok && g_rename(beside, path) != 0)
        ok = audit_file_fail(path, g_strerror(errno), error);
    if (!ok)
        g_unlink(beside);
    return ok;
}
