/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders, emptied and removed. */
#include "removal.h"

#include <glib/gstdio.h>

void folder_remove(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        g_assert_cmpint(g_unlink(file), ==, 0);
    }
    g_dir_close(dir);
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static gboolean is_folder(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

void tree_remove(const char *path)
{
    if (is_folder(path)) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *child = g_build_filename(path, name, NULL);

            tree_remove(child);
        }
    }
    g_remove(path);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}
