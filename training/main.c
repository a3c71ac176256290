/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train: the command line. */
#include "command.h"

#include <glib/gi18n.h>
#include <gst/gst.h>
#include <locale.h>
#include <stdio.h>

static const TrainCommand *const commands[] = {
    &train_command_train,   &train_command_eval,      &train_command_score,
    &train_command_compare, &train_command_distort,   &train_command_info,
    &train_command_judge,   &train_command_calibrate, &train_command_report,
    &train_command_bench,   &train_command_ratings,   &train_command_map,
    &train_command_spots,   &train_command_gmad,      &train_command_gallery,
    &train_command_adapt,   &train_command_tasks,     &train_command_continual,
    &train_command_tune,    &train_command_loop,
};

static int usage(FILE *out)
{
    fprintf(
        out,
        "Usage: biqa-train COMMAND [OPTION...] ...\n\nMakes and judges the models of the GStreamer "
        "element biqafilter.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\n`biqa-train COMMAND --help` says more of each.\n");
    return out == stdout ? 0 : 2;
}

/* Parses the options of a command and runs it on what is left. */
static int run(const TrainCommand *command, int argc, char **argv)
{
    g_autofree char *title = g_strdup_printf("biqa-train %s", command->name);
    g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
    g_autoptr(GError) error = NULL;
    int status = 1;

    g_set_prgname(title);
    g_option_context_set_summary(context, command->summary);
    g_option_context_set_description(context, command->description);
    g_option_context_add_main_entries(context, command->entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    if (!g_option_context_parse(context, &argc, &argv, &error))
        status = 2;
    else
        status = command->run(argc - 1, argv + 1, &error);
    if (error)
        fprintf(stderr, "biqa-train %s: %s\n", command->name, error->message);
    return status;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* file names as they are; numbers stay the C locale's */
    if (argc < 2)
        return usage(stderr);
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))
        return usage(stdout);
    if (g_str_equal(argv[1], "--version")) {
        printf("biqa-train " BIQA_VERSION "\n");
        return 0;
    }
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i]->name, argv[1]))
            return run(commands[i], argc - 1, argv + 1);
    }
    fprintf(stderr, "biqa-train: there is no command \"%s\"\n", argv[1]);
    return usage(stderr);
}
