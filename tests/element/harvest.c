/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The property hard-frames: which frames are kept, what is said of them, and what the stream does
 * when they cannot be. */
#include "element-support.h"
#include "full-disk.h"
#include "removal.h"
#include <gio/gio.h>
#include <string.h>

#define HEADER "file,source,time,score,competitor-score,disagreement,uncertainty,likeness\n"

/* A rig whose every scored frame is hard, and a folder for them. */
typedef struct {
    Judge *judge;
    Rig *rig;
    char *folder;
    GstVideoInfo info;
} Field;

static void field_init(Field *field, gconstpointer unused)
{
    field->judge = judge_new(61);
    field->judge->model->scale.scale = 1; /* no score at an end, where the two would agree */
    biqa_model_save(field->judge->model, field->judge->path, NULL);
    field->rig = rig_new(field->judge);
    field->folder = g_dir_make_tmp("harvest-XXXXXX", NULL);
    g_object_set(field->rig->element, "hard-threshold", 0., "hard-frames-interval",
                 G_GUINT64_CONSTANT(0), NULL);
}

static void field_clear(Field *field, gconstpointer unused)
{
    folder_remove(field->folder);
    g_free(field->folder);
    rig_free(field->rig);
    judge_free(field->judge);
}

/* The property is read when the element starts, and the harness started it without. */
static void start(Field *field)
{
    gst_element_set_state(field->rig->element, GST_STATE_NULL);
    g_object_set(field->rig->element, "hard-frames", field->folder, NULL);
    gst_harness_play(field->rig->harness);
    gst_harness_push_event(field->rig->harness, gst_event_new_stream_start("the-stream"));
    rig_set_format(field->rig, GST_VIDEO_FORMAT_I420, 72, 64, &field->info);
}

/* A frame that looks like no other: noise in cells that a likeness sees. */
static GstBuffer *cells_frame_new(const GstVideoInfo *info, guint number)
{
    GstBuffer *buffer = noise_frame_new(info, 61, number);
    GRand *rand = g_rand_new_with_seed(number);
    guint8 cells[8][9];
    GstVideoFrame video;

    for (guint i = 0; i < 72; i++)
        cells[i / 9][i % 9] = (guint8)g_rand_int_range(rand, 16, 236);
    g_rand_free(rand);
    g_assert_true(gst_video_frame_map(&video, info, buffer, GST_MAP_READWRITE));
    for (gint y = 0; y < info->height; y++)
        for (gint x = 0; x < info->width; x++)
            GST_VIDEO_FRAME_COMP_DATA(&video, 0)
    [y * GST_VIDEO_FRAME_COMP_STRIDE(&video, 0) + x] =
        cells[8 * y / info->height][9 * x / info->width];
    gst_video_frame_unmap(&video);
    return buffer;
}

/* Pushes a frame and waits until it is written, if it is to be. */
static void push(Field *field, guint number)
{
    gst_buffer_unref(
        gst_harness_push_and_pull(field->rig->harness, cells_frame_new(&field->info, number)));
    while (rig_stat(field->rig, "hard-frames-waiting") > 0)
        g_usleep(1000);
}

/* The end of the stream is heard of when everything is on the disk. */
static void end(Field *field)
{
    g_assert_true(gst_harness_push_event(field->rig->harness, gst_event_new_eos()));
}

static char **read_lines(const Field *field)
{
    g_autofree char *path = g_build_filename(field->folder, "hard-frames.csv", NULL);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, HEADER));
    g_assert_true(g_str_has_suffix(text, "\n"));
    text[strlen(text) - 1] = '\0';
    return g_strsplit(text, "\n", -1);
}

/* -- what is kept -------------------------------------------------------------------------- */

static void check_number(const char *cell, double expected)
{
    g_assert_cmpfloat_with_epsilon(g_ascii_strtod(cell, NULL), expected, 1e-4);
}

/* A line says of a frame what the metadata says. */
static void test_lines(Field *field, gconstpointer unused)
{
    g_auto(GStrv) lines = NULL;

    start(field);
    for (guint i = 0; i < 3; i++)
        gst_buffer_unref(
            gst_harness_push_and_pull(field->rig->harness, cells_frame_new(&field->info, i)));
    end(field);
    lines = read_lines(field);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
    for (guint i = 0; i < 3; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[1 + i], ",", -1);
        g_autofree char *name = g_strdup_printf("hard-%06u.png", i + 1);
        g_autofree char *path = g_build_filename(field->folder, name, NULL);
        GstBuffer *frame = cells_frame_new(&field->info, i);
        const BiqaVerdict verdict = judge_frame(field->judge, &field->info, frame, 0);

        g_assert_cmpuint(g_strv_length(cells), ==, 8);
        g_assert_cmpstr(cells[0], ==, name);
        g_assert_cmpstr(cells[1], ==, "the-stream");
        check_number(cells[2], .04 * i);
        check_number(cells[3], verdict.score);
        check_number(cells[4], verdict.competitor_score);
        check_number(cells[5], verdict.disagreement);
        g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
        gst_buffer_unref(frame);
    }
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-written"), ==, 3);
    g_assert_null(bus_pop(field->rig->bus, GST_MESSAGE_WARNING));
}

