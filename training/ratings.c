/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of rated images. */
#include "ratings.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *path; /* of the list */
    char *folder;
    guint image, score, std; /* columns */
    gboolean has_std;
    GPtrArray *paths;
    GArray *scores, *spread;
    GHashTable *seen; /* path -> line */
} Reader;

static gboolean fail(const Reader *reader, guint line, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static gboolean fail(const Reader *reader, guint line, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "ratings \"%s\", line %u: %s", reader->path,
                line, why);
    return FALSE;
}

static gboolean find_column(char **cells, const char *const *names, guint *column)
{
    for (guint c = 0; cells[c]; c++) {
        if (g_strv_contains(names, g_strstrip(cells[c]))) {
            *column = c;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean read_header(Reader *reader, const char *line, GError **error)
{
    static const char *const images[] = {"image", "path", "file", NULL};
    static const char *const scores[] = {"mos", "score", NULL};
    g_auto(GStrv) cells = g_strsplit(line, ",", -1);
    if (!find_column(cells, images, &reader->image))
        return fail(reader, 1, error, "no column \"image\" (or path, file) in the header");
    if (!find_column(cells, scores, &reader->score))
        return fail(reader, 1, error, "no column \"mos\" (or score) in the header");
    static const char *const spreads[] = {"std", NULL};
    reader->has_std = find_column(cells, spreads, &reader->std);
    return TRUE;
}

static gboolean read_std(const Reader *reader, guint number, const char *text, double *std,
                         GError **error)
{
    char *end = NULL;
    *std = *text ? g_ascii_strtod(text, &end) : NAN;
    if (*text && (end == text || *end || !isfinite(*std) || *std < 0))
        return fail(reader, number, error,
                    "the std \"%s\" is no number from 0 up; leave it empty where it is not known",
                    text);
    return TRUE;
}

static gboolean read_score(const Reader *reader, guint number, const char *text, double *score,
                           GError **error)
{
    char *end = NULL;
    *score = g_ascii_strtod(text, &end);
    if (end == text || *end)
        return fail(reader, number, error, "\"%s\" is no number", text);
    if (!(*score >= 0 && *score <= 100))
        return fail(reader, number, error, "the score %g is not between 0 and 100", *score);
    return TRUE;
}

static gboolean read_row(Reader *reader, guint number, const char *line, GError **error)
{
    g_auto(GStrv) cells = g_strsplit(line, ",", -1);
    double score, std;
    if (g_strv_length(cells) <= MAX(MAX(reader->image, reader->score), reader->std))
        return fail(reader, number, error, "too few columns");
    if (!read_score(reader, number, g_strstrip(cells[reader->score]), &score, error))
        return FALSE;
    if (reader->has_std && !read_std(reader, number, g_strstrip(cells[reader->std]), &std, error))
        return FALSE;

    const char *name = g_strstrip(cells[reader->image]);
    g_autofree char *path =
        g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(reader->folder, name, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return fail(reader, number, error, "there is no image \"%s\"", path);
    if (g_hash_table_contains(reader->seen, path))
        return fail(reader, number, error, "\"%s\" is rated twice", name);
    g_array_append_val(reader->scores, score);
    if (reader->has_std)
        g_array_append_val(reader->spread, std);
    g_ptr_array_add(reader->paths, g_strdup(path));
    g_hash_table_add(reader->seen, g_steal_pointer(&path));
    return TRUE;
}

static gboolean read_lines(Reader *reader, char **lines, GError **error)
{
    if (!lines[0] || !read_header(reader, lines[0], error))
        return lines[0] ? FALSE : fail(reader, 1, error, "the file is empty");
    for (guint i = 1; lines[i]; i++) {
        if (*g_strstrip(lines[i]) && !read_row(reader, i + 1, lines[i], error))
            return FALSE;
    }
    return reader->paths->len > 0 || fail(reader, 2, error, "no image is rated");
}

TrainRatings *train_ratings_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;

    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Reader reader = {
        .path = path,
        .folder = g_path_get_dirname(path),
        .paths = g_ptr_array_new_with_free_func(g_free),
        .scores = g_array_new(FALSE, FALSE, sizeof(double)),
        .spread = g_array_new(FALSE, FALSE, sizeof(double)),
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    TrainRatings *ratings = NULL;
    if (read_lines(&reader, lines, error)) {
        ratings = g_new0(TrainRatings, 1);
        ratings->n = reader.paths->len;
        g_ptr_array_add(reader.paths, NULL);
        ratings->paths = (char **)g_ptr_array_free(g_steal_pointer(&reader.paths), FALSE);
        ratings->scores = (double *)(void *)g_array_free(g_steal_pointer(&reader.scores), FALSE);
        if (reader.has_std)
            ratings->spread =
                (double *)(void *)g_array_free(g_steal_pointer(&reader.spread), FALSE);
    }
    g_free(reader.folder);
    g_hash_table_unref(reader.seen);
    g_clear_pointer(&reader.paths, g_ptr_array_unref);
    g_clear_pointer(&reader.scores, g_array_unref);
    g_clear_pointer(&reader.spread, g_array_unref);
    return ratings;
}

void train_ratings_free(TrainRatings *ratings)
{
    if (!ratings)
        return;
    g_strfreev(ratings->paths);
    g_free(ratings->scores);
    g_free(ratings->spread);
    g_free(ratings);
}

guint train_ratings_part(const char *path, guint modulus)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    guint64 rest = 0;

    g_checksum_update(sum, (const guchar *)name, -1);
    g_checksum_get_digest(sum, digest, &length);
    for (gsize i = 0; i < length; i++)
        rest = (rest * 256 + digest[i]) % modulus;
    return (guint)rest;
}
