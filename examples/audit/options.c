/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options to settings. */
#include "options.h"

#include "result.h"
#include <string.h>

#define BELOW 40
#define THUMBNAILS 3

void audit_options_init(AuditOptions *options)
{
    *options = (AuditOptions){.below = BELOW, .thumbnails = THUMBNAILS};
}

void audit_options_clear(AuditOptions *options)
{
    g_free(options->model);
    g_free(options->device);
    g_free(options->interval);
    g_free(options->alarm_below);
    g_strfreev(options->set);
}

void audit_options_add(AuditOptions *options, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"model", 0, 0, G_OPTION_ARG_FILENAME, &options->model,
         "Score with this model instead of the one that ships", "FILE"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options->device,
         "Score on this Vulkan device: a number, or part of its name", "NAME"},
        {"interval", 0, 0, G_OPTION_ARG_STRING, &options->interval, "Score every N-th frame", "N"},
        {"alarm-below", 0, 0, G_OPTION_ARG_STRING, &options->alarm_below,
         "Count an alarm where scores stay below this", "SCORE"},
        {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->set,
         "Set any property of biqafilter; may be given again", "NAME=VALUE"},
        {"below", 0, 0, G_OPTION_ARG_DOUBLE, &options->below,
         "Tell the longest time in a row below this (40; -1: do not)", "SCORE"},
        {"thumbnails", 0, 0, G_OPTION_ARG_INT, &options->thumbnails,
         "Pictures of a file's N worst frames and N hardest (3; at most 4)", "N"},
        {NULL},
    };
    GOptionGroup *group = g_option_group_new(
        "measure", "How files are measured:", "How files are measured", NULL, NULL);

    g_option_group_add_entries(group, entries);
    g_option_context_add_group(context, group);
}

gboolean audit_options_check(AuditOptions *options, GError **error)
{
    if (options->thumbnails < 0 || options->thumbnails > AUDIT_THUMBNAILS_MAX / 2)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--thumbnails takes 0 to %d",
                    AUDIT_THUMBNAILS_MAX / 2);
    else if (!(options->below <= 100))
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--below takes a score of 0 to 100, or -1");
    else
        return TRUE;
    return FALSE;
}

char **audit_options_settings(const AuditOptions *options)
{
    const struct {
        const char *name, *value;
    } rows[] = {
        {"model", options->model},
        {"device", options->device},
        {"interval", options->interval},
        {"alarm-below", options->alarm_below},
    };
    g_autoptr(GStrvBuilder) settings = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *setting = g_strdup_printf("%s=%s", rows[i].name, rows[i].value);
        if (rows[i].value)
            g_strv_builder_add(settings, setting);
    }
    for (char **set = options->set; set && *set; set++)
        g_strv_builder_add(settings, *set);
    return g_strv_builder_end(settings);
}

char **audit_options_worker(const AuditOptions *options, const char *program)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_auto(GStrv) settings = audit_options_settings(options);
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *below =
        g_strconcat("--below=", g_ascii_dtostr(number, sizeof number, options->below), NULL);
    g_autofree char *thumbnails = g_strdup_printf("--thumbnails=%d", options->thumbnails);

    g_strv_builder_add(words, program);
    g_strv_builder_add(words, "worker");
    g_strv_builder_add(words, below);
    g_strv_builder_add(words, thumbnails);
    for (char **setting = settings; *setting; setting++) {
        g_autofree char *word = g_strconcat("--set=", *setting, NULL);
        g_strv_builder_add(words, word);
    }
    return g_strv_builder_end(words);
}
