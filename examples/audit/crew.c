/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting workers, listening to them, and watching for silence. */
#include "crew.h"

#include "error.h"
#include "member.h"
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK 250 /* ms */

/* What opening a file costs, in bytes of reading one: many small files take time too. */
#define FILE_WEIGHT 65536.

typedef struct {
    AuditCrew *crew;
    GSubprocess *process; /* NULL: has none, its work is over */
    pid_t group;          /* of processes: it and what it starts */
    GDataInputStream *out;
    gboolean ready, late;    /* said so; was killed for its silence */
    const AuditEntry *entry; /* it is at; NULL: none */
    double share;            /* of it */
    gint64 heard;            /* us of the monotonic clock, when it last got on */
} Worker;

struct AuditCrew {
    AuditCrewParams params;
    GPtrArray *entries;
    guint next;       /* entry */
    guint busy;       /* workers with a process */
    double done, all; /* weights of entries */
    Worker *workers;
    GMainLoop *loop;
    gboolean stopped;
    GError *error;
};

static void listen_to(Worker *worker);

static double weigh(const AuditEntry *entry)
{
    return FILE_WEIGHT + entry->size;
}

/* -- the end ------------------------------------------------------------------------------- */

/* Whatever a worker started goes with it: it would hold the pipe open, and we would wait. */
static void kill_group(pid_t group)
{
    if (group > 0)
        kill(-group, SIGKILL);
}

/* The crew is done for; takes error, which may be NULL. */
static void stop(AuditCrew *crew, GError *error)
{
    if (!crew->error)
        crew->error = g_steal_pointer(&error);
    g_clear_error(&error);
    crew->stopped = TRUE;
    for (guint i = 0; i < crew->params.jobs; i++) {
        if (crew->workers[i].process)
            kill_group(crew->workers[i].group);
    }
}

void audit_crew_stop(AuditCrew *crew)
{
    stop(crew, NULL);
}

static void finish(Worker *worker, const AuditResult *result)
{
    AuditCrew *crew = worker->crew;
    GError *error = NULL;

    crew->done += weigh(worker->entry);
    worker->entry = NULL;
    worker->share = 0;
    if (!crew->stopped && !crew->params.done(result, crew->params.data, &error))
        stop(crew, error);
}

/* -- files --------------------------------------------------------------------------------- */

static gboolean send(Worker *worker, const AuditEntry *entry)
{
    JsonObject *object = json_object_new();
    g_autoptr(GString) line = NULL;

    audit_entry_to_json(entry, object);
    line = audit_line_new(object);
    json_object_unref(object);
    return g_output_stream_write_all(g_subprocess_get_stdin_pipe(worker->process), line->str,
                                     line->len, NULL, NULL, NULL);
}

/* Gives the worker its next file or, where there is none, its leave. */
static void give(Worker *worker)
{
    AuditCrew *crew = worker->crew;

    worker->heard = g_get_monotonic_time();
    if (worker->late)
        return; /* it finished as it was killed */
    if (crew->stopped || crew->next == crew->entries->len) {
        g_output_stream_close(g_subprocess_get_stdin_pipe(worker->process), NULL, NULL);
        return;
    }
    worker->entry = g_ptr_array_index(crew->entries, crew->next++);
    if (!send(worker, worker->entry))
        kill_group(worker->group); /* it has crashed since; its end is on the way */
}

/* -- processes ----------------------------------------------------------------------------- */

/* In the new process: a group of its own, also so that Ctrl-C in the terminal comes to us alone. */
static void leave_group(gpointer unused)
{
    setpgid(0, 0);
}

static void on_exit_of(GObject *process, GAsyncResult *done, gpointer group)
{
    kill_group(GPOINTER_TO_INT(group));
}

static GSubprocess *spawn(const AuditCrewParams *params, GError **error)
{
    const GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        params->verbose ? flags : flags | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

    g_subprocess_launcher_set_child_setup(launcher, leave_group, NULL, NULL);
    return g_subprocess_launcher_spawnv(launcher, params->argv, error);
}

static gboolean start(Worker *worker, GError **error)
{
    AuditCrew *crew = worker->crew;
    const char *pid;

    worker->process = spawn(&crew->params, error);
    if (!worker->process)
        return FALSE;
    pid = g_subprocess_get_identifier(worker->process); /* NULL: it is over already */
    worker->group = pid ? atoi(pid) : 0;
    g_subprocess_wait_async(worker->process, NULL, on_exit_of, GINT_TO_POINTER(worker->group));
    worker->out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(worker->process));
    worker->ready = worker->late = FALSE;
    worker->heard = g_get_monotonic_time();
    crew->busy++;
    listen_to(worker);
    return TRUE;
}

/* Why a file was not measured to the end. (transfer full) */
static char *blame(const Worker *worker)
{
    if (worker->late)
        return g_strdup_printf("nothing came of it for %u seconds: given up",
                               worker->crew->params.patience);
    if (g_subprocess_get_if_signaled(worker->process))
        return g_strdup_printf("a decoder crashed on it: %s",
                               strsignal(g_subprocess_get_term_sig(worker->process)));
    return g_strdup_printf("the process that measured it ended with status %d",
                           g_subprocess_get_exit_status(worker->process));
}

