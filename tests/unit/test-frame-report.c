/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports on their way to files, pipes and sockets, and to readers that stall or go. */
#include "report-support.h"
#include "report.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A report, and the troubles it told of. */
typedef struct {
    GstBiqaReport *report;
    GMutex lock;
    guint n_troubles;
    GError *last;
} Rig;

static void note_trouble(gpointer data, const GError *error)
{
    Rig *rig = data;

    g_mutex_lock(&rig->lock);
    rig->n_troubles++;
    g_clear_error(&rig->last);
    rig->last = g_error_copy(error);
    g_mutex_unlock(&rig->lock);
}

static Rig *rig_new(const char *target)
{
    g_autoptr(GError) error = NULL;
    Rig *rig = g_new0(Rig, 1);

    g_mutex_init(&rig->lock);
    rig->report = gst_biqa_report_open(
        &(GstBiqaReportParams){target, GST_BIQA_FORMAT_JSONL, note_trouble, rig}, &error);
    g_assert_no_error(error);
    return rig;
}

static void rig_close(Rig *rig)
{
    g_clear_pointer(&rig->report, gst_biqa_report_close);
}

static void rig_free(Rig *rig)
{
    rig_close(rig);
    g_mutex_clear(&rig->lock);
    g_clear_error(&rig->last);
    g_free(rig);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

static void add_frames(Rig *rig, guint from, guint n, gboolean wait)
{
    for (guint i = 0; i < n; i++) {
        GstBiqaEntry entry = entry_frame(from + i, 50);

        gst_biqa_report_add(rig->report, &entry, wait);
    }
}

/* Every line is a whole frame, and frame numbers rise; returns how many there are. */
static guint check_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const guint n = g_strv_length(lines) - 1;
    gint64 last = -1;

    g_assert_cmpstr(lines[n], ==, ""); /* the last line is ended */
    for (guint i = 0; i < n; i++) {
        gint64 frame = -1;

        g_assert_true(g_str_has_prefix(lines[i], "{\"type\":\"frame\",\"frame\":"));
        g_assert_true(g_str_has_suffix(lines[i], "\"alarm\":false}"));
        frame = g_ascii_strtoll(lines[i] + strlen("{\"type\":\"frame\",\"frame\":"), NULL, 10);
        g_assert_cmpint(frame, >, last);
        last = frame;
    }
    return n;
}

static char *new_path(void)
{
    char *path = NULL;
    const int fd = g_file_open_tmp("biqa-report-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    return path;
}

/* -- files --------------------------------------------------------------------------------- */

static void test_file(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Rig) rig = NULL;

    g_assert_true(g_file_set_contents(path, "what was there before", -1, NULL));
    rig = rig_new(path);
    add_frames(rig, 0, 1000, TRUE);
    gst_biqa_report_drain(rig->report);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL)); /* while it is open */
    g_assert_cmpuint(check_lines(text), ==, 1000);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, 0);
    g_unlink(path);
}

static void test_refused(void)
{
    static const char *const targets[] = {"/nonexistent/report.jsonl", "/", "fd:987"};
    g_autofree char *fifo = new_path();

    for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(gst_biqa_report_open(
            &(GstBiqaReportParams){targets[i], GST_BIQA_FORMAT_CSV, note_trouble, NULL}, &error));
        g_assert_true(error->domain == G_IO_ERROR);
        g_assert_nonnull(strstr(error->message, targets[i]));
    }
    g_unlink(fifo);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(gst_biqa_report_open(
        &(GstBiqaReportParams){fifo, GST_BIQA_FORMAT_CSV, note_trouble, NULL}, &error));
    g_assert_nonnull(strstr(error->message, "FIFO"));
    g_unlink(fifo);
}

/* A full disk: told once, all counted, and no harm done. */
static void test_full(void)
{
    g_autoptr(Rig) rig = rig_new("/dev/full");

    add_frames(rig, 0, 500, TRUE);
    gst_biqa_report_drain(rig->report);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, 500);
    g_assert_cmpuint(rig->n_troubles, ==, 1);
    g_assert_error(rig->last, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

/* A limit that falls inside a line: that line is taken back, and there is more when there is room
 * again. */
static void test_torn(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    struct rlimit old, limit;
    g_autoptr(Rig) rig = rig_new(path);

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    limit = (struct rlimit){1000, old.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    add_frames(rig, 0, 10, TRUE);
    gst_biqa_report_drain(rig->report);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const guint before = check_lines(text);
    g_assert_cmpuint(before, >=, 1);
    g_assert_cmpuint(before, <, 10);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, 10 - before);
    g_assert_cmpuint(rig->n_troubles, ==, 1);

    add_frames(rig, 10, 5, TRUE);
    rig_close(rig);
    g_free(text);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpuint(check_lines(text), ==, before + 5);
    g_unlink(path);
}

/* -- readers ------------------------------------------------------------------------------- */

/* Its own end of a pipe or a socket; the other end's target in *target. */
static int new_channel(gboolean is_socket, int *theirs, char **target)
{
    int ends[2];

    g_assert_cmpint(is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), ==, 0);
    *theirs = ends[1];
    *target = g_strdup_printf("fd:%d", ends[1]);
    return ends[0];
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char bytes[512];
    gssize n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    return g_string_free(text, FALSE);
}

