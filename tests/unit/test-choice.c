/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend=auto: the probe it measures, what it remembers, and that it does what it remembers. (What
 * it measures is this machine's business.) */
#include "past.h"
#include "probe.h"
#include "support.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static guint count_convs(const BiqaGraph *graph)
{
    guint n = 0;

    for (guint i = 0; i < graph->n_layers; i++)
        n += graph->layers[i].kind == BIQA_LAYER_CONV;
    return n;
}

static void test_probe(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    g_autoptr(BiqaModel) probe = biqa_probe_new(model);
    g_autoptr(BiqaBackend) backend = biqa_reference_open(probe);
    const guint n = count_convs(model->graph);

    g_assert_cmpuint(count_convs(probe->graph), >, 0);
    g_assert_cmpuint(count_convs(probe->graph), <=, MIN(n, BIQA_PROBE_CONVS));
    g_assert_cmpuint(probe->input.n_crops, ==, 1);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_assert_cmpfloat(probe->params[b][0], ==, model->params[b][0]);
    g_assert_false(isnan(biqa_probe_run(backend, probe)));
}

static void test_past(void)
{
    const BiqaPastKey key = biqa_past_key("one machine"), other = biqa_past_key("another");
    const BiqaChoice written = {"vulkan", "measured", 2.5, 1.25};
    BiqaChoice read = {"cpu", "", NAN, NAN};
    g_autofree char *path = biqa_past_path(&key);

    g_assert_false(biqa_past_recall(&key, &read));
    biqa_past_remember(&key, &written);
    g_assert_false(biqa_past_recall(&other, &read));
    g_assert_true(biqa_past_recall(&key, &read));
    g_assert_cmpstr(read.backend, ==, "vulkan");
    g_assert_cmpfloat(read.cpu_ms, ==, 2.5);
    g_assert_cmpfloat(read.vulkan_ms, ==, 1.25);

    static const char *const spoilt[] = {"", "[choice", "[choice]\nbackend=abacus\n", "\377\0x"};
    for (guint i = 0; i < G_N_ELEMENTS(spoilt); i++) {
        g_assert_true(g_file_set_contents(path, spoilt[i], -1, NULL));
        g_assert_false(biqa_past_recall(&key, &read));
    }
    biqa_past_remember(&key, &written);
    g_assert_true(biqa_past_recall(&key, &read));
}

/* The one file that opening a model left in the cache. */
static char *only_past(void)
{
    g_autofree char *folder =
        g_build_filename(g_get_user_cache_dir(), "biqafilter", "backends", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    char *path = NULL;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *text = NULL;
        g_autofree char *child = g_build_filename(folder, name, NULL);

        g_assert_true(g_file_get_contents(child, &text, NULL, NULL));
        if (strstr(text, "2.5"))
            continue; /* test_past()'s */
        g_assert_null(path);
        path = g_steal_pointer(&child);
    }
    g_assert_nonnull(path);
    return path;
}

static void check_open(const BiqaModel *model, const char *backend, const char *reason)
{
    g_autoptr(GError) error = NULL;
    BiqaChoice choice;
    g_autoptr(BiqaBackend) opened = biqa_choice_open("auto", model, NULL, &choice, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(choice.reason, ==, reason);
    g_assert_cmpstr(choice.backend, ==, opened->klass->name);
    if (backend)
        g_assert_cmpstr(choice.backend, ==, backend);
}

static void test_open(void)
{
    static const char *const backends[] = {"cpu", "vulkan"};
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    g_autoptr(GError) error = NULL;
    BiqaChoice choice;
    g_autoptr(BiqaBackend) first = biqa_choice_open("auto", model, NULL, &choice, &error);
    g_autofree char *path = NULL;

    g_assert_no_error(error);
    if (g_strcmp0(choice.reason, "measured") != 0) {
        g_test_skip("there is a GPU here, so nothing is measured");
        return;
    }
    g_assert_cmpfloat(choice.cpu_ms, >, 0);
    g_assert_cmpfloat(choice.vulkan_ms, >, 0);
    check_open(model, first->klass->name, "remembered");
    path = only_past();
    for (guint i = 0; i < G_N_ELEMENTS(backends); i++) {
        g_autofree char *text =
            g_strdup_printf("[choice]\nbackend=%s\ncpu-ms=1\nvulkan-ms=1\n", backends[i]);

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        check_open(model, backends[i], "remembered");
    }
}

static void test_named(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    g_autoptr(GError) error = NULL;
    BiqaChoice choice;
    g_autoptr(BiqaBackend) backend = biqa_choice_open("0", model, NULL, &choice, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(choice.reason, ==, "device");
    g_assert_cmpstr(backend->klass->name, ==, "vulkan");
    g_assert_null(biqa_choice_open("no such device", model, NULL, &choice, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE);
}

/* Who stopped before anything was measured gets nothing, the processor in Vulkan's place neither;
 * and nothing is remembered, as test_open() finds. */
static void test_stopped(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    g_autoptr(GCancellable) stop = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    BiqaChoice choice;

    g_cancellable_cancel(stop);
    g_assert_null(biqa_choice_open("auto", model, stop, &choice, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Without a driver, whoever asks for a device by name hears why not; auto does without. */
static void test_no_vulkan(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    g_autoptr(GError) error = NULL;
    BiqaChoice choice;

    g_setenv("VK_ICD_FILENAMES", "/nonexistent", TRUE);
    g_setenv("VK_DRIVER_FILES", "/nonexistent", TRUE);
    check_open(model, "cpu", "only");
    g_assert_null(biqa_choice_open("0", model, NULL, &choice, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE);
}

/* A cache directory of this test's own, but for Mesa's shaders, which take long to compile. */
static char *set_cache(void)
{
    g_autofree char *mesa = g_build_filename(g_get_home_dir(), ".cache", NULL);
    char *folder = g_dir_make_tmp("biqa-choice-XXXXXX", NULL);

    g_assert_nonnull(folder);
    g_setenv("MESA_SHADER_CACHE_DIR", mesa, FALSE);
    g_setenv("XDG_CACHE_HOME", folder, TRUE);
    return folder;
}

static void remove_cache(const char *folder)
{
    g_autofree char *files = g_build_filename(folder, "biqafilter", NULL);
    const char *arguments[] = {"rm", "-r", folder, NULL};

    g_assert_true(g_file_test(files, G_FILE_TEST_IS_DIR));
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

int main(int argc, char **argv)
{
    g_autofree char *cache = set_cache();
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/choice/probe", test_probe);
    g_test_add_func("/choice/past", test_past);
    g_test_add_func("/choice/stopped", test_stopped);
    g_test_add_func("/choice/open", test_open);
    g_test_add_func("/choice/named", test_named);
    g_test_add_func("/choice/no-vulkan", test_no_vulkan);
    status = g_test_run();
    remove_cache(cache);
    return status;
}
