/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include <sys/wait.h>

int command_run(const char *folder, const char *words, char **out, char **err)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    g_autofree char *line = g_strdup_printf("%s %s", g_getenv("BIQA_TRAIN"), words);
    g_autofree char *unread = NULL; /* what it prints is no line of the test's own */
    int status = 0;
    g_shell_parse_argv(line, NULL, &argv, &error);
    g_assert_no_error(error);
    g_spawn_sync(folder, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, out ? out : &unread, err, &status,
                 &error);
    g_assert_no_error(error);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
