/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The property map: scores of parts of the frame, when asked for. */
#include "map.h"
#include "element-support.h"
#include "gstframe.h"

/* What the map of a frame should be, to the bit. */
static void judge_map(Judge *judge, const GstVideoInfo *info, GstBuffer *buffer, BiqaMap *map)
{
    g_autoptr(BiqaBackend) reference = NULL;
    const BiqaModel twin = biqa_map_model(judge->model);
    BiqaFrameFormat format;
    GstVideoFrame video;
    BiqaFrame frame;

    g_assert_true(biqa_gst_frame_format(info, &format, NULL));
    reference = biqa_reference_open(&twin);
    g_assert_true(gst_video_frame_map(&video, info, buffer, GST_MAP_READ));
    frame = biqa_gst_frame(&video, &format);
    g_assert_true(biqa_map_run(map, judge->model, reference, &frame, NULL));
    gst_video_frame_unmap(&video);
}

static void check_map(const GstStructure *report, const BiqaMap *expected)
{
    const GValue *scores = gst_structure_get_value(report, "map");
    guint columns, rows;

    g_assert_true(gst_structure_get_uint(report, "map-width", &columns));
    g_assert_true(gst_structure_get_uint(report, "map-height", &rows));
    g_assert_cmpuint(columns, ==, expected->columns);
    g_assert_cmpuint(rows, ==, expected->rows);
    g_assert_true(GST_VALUE_HOLDS_ARRAY(scores));
    g_assert_cmpuint(gst_value_array_get_size(scores), ==, columns * rows);
    for (guint i = 0; i < columns * rows; i++)
        g_assert_cmpfloat(g_value_get_double(gst_value_array_get_value(scores, i)), ==,
                          expected->scores[i]);
}

static void check_no_map(const GstStructure *report)
{
    g_assert_false(gst_structure_has_field(report, "map"));
    g_assert_false(gst_structure_has_field(report, "map-width"));
    g_assert_false(gst_structure_has_field(report, "map-height"));
}

/* The next message of a frame's, behind whatever else is said. */
static GstMessage *pop_report(Rig *rig)
{
    GstMessage *message = bus_pop(rig->bus, GST_MESSAGE_ELEMENT);

    while (message && !gst_message_has_name(message, "biqa")) {
        gst_message_unref(message);
        message = bus_pop(rig->bus, GST_MESSAGE_ELEMENT);
    }
    return message;
}

/* Pushes a frame; the metadata is to be freed with the buffer. */
static GstBuffer *push(Rig *rig, const GstVideoInfo *info, guint number)
{
    return gst_harness_push_and_pull(rig->harness, noise_frame_new(info, 81, number));
}

/* In metadata and message, for each size anew. */
static void test_values(void)
{
    static const guint sizes[][2] = {{100, 60}, {60, 100}, {64, 64}, {20, 17}};
    g_autoptr(Judge) judge = judge_new(81);
    g_autoptr(Rig) rig = rig_new(judge);

    g_object_set(rig->element, "map", TRUE, NULL);
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        GstBuffer *frame, *buffer;
        GstVideoInfo info;
        GstMessage *message;
        BiqaMap expected;
        BiqaVerdict verdict;

        rig_set_format(rig, GST_VIDEO_FORMAT_I420, sizes[s][0], sizes[s][1], &info);
        frame = noise_frame_new(&info, 81, s);
        judge_map(judge, &info, frame, &expected);
        verdict = judge_frame(judge, &info, frame, -1);
        buffer = push(rig, &info, s);
        check_map(buffer_report(buffer, 0), &expected);
        report_check_verdict(buffer_report(buffer, 0), &verdict); /* is as it is without */
        message = pop_report(rig);
        g_assert_nonnull(message);
        check_map(gst_message_get_structure(message), &expected);
        gst_message_unref(message);
        gst_buffer_unref(frame);
        gst_buffer_unref(buffer);
    }
}

/* Only where asked for, and only of frames that were scored. */
static void test_on_demand(void)
{
    g_autoptr(Judge) judge = judge_new(82);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    g_object_set(rig->element, "interval", 2, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 48, 32, &info);
    for (guint i = 0; i < 6; i++) {
        GstBuffer *buffer;

        g_object_set(rig->element, "map", i >= 2 && i < 4, NULL);
        buffer = push(rig, &info, i);
        if (i == 2)
            g_assert_true(gst_structure_has_field(buffer_report(buffer, 0), "map"));
        else
            check_no_map(buffer_report(buffer, 0));
        gst_buffer_unref(buffer);
    }
}

/* Backends that count themselves, and those whose user had stopped when they were closed. */
typedef struct {
    GstBiqaMaker maker;
    gint n_opened, n_stopped; /* atomic */
} Counter;

typedef struct {
    BiqaBackend base;
    Counter *counter;
    guint n_crops;
    GCancellable *stop;
} Counted;

static gboolean counted_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                            BiqaResult *result, GError **error)
{
    *result = (BiqaResult){.n_crops = ((Counted *)backend)->n_crops};
    return TRUE;
}

static const char *counted_device_name(BiqaBackend *backend)
{
    return "counter";
}

static void counted_free(BiqaBackend *backend)
{
    Counted *counted = (Counted *)backend;

    g_atomic_int_add(&counted->counter->n_stopped, g_cancellable_is_cancelled(counted->stop));
    g_object_unref(counted->stop);
    g_free(counted);
}

static const BiqaBackendClass counted_class = {
    .name = "counted",
    .run = counted_run,
    .device_name = counted_device_name,
    .free = counted_free,
};

static BiqaBackend *counted_open(gpointer user, const BiqaModel *model, GCancellable *stop,
                                 GError **error)
{
    Counted *counted = g_new0(Counted, 1);

    *counted =
        (Counted){{&counted_class, &model->input}, user, model->input.n_crops, g_object_ref(stop)};
    g_atomic_int_inc(&counted->counter->n_opened);
    return &counted->base;
}

static void install_counter(GstElement *element, gpointer user)
{
    Counter *counter = user;

    counter->maker = (GstBiqaMaker){counted_open, counter};
    maker_install(&counter->maker, element);
}

/* Whoever stops the element stops the map's backend too, and that of a model no frame has seen. */
static void test_stop(void)
{
    Counter counter = {0};
    g_autoptr(Judge) judge = judge_new(83);
    g_autoptr(Rig) rig = rig_new_with(judge, install_counter, &counter);
    GstVideoInfo info;

    g_object_set(rig->element, "map", TRUE, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 48, 32, &info);
    gst_buffer_unref(push(rig, &info, 0));
    g_assert_cmpint(g_atomic_int_get(&counter.n_opened), ==, 2);
    g_object_set(rig->element, "model", judge->path, NULL);
    for (guint i = 0; g_atomic_int_get(&counter.n_opened) < 3; i++) {
        g_assert_cmpuint(i, <, 60000);
        g_usleep(1000);
    }
    gst_element_set_state(rig->element, GST_STATE_NULL);
    g_assert_cmpint(counter.n_stopped, ==, 3);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/map/values", test_values);
    g_test_add_func("/element/map/on-demand", test_on_demand);
    g_test_add_func("/element/map/stop", test_stop);
    return g_test_run();
}