/* The process has ended: another follows where there is work. */
static void on_end(Worker *worker)
{
    AuditCrew *crew = worker->crew;
    g_autofree char *reason = NULL;
    GError *error = NULL;

    g_subprocess_wait(worker->process, NULL, NULL);
    reason = blame(worker);
    g_clear_object(&worker->out);
    g_clear_object(&worker->process);
    crew->busy--;
    if (!crew->stopped && worker->entry) {
        g_autoptr(AuditResult) result = audit_result_unreadable(worker->entry, reason);
        finish(worker, result);
    } else if (!crew->stopped && !worker->ready) {
        stop(crew,
             g_error_new(BIQA_ERROR, BIQA_ERROR_DEVICE,
                         "a worker ended before its first file (--verbose shows what it says)"));
    }
    if (!crew->stopped && crew->next < crew->entries->len && !start(worker, &error))
        stop(crew, error);
    if (crew->busy == 0)
        g_main_loop_quit(crew->loop);
}

/* -- listening ----------------------------------------------------------------------------- */

static void take_result(Worker *worker, JsonObject *object)
{
    g_autoptr(AuditResult) result = audit_result_from_json(object);

    if (!result || !worker->entry) {
        kill_group(worker->group);
        return;
    }
    finish(worker, result);
    give(worker);
}

static void take_line(Worker *worker, const char *line, gsize length)
{
    JsonObject *object = audit_line_parse(line, (gssize)length);
    const char *failed = object ? audit_member_string(object, "failed") : NULL;
    JsonObject *result = object ? audit_member_object(object, "result") : NULL;

    worker->heard = g_get_monotonic_time();
    if (failed) {
        stop(worker->crew, g_error_new(BIQA_ERROR, BIQA_ERROR_DEVICE, "%s", failed));
    } else if (result) {
        take_result(worker, result);
    } else if (object && json_object_has_member(object, "share")) {
        worker->share = audit_member_double(object, "share");
    } else if (object && json_object_has_member(object, "ready")) {
        worker->ready = TRUE;
        give(worker);
    }
    g_clear_pointer(&object, json_object_unref);
}

static void on_line(GObject *stream, GAsyncResult *done, gpointer data)
{
    Worker *worker = data;
    gsize length = 0;
    g_autofree char *line =
        g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(stream), done, &length, NULL);

    if (!line) {
        on_end(worker);
        return;
    }
    take_line(worker, line, length);
    listen_to(worker);
}

static void listen_to(Worker *worker)
{
    g_data_input_stream_read_line_async(worker->out, G_PRIORITY_DEFAULT, NULL, on_line, worker);
}

/* -- watching ------------------------------------------------------------------------------ */

static gboolean on_tick(gpointer data)
{
    AuditCrew *crew = data;
    const gint64 now = g_get_monotonic_time();
    double share = crew->done;

    for (guint i = 0; i < crew->params.jobs; i++) {
        Worker *worker = &crew->workers[i];

        if (!worker->process || !worker->entry)
            continue;
        share += worker->share * weigh(worker->entry);
        if (now - worker->heard > (gint64)crew->params.patience * G_USEC_PER_SEC) {
            worker->late = TRUE;
            kill_group(worker->group);
        }
    }
    if (crew->params.tick)
        crew->params.tick(crew->all > 0 ? share / crew->all : 1, crew->params.data);
    return G_SOURCE_CONTINUE;
}

AuditCrew *audit_crew_new(const AuditCrewParams *params, GPtrArray *entries)
{
    AuditCrew *crew = g_new0(AuditCrew, 1);

    crew->params = *params;
    crew->entries = entries;
    crew->workers = g_new0(Worker, params->jobs);
    crew->loop = g_main_loop_new(NULL, FALSE);
    for (guint i = 0; i < params->jobs; i++)
        crew->workers[i].crew = crew;
    for (guint i = 0; i < entries->len; i++)
        crew->all += weigh(g_ptr_array_index(entries, i));
    return crew;
}

void audit_crew_free(AuditCrew *crew)
{
    if (!crew)
        return;
    g_main_loop_unref(crew->loop);
    g_free(crew->workers);
    g_clear_error(&crew->error);
    g_free(crew);
}

gboolean audit_crew_run(AuditCrew *crew, GError **error)
{
    guint ticker;

    /* A worker that is gone shows at its end of the pipe, not as a signal here. */
    signal(SIGPIPE, SIG_IGN);
    for (guint i = 0; i < MIN(crew->params.jobs, crew->entries->len) && !crew->stopped; i++) {
        GError *failure = NULL;
        if (!start(&crew->workers[i], &failure))
            stop(crew, failure);
    }
    ticker = g_timeout_add(TICK, on_tick, crew);
    if (crew->busy > 0)
        g_main_loop_run(crew->loop);
    g_source_remove(ticker);
    if (crew->error) {
        g_propagate_error(error, g_steal_pointer(&crew->error));
        return FALSE;
    }
    return TRUE;
}
