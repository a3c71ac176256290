/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One frame of each interval. */
#include "gstbiqaschedule.h"

void gst_biqa_schedule_init(GstBiqaSchedule *schedule)
{
    *schedule = (GstBiqaSchedule){0};
}

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the input moves half of the output's.
 */
static guint64 mix(guint64 x)
{
    x += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Where in its interval of length the due frame lies: 0..length - 1. */
static guint64 place(const GstBiqaPace *pace, guint64 interval, guint64 length)
{
    double draw = (double)(mix(mix(pace->seed) ^ interval) >> 11) * 0x1p-53; /* [0, 1) */
    guint64 at = (guint64)(pace->jitter * draw * (double)length);

    return MIN(at, length - 1); /* the product may round up */
}

gboolean gst_biqa_schedule_due(GstBiqaSchedule *schedule, const GstBiqaPace *pace, guint64 frame,
                               GstClockTime running_time)
{
    guint64 interval;

    if (pace->time == 0 || !GST_CLOCK_TIME_IS_VALID(running_time))
        return frame % pace->interval == place(pace, frame / pace->interval, pace->interval);

    interval = running_time / pace->time;
    if (!schedule->begun || interval + 1 < schedule->next)
        *schedule =
            (GstBiqaSchedule){.begun = TRUE, .next = interval}; /* the first, or time went back */
    if (interval < schedule->next)
        return FALSE;
    if (interval > schedule->next)
        schedule->next = interval; /* for the one before; this one's is still to come */
    else if (running_time % pace->time >= place(pace, interval, pace->time))
        schedule->next = interval + 1;
    else
        return FALSE;
    return TRUE;
}
