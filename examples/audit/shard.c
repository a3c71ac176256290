/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dealing files out by a hash of their paths. */
#include "shard.h"

/* FNV-1a, which is the same on every machine; g_str_hash() promises no such thing. Its low bits are
 * weak on short strings, hence the mixing at the end (splitmix64). */
static guint64 hash(const char *path)
{
    guint64 h = G_GUINT64_CONSTANT(0xcbf29ce484222325);

    for (const guchar *at = (const guchar *)path; *at; at++)
        h = (h ^ *at) * G_GUINT64_CONSTANT(0x100000001b3);
    h = (h ^ (h >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return h ^ (h >> 31);
}

gboolean audit_shard_parse(const char *text, AuditShard *shard, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 3);
    guint64 index = 0, count = 0;

    if (g_strv_length(parts) != 2 ||
        !g_ascii_string_to_unsigned(parts[1], 10, 1, AUDIT_SHARDS_MAX, &count, NULL) ||
        !g_ascii_string_to_unsigned(parts[0], 10, 1, count, &index, NULL)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "\"%s\" is no shard: it takes I/N with 1 <= I <= N <= %d", text,
                    AUDIT_SHARDS_MAX);
        return FALSE;
    }
    *shard = (AuditShard){(guint)index, (guint)count};
    return TRUE;
}

gboolean audit_shard_holds(const AuditShard *shard, const char *path)
{
    return hash(path) % shard->count == shard->index - 1;
}
