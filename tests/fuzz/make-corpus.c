/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-corpus FOLDER: writes the seeds of the corpus, models and files that are nearly models. Run
 * by hand after a change of the format. */
#include <stdlib.h>

#include "malformed.h"
#include "support.h"

/* Larger seeds slow a fuzzer down more than they teach it. */
#define MAX_SEED 10240

static void save(const char *folder, const char *prefix, const char *name, GBytes *bytes)
{
    g_autofree char *file = g_strconcat(prefix, "-", name, ".gguf", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GError) error = NULL;
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    if (size > MAX_SEED)
        return;
    if (!g_file_set_contents(path, data, size, &error))
        g_error("%s", error->message);
}

static void save_model(const char *folder, const char *name, const BiqaModel *model)
{
    g_autoptr(GBytes) bytes = model_bytes(model);

    save(folder, "valid", name, bytes);
}

static void save_list(const char *folder, const char *prefix, GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        const Malformed *item = &g_array_index(list, Malformed, i);

        save(folder, prefix, item->name, item->bytes);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(BiqaModel) mini = mini_model_new(1);
    g_autoptr(GArray) ggufs = malformed_ggufs(), models = malformed_models();

    if (argc != 2) {
        g_printerr("usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    save_model(argv[1], "mini", mini);
    tiny_tasks_add(mini, TRUE, 1);
    save_model(argv[1], "mini-tasks", mini);
    g_clear_pointer(&mini->tasks, biqa_tasks_free);
    mini->input.n_spots = 0;
    save_model(argv[1], "mini-no-spots", mini);
    mini->uncertainty = (BiqaUncertainty){0};
    save_model(argv[1], "mini-no-head", mini);
    mini->competitor_norm = FALSE;
    save_model(argv[1], "mini-one-norm", mini);
    save_list(argv[1], "gguf", ggufs);
    save_list(argv[1], "model", models);
    return EXIT_SUCCESS;
}
