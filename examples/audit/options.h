/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options that say how files are measured; an audit hands them on to its workers. */
#pragma once

#include <glib.h>

typedef struct {
    char *model, *device, *interval, *alarm_below; /* short for settings */
    char **set;                                    /* "NAME=VALUE" */
    double below;
    int thumbnails;
} AuditOptions;

void audit_options_init(AuditOptions *options);
void audit_options_clear(AuditOptions *options);

/* Adds the options to a context's; options must live until it has parsed. */
void audit_options_add(AuditOptions *options, GOptionContext *context);

/* FALSE and error if a value is out of its range. */
gboolean audit_options_check(AuditOptions *options, GError **error);

/* All of them as settings of the element, "NAME=VALUE". (transfer full) */
char **audit_options_settings(const AuditOptions *options);

/* A worker's command line. (transfer full) */
char **audit_options_worker(const AuditOptions *options, const char *program);
