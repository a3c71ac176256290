/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user asked for, by arguments or in a file. */
#pragma once

#include "property.h"

typedef struct {
    char *name, *address;
    GPtrArray *properties; /* MonitorProperty: those for all channels, then its own */
} MonitorInput;

typedef struct {
    GPtrArray *inputs;                        /* MonitorInput, at least one; names differ */
    char *listen;                             /* as in server.h; NULL for no server */
    gint64 retry_first, retry_limit, timeout; /* microseconds */
    gboolean once;                            /* a source that ends is not opened again */
    gboolean quiet;                           /* no lines on stdout */
    gboolean version;                         /* print it and do nothing: no inputs then */
} MonitorSettings;

/* Reads the arguments of main(), and the file that they name. Errors: what the user wrote makes no
 * sense; the message says what and where. */
MonitorSettings *monitor_settings_new(char **argv, GError **error);
void monitor_settings_free(MonitorSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorSettings, monitor_settings_free)
