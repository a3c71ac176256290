/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key files named by a digest. */
#include "past.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define GROUP "choice"

static const char *const backends[] = {"cpu", "vulkan"};

BiqaPastKey biqa_past_key(const char *text)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    BiqaPastKey key;

    g_snprintf(key.name, sizeof key.name, "%.16s.ini", digest);
    return key;
}

char *biqa_past_path(const BiqaPastKey *key)
{
    return g_build_filename(g_get_user_cache_dir(), "biqafilter", "backends", key->name, NULL);
}

gboolean biqa_past_recall(const BiqaPastKey *key, BiqaChoice *choice)
{
    g_autofree char *path = biqa_past_path(key);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *backend = NULL;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return FALSE;
    backend = g_key_file_get_string(file, GROUP, "backend", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(backends); i++) {
        if (g_strcmp0(backend, backends[i]) != 0)
            continue;
        choice->backend = backends[i];
        choice->cpu_ms = g_key_file_get_double(file, GROUP, "cpu-ms", NULL);
        choice->vulkan_ms = g_key_file_get_double(file, GROUP, "vulkan-ms", NULL);
        return TRUE;
    }
    return FALSE;
}

void biqa_past_remember(const BiqaPastKey *key, const BiqaChoice *choice)
{
    g_autofree char *path = biqa_past_path(key), *folder = g_path_get_dirname(path);
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (isnan(choice->cpu_ms) || isnan(choice->vulkan_ms))
        return;
    g_key_file_set_string(file, GROUP, "backend", choice->backend);
    g_key_file_set_double(file, GROUP, "cpu-ms", choice->cpu_ms);
    g_key_file_set_double(file, GROUP, "vulkan-ms", choice->vulkan_ms);
    /* Written beside and renamed: readers see the old file or the new one. */
    if (g_mkdir_with_parents(folder, 0700) == 0)
        g_key_file_save_to_file(file, path, NULL);
}
