/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the property `backend` chooses: who does the work, and that the scores are the same. */
#include "cpu.h"
#include "element-support.h"

#include <math.h>

#define AGREEMENT .05 /* points of 100 */

static const struct {
    GstVideoFormat format;
    guint width, height;
} formats[] = {
    {GST_VIDEO_FORMAT_NV12, 320, 180},
    {GST_VIDEO_FORMAT_I420, 17, 19},
    {GST_VIDEO_FORMAT_BGRx, 99, 130},
    {GST_VIDEO_FORMAT_P010_10LE, 130, 66},
};

static void check_format(Judge *judge, GstHarness *harness, guint i)
{
    GstVideoInfo info;
    GstBuffer *buffer;
    BiqaVerdict expected;
    const GstStructure *report;

    gst_video_info_set_format(&info, formats[i].format, formats[i].width, formats[i].height);
    gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
    buffer = noise_frame_new(&info, 51, i);
    expected = judge_frame(judge, &info, buffer, judge->model->hard_threshold);
    buffer = gst_harness_push_and_pull(harness, buffer);
    report = buffer_report(buffer, 0);
    g_assert_nonnull(report);
    g_assert_cmpfloat_with_epsilon(report_double(report, "score"), expected.score, AGREEMENT);
    g_assert_cmpfloat_with_epsilon(report_double(report, "competitor-score"),
                                   expected.competitor_score, AGREEMENT);
    gst_buffer_unref(buffer);
}

static void test_cpu(void)
{
    g_autoptr(Judge) judge = judge_new(51);
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) alone = biqa_cpu_backend_open(judge->model, &error);
    g_autofree char *line =
        g_strdup_printf("biqafilter name=filter backend=cpu model=\"%s\"", judge->path);
    GstHarness *harness = gst_harness_new_parse(line);
    GstElement *filter = gst_bin_get_by_name(GST_BIN(harness->element), "filter");
    g_autofree char *name = NULL;

    g_assert_no_error(error);
    g_object_get(filter, "device-name", &name, NULL);
    gst_object_unref(filter);
    g_assert_cmpstr(name, ==, biqa_backend_device_name(alone));
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        check_format(judge, harness, i);
    gst_harness_teardown(harness);
}

/* What the bus says of a choice is who does the work, and why. */
static void check_message(const char *backend, const char *reason)
{
    g_autoptr(Judge) judge = judge_new(52);
    GstElement *filter = gst_element_factory_make("biqafilter", NULL);
    GstBus *bus = gst_bus_new();
    g_autofree char *device = NULL;
    g_autoptr(GstMessage) message = NULL;
    const GstStructure *structure;

    gst_object_ref_sink(filter);
    gst_element_set_bus(filter, bus);
    g_object_set(filter, "model", judge->path, NULL);
    gst_util_set_object_arg(G_OBJECT(filter), "backend", backend);
    g_assert_cmpint(gst_element_set_state(filter, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
    g_object_get(filter, "device-name", &device, NULL);
    while ((message = bus_pop(bus, GST_MESSAGE_ELEMENT)) &&
           !gst_message_has_name(message, "biqa-backend"))
        gst_message_unref(message);
    g_assert_nonnull(message);
    structure = gst_message_get_structure(message);
    g_assert_cmpstr(gst_structure_get_string(structure, "device"), ==, device);
    if (reason)
        g_assert_cmpstr(gst_structure_get_string(structure, "reason"), ==, reason);
    if (g_strcmp0(backend, "auto") != 0)
        g_assert_cmpstr(gst_structure_get_string(structure, "backend"), ==, backend);
    gst_element_set_state(filter, GST_STATE_NULL);
    gst_element_set_bus(filter, NULL);
    gst_object_unref(bus);
    gst_object_unref(filter);
}

static void test_message(void)
{
    check_message("cpu", "property");
    check_message("reference", "property");
    check_message("auto", NULL);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/backends/cpu", test_cpu);
    g_test_add_func("/element/backends/message", test_message);
    return g_test_run();
}
