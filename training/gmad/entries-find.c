/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding what competes: files, folders, lists, moments of videos. */
#include "entries.h"

#include "csv.h"
#include <string.h>

#define MANIFEST "hard-frames.csv"

/* Files that are surely no videos need not be opened to ask for their length. */
static gboolean is_picture(const char *path)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".bmp", ".ppm",
                                       ".pgm", ".tif", ".tiff", ".jp2", NULL};
    g_autofree char *lower = g_ascii_strdown(path, -1);
    for (const char *const *end = ends; *end; end++) {
        if (g_str_has_suffix(lower, *end))
            return TRUE;
    }
    return FALSE;
}

/* One view a moment. */
static void add_views(GArray *views, const TrainEntriesParams *params, const TrainView *like)
{
    double length = 0;
    g_autoptr(GError) problem = NULL;
    TrainView view = *like;
    if (params->every > 0 && !is_picture(like->path) &&
        !train_picture_duration(like->path, &length, &problem))
        view.problem = g_strdup(problem->message);
    for (guint k = 0; k == 0 || k * params->every < length; k++) {
        view.path = g_strdup(like->path);
        view.content = g_strdup(like->content ? like->content : like->path);
        view.time = k * params->every;
        g_array_append_val(views, view);
    }
}

/* A row of a list: its picture, and what it shows. */
static void add_row(GArray *views, const TrainEntriesParams *params, const char *list, char **cells,
                    const int columns[2])
{
    const int last = (int)g_strv_length(cells) - 1;
    g_autofree char *folder = g_path_get_dirname(list);
    if (last < columns[0])
        return;
    g_autofree char *path = g_path_is_absolute(cells[columns[0]])
                                ? g_strdup(cells[columns[0]])
                                : g_build_filename(folder, cells[columns[0]], NULL);
    const gboolean known = columns[1] >= 0 && columns[1] <= last && *cells[columns[1]];
    const TrainView like = {.path = path, .content = known ? cells[columns[1]] : NULL};
    add_views(views, params, &like);
}

static gboolean add_list(GArray *views, const TrainEntriesParams *params, const char *list,
                         GError **error)
{
    static const char *const images[] = {"image", "path", "file", NULL};
    static const char *const contents[] = {"content", "reference", "source", NULL};
    g_autofree char *text = NULL;
    int columns[2] = {-1, -1};
    if (!g_file_get_contents(list, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        if (i == 0 && cells) {
            columns[0] = train_csv_column(cells, images);
            columns[1] = train_csv_column(cells, contents);
        }
        if (columns[0] < 0 || !cells) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "list \"%s\", line %u: %s", list,
                        i + 1,
                        cells ? "no column \"image\" (or path, file)" : "a quote is not closed");
            return FALSE;
        }
        if (i > 0 && *g_strstrip(lines[i]))
            add_row(views, params, list, cells, columns);
    }
    return TRUE;
}

static gboolean add_folder(GArray *views, const TrainEntriesParams *params, const char *folder,
                           gboolean original, GError **error)
{
    g_autofree char *manifest = g_build_filename(folder, MANIFEST, NULL);
    if (!original && g_file_test(manifest, G_FILE_TEST_IS_REGULAR))
        return add_list(views, params, manifest, error);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return FALSE;
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        const TrainView like = {.path = path, .original = original};
        if (*name != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            add_views(views, params, &like);
    }
    return TRUE;
}

static gboolean add_paths(GArray *views, const TrainEntriesParams *params, char *const *paths,
                          gboolean original, GError **error)
{
    for (; paths && *paths; paths++) {
        g_autofree char *path = g_canonicalize_filename(*paths, NULL);
        const TrainView like = {.path = path, .original = original};
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!add_folder(views, params, path, original, error))
                return FALSE;
        } else if (!original && g_str_has_suffix(path, ".csv")) {
            if (!add_list(views, params, path, error))
                return FALSE;
        } else if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            add_views(views, params, &like);
        } else {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "there is no \"%s\"", *paths);
            return FALSE;
        }
    }
    return TRUE;
}

static int compare_views(gconstpointer a, gconstpointer b)
{
    const TrainView *x = a, *y = b;
    const int by_path = strcmp(x->path, y->path), by_kind = x->original - y->original;
    return by_path ? by_path : by_kind ? by_kind : (x->time > y->time) - (x->time < y->time);
}

static void fill_entries(TrainEntries *entries)
{
    for (guint v = 0; v < entries->views->len; v++) {
        TrainView *view = train_entries_view(entries, v);
        TrainEntry entry = {.view = v, .type = -1};
        const TrainView *before = v ? view - 1 : view;
        view->file = g_str_equal(before->path, view->path) ? before->file : v;
        view->first = entries->entries->len;
        g_array_append_val(entries->entries, entry);
        for (guint t = 0; view->original && t < entries->types->len; t++) {
            entry.type = (gint16)t;
            for (entry.level = 1; entry.level <= TRAIN_LEVELS; entry.level++)
                g_array_append_val(entries->entries, entry);
        }
        view->n = entries->entries->len - view->first;
    }
}

static void clear_view(gpointer data)
{
    TrainView *view = data;
    g_free(view->path);
    g_free(view->content);
    g_free(view->digest);
    g_free(view->problem);
}

TrainEntries *train_entries_new(const TrainEntriesParams *params, GError **error)
{
    g_autoptr(TrainEntries) entries = g_new0(TrainEntries, 1);
    g_mutex_init(&entries->lock);
    g_cond_init(&entries->read);
    entries->views = g_array_new(FALSE, FALSE, sizeof(TrainView));
    g_array_set_clear_func(entries->views, clear_view);
    entries->entries = g_array_new(FALSE, FALSE, sizeof(TrainEntry));
    entries->types =
        params->originals ? train_distortions_named(params->types, error) : g_ptr_array_new();
    entries->side = params->side;
    entries->seed = params->seed;
    if (!entries->types) {
        entries->types = g_ptr_array_new();
        return NULL;
    }
    if (!add_paths(entries->views, params, params->paths, FALSE, error) ||
        !add_paths(entries->views, params, params->originals, TRUE, error))
        return NULL;
    if (!entries->views->len) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE, "there are no pictures to compete");
        return NULL;
    }
    g_array_sort(entries->views, compare_views);
    fill_entries(entries);
    return g_steal_pointer(&entries);
}
