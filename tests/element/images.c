/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in GStreamer's Vulkan images: scored on the stream's own device, as the same frames in
 * memory are on ours. */
#include "element-support.h"
#include "gate.h"
#include "glance.h"
#include "gstbiqaview.h"
#include "gstframe.h"
#include "network.h"
#include <glib/gstdio.h>

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

#define PICTURE "zone-plate kx2=20 ky2=30"

/* The n-th frame of a case and pattern, as it comes out of an element. */
static Source source_new_of(guint i, const char *pattern, guint n, const char *element)
{
    g_autofree char *line = g_strdup_printf(
        "videotestsrc num-buffers=%u pattern=%s ! "
        "capsfilter caps=\"video/x-raw,format=%s,width=%u,height=%u,framerate=25/1\" ! %s",
        n, pattern, gst_video_format_to_string(cases[i].format), cases[i].width, cases[i].height,
        element);
    Source source = {.harness = gst_harness_new_parse(line)};
    g_autoptr(GstCaps) caps = NULL;
    g_autoptr(GError) error = NULL;

    gst_harness_play(source.harness);
    for (guint pulled = 0; pulled < n; pulled++) {
        gst_clear_buffer(&source.buffer);
        source.buffer = gst_harness_pull(source.harness);
        g_assert_nonnull(source.buffer);
    }
    caps = gst_pad_get_current_caps(source.harness->sinkpad);
    gst_biqa_lens_init(&source.lens);
    gst_biqa_lens_set_caps(&source.lens, caps, &error);
    g_assert_no_error(error);
    return source;
}

static Source source_new(guint i, const char *element)
{
    return source_new_of(i, PICTURE, 1, element);
}

static Source images_new(guint i)
{
    return source_new(i, "vulkanupload ! capsfilter caps=\"video/x-raw(memory:VulkanImage)\"");
}

