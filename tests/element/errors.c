/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cannot work says so once, says what to do, and stops cleanly. */
#include "element-support.h"
#include "gate.h"
#include <glib/gstdio.h>
#include <string.h>

/* The text of the one error on bus (transfer full); more or fewer than one fails the test. */
static char *only_error(GstBus *bus)
{
    GstMessage *message = bus_pop(bus, GST_MESSAGE_ERROR);
    g_autoptr(GError) error = NULL;
    g_autofree char *debug = NULL;

    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, &debug);
    g_test_message("%s\n%s", error->message, debug);
    g_assert_true(error->domain == GST_RESOURCE_ERROR || error->domain == GST_STREAM_ERROR);
    g_assert_nonnull(debug);
    gst_message_unref(message);
    g_assert_cmpuint(bus_count(bus, GST_MESSAGE_ERROR), ==, 0);
    return g_strdup(error->message);
}

static void check_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("no \"%s\" in \"%s\"", part, text);
}

/* A pipeline with the element described fails to start, names part, and can be taken down. */
static void check_fails_to_start(const char *element, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf("fakesrc num-buffers=1 ! %s ! fakesink", element);
    GstElement *pipeline = gst_parse_launch(line, &error);
    GstBus *bus = gst_element_get_bus(pipeline);
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_PAUSED), ==,
                    GST_STATE_CHANGE_FAILURE);
    text = only_error(bus);
    check_contains(text, part);
    g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
}

static void test_missing_file(void)
{
    check_fails_to_start("biqafilter backend=reference model=/nonexistent/model.gguf",
                         "/nonexistent/model.gguf");
}

/* The same element works after it was given a model that does. */
static void test_recovers(void)
{
    g_autoptr(Judge) judge = judge_new(21);
    GstElement *element = gst_element_factory_make("biqafilter", NULL);
    GstBus *bus = gst_bus_new();
    g_autofree char *text = NULL;

    gst_element_set_bus(element, bus);
    gst_util_set_object_arg(G_OBJECT(element), "backend", "reference");
    g_object_set(element, "model", "/nonexistent/model.gguf", NULL);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    text = only_error(bus);
    check_contains(text, "\"model\"");
    g_object_set(element, "model", judge->path, NULL);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
}

/* Writes the first size bytes of from, the byte at flip inverted, to a new file. */
static char *damaged_copy_new(const char *from, gsize size, gssize flip)
{
    g_autofree char *data = NULL;
    char *path = g_strconcat(from, ".damaged", NULL);
    gsize length;

    g_assert_true(g_file_get_contents(from, &data, &length, NULL));
    if (flip >= 0)
        data[flip] = ~data[flip];
    g_assert_true(g_file_set_contents(path, data, MIN(size, length), NULL));
    return path;
}

static void check_damaged(Judge *judge, gsize size, gssize flip)
{
    g_autofree char *path = damaged_copy_new(judge->path, size, flip);
    g_autofree char *element = g_strdup_printf("biqafilter backend=reference model=\"%s\"", path);

    check_fails_to_start(element, path);
    g_unlink(path);
}

static void test_broken_model(void)
{
    g_autoptr(Judge) judge = judge_new(22);

    check_damaged(judge, 0, -1);            /* empty */
    check_damaged(judge, 1000, -1);         /* truncated */
    check_damaged(judge, G_MAXSIZE, 0);     /* wrong magic */
    check_damaged(judge, G_MAXSIZE, 4);     /* wrong version */
    check_damaged(judge, G_MAXSIZE, 8 + 7); /* absurd count */
}

/* A plugin that stands alone: no model beside it. */
static void no_model_subprocess(void)
{
    check_fails_to_start("biqafilter backend=reference", "There is no model");
}

/* The plugin's file as the registry knows it. (transfer full) */
static char *plugin_file(void)
{
    g_autoptr(GstPlugin) plugin = gst_registry_find_plugin(gst_registry_get(), "biqafilter");

    g_assert_nonnull(plugin);
    return g_strdup(gst_plugin_get_filename(plugin));
}

