/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An audit from its files to its report. */
#pragma once

#include "discovery.h"
#include "options.h"
#include "report.h"
#include "store.h"

typedef struct {
    AuditDiscovery discovery;
    const AuditOptions *measure;
    AuditReportParams report;
    AuditStoreMode mode;
    gboolean retry; /* measure again what was not measured to its end */
    gboolean quiet, verbose;
    guint jobs, patience; /* see crew.h */
    const char *program;  /* this one's file, for workers */
} AuditParams;

/* Measures what is not measured yet, and writes the report. SIGINT and SIGTERM stop it: what is
 * done stays done. */
AuditExit audit_run(const AuditParams *params, GError **error);
