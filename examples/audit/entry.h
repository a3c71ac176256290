/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file to be measured. What makes it the same file on another day is path, size and time of
 * modification; contents are not read for that. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct {
    char *path;      /* as it was named or found, bytes of the file system */
    guint64 size;    /* bytes */
    gint64 modified; /* us since 1970 */
    char *problem;   /* why it cannot be measured, known from looking at it; NULL: nothing */
} AuditEntry;

/* Looks path up; what stands in the way becomes the entry's problem. (transfer full) */
AuditEntry *audit_entry_new(const char *path);

/* (transfer full) */
AuditEntry *audit_entry_copy(const AuditEntry *entry);
void audit_entry_free(AuditEntry *entry);

gboolean audit_entry_equal(const AuditEntry *a, const AuditEntry *b);

/* Members "path", "size" and "modified". A path that is no UTF-8, which JSON cannot hold, is shown
 * as well as can be in "path" and stands byte for byte, percent-encoded, in "path-bytes". */
void audit_entry_to_json(const AuditEntry *entry, JsonObject *object);

/* NULL if there is no path. (transfer full) */
AuditEntry *audit_entry_from_json(JsonObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditEntry, audit_entry_free)
