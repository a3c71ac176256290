/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that no quality model should be asked about: named, not scored. */
#include "element-support.h"

/* The domain of the one frame that a description of a source gives. (transfer full) */
static char *domain_of(const Judge *judge, const char *source)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf(
        "%s ! biqafilter backend=reference model=\"%s\" ! fakesink name=sink", source, judge->path);
    GstElement *pipeline = gst_parse_launch(line, &error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    GstMessage *message;
    GstSample *sample = NULL;
    char *domain;

    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    gst_message_unref(message);
    g_object_get(sink, "last-sample", &sample, NULL);
    g_assert_nonnull(sample);
    domain = g_strdup(
        gst_structure_get_string(buffer_report(gst_sample_get_buffer(sample), 0), "domain"));
    gst_sample_unref(sample);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return domain;
}

static const struct {
    const char *pattern, *domain;
} patterns[] = {
    {"smpte", "test-card"},      {"smpte75", "test-card"},
    {"smpte100", "test-card"},   {"smpte-rp-219", "test-card"},
    {"checkers-1", "test-card"}, {"checkers-2", "test-card"},
    {"checkers-4", "test-card"}, {"checkers-8", "test-card"},
    {"pinwheel", "test-card"},   {"black", "black"},
    {"white", "flat"},           {"red", "flat"},
    {"green", "flat"},           {"blue", "flat"},
    {"snow", "picture"},         {"ball", "picture"},
};

/* As drawn and after JPEG, which also changes range and matrix. */
static void test_patterns(void)
{
    static const char *const ways[] = {
        "video/x-raw,format=I420,width=640,height=360",
        "video/x-raw,format=RGB,width=320,height=240",
        "video/x-raw,format=I420,width=1280,height=720 ! jpegenc quality=75 ! jpegdec",
    };
    g_autoptr(Judge) judge = judge_new(51);

    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(ways); j++) {
            g_autofree char *source = g_strdup_printf("videotestsrc num-buffers=1 pattern=%s ! %s",
                                                      patterns[i].pattern, ways[j]);
            g_autofree char *domain = domain_of(judge, source);

            g_test_message("%s", source);
            g_assert_cmpstr(domain, ==, patterns[i].domain);
        }
    }
}

static void check_record(GstBuffer *buffer, const char *origin, const char *domain)
{
    const GstStructure *report = buffer_report(buffer, 0);

    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, origin);
    g_assert_cmpstr(gst_structure_get_string(report, "domain"), ==, domain);
    g_assert_true(gst_structure_has_field(report, "score") == !g_str_equal(origin, "skipped"));
    gst_buffer_unref(buffer);
}

static GstBuffer *black_frame_new(const GstVideoInfo *info, guint number)
{
    GstBuffer *buffer = noise_frame_new(info, 1, number);

    gst_buffer_memset(buffer, 0, 0, gst_buffer_get_size(buffer));
    return buffer;
}

/* Black has no score; nor have the frames after it that were not looked at. A message says when it
 * begins. The picture after it is scored again. */
static void test_black(void)
{
    g_autoptr(Judge) judge = judge_new(52);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    g_object_set(rig->element, "interval", 2, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 64, 64, &info);
    for (guint i = 0; i < 8; i++) {
        const gboolean black = i >= 2 && i < 6;
        GstBuffer *buffer = black ? black_frame_new(&info, i) : noise_frame_new(&info, 52, i);

        buffer = gst_harness_push_and_pull(rig->harness, buffer);
        check_record(buffer,
                     black   ? "skipped"
                     : i % 2 ? "held"
                             : "inferred",
                     black ? "black" : "picture");
        g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_ELEMENT), ==, i == 0 || i == 2 || i == 6);
    }
}

static void test_any_domain(void)
{
    g_autoptr(Judge) judge = judge_new(53);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    g_object_set(rig->element, "any-domain", TRUE, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 64, 64, &info);
    check_record(gst_harness_push_and_pull(rig->harness, black_frame_new(&info, 0)), "inferred",
                 "black");
}

/* A picture that stands still is frozen after freeze-time, carries its score, and is not scored
 * again until it changes. */
static void test_frozen(void)
{
    g_autoptr(Judge) judge = judge_new(54);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    g_object_set(rig->element, "freeze-time", 200 * GST_MSECOND, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 96, 64, &info);
    for (guint i = 0; i < 12; i++) { /* 40 ms each; one picture to frame 9 */
        GstBuffer *buffer = noise_frame_new(&info, i < 10 ? 54 : 55, 0);
        const gboolean frozen = i >= 5 && i < 10;

        GST_BUFFER_PTS(buffer) = i * 40 * GST_MSECOND;
        check_record(gst_harness_push_and_pull(rig->harness, buffer), frozen ? "held" : "inferred",
                     frozen ? "frozen" : "picture");
    }
}

/* PQ and HLG are never scored, asked or not; SDR after them is. */
static void test_hdr(void)
{
    static const struct {
        const char *colorimetry;
        gboolean hdr;
    } cases[] = {{"bt2100-pq", TRUE}, {"bt2100-hlg", TRUE}, {"bt709", FALSE}, {"bt2020-10", FALSE}};
    g_autoptr(Judge) judge = judge_new(55);
    g_autoptr(Rig) rig = rig_new(judge);

    g_object_set(rig->element, "any-domain", TRUE, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        GstVideoInfo info;
        GstCaps *caps;

        rig_set_format(rig, GST_VIDEO_FORMAT_I420_10LE, 64, 64, &info);
        g_assert_true(gst_video_colorimetry_from_string(&info.colorimetry, cases[i].colorimetry));
        caps = gst_video_info_to_caps(&info);
        gst_harness_set_src_caps(rig->harness, caps);
        check_record(gst_harness_push_and_pull(rig->harness, noise_frame_new(&info, 56, i)),
                     cases[i].hdr ? "skipped" : "inferred", cases[i].hdr ? "hdr" : "picture");
    }
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvideotestsrc.so");
    element_test_load("libgstjpeg.so");
    g_test_add_func("/element/domains/patterns", test_patterns);
    g_test_add_func("/element/domains/black", test_black);
    g_test_add_func("/element/domains/any-domain", test_any_domain);
    g_test_add_func("/element/domains/frozen", test_frozen);
    g_test_add_func("/element/domains/hdr", test_hdr);
    return g_test_run();
}
