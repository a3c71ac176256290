/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a channel is doing. The higher the worse: of a longer span the worst is told. */
#pragma once

#include <glib.h>

typedef enum {
    MONITOR_LIVE,       /* frames come */
    MONITOR_ENDED,      /* the source came to its end, and nobody asked for another round */
    MONITOR_CONNECTING, /* no frame so far, or none since the source came to its end */
    MONITOR_STALLED,    /* no frame for a while */
    MONITOR_DOWN,       /* the source died, or could not be opened; tried again and again */
    MONITOR_N_STATES
} MonitorState;

const char *monitor_state_name(MonitorState state); /* "live" */
