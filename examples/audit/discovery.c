/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking through folders. */
#include "discovery.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

/* What people call their media. A folder of an archive holds much else, which would fill the report
 * with files that nobody wanted measured. */
static const char *const extensions[] = {
    "264", "265",  "3g2",  "3gp",  "asf",  "avi", "avif", "bmp", "dv",   "dng",  "flv",
    "gif", "h264", "h265", "heic", "hevc", "ivf", "j2k",  "jp2", "jpe",  "jpeg", "jpg",
    "m2t", "m2ts", "m2v",  "m4v",  "mj2",  "mkv", "mov",  "mp4", "mpeg", "mpg",  "mts",
    "mxf", "nut",  "obu",  "ogm",  "ogv",  "pgm", "png",  "pnm", "ppm",  "qt",   "ts",
    "tif", "tiff", "vob",  "webm", "webp", "wmv", "y4m",
};

static gboolean is_media(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (guint i = 0; dot && i < G_N_ELEMENTS(extensions); i++) {
        if (g_ascii_strcasecmp(dot + 1, extensions[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

typedef struct {
    const AuditDiscovery *discovery;
    GQueue folders;    /* char *, still to look through */
    GHashTable *found; /* path -> AuditEntry */
} Walk;

static void take(Walk *walk, const char *path)
{
    AuditEntry *entry;

    if (!audit_shard_holds(&walk->discovery->shard, path) ||
        g_hash_table_contains(walk->found, path))
        return;
    entry = audit_entry_new(path);
    g_hash_table_insert(walk->found, entry->path, entry);
}

static void take_named(Walk *walk, const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        g_queue_push_tail(&walk->folders, g_strdup(path));
    else
        take(walk, path);
}

static void take_found(Walk *walk, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    if (name[0] == '.')
        return;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        /* A link to a folder may lead in a circle. */
        if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            g_queue_push_tail(&walk->folders, g_steal_pointer(&path));
    } else if (walk->discovery->every_kind || is_media(name)) {
        take(walk, path);
    }
}

static void look_through(Walk *walk, const char *folder)
{
    g_autoptr(GError) error = NULL;
    GDir *dir = g_dir_open(folder, 0, &error);
    const char *name;

    if (!dir) {
        take(walk, folder);
        AuditEntry *entry = g_hash_table_lookup(walk->found, folder);
        if (entry) {
            g_free(entry->problem);
            entry->problem = g_strdup_printf("the folder cannot be read: %s", g_strerror(errno));
        }
        return;
    }
    while ((name = g_dir_read_name(dir)))
        take_found(walk, folder, name);
    g_dir_close(dir);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return strcmp((*(AuditEntry *const *)a)->path, (*(AuditEntry *const *)b)->path);
}

GPtrArray *audit_discover(const AuditDiscovery *discovery)
{
    Walk walk = {discovery, G_QUEUE_INIT, g_hash_table_new(g_str_hash, g_str_equal)};
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)audit_entry_free);
    GHashTableIter iter;
    gpointer entry;
    char *folder;

    for (const char *const *path = discovery->paths; *path; path++)
        take_named(&walk, *path);
    while ((folder = g_queue_pop_head(&walk.folders))) {
        look_through(&walk, folder);
        g_free(folder);
    }

    g_hash_table_iter_init(&iter, walk.found);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        g_ptr_array_add(entries, entry);
    g_hash_table_unref(walk.found);
    g_ptr_array_sort(entries, compare);
    return entries;
}

/* All that a file or standard input holds, with a zero byte behind it. (transfer full) */
static GByteArray *read_all(const char *file, GError **error)
{
    g_autoptr(GFile) named = g_file_new_for_path(file);
    g_autoptr(GInputStream) in = g_str_equal(file, "-")
                                     ? g_unix_input_stream_new(STDIN_FILENO, FALSE)
                                     : G_INPUT_STREAM(g_file_read(named, NULL, error));
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();

    if (!in || g_output_stream_splice(memory, in, 0, NULL, error) < 0 ||
        !g_output_stream_write_all(memory, "", 1, NULL, NULL, error) ||
        !g_output_stream_close(memory, NULL, error))
        return NULL;
    return g_bytes_unref_to_array(
        g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory)));
}

char **audit_list_read(const char *file, gboolean null, GError **error)
{
    g_autoptr(GByteArray) bytes = read_all(file, error);
    GPtrArray *paths = g_ptr_array_new();
    char *at, *end;

    if (!bytes) {
        g_prefix_error(error, "the list %s cannot be read: ", file);
        g_ptr_array_free(paths, TRUE);
        return NULL;
    }
    end = (char *)bytes->data + bytes->len;
    if (!null)
        g_strdelimit((char *)bytes->data, "\n", '\0');
    for (at = (char *)bytes->data; at < end; at += strlen(at) + 1) {
        if (*at)
            g_ptr_array_add(paths, g_strdup(at));
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}
