/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Workers (worker.h) that measure many files at once. One that crashes, or tells of no progress for
 * too long, costs the file it was at, which becomes unreadable; another takes its place. */
#pragma once

#include "result.h"

typedef struct AuditCrew AuditCrew;

typedef struct {
    const char *const *argv; /* of a worker's program, NULL-terminated */
    guint jobs;              /* workers */
    guint patience;          /* seconds without progress in a file before it is given up */
    gboolean verbose;        /* workers' standard error is ours; else it goes nowhere */

    /* Called for each file as it is done; FALSE and error stop the crew. */
    gboolean (*done)(const AuditResult *result, gpointer data, GError **error);
    /* Called several times a second; share: of all files, by their size, 0..1. May be NULL. */
    void (*tick)(double share, gpointer data);
    gpointer data;
} AuditCrewParams;

/* entries: AuditEntry, borrowed until it is freed. (transfer full) */
AuditCrew *audit_crew_new(const AuditCrewParams *params, GPtrArray *entries);
void audit_crew_free(AuditCrew *crew);

/* Runs the default main context until every entry is done, or audit_crew_stop(). Errors: a worker
 * cannot be started, or says that the element does not work; done() failed. */
gboolean audit_crew_run(AuditCrew *crew, GError **error);

/* Kills the workers; what they were at is not done. */
void audit_crew_stop(AuditCrew *crew);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditCrew, audit_crew_free)
