/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests and files of what was learned. */
#include "keep.h"

#include "error.h"
#include "task.h"
#include <glib/gstdio.h>
#include <string.h>

static void add(GChecksum *sum, const void *data, gsize size)
{
    g_checksum_update(sum, data, (gssize)size);
}

static void add_word(GChecksum *sum, const char *word)
{
    add(sum, word, strlen(word) + 1);
}

char *train_keep_model(const BiqaModel *model)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    add(sum, model->params[BIQA_FULL], model->graph->n_params * sizeof(float));
    return g_strdup(g_checksum_get_string(sum));
}

char *train_keep_lesson(const TrainKeepLesson *lesson)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *recipe = train_recipe_digest(lesson->recipe, lesson->recipe->n_stages);

    add_word(sum, lesson->how);
    add_word(sum, lesson->before);
    add_word(sum, recipe);
    for (guint i = 0; i < lesson->ratings->n; i++) {
        g_autofree char *name = g_path_get_basename(lesson->ratings->paths[i]);
        add_word(sum, name);
        add(sum, &lesson->ratings->scores[i], sizeof lesson->ratings->scores[i]);
    }
    return g_strdup(g_checksum_get_string(sum));
}

/* (transfer full) */
static char *path_of(const char *folder, const char *digest)
{
    g_autofree char *name = g_strdup_printf("%.16s.gguf", digest);

    return g_build_filename(folder, name, NULL);
}

gboolean train_keep_load(const char *folder, const char *digest, const BiqaModel *like,
                         guint n_tasks, BiqaModel **found, GError **error)
{
    g_autofree char *path = folder ? path_of(folder, digest) : NULL;

    *found = NULL;
    if (!path || !g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    g_autoptr(BiqaModel) model = biqa_model_load(path, error);
    if (!model)
        return FALSE;
    if (model->graph->n_params != like->graph->n_params || biqa_model_n_tasks(model) != n_tasks) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" is not what was kept there; remove it, and it is learned again", path);
        return FALSE;
    }
    *found = g_steal_pointer(&model);
    return TRUE;
}

gboolean train_keep_save(const char *folder, const char *digest, const BiqaModel *model,
                         GError **error)
{
    g_autofree char *path = folder ? path_of(folder, digest) : NULL;

    if (!path)
        return TRUE;
    if (g_mkdir_with_parents(folder, 0777)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "folder \"%s\" cannot be made", folder);
        return FALSE;
    }
    return biqa_model_save(model, path, error);
}
