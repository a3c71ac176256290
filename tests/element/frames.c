/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to frames: every format and size scored right, nothing else about them changed. */
#include "element-support.h"
#include "gstframe.h"

static const struct {
    guint width, height;
} sizes[] = {{16, 16}, {17, 19}, {640, 360}};

/* Everything of a buffer that must not change. */
typedef struct {
    GstMemory *memory;
    char *checksum;
    GstClockTime pts, dts, duration;
    guint64 offset;
    guint flags;
} Identity;

static char *checksum_new(GstBuffer *buffer)
{
    GstMapInfo map;
    char *sum;

    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, map.data, map.size);
    gst_buffer_unmap(buffer, &map);
    return sum;
}

static Identity identity_of(GstBuffer *buffer)
{
    g_assert_cmpuint(gst_buffer_n_memory(buffer), ==, 1);
    return (Identity){
        .memory = gst_buffer_peek_memory(buffer, 0),
        .checksum = checksum_new(buffer),
        .pts = GST_BUFFER_PTS(buffer),
        .dts = GST_BUFFER_DTS(buffer),
        .duration = GST_BUFFER_DURATION(buffer),
        .offset = GST_BUFFER_OFFSET(buffer),
        .flags = GST_BUFFER_FLAGS(buffer) & ~GST_BUFFER_FLAG_TAG_MEMORY,
    };
}

static void check_same(Identity before, GstBuffer *buffer)
{
    Identity after = identity_of(buffer);

    g_assert_true(before.memory == after.memory);
    g_assert_cmpstr(before.checksum, ==, after.checksum);
    g_assert_cmpuint(before.pts, ==, after.pts);
    g_assert_cmpuint(before.dts, ==, after.dts);
    g_assert_cmpuint(before.duration, ==, after.duration);
    g_assert_cmpuint(before.offset, ==, after.offset);
    g_assert_cmphex(before.flags, ==, after.flags);
    g_free(before.checksum);
    g_free(after.checksum);
}

static GstBuffer *marked_frame_new(const GstVideoInfo *info, guint64 seed)
{
    GstBuffer *buffer = noise_frame_new(info, seed, 1);

    GST_BUFFER_DTS(buffer) = 7;
    GST_BUFFER_OFFSET(buffer) = 1234;
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_MARKER);
    return buffer;
}

/* A buffer of one owner comes out as itself, a shared one as a twin on the same memory. */
static void check_format(Judge *judge, GstVideoFormat format, guint width, guint height)
{
    g_autoptr(Rig) rig = rig_new(judge);
    double threshold = judge->model->hard_threshold;
    GstVideoInfo info;

    rig_set_format(rig, format, width, height, &info);
    for (int shared = 0; shared <= 1; shared++) {
        GstBuffer *input = marked_frame_new(&info, width + format);
        BiqaVerdict expected = judge_frame(judge, &info, input, threshold);
        Identity before = identity_of(input);
        GstBuffer *output;

        if (shared)
            gst_buffer_ref(input);
        output = gst_harness_push_and_pull(rig->harness, input);
        g_assert_nonnull(output);
        g_test_message("%s %ux%u shared=%d: score %.3f", gst_video_format_to_string(format), width,
                       height, shared, expected.score);
        g_assert_true((output == input) == !shared);
        check_same(before, output);
        report_check_verdict(buffer_report(output, 0), &expected);
        if (shared) {
            g_assert_null(buffer_report(input, 0));
            gst_buffer_unref(input);
        }
        gst_buffer_unref(output);
    }
}

static void test_formats(void)
{
    g_autoptr(Judge) judge = judge_new(1);
    GstElement *element = gst_element_factory_make("biqafilter", NULL);
    GstCaps *caps = gst_pad_get_pad_template_caps(GST_BASE_TRANSFORM_SINK_PAD(element));
    const GValue *list = gst_structure_get_value(gst_caps_get_structure(caps, 0), "format");

    g_assert_cmpuint(gst_value_list_get_size(list), >=, 16);
    for (guint f = 0; f < gst_value_list_get_size(list); f++) {
        const char *name = g_value_get_string(gst_value_list_get_value(list, f));

        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
            check_format(judge, gst_video_format_from_string(name), sizes[s].width,
                         sizes[s].height);
    }
    gst_caps_unref(caps);
    gst_object_unref(element);
}

