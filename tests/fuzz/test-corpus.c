/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every file of the corpus through the fuzzer's driver, without a fuzzer. Files called valid-* are
 * models, all others are not. */
#include <string.h>

#include "fuzz-model.h"
#include "model.h"

static void test_file(gconstpointer data)
{
    const char *path = data;
    g_autofree char *name = g_path_get_basename(path), *contents = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = NULL;
    gsize size;

    g_assert_true(g_file_get_contents(path, &contents, &size, NULL));
    g_assert_cmpint(LLVMFuzzerTestOneInput((const uint8_t *)contents, size), ==, 0);
    model = biqa_model_parse(contents, size, name, &error);
    g_test_message("%s", error ? error->message : "a model");
    g_assert_cmpint(model != NULL, ==, g_str_has_prefix(name, "valid-"));
}

int main(int argc, char **argv)
{
    const char *folder, *name;
    g_autoptr(GDir) dir = NULL;
    g_autoptr(GError) error = NULL;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    folder = argv[1];
    dir = g_dir_open(folder, 0, &error);
    g_assert_no_error(error);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *test = g_strconcat("/corpus/", name, NULL);

        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_file, g_free);
    }
    return g_test_run();
}