static void test_no_model(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("biqa-alone-XXXXXX", &error);
    g_autofree char *from = plugin_file();
    g_autofree char *to = g_build_filename(folder, "libgstbiqafilter.so", NULL);
    g_autofree char *registry = g_build_filename(folder, "registry", NULL);
    g_autofree char *path = g_strdup(g_getenv("GST_PLUGIN_PATH_1_0"));
    g_autofree char *old_registry = g_strdup(g_getenv("GST_REGISTRY"));
    g_autofree char *data = NULL;
    gsize size;

    g_assert_true(g_file_get_contents(from, &data, &size, &error));
    g_assert_true(g_file_set_contents(to, data, (gssize)size, &error));
    g_setenv("GST_PLUGIN_PATH_1_0", folder, TRUE);
    g_setenv("GST_REGISTRY", registry, TRUE);
    g_test_trap_subprocess("/element/errors/no-model/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
    g_setenv("GST_PLUGIN_PATH_1_0", path, TRUE);
    g_setenv("GST_REGISTRY", old_registry, TRUE);
    g_unlink(registry);
    g_unlink(to);
    g_rmdir(folder);
    g_test_trap_assert_passed();
}

/* The loader is told of drivers that are not there. */
static void no_vulkan_subprocess(void)
{
    g_autoptr(Judge) judge = judge_new(23);
    g_autofree char *element =
        g_strdup_printf("biqafilter backend=vulkan model=\"%s\"", judge->path);

    g_setenv("VK_DRIVER_FILES", "/nonexistent/icd.json", TRUE);
    g_setenv("VK_ICD_FILENAMES", "/nonexistent/icd.json", TRUE);
    check_fails_to_start(element, "mesa-vulkan-drivers");
}

static void test_no_vulkan(void)
{
    g_test_trap_subprocess("/element/errors/no-vulkan/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

static void test_unknown_device(void)
{
    g_autoptr(Judge) judge = judge_new(24);
    g_autofree char *element =
        g_strdup_printf("biqafilter model=\"%s\" device=no-such-device", judge->path);

    check_fails_to_start(element, "no-such-device");
}

/* A buffer smaller than its caps say: an error, not a read past its end. */
static void test_short_buffer(void)
{
    g_autoptr(Judge) judge = judge_new(25);
    g_autoptr(Rig) rig = rig_new(judge);
    g_autofree char *text = NULL;
    GstVideoInfo info;
    GstBuffer *buffer;

    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 64, 64, &info);
    buffer = gst_buffer_new_allocate(NULL, info.size - 1, NULL);
    gst_buffer_memset(buffer, 0, 0, info.size - 1);
    g_assert_cmpint(gst_harness_push(rig->harness, buffer), ==, GST_FLOW_ERROR);
    text = only_error(rig->bus);
    check_contains(text, "videoconvert");
}

static void install_gate(GstElement *element, gpointer gate)
{
    gate_install(gate, element);
}

/* What a backend fails of in mid-stream is told for what it is. */
static void test_causes(void)
{
    static const struct {
        BiqaErrorCode code;
        const char *said;
    } cases[] = {
        {BIQA_ERROR_DEVICE, "device failed"},
        {BIQA_ERROR_SIZE, "frames of this size"},
        {BIQA_ERROR_SUPPORT, "vulkandownload"},
        {BIQA_ERROR_VALUE, "model has no score"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Judge) judge = judge_new(26);
        g_autoptr(Gate) gate = gate_new();
        g_autoptr(Rig) rig = rig_new_with(judge, install_gate, gate);
        g_autofree char *text = NULL;
        GstVideoInfo info;

        gate_break(gate, cases[i].code);
        gate_open(gate, 1);
        rig_set_format(rig, GST_VIDEO_FORMAT_I420, 64, 64, &info);
        g_assert_cmpint(gst_harness_push(rig->harness, noise_frame_new(&info, 26, 0)), ==,
                        GST_FLOW_ERROR);
        text = only_error(rig->bus);
        check_contains(text, cases[i].said);
        check_contains(text, "the gate is broken");
    }
}

static BiqaBackend *refuse(gpointer user, const BiqaModel *model, GCancellable *stop,
                           GError **error)
{
    g_set_error_literal(error, BIQA_ERROR, *(BiqaErrorCode *)user, "refused");
    return NULL;
}

/* A model that no device takes is not a device that is missing. */
static void test_open_causes(void)
{
    g_autoptr(Judge) judge = judge_new(27);
    BiqaErrorCode code = BIQA_ERROR_SIZE;
    Gate gate = {.maker = {refuse, &code}};
    GstElement *element = gst_element_factory_make("biqafilter", NULL);
    g_autoptr(GstBus) bus = gst_bus_new();
    g_autofree char *large = NULL;
    g_autofree char *missing = NULL;

    gst_element_set_bus(element, bus);
    g_object_set(element, "model", judge->path, NULL);
    gate_install(&gate, element);
    gst_element_set_state(element, GST_STATE_PAUSED);
    large = only_error(bus);
    check_contains(large, "model is too large");
    code = BIQA_ERROR_DEVICE;
    gst_element_set_state(element, GST_STATE_PAUSED);
    missing = only_error(bus);
    check_contains(missing, "No usable Vulkan device");
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(element);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/errors/missing-file", test_missing_file);
    g_test_add_func("/element/errors/recovers", test_recovers);
    g_test_add_func("/element/errors/broken-model", test_broken_model);
    g_test_add_func("/element/errors/no-model", test_no_model);
    g_test_add_func("/element/errors/no-model/subprocess", no_model_subprocess);
    g_test_add_func("/element/errors/no-vulkan", test_no_vulkan);
    g_test_add_func("/element/errors/no-vulkan/subprocess", no_vulkan_subprocess);
    g_test_add_func("/element/errors/unknown-device", test_unknown_device);
    g_test_add_func("/element/errors/short-buffer", test_short_buffer);
    g_test_add_func("/element/errors/causes", test_causes);
    g_test_add_func("/element/errors/open-causes", test_open_causes);
    return g_test_run();
}
