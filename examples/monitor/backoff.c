/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backoff.h"

void monitor_backoff_init(MonitorBackoff *backoff, gint64 first, gint64 limit, guint32 seed)
{
    *backoff = (MonitorBackoff){
        .first = first,
        .limit = MAX(first, limit),
        .random = g_rand_new_with_seed(seed),
    };
}

void monitor_backoff_clear(MonitorBackoff *backoff)
{
    g_clear_pointer(&backoff->random, g_rand_free);
}

gint64 monitor_backoff_next(MonitorBackoff *backoff, gint64 lived)
{
    const gint64 before = backoff->wait;

    if (before == 0 || (lived > 0 && lived >= before))
        backoff->wait = backoff->first;
    else
        backoff->wait = before > backoff->limit / 2 ? backoff->limit : before * 2;
    return (gint64)(backoff->wait * g_rand_double_range(backoff->random, .5, 1));
}
