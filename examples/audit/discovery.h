/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what was named on the command line to the files to be measured. */
#pragma once

#include "entry.h"
#include "shard.h"

typedef struct {
    const char *const *paths; /* files, and folders to look through; NULL-terminated */
    gboolean every_kind;      /* of a folder take all files, not only those named like media */
    AuditShard shard;
} AuditDiscovery;

/* The files, sorted by the bytes of their paths, each once: those named, whatever they are called,
 * and those in folders and their folders that are named like video or pictures. Hidden files and
 * folders below a folder are left out, and so are links to folders. What cannot be looked at is an
 * entry with a problem. (transfer full) array of AuditEntry */
GPtrArray *audit_discover(const AuditDiscovery *discovery);

/* The paths listed in a file, "-" for standard input, one a line or, with null, each ended by a
 * zero byte. Empty lines are nothing. (transfer full) Errors name the file. */
char **audit_list_read(const char *file, gboolean null, GError **error);
