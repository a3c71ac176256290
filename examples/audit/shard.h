/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A share of the files, for one of many machines. Who holds a file depends on its path alone, so
 * shards need not know of each other, nor see the same number of files. */
#pragma once

#include <glib.h>

#define AUDIT_SHARDS_MAX 1000000

typedef struct {
    guint index, count; /* index of 1..count; 1 of 1 holds everything */
} AuditShard;

/* "I/N". Errors: G_OPTION_ERROR_BAD_VALUE. */
gboolean audit_shard_parse(const char *text, AuditShard *shard, GError **error);

gboolean audit_shard_holds(const AuditShard *shard, const char *path);
