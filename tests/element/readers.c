/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever reads the element's report, or does not, the stream goes on; whoever kills it, what was
 * written is whole. */
#include "element-support.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* An element that reports to target and scores next to nothing. */
static Rig *rig_new_to(const Judge *judge, const char *target, const char *policy,
                       GstVideoInfo *info)
{
    Rig *rig = rig_new(judge);

    gst_element_set_state(rig->element, GST_STATE_NULL);
    g_object_set(rig->element, "report", target, "interval", G_MAXUINT, NULL);
    gst_util_set_object_arg(G_OBJECT(rig->element), "policy", policy);
    gst_element_set_state(rig->element, GST_STATE_PLAYING);
    gst_harness_set_drop_buffers(rig->harness, TRUE);
    gst_harness_push_event(rig->harness, gst_event_new_stream_start("readers"));
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 16, 16, info);
    return rig;
}

static GstFlowReturn push(Rig *rig, const GstVideoInfo *info, guint n)
{
    GstFlowReturn flow = GST_FLOW_OK;
    GstBuffer *frame = noise_frame_new(info, 51, 0);

    for (guint i = 0; i < n && flow == GST_FLOW_OK; i++)
        flow = gst_harness_push(rig->harness, gst_buffer_copy(frame));
    gst_buffer_unref(frame);
    return flow;
}

/* -- readers that stall -------------------------------------------------------------------- */

/* More records than queue and pipe hold: pushing them all without a reader is waiting for ever. */
#define MANY 20000

/* An element that reports to a pipe. */
typedef struct {
    int ends[2]; /* to read from, to write to; -1: closed */
    Judge *judge;
    Rig *rig;
    GstVideoInfo info;
    GThread *thread; /* that pushes */
    GstFlowReturn flow;
} Piped;

static Piped *piped_new(guint64 seed)
{
    Piped *piped = g_new0(Piped, 1);

    g_assert_cmpint(pipe(piped->ends), ==, 0);
    piped->judge = judge_new(seed);
    return piped;
}

static void piped_start(Piped *piped, const char *policy)
{
    g_autofree char *target = g_strdup_printf("fd:%d", piped->ends[1]);

    piped->rig = rig_new_to(piped->judge, target, policy, &piped->info);
}

/* Nobody will read any more: nothing waits for that. */
static void piped_close(Piped *piped)
{
    close(piped->ends[0]);
    piped->ends[0] = -1;
}

static void piped_free(Piped *piped)
{
    if (piped->ends[0] >= 0)
        close(piped->ends[0]);
    close(piped->ends[1]);
    rig_free(piped->rig);
    judge_free(piped->judge);
    g_free(piped);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Piped, piped_free)

static gpointer push_thread(gpointer data)
{
    Piped *piped = data;

    piped->flow = push(piped->rig, &piped->info, MANY);
    return NULL;
}

/* Starts a streaming thread that comes to wait for a reader. */
static void piped_stall(Piped *piped)
{
    piped_start(piped, "every");
    piped->thread = g_thread_new("stream", push_thread, piped);
    while (rig_stat(piped->rig, "frames-seen") < 300) /* more than the queue holds */
        g_usleep(1000);
}

static void check_let_go(Piped *piped)
{
    g_thread_join(piped->thread);
    g_assert_cmpint(piped->flow, ==, GST_FLOW_FLUSHING);
}

/* A pipe that nobody reads: the streaming thread waits, and lets go when the element is stopped. */
static void test_stalled_stop(void)
{
    g_autoptr(Piped) piped = piped_new(51);

    piped_stall(piped);
    g_assert_cmpint(gst_element_set_state(piped->rig->element, GST_STATE_READY), ==,
                    GST_STATE_CHANGE_SUCCESS);
    check_let_go(piped);
    g_assert_cmpuint(rig_stat(piped->rig, "records-lost"), >, 0);
}

/* The same with a flush, after which the stream goes on. */
static void test_stalled_flush(void)
{
    g_autoptr(Piped) piped = piped_new(52);
    GstHarness *harness;
    GstSegment segment;

    piped_stall(piped);
    harness = piped->rig->harness;
    g_assert_true(gst_harness_push_event(harness, gst_event_new_flush_start()));
    check_let_go(piped);
    piped_close(piped);
    g_assert_true(gst_harness_push_event(harness, gst_event_new_flush_stop(TRUE)));
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(harness, gst_event_new_segment(&segment));
    g_assert_cmpint(push(piped->rig, &piped->info, 10), ==, GST_FLOW_OK);
}

/* With policy=deadline nothing waits: what does not fit is lost and counted, and all frames pass.
 */
