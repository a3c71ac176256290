/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in GStreamer's Vulkan images: scored on the stream's own device, as the same frames in
 * memory are on ours. */
#include "element-support.h"
#include "gstbiqaview.h"
#include "gstframe.h"
#include "network.h"

/* Of widths whose rows have no padding: the images of vulkanupload are askew otherwise (1.22). */
static const struct {
    GstVideoFormat format;
    guint width, height;
} cases[] = {
    {GST_VIDEO_FORMAT_NV12, 64, 48},  {GST_VIDEO_FORMAT_NV12, 60, 34},
    {GST_VIDEO_FORMAT_I420, 120, 50}, {GST_VIDEO_FORMAT_RGBA, 33, 47},
    {GST_VIDEO_FORMAT_BGRx, 64, 64},  {GST_VIDEO_FORMAT_BGRA, 17, 16},
    {GST_VIDEO_FORMAT_GRAY8, 60, 31}, {GST_VIDEO_FORMAT_YUY2, 50, 20},
    {GST_VIDEO_FORMAT_RGBx, 31, 17},
};

/* Most that a score may differ: devices round sums in an order of their own. */
#define TOLERANCE .05

static BiqaBackend *open_compact(const BiqaModel *model)
{
    const BiqaVkParams params = {.plan = BIQA_VK_PLAN_COMPACT};
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = biqa_vk_backend_new(&params, model, &error);

    g_assert_no_error(error);
    return backend;
}

/* A frame, and what made it: vulkanupload does not wait for its device, and so must not stop before
 * the frame was looked at. */
typedef struct {
    GstHarness *harness;
    GstBuffer *buffer;
    GstBiqaLens lens;
} Source;

/* The frame of a case, as it comes out of an element. */
static Source source_new(guint i, const char *element)
{
    g_autofree char *line = g_strdup_printf(
        "videotestsrc num-buffers=1 pattern=zone-plate kx2=20 ky2=30 ! "
        "capsfilter caps=\"video/x-raw,format=%s,width=%u,height=%u\" ! %s",
        gst_video_format_to_string(cases[i].format), cases[i].width, cases[i].height, element);
    Source source = {.harness = gst_harness_new_parse(line)};
    g_autoptr(GstCaps) caps = NULL;
    g_autoptr(GError) error = NULL;

    gst_harness_play(source.harness);
    source.buffer = gst_harness_pull(source.harness);
    g_assert_nonnull(source.buffer);
    caps = gst_pad_get_current_caps(source.harness->sinkpad);
    g_assert_true(gst_video_info_from_caps(&source.lens.info, caps));
    biqa_gst_frame_format(&source.lens.info, &source.lens.format, &error);
    g_assert_no_error(error);
    source.lens.queue = gst_biqa_queue_new();
    return source;
}

static Source images_new(guint i)
{
    return source_new(i, "vulkanupload ! capsfilter caps=\"video/x-raw(memory:VulkanImage)\"");
}

static void source_clear(Source *source)
{
    gst_buffer_unref(source->buffer);
    gst_biqa_queue_free(source->lens.queue);
    gst_harness_teardown(source->harness);
}

static void map(GstBiqaView *view, const Source *source)
{
    g_autoptr(GError) error = NULL;

    gst_biqa_view_map(view, source->buffer, &source->lens, &error);
    g_assert_no_error(error);
}

static BiqaResult run_view(BiqaBackend *backend, const Source *source, gboolean on_device)
{
    g_autoptr(GError) error = NULL;
    GstBiqaView view;
    BiqaResult result;

    map(&view, source);
    g_assert_true((view.frame.images != NULL) == on_device);
    biqa_backend_run(backend, &view.frame, &result, &error);
    g_assert_no_error(error);
    gst_biqa_view_unmap(&view);
    return result;
}

static void assert_close(const Judge *judge, const BiqaResult *got, const BiqaResult *expected)
{
    const BiqaVerdict one = biqa_model_verdict(judge->model, got, -1);
    const BiqaVerdict other = biqa_model_verdict(judge->model, expected, -1);

    g_assert_cmpfloat_with_epsilon(one.score, other.score, TOLERANCE);
    g_assert_cmpfloat_with_epsilon(one.competitor_score, other.competitor_score, TOLERANCE);
}

/* Every layout, from one backend that goes to and fro between the stream's device and its own. */
static void test_backend(void)
{
    g_autoptr(Judge) judge = judge_new(51);
    g_autoptr(BiqaBackend) backend = open_compact(judge->model);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Source plain = source_new(i, "identity"), images = images_new(i);
        const BiqaResult expected = run_view(backend, &plain, FALSE);

        for (guint again = 0; again < 2; again++) {
            const BiqaResult result = run_view(backend, &images, TRUE);

            assert_close(judge, &result, &expected);
        }
        source_clear(&images);
        source_clear(&plain);
    }
}

/* Backends share what they have on a device with those who hold the same lock on its queue, and
 * with no others. */
