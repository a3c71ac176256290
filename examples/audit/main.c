/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-audit: from many files to one report. */
#include "command.h"

#include <locale.h>

static const struct {
    const char *name;
    AuditExit (*run)(int argc, char **argv, GError **error);
} commands[] = {
    {"merge", audit_command_merge},
    {"worker", audit_command_worker},
};

int main(int argc, char **argv)
{
    AuditExit (*run)(int, char **, GError **) = audit_command_run;
    g_autoptr(GError) error = NULL;
    AuditExit status;

    setlocale(LC_CTYPE, ""); /* file names as they are; numbers stay the C locale's */
    for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
        if (!g_str_equal(argv[1], commands[i].name))
            continue;
        run = commands[i].run;
        argv++;
        argc--;
    }
    g_set_prgname(run == audit_command_merge ? "biqa-audit merge" : "biqa-audit");
    status = run(argc, argv, &error);
    if (error)
        g_printerr("%s: %s\n", g_get_prgname(), error->message);
    return (int)status;
}
