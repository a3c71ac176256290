/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

const char *monitor_state_name(MonitorState state)
{
    static const char *const names[MONITOR_N_STATES] = {
        [MONITOR_LIVE] = "live",
        [MONITOR_ENDED] = "ended",
        [MONITOR_CONNECTING] = "connecting",
        [MONITOR_STALLED] = "stalled",
        [MONITOR_DOWN] = "down",
    };

    g_return_val_if_fail(state < MONITOR_N_STATES, NULL);
    return names[state];
}
