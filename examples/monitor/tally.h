/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a streaming thread has seen and the main thread has not yet asked for. Counted by reference,
 * so that the thread of a pipeline on its way out counts into its own tally and nobody else's. */
#pragma once

#include "span.h"

#define MONITOR_N_BINS 10 /* of the histogram of scores: up to 10, 20, ... 100 */

typedef struct MonitorTally MonitorTally;

MonitorTally *monitor_tally_new(void);
MonitorTally *monitor_tally_ref(MonitorTally *tally);
void monitor_tally_unref(MonitorTally *tally);

/* Around work, the making of a pipeline, during which no frame can be expected. */
void monitor_tally_begin_work(MonitorTally *tally);
void monitor_tally_end_work(MonitorTally *tally);

/* A frame came out of the source; monitor_tally_add() says what the filter made of it. A frame held
 * whose score is another than that of the frame before has a score that came too late for its own
 * frame: it counts as fresh. */
void monitor_tally_arrive(MonitorTally *tally);
void monitor_tally_add(MonitorTally *tally, const MonitorReading *reading);

/* What was added since the last call, and scores by bin added to bins (of MONITOR_N_BINS). */
void monitor_tally_take(MonitorTally *tally, MonitorSpan *span, guint64 *bins);

/* Monotonic microseconds for which the source has given nothing, 0 while that is not its fault:
 * work is under way, or the filter has its first frame in hand, for which it compiles shaders. */
gint64 monitor_tally_silence(MonitorTally *tally);

/* Monotonic time of the first frame that was added, 0 if there was none. */
gint64 monitor_tally_first(MonitorTally *tally);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorTally, monitor_tally_unref)
