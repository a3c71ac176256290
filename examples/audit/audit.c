/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery, method, store, crew, report: one after the other. */
#include "audit.h"

#include "crew.h"
#include "progress.h"
#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <signal.h>

typedef struct {
    AuditStore *store;
    AuditCrew *crew;
    AuditProgress progress;
    gboolean quiet, stopped;
} Audit;

/* -- while it runs ------------------------------------------------------------------------- */

static gboolean on_done(const AuditResult *result, gpointer data, GError **error)
{
    Audit *audit = data;

    if (!audit->quiet)
        audit_progress_done(&audit->progress, result);
    return audit_store_append(audit->store, result, error);
}

static void on_tick(double share, gpointer data)
{
    Audit *audit = data;

    if (!audit->quiet)
        audit_progress_tick(&audit->progress, share);
}

static gboolean on_signal(gpointer data)
{
    Audit *audit = data;

    audit->stopped = TRUE;
    audit_crew_stop(audit->crew);
    return G_SOURCE_CONTINUE;
}

static gboolean run_crew(Audit *audit, const AuditParams *params, GPtrArray *entries,
                         GError **error)
{
    g_auto(GStrv) argv = audit_options_worker(params->measure, params->program);
    const AuditCrewParams crew = {
        .argv = (const char *const *)argv,
        .jobs = params->jobs,
        .patience = params->patience,
        .verbose = params->verbose,
        .done = on_done,
        .tick = on_tick,
        .data = audit,
    };
    guint interrupted, terminated;
    gboolean ok;

    audit->crew = audit_crew_new(&crew, entries);
    interrupted = g_unix_signal_add(SIGINT, on_signal, audit);
    terminated = g_unix_signal_add(SIGTERM, on_signal, audit);
    ok = audit_crew_run(audit->crew, error);
    g_source_remove(interrupted);
    g_source_remove(terminated);
    if (!audit->quiet)
        audit_progress_end(&audit->progress);
    audit_crew_free(audit->crew);
    return ok;
}

/* -- before -------------------------------------------------------------------------------- */

/* What is left to do. (transfer container) */
static GPtrArray *choose(const AuditStore *store, GPtrArray *entries, gboolean retry)
{
    GPtrArray *left = g_ptr_array_new();

    for (guint i = 0; i < entries->len; i++) {
        AuditEntry *entry = g_ptr_array_index(entries, i);
        if (!audit_store_knows(store, entry, retry))
            g_ptr_array_add(left, entry);
    }
    return left;
}

/* Settles the files that no worker needs to look at, and takes them out of entries. */
static gboolean settle(Audit *audit, GPtrArray *entries, GError **error)
{
    guint kept = 0;

    for (guint i = 0; i < entries->len; i++) {
        AuditEntry *entry = g_ptr_array_index(entries, i);
        g_autoptr(AuditResult) result = NULL;

        if (!entry->problem) {
            g_ptr_array_index(entries, kept++) = entry;
            continue;
        }
        result = audit_result_unreadable(entry, entry->problem);
        if (!on_done(result, audit, error))
            return FALSE;
    }
    g_ptr_array_set_size(entries, (gint)kept);
    return TRUE;
}

static gboolean measure(const AuditParams *params, const AuditMethod *method, GPtrArray *entries,
                        gboolean *stopped, GError **error)
{
    g_autofree char *results = audit_report_results(params->report.out);
    g_autoptr(AuditStore) store = audit_store_open(results, method, params->mode, error);
    Audit audit = {.store = store, .quiet = params->quiet};
    g_autoptr(GPtrArray) left = NULL;
    gboolean ok;

    if (!store)
        return FALSE;
    left = choose(store, entries, params->retry);
    audit_progress_init(&audit.progress, stderr, left->len);
    ok = settle(&audit, left, error) && (left->len == 0 || run_crew(&audit, params, left, error));
    *stopped = audit.stopped;
    return ok;
}

/* Finds out how files will be measured, and lets go of the element. (transfer full) */
static AuditMethod *probe(const AuditParams *params, GError **error)
{
    g_auto(GStrv) settings = audit_options_settings(params->measure);
    const AuditMethodParams probing = {
        .settings = (const char *const *)settings,
        .below = params->measure->below,
        .thumbnails = (guint)params->measure->thumbnails,
        .shard = params->discovery.shard,
    };
    GstElement *pipeline;
    AuditMethod *method;

    gst_init(NULL, NULL);
    method = audit_method_probe(&probing, &pipeline, error);
    if (pipeline) {
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(pipeline);
    }
    return method;
}

/* -- after --------------------------------------------------------------------------------- */

static AuditExit conclude(const AuditParams *params, GError **error)
{
    g_autofree char *results = audit_report_results(params->report.out);
    const char *const files[] = {results, NULL};
    g_autoptr(AuditCatalogue) catalogue = audit_catalogue_open(files, error);

    if (!catalogue)
        return AUDIT_EXIT_USAGE;
    return audit_report_write(catalogue, &params->report, error);
}

AuditExit audit_run(const AuditParams *params, GError **error)
{
    g_autoptr(GPtrArray) entries = audit_discover(&params->discovery);
    g_autoptr(AuditMethod) method = NULL;
    gboolean stopped = FALSE;

    /* A shard of nothing is a part all the same. */
    if (entries->len == 0 && params->discovery.shard.count == 1) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                    "no file that is named like video or a picture (--all-files takes any)");
        return AUDIT_EXIT_USAGE;
    }
    method = probe(params, error);
    if (!method || !measure(params, method, entries, &stopped, error))
        return AUDIT_EXIT_USAGE;
    if (stopped) {
        g_printerr("stopped; the same command with --resume goes on\n");
        return AUDIT_EXIT_STOPPED;
    }
    return conclude(params, error);
}
