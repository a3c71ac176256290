/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element's tests share. */
#include "element-support.h"
#include "gstframe.h"
#include <glib/gstdio.h>

/* The system's plugins are left out of the registry, so that a test starts fast and sees no other
 * build of the element; those it needs are loaded by file. */
void element_test_load(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(SYSTEM_PLUGINS, name, NULL);
    GstPlugin *plugin = gst_plugin_load_file(path, &error);

    g_assert_no_error(error);
    gst_object_unref(plugin);
}

void element_test_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    gst_init(argc, argv);
    element_test_load("libgstcoreelements.so");
    element_test_load("libgstvideoconvertscale.so");
}

Judge *judge_new(guint64 seed)
{
    Judge *judge = g_new0(Judge, 1);

    judge->model = tiny_model_new(seed);
    judge->path = tiny_model_save(judge->model);
    judge->reference = biqa_reference_open(judge->model);
    return judge;
}

void judge_save(Judge *judge)
{
    g_unlink(judge->path);
    g_free(judge->path);
    judge->path = tiny_model_save(judge->model);
}

void judge_free(Judge *judge)
{
    g_unlink(judge->path);
    g_free(judge->path);
    biqa_backend_free(judge->reference);
    biqa_model_free(judge->model);
    g_free(judge);
}

BiqaVerdict judge_frame(Judge *judge, const GstVideoInfo *info, GstBuffer *buffer,
                        double hard_threshold)
{
    g_autoptr(GError) error = NULL;
    GstVideoFrame video;
    BiqaFrameFormat format;
    BiqaFrame frame;
    BiqaResult result;

    biqa_gst_frame_format(info, &format, &error);
    g_assert_no_error(error);
    g_assert_true(gst_video_frame_map(&video, info, buffer, GST_MAP_READ));
    frame = biqa_gst_frame(&video, &format);
    biqa_backend_run(judge->reference, &frame, &result, &error);
    g_assert_no_error(error);
    gst_video_frame_unmap(&video);
    return biqa_model_verdict(judge->model, &result, hard_threshold);
}

void maker_install(GstBiqaMaker *maker, GstElement *element)
{
    GstContext *context = gst_context_new(GST_BIQA_MAKER_CONTEXT, FALSE);

    gst_structure_set(gst_context_writable_structure(context), "maker", G_TYPE_POINTER, maker,
                      NULL);
    gst_element_set_context(element, context);
    gst_context_unref(context);
}

Rig *rig_new(const Judge *judge)
{
    return rig_new_with(judge, NULL, NULL);
}

Rig *rig_new_with(const Judge *judge, void (*prepare)(GstElement *element, gpointer user),
                  gpointer user)
{
    Rig *rig = g_new0(Rig, 1);

    rig->element = gst_element_factory_make("biqafilter", NULL);
    g_assert_nonnull(rig->element);
    rig->bus = gst_bus_new();
    gst_element_set_bus(rig->element, rig->bus);
    gst_util_set_object_arg(G_OBJECT(rig->element), "backend", "reference");
    g_object_set(rig->element, "model", judge->path, NULL);
    if (prepare)
        prepare(rig->element, user);

    /* The harness takes a reference of its own and starts the element. */
    rig->harness = gst_harness_new_with_element(rig->element, "sink", "src");
    bus_count(rig->bus, GST_MESSAGE_ELEMENT); /* what it said of its backend */
    return rig;
}

void rig_free(Rig *rig)
{
    gst_harness_teardown(rig->harness);
    gst_element_set_bus(rig->element, NULL);
    gst_object_unref(rig->element);
    gst_object_unref(rig->bus);
    g_free(rig);
}

void rig_set_format(Rig *rig, GstVideoFormat format, guint width, guint height, GstVideoInfo *info)
{
    gst_video_info_set_format(info, format, width, height);
    info->fps_n = 25;
    info->fps_d = 1;
    gst_harness_set_src_caps(rig->harness, gst_video_info_to_caps(info));
}

