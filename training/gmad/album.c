/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking pictures, and writing them. */
#include "album.h"

#include "score-cache.h"
#include <glib/gstdio.h>
#include <string.h>

struct TrainAlbum {
    TrainEntries *entries;
    TrainPairs *pairs;
    GHashTable *numbers; /* entry -> image of pairs, plus 1 */
    GArray *taken;       /* guint: entries, by image */
};

TrainAlbum *train_album_new(TrainEntries *entries, TrainPairs *pairs)
{
    TrainAlbum *album = g_new0(TrainAlbum, 1);
    album->entries = entries;
    album->pairs = pairs;
    album->numbers = g_hash_table_new(NULL, NULL);
    album->taken = g_array_new(FALSE, FALSE, sizeof(guint));
    return album;
}

void train_album_free(TrainAlbum *album)
{
    if (!album)
        return;
    g_hash_table_unref(album->numbers);
    g_array_unref(album->taken);
    g_free(album);
}

/* "images/STEM-1234abcd.png": the same pixels have the same name. */
static char *file_of(const TrainEntries *entries, guint entry)
{
    g_autofree char *name = train_entries_name(entries, entry);
    g_autofree char *stem = g_path_get_basename(name);
    g_autofree char *identity = train_entries_identity(entries, entry);
    const TrainScoreKey key = train_score_key(identity);
    char *end = g_str_has_suffix(stem, ".png") ? strrchr(stem, '.') : NULL;
    if (end)
        *end = '\0';
    g_strcanon(stem, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-", '_');
    return g_strdup_printf("images/%s-%02x%02x%02x%02x.png", stem, key.bytes[0], key.bytes[1],
                           key.bytes[2], key.bytes[3]);
}

guint train_album_take(TrainAlbum *album, guint entry)
{
    const guint known =
        GPOINTER_TO_UINT(g_hash_table_lookup(album->numbers, GUINT_TO_POINTER(entry)));
    if (known)
        return known - 1;
    const TrainEntries *entries = album->entries;
    const TrainView *view = train_entries_view(entries, train_entries_at(entries, entry)->view);
    const TrainPairImage image = {file_of(entries, entry), g_strdup(view->content),
                                  train_entries_name(entries, entry)};
    const guint number = train_pairs_add_image(album->pairs, &image);
    g_hash_table_insert(album->numbers, GUINT_TO_POINTER(entry), GUINT_TO_POINTER(number + 1));
    g_array_append_val(album->taken, entry);
    return number;
}

/* -- files --------------------------------------------------------------------------------- */

typedef struct {
    const TrainAlbum *album;
    GError **errors; /* by image */
} Prints;

/* A file that is there is whole: it was renamed to its name. */
static void print(guint i, gpointer data)
{
    const Prints *prints = data;
    const TrainPairs *pairs = prints->album->pairs;
    const guint entry = g_array_index(prints->album->taken, guint, i);
    g_autofree char *path =
        g_build_filename(pairs->folder, train_pairs_image(pairs, i)->file, NULL);
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return;
    g_autoptr(TrainImage) image =
        train_entries_image(prints->album->entries, entry, &prints->errors[i]);
    if (image && train_image_save(image, part, &prints->errors[i]) && g_rename(part, path) != 0)
        g_set_error(&prints->errors[i], BIQA_ERROR, BIQA_ERROR_FILE, "cannot write \"%s\"", path);
}

gboolean train_album_print(const TrainAlbum *album, TrainWorkers *workers, GError **error)
{
    g_autofree char *folder = g_build_filename(album->pairs->folder, "images", NULL);
    g_autofree GError **errors = g_new0(GError *, album->taken->len + 1);
    Prints prints = {album, errors};
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder \"%s\"", folder);
        return FALSE;
    }
    train_workers_run(workers, album->taken->len, print, &prints);
    return train_workers_take_errors(errors, album->taken->len, error);
}
