/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of all files together, and whether they pass. */
#pragma once

#include "catalogue.h"

/* What a file must be to pass. */
typedef struct {
    AuditFigure figure; /* that is held against bound */
    double bound;       /* points; NAN: there is none */
} AuditGate;

/* "40" (the lowest score) or "FIGURE:40"; NULL is no bound. Errors: G_OPTION_ERROR_BAD_VALUE. */
gboolean audit_gate_parse(const char *text, AuditGate *gate, GError **error);

/* Below the gate's bound, or an alarm rang. */
gboolean audit_gate_fails(const AuditGate *gate, const AuditResult *result);

typedef struct {
    AuditGate gate;
    guint files, states[AUDIT_N_STATES], failing;
    guint64 frames, scored, hard, alarms;
    guint64 duration;    /* ns; no 64 bits of archive are that long */
    double sum, inverse; /* of the scores, of 1 / (score + 1) */
    double lowest;       /* NAN: nothing was scored */
    guint64 histogram[AUDIT_HISTOGRAM];
    GPtrArray *devices; /* char *, that files were measured on, sorted; NULL-terminated */
} AuditTotals;

/* audit_totals_clear() it. */
void audit_totals_init(AuditTotals *totals, const AuditGate *gate);
void audit_totals_add(AuditTotals *totals, const AuditResult *result);
void audit_totals_clear(AuditTotals *totals);

/* Of all frames; NAN where none was scored. */
double audit_totals_mean(const AuditTotals *totals);
double audit_totals_harmonic_mean(const AuditTotals *totals);

typedef enum {
    AUDIT_EXIT_FINE,
    AUDIT_EXIT_BELOW,        /* a file is below the gate's bound, or an alarm rang */
    AUDIT_EXIT_USAGE,        /* nothing was done, or not to the end */
    AUDIT_EXIT_UNREADABLE,   /* a file was not measured to its end: weighs more than BELOW */
    AUDIT_EXIT_STOPPED = 130 /* by a signal; --resume goes on */
} AuditExit;

AuditExit audit_totals_exit(const AuditTotals *totals);