/* Only frames that were scored and are hard; the interval goes by running time. */
static void test_choice(Field *field, gconstpointer unused)
{
    g_auto(GStrv) lines = NULL;

    g_object_set(field->rig->element, "interval", 2, "hard-frames-interval", 100 * GST_MSECOND,
                 NULL);
    start(field);
    for (guint i = 0; i < 8; i++) /* scored: 0, 80, 160, 240 ms; kept: 0, 160 */
        push(field, i);
    g_object_set(field->rig->element, "hard-threshold", 100., NULL);
    push(field, 8);
    lines = read_lines(field);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    g_assert_nonnull(strstr(lines[1], ",0.000,"));
    g_assert_nonnull(strstr(lines[2], ",0.160,"));
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-too-soon"), ==, 2);
}

static GstPadProbeReturn answer_uri(GstPad *pad, GstPadProbeInfo *info, gpointer uri)
{
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);

    if (GST_QUERY_TYPE(query) != GST_QUERY_URI)
        return GST_PAD_PROBE_OK;
    gst_query_set_uri(query, uri);
    return GST_PAD_PROBE_HANDLED;
}

/* The source is the URI, if there is one, without who is let in; asked for each stream. */
static void test_source(Field *field, gconstpointer unused)
{
    GstPad *pad = field->rig->harness->srcpad;
    g_auto(GStrv) lines = NULL;
    gulong probe;

    start(field);
    probe = gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, answer_uri,
                              "rtsp://user:secret@camera:554/one?channel=1", NULL);
    push(field, 0);
    push(field, 1);
    gst_pad_remove_probe(pad, probe);
    gst_harness_push_event(field->rig->harness, gst_event_new_stream_start("two"));
    push(field, 2);
    lines = read_lines(field);
    g_assert_nonnull(strstr(lines[1], ",rtsp://camera:554/one?channel=1,"));
    g_assert_nonnull(strstr(lines[2], ",rtsp://camera:554/one?channel=1,"));
    g_assert_nonnull(strstr(lines[3], ",two,"));
}

/* A second start goes on in the folder, and counts from nothing. */
static void test_restart(Field *field, gconstpointer unused)
{
    g_auto(GStrv) lines = NULL;

    for (guint run = 0; run < 2; run++) {
        start(field);
        push(field, run);
        push(field, 7);
        gst_element_set_state(field->rig->element, GST_STATE_NULL); /* without an end */
        g_assert_cmpuint(rig_stat(field->rig, "hard-frames-written"), ==, run ? 1 : 2);
        g_assert_cmpuint(rig_stat(field->rig, "hard-frames-alike"), ==, run);
        gst_harness_play(field->rig->harness);
    }
    lines = read_lines(field);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
}

/* -- what cannot be ------------------------------------------------------------------------ */

static void test_no_folder(void)
{
    g_autoptr(Judge) judge = judge_new(62);
    GstElement *element = gst_element_factory_make("biqafilter", NULL);
    GstBus *bus = gst_bus_new();
    GstMessage *message;
    g_autoptr(GError) error = NULL;

    gst_element_set_bus(element, bus);
    gst_util_set_object_arg(G_OBJECT(element), "backend", "reference");
    g_object_set(element, "model", judge->path, "hard-frames", "/proc/self", NULL);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    message = bus_pop(bus, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, NULL);
    g_assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE));
    g_assert_nonnull(strstr(error->message, "\"hard-frames\""));
    g_assert_nonnull(strstr(error->message, "/proc/self"));
    gst_message_unref(message);
    g_assert_cmpuint(bus_count(bus, GST_MESSAGE_ERROR), ==, 0);

    g_object_set(element, "hard-frames", NULL, NULL);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
}

/* One warning, of that code. */
static void check_warned(Field *field, GstResourceError code)
{
    GstMessage *message = bus_pop(field->rig->bus, GST_MESSAGE_WARNING);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(message);
    gst_message_parse_warning(message, &error, NULL);
    g_assert_true(g_error_matches(error, GST_RESOURCE_ERROR, (gint)code));
    gst_message_unref(message);
    g_assert_cmpuint(bus_count(field->rig->bus, GST_MESSAGE_WARNING), ==, 0);
    g_assert_cmpuint(bus_count(field->rig->bus, GST_MESSAGE_ERROR), ==, 0);
}

static void test_full(Field *field, gconstpointer unused)
{
    g_object_set(field->rig->element, "hard-frames-max-files", G_GUINT64_CONSTANT(2), NULL);
    start(field);
    for (guint i = 0; i < 5; i++)
        push(field, i);
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-written"), ==, 2);
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-full"), ==, 3);
    check_warned(field, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
}

/* Files cannot grow: as on a full disk, writing fails. The stream goes on. */
static void test_full_disk(Field *field, gconstpointer unused)
{
    start(field);
    full_disk_begin(100);
    for (guint i = 0; i < 3; i++)
        push(field, i);
    full_disk_end();
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-failed"), ==, 3);
    check_warned(field, GST_RESOURCE_ERROR_WRITE);
    push(field, 0);
    g_assert_cmpuint(rig_stat(field->rig, "hard-frames-written"), ==, 1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Field *field, gconstpointer unused);
    } tests[] = {
        {"/element/harvest/lines", test_lines},   {"/element/harvest/choice", test_choice},
        {"/element/harvest/source", test_source}, {"/element/harvest/restart", test_restart},
        {"/element/harvest/full", test_full},     {"/element/harvest/full-disk", test_full_disk},
    };

    element_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Field, NULL, field_init, tests[i].run, field_clear);
    g_test_add_func("/element/harvest/no-folder", test_no_folder);
    return g_test_run();
}
