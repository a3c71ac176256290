/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the default model is looked for, and in which order. */
#include "modelpath.h"
#include "plugin-config.h"
#include <glib/gstdio.h>
#include <string.h>

/* A temporary tree: a/, b/models/, b/plugin/. */
typedef struct {
    char *root, *path_dir, *models, *plugin;
} Tree;

static char *dir_new(const char *root, const char *name)
{
    char *dir = g_build_filename(root, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    return dir;
}

static void tree_setup(Tree *tree, gconstpointer unused)
{
    tree->root = g_dir_make_tmp("biqa-modelpath-XXXXXX", NULL);
    tree->path_dir = dir_new(tree->root, "a");
    tree->models = dir_new(tree->root, "b/models");
    tree->plugin = dir_new(tree->root, "b/plugin");
    g_unsetenv("BIQA_MODEL_PATH");
}

static void tree_teardown(Tree *tree, gconstpointer unused)
{
    g_autofree char *b = g_build_filename(tree->root, "b", NULL);

    g_unsetenv("BIQA_MODEL_PATH");
    g_rmdir(tree->path_dir);
    g_rmdir(tree->models);
    g_rmdir(tree->plugin);
    g_rmdir(b);
    g_assert_cmpint(g_rmdir(tree->root), ==, 0);
    g_free(tree->root);
    g_free(tree->path_dir);
    g_free(tree->models);
    g_free(tree->plugin);
}

static char *put_model(const char *dir)
{
    char *path = g_build_filename(dir, DEFAULT_MODEL, NULL);

    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    return path;
}

static void check_found(const Tree *tree, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = gst_biqa_model_path(tree->plugin, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, expected);
}

static void test_order(Tree *tree, gconstpointer unused)
{
    g_autofree char *beside = put_model(tree->models);
    g_autofree char *on_path = put_model(tree->path_dir);
    g_autofree char *path = g_strconcat("/nonexistent::", tree->path_dir, NULL);

    check_found(tree, beside);
    g_setenv("BIQA_MODEL_PATH", path, TRUE);
    check_found(tree, on_path);
    g_unlink(on_path);
    check_found(tree, beside);
    g_unlink(beside);
}

static void test_nowhere(Tree *tree, gconstpointer unused)
{
    g_autofree char *installed = g_build_filename(MODEL_DIR, DEFAULT_MODEL, NULL);
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;

    if (g_file_test(installed, G_FILE_TEST_EXISTS)) {
        check_found(tree, installed);
        return;
    }
    g_setenv("BIQA_MODEL_PATH", tree->path_dir, TRUE);
    path = gst_biqa_model_path(tree->plugin, &error);
    g_assert_null(path);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, tree->path_dir));
    g_assert_nonnull(strstr(error->message, tree->models));
    g_assert_nonnull(strstr(error->message, MODEL_DIR));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/element/modelpath/order", Tree, NULL, tree_setup, test_order, tree_teardown);
    g_test_add("/element/modelpath/nowhere", Tree, NULL, tree_setup, test_nowhere, tree_teardown);
    return g_test_run();
}
