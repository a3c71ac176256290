/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of an audit or of a merge: results in order, the page, a few lines, the exit status. */
#pragma once

#include "page.h"

typedef struct {
    const char *out; /* the page's file */
    AuditGate gate;
    AuditPageParams page;
} AuditReportParams;

/* The results file that belongs to a page: its name with .jsonl for .html. (transfer full) */
char *audit_report_results(const char *out);

/* Writes results file and page, and says on standard output what came of it. */
AuditExit audit_report_write(const AuditCatalogue *catalogue, const AuditReportParams *params,
                             GError **error);
