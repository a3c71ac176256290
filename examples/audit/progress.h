/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user sees while an audit runs: on a terminal a bar with the time left, elsewhere a line
 * a file. */
#pragma once

#include "result.h"
#include <stdio.h>

typedef struct {
    FILE *out;
    gboolean bar;
    guint columns;              /* of the terminal */
    guint done, total, trouble; /* files; trouble: not measured to their end */
    gint64 start;               /* us, monotonic */
} AuditProgress;

/* total: files to do. A bar is drawn where out is a terminal. */
void audit_progress_init(AuditProgress *progress, FILE *out, guint total);

void audit_progress_done(AuditProgress *progress, const AuditResult *result);

/* share: of the work, 0..1. */
void audit_progress_tick(AuditProgress *progress, double share);

/* Takes the bar away. */
void audit_progress_end(AuditProgress *progress);

/* The bar's text, of at most columns characters; elapsed: seconds. (transfer full) */
char *audit_progress_text(const AuditProgress *progress, double share, double elapsed);

/* "7 s", "3:05 min", "2:00 h". (transfer full) */
char *audit_duration_text(double seconds);
