/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking a file up, and its way through JSON. */
#include "entry.h"

#include "member.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *problem_of(const char *path, const struct stat *info)
{
    if (!S_ISREG(info->st_mode))
        return g_strdup("not a regular file");
    if (info->st_size == 0)
        return g_strdup("the file is empty");
    if (access(path, R_OK) != 0)
        return g_strdup(g_strerror(errno));
    return NULL;
}

AuditEntry *audit_entry_new(const char *path)
{
    AuditEntry *entry = g_new0(AuditEntry, 1);
    struct stat info;

    entry->path = g_strdup(path);
    if (stat(path, &info) != 0) {
        entry->problem = g_strdup(g_strerror(errno));
        return entry;
    }
    entry->size = (guint64)info.st_size;
    entry->modified = (gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
    entry->problem = problem_of(path, &info);
    return entry;
}

AuditEntry *audit_entry_copy(const AuditEntry *entry)
{
    AuditEntry *copy = g_new(AuditEntry, 1);

    *copy = *entry;
    copy->path = g_strdup(entry->path);
    copy->problem = g_strdup(entry->problem);
    return copy;
}

void audit_entry_free(AuditEntry *entry)
{
    if (!entry)
        return;
    g_free(entry->path);
    g_free(entry->problem);
    g_free(entry);
}

gboolean audit_entry_equal(const AuditEntry *a, const AuditEntry *b)
{
    return a->size == b->size && a->modified == b->modified && g_str_equal(a->path, b->path);
}

void audit_entry_to_json(const AuditEntry *entry, JsonObject *object)
{
    g_autofree char *shown = g_utf8_make_valid(entry->path, -1);

    json_object_set_string_member(object, "path", shown);
    if (!g_str_equal(shown, entry->path)) {
        g_autofree char *bytes =
            g_uri_escape_bytes((const guint8 *)entry->path, strlen(entry->path), "/");
        json_object_set_string_member(object, "path-bytes", bytes);
    }
    json_object_set_int_member(object, "size", (gint64)entry->size);
    json_object_set_int_member(object, "modified", entry->modified);
}

/* What the object says of the path's bytes (transfer full); NULL if it does not. */
static char *path_from_json(JsonObject *object)
{
    const char *escaped = audit_member_string(object, "path-bytes");
    g_autoptr(GBytes) bytes = escaped ? g_uri_unescape_bytes(escaped, -1, NULL, NULL) : NULL;

    if (!escaped)
        return g_strdup(audit_member_string(object, "path"));
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

AuditEntry *audit_entry_from_json(JsonObject *object)
{
    char *path = path_from_json(object);
    AuditEntry *entry;

    if (!path)
        return NULL;
    entry = g_new0(AuditEntry, 1);
    entry->path = path;
    entry->size = (guint64)audit_member_int(object, "size");
    entry->modified = audit_member_int(object, "modified");
    return entry;
}
