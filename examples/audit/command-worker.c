/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-audit worker: what biqa-audit starts to measure files. Not for people. */
#include "command.h"

#include "options.h"
#include "worker.h"
#include <gst/gst.h>

static AuditExit work(const AuditOptions *options)
{
    g_auto(GStrv) settings = audit_options_settings(options);
    const AuditMeasureParams params = {
        .settings = (const char *const *)settings,
        .below = options->below,
        .thumbnails = (guint)options->thumbnails,
    };

    gst_init(NULL, NULL);
    return audit_worker_run(&params) == 0 ? AUDIT_EXIT_FINE : AUDIT_EXIT_USAGE;
}

AuditExit audit_command_worker(int argc, char **argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    AuditOptions options;
    AuditExit status = AUDIT_EXIT_USAGE;

    audit_options_init(&options);
    audit_options_add(&options, context);
    if (g_option_context_parse(context, &argc, &argv, error) &&
        audit_options_check(&options, error))
        status = work(&options);
    audit_options_clear(&options);
    return status;
}
