/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-audit merge: one report of many shards. */
#include "command.h"

#include "report.h"

typedef struct {
    char *out, *fail_below, *title;
    char **parts;
} Options;

static AuditExit merge(const Options *options, GError **error)
{
    g_autoptr(AuditCatalogue) catalogue = NULL;
    AuditReportParams params = {
        .out = options->out ? options->out : "audit.html",
        .page = {.title = options->title, .picture_bytes = AUDIT_PAGE_PICTURE_BYTES},
    };

    if (!options->parts) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                    "merge takes the results files (.jsonl) of the parts");
        return AUDIT_EXIT_USAGE;
    }
    if (!audit_gate_parse(options->fail_below, &params.gate, error))
        return AUDIT_EXIT_USAGE;
    catalogue = audit_catalogue_open((const char *const *)options->parts, error);
    return catalogue ? audit_report_write(catalogue, &params, error) : AUDIT_EXIT_USAGE;
}

AuditExit audit_command_merge(int argc, char **argv, GError **error)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out,
         "The page (audit.html); the results go to the same name with .jsonl", "FILE"},
        {"fail-below", 0, 0, G_OPTION_ARG_STRING, &options.fail_below,
         "Exit with 1 if a file's FIGURE (minimum) is below", "[FIGURE:]SCORE"},
        {"title", 0, 0, G_OPTION_ARG_STRING, &options.title, "Title of the page", "TEXT"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.parts, NULL, NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("PART.jsonl...");
    AuditExit status = AUDIT_EXIT_USAGE;

    g_option_context_set_summary(context, "Makes one report of the results of many shards.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, &argc, &argv, error))
        status = merge(&options, error);
    g_free(options.out);
    g_free(options.fail_below);
    g_free(options.title);
    g_strfreev(options.parts);
    return status;
}
