/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of pipelines: kept, found again, and never believed when it is damaged. */
#include "cache.h"
#include "support.h"

#include <glib/gstdio.h>

typedef struct {
    BiqaVkDevice *device;
    char *folder;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->device = biqa_vk_device_find(NULL, TRUE, &error);
    g_assert_no_error(error);
    g_assert_true(biqa_vk_device_open(fixture->device, NULL, &error));
    fixture->folder = g_dir_make_tmp("biqa-cache-XXXXXX", &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);

        g_unlink(path);
    }
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    biqa_vk_device_free(fixture->device);
}

/* Opens a cache; returns whether the file was taken, and its path (transfer full) if asked. */
static gboolean is_taken(const Fixture *fixture, BiqaVkPlan plan, char **path)
{
    BiqaVkCache cache;
    g_autoptr(GError) error = NULL;
    gboolean loaded;

    biqa_vk_cache_init(&cache, fixture->device, plan, fixture->folder, &error);
    g_assert_no_error(error);
    loaded = cache.loaded;
    if (path)
        *path = g_strdup(cache.path);
    biqa_vk_cache_clear(&cache);
    return loaded;
}

static void keep(const Fixture *fixture, BiqaVkPlan plan)
{
    BiqaVkCache cache;
    g_autoptr(GError) error = NULL;

    biqa_vk_cache_init(&cache, fixture->device, plan, fixture->folder, &error);
    g_assert_no_error(error);
    biqa_vk_cache_save(&cache);
    biqa_vk_cache_clear(&cache);
}

/* A file for each plan, as each has shaders of its own. */
static void test_kept(Fixture *fixture, gconstpointer data)
{
    g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    keep(fixture, BIQA_VK_COMPACT);
    g_assert_true(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    g_assert_false(is_taken(fixture, BIQA_VK_UNROLLED, NULL));
}

/* What another driver, or another version of it, kept is not for this one. */
static void test_other_driver(Fixture *fixture, gconstpointer data)
{
    VkPhysicalDeviceProperties *properties = &fixture->device->properties;

    keep(fixture, BIQA_VK_COMPACT);
    properties->driverVersion++;
    g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    properties->driverVersion--;
    properties->pipelineCacheUUID[VK_UUID_SIZE - 1] ^= 1;
    g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    properties->pipelineCacheUUID[VK_UUID_SIZE - 1] ^= 1;
    g_assert_true(is_taken(fixture, BIQA_VK_COMPACT, NULL));
}

/* Cut short anywhere, with any byte changed, or followed by others. */
static void test_damaged(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = NULL, *bytes = NULL, *longer = NULL;
    gsize size;

    keep(fixture, BIQA_VK_COMPACT);
    g_assert_true(is_taken(fixture, BIQA_VK_COMPACT, &path));
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    longer = g_malloc0(size + 1);
    memcpy(longer, bytes, size);
    g_assert_true(g_file_set_contents(path, longer, (gssize)size + 1, NULL));
    g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    for (gsize i = 0; i < size; i++) {
        g_assert_true(
            g_file_set_contents_full(path, bytes, (gssize)i, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
        bytes[i] ^= 1;
        g_assert_true(g_file_set_contents_full(path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
        bytes[i] ^= 1;
        g_assert_false(is_taken(fixture, BIQA_VK_COMPACT, NULL));
    }
    /* The next who keeps something mends it. */
    keep(fixture, BIQA_VK_COMPACT);
    g_assert_true(is_taken(fixture, BIQA_VK_COMPACT, NULL));
}

static gpointer keep_often(gpointer data)
{
    for (guint i = 0; i < 20; i++) {
        keep(data, BIQA_VK_COMPACT);
        /* However many write: there is a file, and it is whole. */
        g_assert_true(is_taken(data, BIQA_VK_COMPACT, NULL));
    }
    return NULL;
}

static void test_writers(Fixture *fixture, gconstpointer data)
{
    GThread *threads[4];

    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("keep", keep_often, fixture);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

/* No folder can be made below a file. */
static void test_nowhere(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = g_build_filename(fixture->folder, "file", NULL);
    g_autofree char *folder = g_build_filename(file, "folder", NULL);
    Fixture nowhere = {fixture->device, folder};

    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    keep(&nowhere, BIQA_VK_COMPACT);
    g_assert_false(is_taken(&nowhere, BIQA_VK_COMPACT, NULL));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *, gconstpointer);
    } tests[] = {
        {"/shader/cache/kept", test_kept},       {"/shader/cache/other-driver", test_other_driver},
        {"/shader/cache/damaged", test_damaged}, {"/shader/cache/writers", test_writers},
        {"/shader/cache/nowhere", test_nowhere},
    };

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