static gpointer read_thread(gpointer data)
{
    return read_all(GPOINTER_TO_INT(data));
}

/* More than a pipe holds goes through, to a reader that reads. */
static void test_reader(gconstpointer is_socket)
{
    g_autofree char *target = NULL, *text = NULL;
    int theirs;
    const int mine = new_channel(is_socket != NULL, &theirs, &target);
    g_autoptr(Rig) rig = rig_new(target);
    GThread *reader = g_thread_new("reader", read_thread, GINT_TO_POINTER(mine));

    g_assert_false(fcntl(theirs, F_GETFL) & O_NONBLOCK); /* it is not ours to change */
    add_frames(rig, 0, 2000, TRUE);
    gst_biqa_report_drain(rig->report);
    rig_close(rig);
    close(theirs);
    text = g_thread_join(reader);
    g_assert_cmpuint(check_lines(text), ==, 2000);
    g_assert_cmpuint(rig->n_troubles, ==, 0);
    close(mine);
}

/* A reader that never reads: without wait nothing blocks, what does not fit is counted, and what
 * fits is whole. */
static void test_stalled(gconstpointer is_socket)
{
    g_autofree char *target = NULL, *text = NULL;
    int theirs;
    const int mine = new_channel(is_socket != NULL, &theirs, &target);
    g_autoptr(Rig) rig = rig_new(target);
    const guint n = 5000;

    add_frames(rig, 0, n, FALSE);
    const guint64 lost = gst_biqa_report_lost(rig->report);
    g_assert_cmpuint(lost, >, 0);
    GstBiqaEntry summary = entry_summary(1); /* there is room for other entries yet */
    gst_biqa_report_add(rig->report, &summary, FALSE);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, lost);
    rig_close(rig); /* and closing ends */
    g_assert_cmpuint(rig->n_troubles, ==, 1);
    g_assert_error(rig->last, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    close(theirs);
    text = read_all(mine);
    g_assert_cmpuint(strlen(text), >, 0);
    *(strrchr(text, '\n') + 1) = 0; /* of a stream the last line may be there in part */
    g_assert_cmpuint(check_lines(text), <=, n - lost);
    close(mine);
}

static gpointer add_many(gpointer data)
{
    add_frames(data, 0, 5000, TRUE);
    gst_biqa_report_drain(((Rig *)data)->report);
    return NULL;
}

/* A stream that waits for a reader that never reads goes on when it is told not to wait. */
static void test_wait_ends(void)
{
    g_autofree char *target = NULL;
    int theirs;
    const int mine = new_channel(FALSE, &theirs, &target);
    g_autoptr(Rig) rig = rig_new(target);
    GThread *stream = g_thread_new("stream", add_many, rig);

    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, 0);
    gst_biqa_report_allow_wait(rig->report, FALSE);
    g_thread_join(stream);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), >, 0);
    rig_close(rig);
    close(mine);
    close(theirs);
}

/* A reader that goes: no signal, told once, and the stream goes on. */
static void test_closed(gconstpointer is_socket)
{
    g_autofree char *target = NULL;
    int theirs;
    const int mine = new_channel(is_socket != NULL, &theirs, &target);
    g_autoptr(Rig) rig = rig_new(target);

    add_frames(rig, 0, 1, TRUE);
    gst_biqa_report_drain(rig->report);
    close(mine);
    add_frames(rig, 1, 1000, TRUE);
    gst_biqa_report_drain(rig->report);
    g_assert_cmpuint(gst_biqa_report_lost(rig->report), ==, 1000);
    g_assert_cmpuint(rig->n_troubles, ==, 1);
    g_assert_error(rig->last, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
    close(theirs);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame-report/file", test_file);
    g_test_add_func("/frame-report/refused", test_refused);
    g_test_add_func("/frame-report/full", test_full);
    g_test_add_func("/frame-report/torn", test_torn);
    g_test_add_data_func("/frame-report/reader/pipe", NULL, test_reader);
    g_test_add_data_func("/frame-report/reader/socket", "socket", test_reader);
    g_test_add_data_func("/frame-report/stalled/pipe", NULL, test_stalled);
    g_test_add_data_func("/frame-report/stalled/socket", "socket", test_stalled);
    g_test_add_func("/frame-report/wait-ends", test_wait_ends);
    g_test_add_data_func("/frame-report/closed/pipe", NULL, test_closed);
    g_test_add_data_func("/frame-report/closed/socket", "socket", test_closed);
    return g_test_run();
}
