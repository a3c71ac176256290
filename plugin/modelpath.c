/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the default model, installed or not. No path of the build machine is compiled in. */
#include "modelpath.h"
#include "plugin-config.h"

static GStrv folders_new(const char *plugin_dir)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const char *path = g_getenv("BIQA_MODEL_PATH");

    if (path) {
        g_auto(GStrv) parts = g_strsplit(path, G_SEARCHPATH_SEPARATOR_S, -1);
        for (char **part = parts; *part; part++)
            if (**part)
                g_strv_builder_add(builder, *part);
    }
    if (plugin_dir) {
        g_autofree char *beside = g_build_filename(plugin_dir, "..", "models", NULL);
        g_autofree char *canonical = g_canonicalize_filename(beside, NULL);
        g_strv_builder_add(builder, canonical);
    }
    g_strv_builder_add(builder, MODEL_DIR);
    return g_strv_builder_end(builder);
}

char *gst_biqa_model_path(const char *plugin_dir, GError **error)
{
    g_auto(GStrv) folders = folders_new(plugin_dir);
    g_autofree char *places = NULL;

    for (char **folder = folders; *folder; folder++) {
        g_autofree char *path = g_build_filename(*folder, DEFAULT_MODEL, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    places = g_strjoinv(", ", folders);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no %s in any of %s", DEFAULT_MODEL,
                places);
    return NULL;
}
