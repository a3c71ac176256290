/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the page; each appends to out. */
#pragma once

#include "html.h"
#include "page.h"

void audit_page_add_style(GString *out);
void audit_page_add_script(GString *out);

/* The figures of all files. */
void audit_page_add_head(GString *out, const AuditTotals *totals, const AuditMethod *method);

/* A file's row and what unfolds below it; number: of the row, from 1. With pictures its thumbnails
 * are shown. */
typedef struct {
    const AuditResult *result;
    const AuditTotals *totals;
    double below; /* bound of the longest run */
    guint number;
    gboolean pictures;
} AuditPageRow;
void audit_page_add_row(GString *out, const AuditPageRow *row);

/* The files that were not measured to their end, of those given one by one between begin and end.
 */
void audit_page_add_trouble(GString *out, const AuditResult *result);

/* How it was measured, and how to read it. */
void audit_page_add_method(GString *out, const AuditTotals *totals, const AuditMethod *method);

/* A score to one digit with the colour of its class, a dash for NAN. */
void audit_page_add_score(GString *out, double score);

/* A time in something that lasts whole: "1:02:03" or, where whole is below ten seconds, "4.5 s".
 * Both ns. (transfer full) */
char *audit_page_time(guint64 time, guint64 whole);
