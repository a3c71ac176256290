/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing what an audit leaves. */
#include "report.h"

#include <string.h>

char *audit_report_results(const char *out)
{
    g_autofree char *base = g_str_has_suffix(out, ".html")
                                ? g_strndup(out, strlen(out) - strlen(".html"))
                                : g_strdup(out);

    return g_strconcat(base, ".jsonl", NULL);
}

static gboolean add_up(const AuditCatalogue *catalogue, AuditTotals *totals, GError **error)
{
    for (guint i = 0; i < catalogue->rows->len; i++) {
        g_autoptr(AuditResult) result =
            audit_catalogue_read(catalogue, g_ptr_array_index(catalogue->rows, i), error);

        if (!result)
            return FALSE;
        audit_totals_add(totals, result);
    }
    return TRUE;
}

static void say(const AuditTotals *totals, const AuditCatalogue *catalogue)
{
    g_print("%u files: %u measured, %u broken off, %u unreadable", totals->files,
            totals->states[AUDIT_MEASURED], totals->states[AUDIT_PARTLY],
            totals->states[AUDIT_UNREADABLE]);
    if (totals->scored)
        g_print("; %" G_GUINT64_FORMAT " frames scored, mean %.1f, lowest %.1f", totals->scored,
                audit_totals_mean(totals), totals->lowest);
    if (totals->failing)
        g_print("; %u not passing", totals->failing);
    if (catalogue->unread)
        g_print("; %u lines were no results", catalogue->unread);
    g_print("\n");
}

AuditExit audit_report_write(const AuditCatalogue *catalogue, const AuditReportParams *params,
                             GError **error)
{
    g_autofree char *results = audit_report_results(params->out);
    const char *const files[] = {results, NULL};
    g_autoptr(AuditCatalogue) saved = NULL;
    AuditExit status = AUDIT_EXIT_USAGE;
    AuditTotals totals;

    if (!audit_catalogue_save(catalogue, results, error))
        return AUDIT_EXIT_USAGE;
    saved = audit_catalogue_open(files, error);
    if (!saved)
        return AUDIT_EXIT_USAGE;
    audit_totals_init(&totals, &params->gate);
    if (add_up(saved, &totals, error) &&
        audit_page_save(saved, &totals, &params->page, params->out, error)) {
        say(&totals, catalogue);
        status = audit_totals_exit(&totals);
    }
    audit_totals_clear(&totals);
    return status;
}
