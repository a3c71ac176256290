/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading other judges' scores. */
#include "score-list.h"

#include "csv.h"
#include <math.h>

typedef struct {
    const char *path; /* of the list */
    char *folder;
    int image, score;              /* columns */
    GHashTable *by_path, *by_name; /* -> index + 1; by_name: AMBIGUOUS where several have it */
    double *scores;                /* NAN: not yet */
    char *const *paths;
    guint n;
} Reader;

#define AMBIGUOUS G_MAXUINT

static gboolean fail(const Reader *reader, guint line, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static gboolean fail(const Reader *reader, guint line, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "scores \"%s\", line %u: %s", reader->path,
                line, why);
    return FALSE;
}

static char *canonical(const Reader *reader, const char *path)
{
    return g_canonicalize_filename(path, reader->folder);
}

static void index_images(Reader *reader)
{
    for (guint i = 0; i < reader->n; i++) {
        char *name = g_path_get_basename(reader->paths[i]);
        const gboolean known = g_hash_table_contains(reader->by_name, name);
        g_hash_table_insert(reader->by_path, g_canonicalize_filename(reader->paths[i], NULL),
                            GUINT_TO_POINTER(i + 1));
        g_hash_table_replace(reader->by_name, name, GUINT_TO_POINTER(known ? AMBIGUOUS : i + 1));
        reader->scores[i] = NAN;
    }
}

/* The image of a cell: 0 none, AMBIGUOUS several, else index + 1. */
static guint find(const Reader *reader, const char *cell)
{
    g_autofree char *path = canonical(reader, cell);
    g_autofree char *name = g_path_get_basename(cell);
    const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(reader->by_path, path));
    return found ? found : GPOINTER_TO_UINT(g_hash_table_lookup(reader->by_name, name));
}

static gboolean read_header(Reader *reader, const char *line, GError **error)
{
    static const char *const images[] = {"image", "path", "file", NULL};
    static const char *const scores[] = {"score", "mos", NULL};
    g_auto(GStrv) cells = train_csv_split(line);
    if (!cells)
        return fail(reader, 1, error, "a quote is not closed");
    reader->image = train_csv_column(cells, images);
    reader->score = train_csv_column(cells, scores);
    if (reader->image < 0)
        return fail(reader, 1, error, "no column \"image\" (or path, file) in the header");
    if (reader->score < 0)
        return fail(reader, 1, error, "no column \"score\" (or mos) in the header");
    return TRUE;
}

static gboolean read_row(Reader *reader, guint number, const char *line, GError **error)
{
    g_auto(GStrv) cells = train_csv_split(line);
    if (!cells)
        return fail(reader, number, error, "a quote is not closed");
    if ((int)g_strv_length(cells) <= MAX(reader->image, reader->score))
        return fail(reader, number, error, "too few columns");
    const char *name = cells[reader->image], *text = cells[reader->score];
    const guint found = find(reader, name);
    char *end = NULL;
    const double score = g_ascii_strtod(text, &end);
    if (!found)
        return TRUE;
    if (found == AMBIGUOUS)
        return fail(reader, number, error, "several rated images are called \"%s\": write paths",
                    name);
    if (end == text || *end || !isfinite(score))
        return fail(reader, number, error, "\"%s\" is no finite number", text);
    if (!isnan(reader->scores[found - 1]))
        return fail(reader, number, error, "\"%s\" is judged twice", name);
    reader->scores[found - 1] = score;
    return TRUE;
}

static gboolean read_lines(Reader *reader, char **lines, GError **error)
{
    if (!lines[0])
        return fail(reader, 1, error, "the file is empty");
    if (!read_header(reader, lines[0], error))
        return FALSE;
    for (guint i = 1; lines[i]; i++) {
        if (*g_strstrip(lines[i]) && !read_row(reader, i + 1, lines[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_whole(const char *path, const double *scores, char *const *paths, guint n,
                            GError **error)
{
    for (guint i = 0; i < n; i++) {
        if (!isnan(scores[i]))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "scores \"%s\": no score for \"%s\"; every rated image needs one", path,
                    paths[i]);
        return FALSE;
    }
    return TRUE;
}

double *train_score_list_load_some(const char *path, char *const *paths, guint n, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree double *scores = g_new(double, n);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
    g_autoptr(GHashTable) by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = {.path = path,
                     .folder = absolute,
                     .by_path = by_path,
                     .by_name = by_name,
                     .scores = scores,
                     .paths = paths,
                     .n = n};
    index_images(&reader);
    return read_lines(&reader, lines, error) ? g_steal_pointer(&scores) : NULL;
}

double *train_score_list_load(const char *path, char *const *paths, guint n, GError **error)
{
    g_autofree double *scores = train_score_list_load_some(path, paths, n, error);
    return scores && check_whole(path, scores, paths, n, error) ? g_steal_pointer(&scores) : NULL;
}