void rig_flush(const Rig *rig)
{
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_flush_stop(TRUE)));
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_segment(&segment)));
}

guint64 rig_stat(const Rig *rig, const char *name)
{
    g_autoptr(GstStructure) stats = NULL;

    g_object_get(rig->element, "stats", &stats, NULL);
    return report_uint64(stats, name);
}

static void await_named(GstBus *bus, const char *name)
{
    gboolean found = FALSE;

    while (!found) {
        GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT);

        g_assert_nonnull(message);
        found = gst_structure_has_name(gst_message_get_structure(message), name);
        gst_message_unref(message);
    }
}

void rig_change_model(const Rig *rig, const Judge *judge)
{
    GstMessage *message;

    bus_count(rig->bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING);
    g_object_set(rig->element, "model", judge->path, NULL);
    await_named(rig->bus, "biqa-backend");
    g_object_set(rig->element, "model", "/nonexistent", NULL);
    message = gst_bus_timed_pop_filtered(rig->bus, 60 * GST_SECOND, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_unref(message);
}

GstMessage *bus_pop(GstBus *bus, GstMessageType type)
{
    return gst_bus_pop_filtered(bus, type);
}

guint bus_count(GstBus *bus, GstMessageType type)
{
    GstMessage *message;
    guint n = 0;

    for (; (message = bus_pop(bus, type)); n++)
        gst_message_unref(message);
    return n;
}

GstBuffer *noise_frame_new(const GstVideoInfo *info, guint64 seed, guint number)
{
    gsize size = GST_VIDEO_INFO_SIZE(info);
    guint8 *data = g_malloc(size);
    GRand *rand = g_rand_new_with_seed((guint32)(seed * 1000 + number));
    GstBuffer *buffer;

    for (gsize i = 0; i < size; i++)
        data[i] = g_rand_int(rand) >> 24;
    g_rand_free(rand);
    if (GST_VIDEO_INFO_FORMAT(info) == GST_VIDEO_FORMAT_I420_10LE)
        for (gsize i = 1; i < size; i += 2)
            data[i] &= 3; /* samples of 10 bits */
    buffer = gst_buffer_new_wrapped(data, size);
    GST_BUFFER_PTS(buffer) = number * 40 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
    return buffer;
}

const GstStructure *buffer_report(GstBuffer *buffer, guint n)
{
    gpointer state = NULL;
    GstMeta *meta;

    while ((meta = gst_buffer_iterate_meta(buffer, &state)))
        if (gst_meta_info_is_custom(meta->info) &&
            gst_custom_meta_has_name((GstCustomMeta *)meta, "GstBiqaMeta") && n-- == 0)
            return gst_custom_meta_get_structure((GstCustomMeta *)meta);
    return NULL;
}

double report_double(const GstStructure *report, const char *field)
{
    double value = 0;

    if (!gst_structure_get_double(report, field, &value))
        g_error("no double \"%s\" in %" GST_PTR_FORMAT, field, report);
    return value;
}

guint64 report_uint64(const GstStructure *report, const char *field)
{
    guint64 value = 0;

    if (!gst_structure_get_uint64(report, field, &value))
        g_error("no uint64 \"%s\" in %" GST_PTR_FORMAT, field, report);
    return value;
}

gboolean report_hard(const GstStructure *report)
{
    gboolean value = FALSE;

    if (!gst_structure_get_boolean(report, "hard", &value))
        g_error("no boolean \"hard\" in %" GST_PTR_FORMAT, report);
    return value;
}

void report_check_verdict(const GstStructure *report, const BiqaVerdict *expected)
{
    g_assert_nonnull(report);
    g_assert_cmpfloat(report_double(report, "score"), ==, expected->score);
    g_assert_cmpfloat(report_double(report, "competitor-score"), ==, expected->competitor_score);
    g_assert_cmpfloat(report_double(report, "disagreement"), ==, expected->disagreement);
    g_assert_cmpint(report_hard(report), ==, expected->hard);
    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, "inferred");
}
