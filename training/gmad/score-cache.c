/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores on disk. */
#include "score-cache.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS (2 * sizeof(TrainScoreKey))

typedef struct {
    TrainScoreKey key;
    double score;
} Record;

struct TrainScoreCache {
    char *path;
    GMutex lock;         /* guards what follows */
    FILE *file;          /* opened for appending */
    GHashTable *records; /* of Record, which begins with its key */
    GString *waiting;    /* lines to be written */
};

/* Keys are parts of a digest: any four bytes of them are as good as a hash. */
static guint hash_key(gconstpointer key)
{
    guint32 word;
    memcpy(&word, key, sizeof word);
    return word;
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(TrainScoreKey)) == 0;
}

TrainScoreKey train_score_key(const char *text)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    TrainScoreKey key;

    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, digest, &length);
    memcpy(key.bytes, digest, sizeof key.bytes);
    return key;
}

/* "0123...ef 51.25" of length characters; FALSE where it is something else. */
static gboolean parse_line(const char *line, gsize length, Record *record)
{
    char *end = NULL;
    if (length < DIGITS + 2 || line[DIGITS] != ' ')
        return FALSE;
    for (guint i = 0; i < sizeof record->key; i++) {
        const int high = g_ascii_xdigit_value(line[2 * i]),
                  low = g_ascii_xdigit_value(line[2 * i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        record->key.bytes[i] = (guint8)(high << 4 | low);
    }
    record->score = g_ascii_strtod(line + DIGITS + 1, &end);
    return end == line + length && isfinite(record->score);
}

static void remember(TrainScoreCache *cache, const Record *record)
{
    g_hash_table_add(cache->records, g_memdup2(record, sizeof *record));
}

/* Lines without their end are not whole. */
static void read_lines(TrainScoreCache *cache, const char *text)
{
    Record record;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        if (parse_line(text, (gsize)(end - text), &record) &&
            !g_hash_table_contains(cache->records, &record))
            remember(cache, &record);
    }
    if (*text) /* cut off, perhaps within its number: it must not come to look whole */
        g_string_append(cache->waiting, "#\n");
}

static gboolean fail(const TrainScoreCache *cache, GError **error)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot write the scores \"%s\": %s",
                cache->path, g_strerror(errno));
    return FALSE;
}

TrainScoreCache *train_score_cache_open(const char *path, GError **error)
{
    g_autoptr(TrainScoreCache) cache = g_new0(TrainScoreCache, 1);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = NULL;

    cache->path = g_strdup(path);
    g_mutex_init(&cache->lock);
    cache->records = g_hash_table_new_full(hash_key, equal_keys, g_free, NULL);
    cache->waiting = g_string_new(NULL);
    if (g_file_get_contents(path, &text, NULL, NULL))
        read_lines(cache, text);
    if (g_mkdir_with_parents(folder, 0777) != 0 || !(cache->file = g_fopen(path, "ab"))) {
        fail(cache, error);
        return NULL;
    }
    return g_steal_pointer(&cache);
}

void train_score_cache_free(TrainScoreCache *cache)
{
    if (!cache)
        return;
    if (cache->file)
        fclose(cache->file);
    g_hash_table_unref(cache->records);
    g_string_free(cache->waiting, TRUE);
    g_mutex_clear(&cache->lock);
    g_free(cache->path);
    g_free(cache);
}

guint train_score_cache_size(const TrainScoreCache *cache)
{
    return g_hash_table_size(cache->records);
}

gboolean train_score_cache_find(TrainScoreCache *cache, const TrainScoreKey *key, double *score)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    const Record *record = g_hash_table_lookup(cache->records, key);
    if (record)
        *score = record->score;
    return record != NULL;
}

void train_score_cache_add(TrainScoreCache *cache, const TrainScoreKey *key, double score)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    const Record record = {*key, score};
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(score) || g_hash_table_contains(cache->records, key))
        return;
    remember(cache, &record);
    for (guint i = 0; i < sizeof key->bytes; i++)
        g_string_append_printf(cache->waiting, "%02x", key->bytes[i]);
    g_string_append_printf(cache->waiting, " %s\n", g_ascii_dtostr(digits, sizeof digits, score));
}

gboolean train_score_cache_flush(TrainScoreCache *cache, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    const gsize length = cache->waiting->len;
    if (fwrite(cache->waiting->str, 1, length, cache->file) != length || fflush(cache->file) != 0)
        return fail(cache, error);
    g_string_truncate(cache->waiting, 0);
    return TRUE;
}