static void test_locks(void)
{
    g_autoptr(Judge) judge = judge_new(56);
    g_autoptr(BiqaBackend) one = open_compact(judge->model);
    g_autoptr(BiqaBackend) same = open_compact(judge->model);
    g_autoptr(BiqaBackend) other = open_compact(judge->model);
    Source images = images_new(0), twin = images;
    const BiqaResult expected = run_view(one, &images, TRUE);
    BiqaResult result = run_view(same, &images, TRUE);

    assert_close(judge, &result, &expected);
    twin.lens.queue = gst_biqa_queue_new(); /* finds a lock of its own */
    result = run_view(other, &twin, TRUE);
    assert_close(judge, &result, &expected);
    g_assert_true(biqa_vk_backend_calls(one) == biqa_vk_backend_calls(same));
    g_assert_true(biqa_vk_backend_calls(one) != biqa_vk_backend_calls(other));
    run_view(other, &images, TRUE); /* takes up the lock of the others */
    g_assert_true(biqa_vk_backend_calls(one) == biqa_vk_backend_calls(other));
    gst_biqa_queue_free(twin.lens.queue);
    source_clear(&images);
}

/* Other backends say that they cannot. */
static void test_refused(void)
{
    g_autoptr(Judge) judge = judge_new(52);
    g_autoptr(BiqaBackend) waits = open_compact(judge->model);
    g_autoptr(GError) error = NULL;
    Source images = images_new(0);
    GstBiqaView view;
    BiqaResult result;

    run_view(waits, &images, TRUE);
    map(&view, &images);
    g_assert_false(biqa_backend_run(judge->reference, &view.frame, &result, &error));
    assert_refused(error, BIQA_ERROR_SUPPORT, "reference");
    gst_biqa_view_unmap(&view);
    source_clear(&images);
}

/* The report of a case's frame by an element between others. */
static const GstStructure *element_report(Source *source, const Judge *judge, guint i,
                                          const char *before, const char *after)
{
    g_autofree char *line =
        g_strdup_printf("%sbiqafilter name=filter backend=vulkan any-domain=true model=\"%s\"%s",
                        before, judge->path, after);

    *source = source_new(i, line);
    return buffer_report(source->buffer, 0);
}

static char *path_taken(const Source *source)
{
    GstElement *filter = gst_bin_get_by_name(GST_BIN(source->harness->element), "filter");
    GstStructure *stats;
    char *path;

    g_object_get(filter, "stats", &stats, NULL);
    path = g_strdup(gst_structure_get_string(stats, "path"));
    gst_structure_free(stats);
    gst_object_unref(filter);
    return path;
}

static void test_element(void)
{
    g_autoptr(Judge) judge = judge_new(53);

    for (guint i = 0; i < 4; i++) {
        Source plain, images;
        const GstStructure *expected = element_report(&plain, judge, i, "", "");
        const GstStructure *got =
            element_report(&images, judge, i, "vulkanupload ! ", " ! vulkandownload");
        g_autofree char *path = path_taken(&images);

        g_assert_cmpstr(path, ==, "memory:VulkanImage");
        g_assert_cmpfloat_with_epsilon(report_double(got, "score"),
                                       report_double(expected, "score"), TOLERANCE);
        g_assert_cmpfloat_with_epsilon(report_double(got, "competitor-score"),
                                       report_double(expected, "competitor-score"), TOLERANCE);
        source_clear(&images);
        source_clear(&plain);
    }
}

/* Beside the stream nobody may look at images that others use: said before the first frame. */
static void test_deadline(void)
{
    g_autoptr(Judge) judge = judge_new(54);
    g_autofree char *line =
        g_strdup_printf("biqafilter backend=vulkan policy=deadline model=\"%s\"", judge->path);
    GstHarness *harness = gst_harness_new_parse(line);
    GstBus *bus = gst_bus_new();
    GstCaps *caps = gst_caps_from_string("video/x-raw(memory:VulkanImage),format=RGBA,width=64,"
                                         "height=64,framerate=25/1");

    gst_element_set_bus(harness->element, bus);
    gst_harness_set_src_caps(harness, caps);
    g_assert_cmpuint(bus_count(bus, GST_MESSAGE_ERROR), >, 0);
    gst_element_set_bus(harness->element, NULL);
    gst_object_unref(bus);
    gst_harness_teardown(harness);
}

/* Nor does a backend that was chosen by name and reads none wait for the first frame to say so. */
static void test_named_backend(void)
{
    g_autoptr(Judge) judge = judge_new(55);
    g_autofree char *line = g_strdup_printf("biqafilter backend=cpu model=\"%s\"", judge->path);
    GstHarness *harness = gst_harness_new_parse(line);
    GstBus *bus = gst_bus_new();
    GstCaps *caps = gst_caps_from_string("video/x-raw(memory:VulkanImage),format=RGBA,width=64,"
                                         "height=64,framerate=25/1");
    g_autofree char *debug = NULL;
    g_autoptr(GError) error = NULL;
    GstMessage *message;

    gst_element_set_bus(harness->element, bus);
    gst_harness_set_src_caps(harness, caps);
    message = bus_pop(bus, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, &debug);
    g_assert_nonnull(strstr(error->message, "Set backend=vulkan, or put vulkandownload before"));
    gst_message_unref(message);
    gst_element_set_bus(harness->element, NULL);
    gst_object_unref(bus);
    gst_harness_teardown(harness);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvulkan.so");
    element_test_load("libgstvideotestsrc.so");
    g_test_add_func("/element/images/backend", test_backend);
    g_test_add_func("/element/images/locks", test_locks);
    g_test_add_func("/element/images/refused", test_refused);
    g_test_add_func("/element/images/element", test_element);
    g_test_add_func("/element/images/deadline", test_deadline);
    g_test_add_func("/element/images/named-backend", test_named_backend);
    return g_test_run();
}
