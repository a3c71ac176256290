/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's side of the pipe. */
#include "worker.h"

#include "member.h"
#include "scorer.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Takes object. */
static void say(FILE *out, JsonObject *object)
{
    GString *line = audit_line_new(object);

    fwrite(line->str, 1, line->len, out);
    fflush(out);
    g_string_free(line, TRUE);
    json_object_unref(object);
}

static void say_share(double share, gpointer out)
{
    JsonObject *object = json_object_new();

    json_object_set_double_member(object, "share", share);
    say(out, object);
}

static int say_failed(FILE *out, const GError *error)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "failed", error->message);
    say(out, object);
    return 1;
}

static gboolean serve(FILE *out, AuditEntry *entry, const AuditMeasureParams *params,
                      GError **error)
{
    g_autoptr(AuditResult) result = audit_measure(entry, params, error);
    JsonObject *object;

    if (!result)
        return FALSE;
    object = json_object_new();
    json_object_set_object_member(object, "result", audit_result_to_json(result));
    say(out, object);
    return TRUE;
}

/* Reads the next entry (transfer full); NULL at the end. */
static AuditEntry *next_entry(void)
{
    g_autofree char *line = NULL;
    size_t room = 0;
    const ssize_t length = getline(&line, &room, stdin);
    JsonObject *object = length > 0 ? audit_line_parse(line, length) : NULL;
    AuditEntry *entry = object ? audit_entry_from_json(object) : NULL;

    g_clear_pointer(&object, json_object_unref);
    return entry;
}

/* What libraries print on standard output must not get between the lines: they get standard error,
 * and the pipe becomes the stream that is returned. */
static FILE *take_output(void)
{
    const int fd = dup(STDOUT_FILENO);

    dup2(STDERR_FILENO, STDOUT_FILENO);
    return fdopen(fd, "w");
}

int audit_worker_run(const AuditMeasureParams *params)
{
    FILE *out = take_output();
    AuditMeasureParams own = *params;
    g_autoptr(GError) error = NULL;
    GstElement *keep;
    JsonObject *ready = json_object_new();
    AuditEntry *entry;

    /* However the other process ends, none of its workers stays behind. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    own.progress = say_share;
    own.data = out;
    keep = audit_scorer_hold(params->settings, &error);
    if (!keep)
        return say_failed(out, error);
    json_object_set_boolean_member(ready, "ready", TRUE);
    say(out, ready);

    while (!error && (entry = next_entry())) {
        serve(out, entry, &own, &error);
        audit_entry_free(entry);
    }
    if (error)
        say_failed(out, error);
    gst_element_set_state(keep, GST_STATE_NULL);
    gst_object_unref(keep);
    fclose(out);
    return error ? 1 : 0;
}
