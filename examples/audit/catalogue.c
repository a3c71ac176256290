/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going through results files. */
#include "catalogue.h"

#include "file.h"
#include "member.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void row_free(AuditRow *row)
{
    audit_entry_free(row->entry);
    g_free(row);
}

void audit_catalogue_free(AuditCatalogue *catalogue)
{
    if (!catalogue)
        return;
    audit_method_free(catalogue->method);
    g_ptr_array_unref(catalogue->files);
    g_ptr_array_unref(catalogue->rows);
    g_free(catalogue);
}

/* -- opening ------------------------------------------------------------------------------- */

static gboolean take_method(AuditCatalogue *catalogue, JsonObject *object, GError **error)
{
    g_autoptr(AuditMethod) method = audit_method_from_json(object, error);

    if (!method)
        return FALSE;
    if (!catalogue->method) {
        catalogue->method = g_steal_pointer(&method);
        return TRUE;
    }
    if (!audit_method_check(catalogue->method, method, error))
        return FALSE;
    audit_method_merge(catalogue->method, method);
    return TRUE;
}

static gboolean take_row(AuditCatalogue *catalogue, GHashTable *rows, JsonObject *object,
                         AuditRow place)
{
    g_autoptr(AuditResult) result = object ? audit_result_from_json(object) : NULL;
    AuditRow *row;

    if (!result) {
        catalogue->unread++;
        return FALSE;
    }
    row = g_new(AuditRow, 1);
    *row = place;
    row->entry = g_steal_pointer(&result->entry);
    row->state = result->state;
    row->worst = result->figures[AUDIT_MINIMUM];
    g_hash_table_replace(rows, row->entry->path, row);
    return TRUE;
}

/* Reads the lines of a file; its number is the catalogue's last. */
static gboolean read_lines(AuditCatalogue *catalogue, GHashTable *rows, FILE *file, GError **error)
{
    AuditRow place = {.file = catalogue->files->len - 1};
    char *line = NULL;
    gboolean ok = TRUE;
    size_t room = 0;
    ssize_t length;

    while (ok && (length = getline(&line, &room, file)) > 0) {
        JsonObject *object;

        if (line[length - 1] != '\n') {
            catalogue->torn = TRUE;
            break;
        }
        object = audit_line_parse(line, length);
        place.length = (gsize)length;
        if (place.offset == 0)
            ok = take_method(catalogue, object, error);
        else
            take_row(catalogue, rows, object, place);
        g_clear_pointer(&object, json_object_unref);
        place.offset += (guint64)length;
    }
    free(line);
    catalogue->whole = place.offset;
    return ok;
}

static gboolean read_file(AuditCatalogue *catalogue, GHashTable *rows, const char *path,
                          GError **error)
{
    FILE *file = g_fopen(path, "re");
    gboolean ok;

    if (!file)
        return audit_file_fail(path, g_strerror(errno), error);
    g_ptr_array_add(catalogue->files, g_strdup(path));
    ok = read_lines(catalogue, rows, file, error);
    if (!ok)
        g_prefix_error(error, "%s: ", path);
    else if (ferror(file))
        ok = audit_file_fail(path, "cannot be read", error);
    else if (catalogue->whole == 0)
        ok = audit_file_fail(path, "holds no results: not even its first line is whole", error);
    fclose(file);
    return ok;
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const AuditRow *const *first = a, *const *second = b;

    return strcmp((*first)->entry->path, (*second)->entry->path);
}

AuditCatalogue *audit_catalogue_open(const char *const *files, GError **error)
{
    g_autoptr(AuditCatalogue) catalogue = g_new0(AuditCatalogue, 1);
    g_autoptr(GHashTable) rows =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)row_free);
    GHashTableIter iter;
    gpointer row;

    catalogue->files = g_ptr_array_new_with_free_func(g_free);
    catalogue->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    for (; *files; files++) {
        if (!read_file(catalogue, rows, *files, error))
            return NULL;
    }
    g_hash_table_iter_init(&iter, rows);
    while (g_hash_table_iter_next(&iter, NULL, &row)) {
        g_ptr_array_add(catalogue->rows, row);
        g_hash_table_iter_steal(&iter);
    }
    g_ptr_array_sort(catalogue->rows, compare);
    return g_steal_pointer(&catalogue);
}

/* -- reading ------------------------------------------------------------------------------- */

/* A row's line, newline included. (transfer full) */
static char *read_line(const AuditCatalogue *catalogue, const AuditRow *row, GError **error)
{
    const char *path = g_ptr_array_index(catalogue->files, row->file);
    FILE *file = g_fopen(path, "re");
    g_autofree char *line = g_malloc(row->length + 1);
    gboolean ok = file && fseeko(file, (off_t)row->offset, SEEK_SET) == 0 &&
                  fread(line, 1, row->length, file) == row->length;

    if (file)
        fclose(file);
    if (!ok) {
        audit_file_fail(path, "is not what it was a moment ago", error);
        return NULL;
    }
    line[row->length] = '\0';
    return g_steal_pointer(&line);
}

AuditResult *audit_catalogue_read(const AuditCatalogue *catalogue, const AuditRow *row,
                                  GError **error)
{
    g_autofree char *line = read_line(catalogue, row, error);
    JsonObject *object = line ? audit_line_parse(line, (gssize)row->length) : NULL;
    AuditResult *result = object ? audit_result_from_json(object) : NULL;

    g_clear_pointer(&object, json_object_unref);
    if (!result && line)
        audit_file_fail(g_ptr_array_index(catalogue->files, row->file),
                        "is not what it was a moment ago", error);
    return result;
}

/* -- saving -------------------------------------------------------------------------------- */

static gboolean write_all(FILE *file, gpointer data, GError **error)
{
    const AuditCatalogue *catalogue = data;
    JsonObject *object = audit_method_to_json(catalogue->method);
    GString *header = audit_line_new(object);

    fwrite(header->str, 1, header->len, file);
    g_string_free(header, TRUE);
    json_object_unref(object);
    for (guint i = 0; i < catalogue->rows->len; i++) {
        const AuditRow *row = g_ptr_array_index(catalogue->rows, i);
        g_autofree char *line = read_line(catalogue, row, error);

        if (!line)
            return FALSE;
        fwrite(line, 1, row->length, file);
    }
    return TRUE;
}

gboolean audit_catalogue_save(const AuditCatalogue *catalogue, const char *path, GError **error)
{
    return audit_file_replace(path, write_all, (gpointer)catalogue, error);
}