/* Rows wider than the picture and planes that don't touch, as decoders hand them out. */
static void test_padding(void)
{
    g_autoptr(Judge) judge = judge_new(2);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info, padded;
    GstVideoAlignment alignment;
    GstBuffer *tight, *wide;
    GstVideoFrame from, to;
    BiqaVerdict expected;

    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 37, 29, &info);
    tight = noise_frame_new(&info, 2, 0);
    expected = judge_frame(judge, &info, tight, judge->model->hard_threshold);

    padded = info;
    gst_video_alignment_reset(&alignment);
    alignment.padding_left = alignment.padding_right = 64;
    alignment.padding_top = alignment.padding_bottom = 32;
    g_assert_true(gst_video_info_align(&padded, &alignment));
    wide = gst_buffer_new_allocate(NULL, padded.size, NULL);
    gst_buffer_memset(wide, 0, 0xa5, padded.size);
    gst_buffer_add_video_meta_full(wide, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 37, 29,
                                   3, padded.offset, padded.stride);
    g_assert_true(gst_video_frame_map(&from, &info, tight, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&to, &info, wide, GST_MAP_WRITE));
    g_assert_cmpint(GST_VIDEO_FRAME_PLANE_STRIDE(&to, 0), !=,
                    GST_VIDEO_FRAME_PLANE_STRIDE(&from, 0));
    gst_video_frame_copy(&to, &from);
    gst_video_frame_unmap(&to);
    gst_video_frame_unmap(&from);

    wide = gst_harness_push_and_pull(rig->harness, wide);
    report_check_verdict(buffer_report(wide, 0), &expected);
    gst_buffer_unref(wide);
    gst_buffer_unref(tight);
}

static void test_caps_change(void)
{
    static const struct {
        GstVideoFormat format;
        guint width, height;
    } steps[] = {
        {GST_VIDEO_FORMAT_NV12, 640, 360}, {GST_VIDEO_FORMAT_RGB, 17, 19},
        {GST_VIDEO_FORMAT_GRAY8, 64, 48},  {GST_VIDEO_FORMAT_P010_10LE, 33, 21},
        {GST_VIDEO_FORMAT_NV12, 320, 180},
    };
    g_autoptr(Judge) judge = judge_new(3);
    g_autoptr(Rig) rig = rig_new(judge);

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        GstVideoInfo info;
        GstBuffer *buffer;
        BiqaVerdict expected;

        rig_set_format(rig, steps[i].format, steps[i].width, steps[i].height, &info);
        buffer = noise_frame_new(&info, 3, i);
        expected = judge_frame(judge, &info, buffer, judge->model->hard_threshold);
        buffer = gst_harness_push_and_pull(rig->harness, buffer);
        report_check_verdict(buffer_report(buffer, 0), &expected);
        g_assert_cmpuint(report_uint64(buffer_report(buffer, 0), "frame"), ==, i);
        gst_buffer_unref(buffer);
    }
}

static gboolean accepts(GstElement *element, const char *text)
{
    GstPad *pad = gst_element_get_static_pad(element, "sink");
    GstCaps *caps = gst_caps_from_string(text);
    gboolean answer = gst_pad_query_accept_caps(pad, caps);

    gst_caps_unref(caps);
    gst_object_unref(pad);
    return answer;
}

static void test_limits(void)
{
    GstElement *element = gst_element_factory_make("biqafilter", NULL);

    g_assert_true(accepts(element, "video/x-raw,format=NV12,width=16,height=16,framerate=25/1"));
    g_assert_true(accepts(element, "video/x-raw,format=NV12,width=7680,height=4321,framerate=0/1"));
    g_assert_false(accepts(element, "video/x-raw,format=NV12,width=15,height=16,framerate=25/1"));
    g_assert_false(accepts(element, "video/x-raw,format=NV12,width=16,height=15,framerate=25/1"));
    g_assert_false(accepts(element, "video/x-raw,format=v210,width=64,height=64,framerate=25/1"));
    gst_object_unref(element);
}

/* Upstream gets downstream's answer about memory, as if the element were not there. */
static void test_allocation(void)
{
    g_autoptr(Judge) judge = judge_new(4);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstCaps *caps;
    GstQuery *query;

    gst_harness_add_propose_allocation_meta(rig->harness, GST_VIDEO_META_API_TYPE, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 64, 48, &info);
    caps = gst_video_info_to_caps(&info);
    query = gst_query_new_allocation(caps, TRUE);
    g_assert_true(gst_pad_peer_query(rig->harness->srcpad, query));
    g_assert_true(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
    gst_query_unref(query);
    gst_caps_unref(caps);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/frames/formats", test_formats);
    g_test_add_func("/element/frames/padding", test_padding);
    g_test_add_func("/element/frames/caps-change", test_caps_change);
    g_test_add_func("/element/frames/limits", test_limits);
    g_test_add_func("/element/frames/allocation", test_allocation);
    return g_test_run();
}
