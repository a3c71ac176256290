/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element on the Vulkan device: what it says is what a backend opened by itself says, to the
 * bit, whatever formats came before and whoever else uses the device. (What the backend says is
 * checked in tests/shader.) */
#include "element-support.h"
#include "network.h"

static const struct {
    GstVideoFormat format;
    guint width, height;
} steps[] = {
    {GST_VIDEO_FORMAT_NV12, 640, 360},  {GST_VIDEO_FORMAT_I420, 17, 19},
    {GST_VIDEO_FORMAT_BGRx, 1280, 720}, {GST_VIDEO_FORMAT_I420_10LE, 16, 16},
    {GST_VIDEO_FORMAT_NV12, 640, 360},
};

/* The reference backend of a judge replaced by Vulkan's. */
static Judge *vulkan_judge_new(guint64 seed)
{
    g_autoptr(GError) error = NULL;
    Judge *judge = judge_new(seed);

    biqa_backend_free(judge->reference);
    judge->reference = biqa_vk_backend_open("auto", judge->model, NULL, &error);
    g_assert_no_error(error);
    return judge;
}

static void check_step(Judge *judge, GstHarness *harness, guint step, guint n_reports)
{
    GstVideoInfo info;
    GstBuffer *buffer;
    BiqaVerdict expected;

    gst_video_info_set_format(&info, steps[step].format, steps[step].width, steps[step].height);
    gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
    buffer = noise_frame_new(&info, 41, step);
    expected = judge_frame(judge, &info, buffer, judge->model->hard_threshold);
    buffer = gst_harness_push_and_pull(harness, buffer);
    g_assert_nonnull(buffer);
    for (guint i = 0; i < n_reports; i++)
        report_check_verdict(buffer_report(buffer, i), &expected);
    g_assert_null(buffer_report(buffer, n_reports));
    gst_buffer_unref(buffer);
}

static void test_one(void)
{
    g_autoptr(Judge) judge = vulkan_judge_new(41);
    g_autofree char *line =
        g_strdup_printf("biqafilter name=filter backend=vulkan model=\"%s\"", judge->path);
    GstHarness *harness = gst_harness_new_parse(line);
    GstElement *filter = gst_bin_get_by_name(GST_BIN(harness->element), "filter");
    g_autofree char *name = NULL;

    g_object_get(filter, "device-name", &name, NULL);
    gst_object_unref(filter);
    g_assert_cmpstr(name, ==, biqa_backend_device_name(judge->reference));
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        check_step(judge, harness, i, 1);
    gst_harness_teardown(harness);
}

/* Two in one pipeline, each in a thread of its own. */
static void test_two(void)
{
    g_autoptr(Judge) judge = vulkan_judge_new(42);
    g_autofree char *line = g_strdup_printf(
        "biqafilter backend=vulkan model=\"%s\" ! queue ! biqafilter backend=vulkan model=\"%s\"",
        judge->path, judge->path);
    GstHarness *harness = gst_harness_new_parse(line);

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        check_step(judge, harness, i, 2);
    gst_harness_teardown(harness);
}

/* Stopped and started again, as players do. */
static void test_restart(void)
{
    g_autoptr(Judge) judge = vulkan_judge_new(43);
    g_autofree char *line = g_strdup_printf("biqafilter backend=vulkan model=\"%s\"", judge->path);

    for (guint round = 0; round < 5; round++) {
        GstHarness *harness = gst_harness_new_parse(line);

        check_step(judge, harness, round % G_N_ELEMENTS(steps), 1);
        gst_harness_teardown(harness);
    }
}

/* The device is lost: every frame has its score, one warning tells, and "stats" counts. */
static void test_lost(void)
{
    g_autoptr(Judge) judge = vulkan_judge_new(44);
    g_autofree char *line =
        g_strdup_printf("biqafilter name=filter backend=vulkan model=\"%s\"", judge->path);
    GstHarness *harness;
    GstElement *filter;
    GstStructure *stats;
    GstBus *bus = gst_bus_new();
    guint lost;

    g_clear_pointer(&judge->reference, biqa_backend_free); /* the element opens a device */
    g_setenv("BIQA_VK_FAULT", "QueueSubmit:3:device-lost", TRUE);
    harness = gst_harness_new_parse(line);
    g_unsetenv("BIQA_VK_FAULT");
    gst_element_set_bus(harness->element, bus);
    judge->reference = biqa_vk_backend_open("auto", judge->model, NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        check_step(judge, harness, i, 1);
    filter = gst_bin_get_by_name(GST_BIN(harness->element), "filter");
    g_object_get(filter, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_uint(stats, "devices-lost", &lost));
    g_assert_cmpuint(lost, ==, 1);
    g_assert_cmpuint(bus_count(bus, GST_MESSAGE_WARNING), ==, 1);
    gst_structure_free(stats);
    gst_object_unref(filter);
    gst_element_set_bus(harness->element, NULL);
    gst_object_unref(bus);
    gst_harness_teardown(harness);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/vulkan/one", test_one);
    g_test_add_func("/element/vulkan/two", test_two);
    g_test_add_func("/element/vulkan/restart", test_restart);
    g_test_add_func("/element/vulkan/lost", test_lost);
    return g_test_run();
}
