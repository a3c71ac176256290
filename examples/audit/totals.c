/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding results up. */
#include "totals.h"

#include <math.h>
#include <string.h>

gboolean audit_gate_parse(const char *text, AuditGate *gate, GError **error)
{
    const char *colon = text ? strchr(text, ':') : NULL, *number = colon ? colon + 1 : text;
    g_autofree char *name = colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup("minimum");
    char *end;

    if (!text) {
        *gate = (AuditGate){AUDIT_MINIMUM, (double)NAN};
        return TRUE;
    }
    gate->bound = g_ascii_strtod(number, &end);
    if (audit_figure_parse(name, &gate->figure) && end != number && !*end && gate->bound >= 0 &&
        gate->bound <= 100)
        return TRUE;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "\"%s\" is no bound: it takes a score of 0 to 100, or FIGURE:SCORE with one of "
                "minimum, p1, p5, p10, p50, mean, harmonic-mean",
                text);
    return FALSE;
}

gboolean audit_gate_fails(const AuditGate *gate, const AuditResult *result)
{
    /* Comparisons with NAN are false. */
    return result->n_alarms > 0 || result->figures[gate->figure] < gate->bound;
}

void audit_totals_init(AuditTotals *totals, const AuditGate *gate)
{
    *totals = (AuditTotals){
        .gate = *gate,
        .lowest = (double)NAN,
        .devices = g_ptr_array_new_null_terminated(1, g_free, TRUE),
    };
}

void audit_totals_clear(AuditTotals *totals)
{
    g_ptr_array_unref(totals->devices);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_device(AuditTotals *totals, const char *device)
{
    if (!device || g_ptr_array_find_with_equal_func(totals->devices, device, g_str_equal, NULL))
        return;
    g_ptr_array_add(totals->devices, g_strdup(device));
    g_ptr_array_sort(totals->devices, compare);
}

void audit_totals_add(AuditTotals *totals, const AuditResult *result)
{
    totals->files++;
    add_device(totals, result->device);
    totals->states[result->state]++;
    totals->failing += audit_gate_fails(&totals->gate, result) ? 1 : 0;
    totals->frames += result->frames;
    totals->scored += result->scored;
    totals->hard += result->hard;
    totals->alarms += result->n_alarms;
    totals->duration += result->duration;
    for (guint i = 0; i < AUDIT_HISTOGRAM; i++)
        totals->histogram[i] += result->histogram[i];
    if (result->scored == 0)
        return;
    totals->sum += result->scored * result->figures[AUDIT_MEAN];
    totals->inverse += result->scored / (result->figures[AUDIT_HARMONIC_MEAN] + 1);
    totals->lowest = fmin(totals->lowest, result->figures[AUDIT_MINIMUM]); /* passes over NAN */
}

double audit_totals_mean(const AuditTotals *totals)
{
    return totals->scored ? totals->sum / totals->scored : (double)NAN;
}

double audit_totals_harmonic_mean(const AuditTotals *totals)
{
    return totals->scored ? totals->scored / totals->inverse - 1 : (double)NAN;
}

AuditExit audit_totals_exit(const AuditTotals *totals)
{
    if (totals->states[AUDIT_MEASURED] < totals->files)
        return AUDIT_EXIT_UNREADABLE;
    return totals->failing ? AUDIT_EXIT_BELOW : AUDIT_EXIT_FINE;
}