static void test_stalled_deadline(void)
{
    g_autoptr(Piped) piped = piped_new(57);

    piped_start(piped, "deadline");
    g_assert_cmpint(push(piped->rig, &piped->info, MANY), ==, GST_FLOW_OK);
    g_assert_true(gst_harness_push_event(piped->rig->harness, gst_event_new_eos()));
    g_assert_cmpuint(gst_harness_buffers_received(piped->rig->harness), ==, MANY);
    g_assert_cmpuint(rig_stat(piped->rig, "records-lost"), >, 0);
}

/* -- readers that go, disks that fill ------------------------------------------------------ */

static void check_goes_on(Rig *rig, const GstVideoInfo *info)
{
    g_assert_cmpint(push(rig, info, 1000), ==, GST_FLOW_OK);
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_eos())); /* all is tried */
    g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_WARNING), ==, 1);
    g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_ERROR), ==, 0);
    /* The frames, header and summary. */
    g_assert_cmpuint(rig_stat(rig, "records-lost"), >=, 1000);
    g_assert_cmpuint(rig_stat(rig, "frames-seen"), ==, 1000);
}

static void test_closed(void)
{
    g_autoptr(Piped) piped = piped_new(53);

    piped_close(piped);
    piped_start(piped, "every");
    check_goes_on(piped->rig, &piped->info);
}

static void test_full(void)
{
    g_autoptr(Judge) judge = judge_new(54);
    GstVideoInfo info;
    g_autoptr(Rig) rig = rig_new_to(judge, "/dev/full", "every", &info);

    check_goes_on(rig, &info);
}

/* A target that cannot be opened is one error at the start that names it, and can be put right. */
static void test_unwritable(void)
{
    g_autoptr(Judge) judge = judge_new(55);
    g_autoptr(Rig) rig = rig_new(judge);
    GstMessage *message;
    g_autoptr(GError) error = NULL;

    gst_element_set_state(rig->element, GST_STATE_NULL);
    g_object_set(rig->element, "report", "/nonexistent/report.jsonl", NULL);
    g_assert_cmpint(gst_element_set_state(rig->element, GST_STATE_PAUSED), ==,
                    GST_STATE_CHANGE_FAILURE);
    message = bus_pop(rig->bus, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, NULL);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_assert_nonnull(strstr(error->message, "/nonexistent/report.jsonl"));
    gst_message_unref(message);
    g_object_set(rig->element, "report", NULL, NULL);
    g_assert_cmpint(gst_element_set_state(rig->element, GST_STATE_PAUSED), ==,
                    GST_STATE_CHANGE_SUCCESS);
}

/* -- a process that is killed -------------------------------------------------------------- */

/* What the killed process does: reports frames until it is killed. */
static int report_for_ever(const char *path)
{
    g_autoptr(Judge) judge = judge_new(56);
    GstVideoInfo info;
    g_autoptr(Rig) rig = rig_new_to(judge, path, "every", &info);

    while (push(rig, &info, 100) == GST_FLOW_OK)
        ;
    return 1;
}

static guint count_lines(const char *text)
{
    guint n = 0;

    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static char *read_report(const char *path)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* Every line is whole: the last one is ended, and all are JSON. */
static void check_whole(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const guint n = g_strv_length(lines) - 1;

    g_assert_cmpstr(lines[n], ==, "");
    for (guint i = 0; i < n; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonNode) record = json_from_string(lines[i], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(json_object_get_string_member(json_node_get_object(record), "type"), ==,
                        i ? "frame" : "header");
    }
}

static void test_killed(void)
{
    g_autofree char *path = NULL, *text = NULL;
    const char *argv[] = {"/proc/self/exe", "--report-for-ever", NULL, NULL};
    g_autoptr(GError) error = NULL;
    GPid pid;
    int status;

    g_close(g_file_open_tmp("biqa-readers-XXXXXX", &path, NULL), NULL);
    argv[2] = path;
    g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    do {
        g_free(text);
        g_usleep(1000);
        text = read_report(path);
        g_assert_cmpint(waitpid(pid, NULL, WNOHANG), ==, 0); /* it lives */
    } while (count_lines(text) < 500);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status));
    g_free(text);
    text = read_report(path);
    check_whole(text);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    if (argc == 3 && g_str_equal(argv[1], "--report-for-ever"))
        return report_for_ever(argv[2]);
    g_test_add_func("/element/readers/stalled-stop", test_stalled_stop);
    g_test_add_func("/element/readers/stalled-flush", test_stalled_flush);
    g_test_add_func("/element/readers/stalled-deadline", test_stalled_deadline);
    g_test_add_func("/element/readers/closed", test_closed);
    g_test_add_func("/element/readers/full", test_full);
    g_test_add_func("/element/readers/unwritable", test_unwritable);
    g_test_add_func("/element/readers/killed", test_killed);
    return g_test_run();
}