static void source_clear(Source *source)
{
    gst_buffer_unref(source->buffer);
    gst_biqa_lens_clear(&source->lens);
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

/* What is fetched of a frame in images is what it is in memory, and the rows that are looked at
 * tell what all of it does. */
static void test_fetch(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Source plain = source_new(i, "identity"), images = images_new(i);
        const BiqaFrameFormat *format = &plain.lens.format;
        g_autoptr(GError) error = NULL;
        GstBiqaView expected, view;
        BiqaFrame sample;
        BiqaGlance one, other;

        map(&expected, &plain);
        map(&view, &images);
        g_assert_null(view.frame.planes[0]);
        gst_biqa_view_sample(&view, &sample, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(sample.format->height, ==, BIQA_GLANCE_ROWS);
        biqa_glance_take(&one, &expected.frame);
        biqa_glance_take(&other, &sample);
        g_assert_cmpmem(&other, sizeof other, &one, sizeof one);
        gst_biqa_view_fetch(&view, &error);
        g_assert_no_error(error);
        for (guint y = 0; y < format->height; y++)
            for (guint x = 0; x < format->width; x++) {
                float got[3], wanted[3];

                biqa_frame_pixel(&view.frame, x, y, got);
                biqa_frame_pixel(&expected.frame, x, y, wanted);
                g_assert_cmpmem(got, sizeof got, wanted, sizeof wanted);
            }
        gst_biqa_view_unmap(&view);
        gst_biqa_view_unmap(&expected);
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

#define UP "vulkanupload ! "
#define DOWN " ! vulkandownload"

/* The report of the n-th frame of a case and pattern by an element with properties. */
static const GstStructure *element_report_of(Source *source, const Judge *judge, guint i,
                                             const char *pattern, guint n, gboolean on_device,
                                             const char *properties)
{
    g_autofree char *line =
        g_strdup_printf("%sbiqafilter name=filter model=\"%s\" %s%s", on_device ? UP : "",
                        judge->path, properties, on_device ? DOWN : "");

    *source = source_new_of(i, pattern, n, line);
    return buffer_report(source->buffer, 0);
}

static const GstStructure *element_report(Source *source, const Judge *judge, guint i,
                                          gboolean on_device)
{
    return element_report_of(source, judge, i, PICTURE, 1, on_device,
                             "backend=vulkan any-domain=true");
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
        const GstStructure *expected = element_report(&plain, judge, i, FALSE);
        const GstStructure *got = element_report(&images, judge, i, TRUE);
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

/* Domains are named as in memory (tests/element/domains.c). */
static void test_domains(void)
{
    static const struct {
        const char *pattern;
        guint n; /* frames */
        const char *domain, *origin;
    } frames[] = {
        {"black", 1, "black", "skipped"},
        {"smpte75", 1, "test-card", "skipped"},
        {"checkers-8", 1, "test-card", "skipped"},
        {PICTURE, 4, "frozen", "held"},
    };
    g_autoptr(Judge) judge = judge_new(57);

    for (guint k = 0; k < G_N_ELEMENTS(frames); k++) {
        Source images;
        const GstStructure *got =
            element_report_of(&images, judge, 0, frames[k].pattern, frames[k].n, TRUE,
                              "backend=vulkan freeze-time=100000000");

        g_test_message("frame %u of %s", frames[k].n, frames[k].pattern);
        g_assert_cmpstr(gst_structure_get_string(got, "domain"), ==, frames[k].domain);
        g_assert_cmpstr(gst_structure_get_string(got, "origin"), ==, frames[k].origin);
        source_clear(&images);
    }
}

/* So are the scores of a frame's parts. */
static void test_map(void)
{
    const char *const properties = "backend=vulkan any-domain=true map=true";
    g_autoptr(Judge) judge = judge_new(58);
    Source plain, images;
    const GValue *expected = gst_structure_get_value(
        element_report_of(&plain, judge, 2, PICTURE, 1, FALSE, properties), "map");
    const GValue *got = gst_structure_get_value(
        element_report_of(&images, judge, 2, PICTURE, 1, TRUE, properties), "map");

    g_assert_nonnull(expected);
    g_assert_nonnull(got);
    g_assert_cmpuint(gst_value_array_get_size(got), ==, gst_value_array_get_size(expected));
    for (guint i = 0; i < gst_value_array_get_size(got); i++)
        g_assert_cmpfloat_with_epsilon(g_value_get_double(gst_value_array_get_value(got, i)),
                                       g_value_get_double(gst_value_array_get_value(expected, i)),
                                       TOLERANCE);
    source_clear(&images);
    source_clear(&plain);
}

/* The one picture in a folder of hard frames, when it is written; the folder is removed. */
static GBytes *take_picture(const char *folder)
{
    g_autofree char *list = g_build_filename(folder, "hard-frames.csv", NULL);
    GDir *dir = g_dir_open(folder, 0, NULL);
    GBytes *picture = NULL;
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *data;
        gsize size;

        if (!g_str_has_suffix(name, ".png"))
            continue;
        g_assert_null(picture);
        g_assert_true(g_file_get_contents(path, &data, &size, NULL));
        picture = g_bytes_new_take(data, size);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_unlink(list);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    return picture;
}

/* A source's frame after an element with properties, that stopped. (transfer full) */
static GstBuffer *pass(const Source *source, const Judge *judge, const char *properties)
{
    g_autofree char *line =
        g_strdup_printf("biqafilter any-domain=true model=\"%s\" %s", judge->path, properties);
    GstHarness *harness = gst_harness_new_parse(line);
    GstBuffer *buffer;

    gst_harness_set_src_caps(harness, gst_pad_get_current_caps(source->harness->sinkpad));
    buffer = gst_harness_push_and_pull(harness, gst_buffer_ref(source->buffer));
    g_assert_nonnull(buffer);
    gst_harness_teardown(harness);
    return buffer;
}

/* However many may be in flight, a frame in images leaves with its score: vulkanupload takes what
 * it made for itself again once a frame has left. */
static void test_one_at_a_time(void)
{
    g_autoptr(Judge) judge = judge_new(59);
    Source images = images_new(0);
    GstBuffer *one = pass(&images, judge, "frames-in-flight=1");
    GstBuffer *four = pass(&images, judge, "frames-in-flight=4");

    g_assert_cmpfloat(report_double(buffer_report(four, 0), "score"), ==,
                      report_double(buffer_report(one, 0), "score"));
    gst_buffer_unref(four);
    gst_buffer_unref(one);
    source_clear(&images);
}

static GBytes *harvest(const Source *source, const Judge *judge, const char *policy)
{
    g_autofree char *folder = g_dir_make_tmp("images-XXXXXX", NULL);
    g_autofree char *properties = g_strdup_printf(
        "backend=vulkan hard-threshold=0 hard-frames=\"%s\" policy=%s", folder, policy);
    GstBuffer *buffer = pass(source, judge, properties);

    g_assert_true(report_hard(buffer_report(buffer, 0)));
    gst_buffer_unref(buffer);
    return take_picture(folder);
}

/* And hard frames are kept, the same to the bit, when they wait for their score and when they do
 * not. */
static void test_harvest(void)
{
    g_autoptr(Judge) judge = judge_new(59);
    g_autoptr(GBytes) expected = NULL, waited = NULL, beside = NULL;
    Source plain = source_new(2, "identity"), images = images_new(2);

    judge->model->scale.scale = 1; /* no score at an end, where the two would agree */
    judge_save(judge);
    expected = harvest(&plain, judge, "every");
    waited = harvest(&images, judge, "every");
    beside = harvest(&images, judge, "deadline");
    g_assert_true(expected && waited && beside);
    g_assert_true(g_bytes_equal(waited, expected));
    g_assert_true(g_bytes_equal(beside, expected));
    source_clear(&images);
    source_clear(&plain);
}

/* -- policy=deadline ----------------------------------------------------------------------- */

/* Frames are fetched to memory, so that every backend can score them. */
static void test_deadline(void)
{
    static const char *const properties[] = {"policy=deadline backend=vulkan",
                                             "policy=deadline backend=cpu map=true"};
    g_autoptr(Judge) judge = judge_new(54);
    Source plain = source_new(3, "identity"), images = images_new(3);
    GstBuffer *expected = pass(&plain, judge, "backend=reference");

    for (guint i = 0; i < G_N_ELEMENTS(properties); i++) {
        GstBuffer *got = pass(&images, judge, properties[i]);
        const GstStructure *report = buffer_report(got, 0);

        g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, "inferred");
        g_assert_cmpfloat_with_epsilon(report_double(report, "score"),
                                       report_double(buffer_report(expected, 0), "score"),
                                       TOLERANCE);
        g_assert_true(gst_structure_has_field(report, "map") == (i == 1));
        gst_buffer_unref(got);
    }
    gst_buffer_unref(expected);
    source_clear(&images);
    source_clear(&plain);
}

#define DELAY 2

static void prepare(GstElement *element, gpointer gate)
{
    gst_util_set_object_arg(G_OBJECT(element), "policy", "deadline");
    g_object_set(element, "delay", DELAY, "any-domain", TRUE, NULL);
    gate_install(gate, element);
}

/* Whoever gets a frame that left may write on it: it is looked at no more, though it is still being
 * scored. */
static void test_ownership(void)
{
    g_autoptr(Judge) judge = judge_new(60);
    g_autoptr(Gate) gate = gate_new();
    g_autoptr(Rig) rig = rig_new_with(judge, prepare, gate);
    /* No frame more than are fetched, which waits for them: where vulkanupload 1.22 stops with
     * others on their way, it destroys what they are copied from. All are uploaded before the first
     * is pushed: the harnesses share no queue's lock. */
    g_autofree char *line =
        g_strdup_printf("videotestsrc num-buffers=%d ! capsfilter "
                        "caps=\"video/x-raw,format=RGBA,width=64,height=48\" ! "
                        "vulkanupload ! capsfilter caps=\"video/x-raw(memory:VulkanImage)\"",
                        DELAY + 1);
    GstHarness *source = gst_harness_new_parse(line);
    GstBuffer *uploaded[DELAY + 1], *first;

    gst_harness_play(source);
    for (guint i = 0; i <= DELAY; i++)
        uploaded[i] = gst_harness_pull(source);
    gst_harness_set_src_caps(rig->harness, gst_pad_get_current_caps(source->sinkpad));
    for (guint i = 0; i <= DELAY; i++) {
        g_assert_cmpint(gst_harness_push(rig->harness, uploaded[i]), ==, GST_FLOW_OK);
        if (i == 0)
            gate_await_begun(gate, 1);
    }
    first = gst_harness_pull(rig->harness);
    g_assert_cmpstr(gst_structure_get_string(buffer_report(first, 0), "origin"), ==, "skipped");
    g_assert_cmpuint(gate_begun(gate), ==, 1); /* and not done, for the gate is closed */
    g_assert_cmpint(GST_MINI_OBJECT_REFCOUNT_VALUE(first), ==, 1);
    g_assert_cmpint(GST_MINI_OBJECT_REFCOUNT_VALUE(gst_buffer_peek_memory(first, 0)), ==, 1);
    gst_buffer_unref(first);
    gate_open(gate, 1000);
    gst_harness_push_event(rig->harness, gst_event_new_eos());
    gst_harness_teardown(source);
}

/* A backend that was chosen by name and reads none does not wait for the first frame to say so. */
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

static gpointer set_image_caps(gpointer harness)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(
        "video/x-raw(memory:VulkanImage),format=RGBA,width=64,height=64,framerate=25/1");

    gst_harness_push_event(harness, gst_event_new_caps(caps));
    return NULL;
}

/* A stop at whatever moment of the change to a backend that reads images is no failure, and no
 * wait for more than what the driver has begun. */
static void test_stopped(void)
{
    g_autoptr(Judge) judge = judge_new(57);
    g_autofree char *line = g_strdup_printf("biqafilter model=\"%s\"", judge->path);

    for (guint i = 0; i < 6; i++) {
        GstHarness *harness = gst_harness_new_parse(line);
        g_autoptr(GstBus) bus = gst_bus_new();
        GThread *thread;

        gst_element_set_bus(harness->element, bus);
        gst_harness_play(harness);
        gst_harness_push_event(harness, gst_event_new_stream_start("images"));
        thread = g_thread_new("caps", set_image_caps, harness);
        g_usleep(i * i * 5000);
        g_assert_cmpint(gst_element_set_state(harness->element, GST_STATE_NULL), ==,
                        GST_STATE_CHANGE_SUCCESS);
        g_thread_join(thread);
        g_assert_cmpuint(bus_count(bus, GST_MESSAGE_ERROR), ==, 0);
        gst_element_set_bus(harness->element, NULL);
        gst_harness_teardown(harness);
    }
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvulkan.so");
    element_test_load("libgstvideotestsrc.so");
    g_test_add_func("/element/images/backend", test_backend);
    g_test_add_func("/element/images/fetch", test_fetch);
    g_test_add_func("/element/images/locks", test_locks);
    g_test_add_func("/element/images/refused", test_refused);
    g_test_add_func("/element/images/element", test_element);
    g_test_add_func("/element/images/domains", test_domains);
    g_test_add_func("/element/images/map", test_map);
    g_test_add_func("/element/images/one-at-a-time", test_one_at_a_time);
    g_test_add_func("/element/images/harvest", test_harvest);
    g_test_add_func("/element/images/deadline", test_deadline);
    g_test_add_func("/element/images/ownership", test_ownership);
    g_test_add_func("/element/images/named-backend", test_named_backend);
    g_test_add_func("/element/images/stopped", test_stopped);
    return g_test_run();
}
