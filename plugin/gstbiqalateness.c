/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Quality of service, as GstVideoDecoder reads it. */
#include "gstbiqalateness.h"

void gst_biqa_lateness_init(GstBiqaLateness *self)
{
    g_mutex_init(&self->lock);
    gst_biqa_lateness_forget(self);
}

void gst_biqa_lateness_clear(GstBiqaLateness *self)
{
    g_mutex_clear(&self->lock);
}

static void set_earliest(GstBiqaLateness *self, GstClockTime earliest)
{
    g_mutex_lock(&self->lock);
    self->earliest = earliest;
    g_mutex_unlock(&self->lock);
}

void gst_biqa_lateness_forget(GstBiqaLateness *self)
{
    set_earliest(self, GST_CLOCK_TIME_NONE);
    self->tried = GST_CLOCK_TIME_NONE;
}

void gst_biqa_lateness_learn(GstBiqaLateness *self, GstEvent *event)
{
    GstClockTimeDiff difference;
    GstClockTime time;

    gst_event_parse_qos(event, NULL, NULL, &difference, &time);
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return;
    if (difference > 0)
        set_earliest(self, time + 2 * (GstClockTime)difference);
    else
        set_earliest(self, time >= (GstClockTime)-difference ? time + difference : 0);
}

gboolean gst_biqa_lateness_applies(GstBiqaLateness *self, GstClockTime running_time)
{
    gboolean late;

    if (!GST_CLOCK_TIME_IS_VALID(running_time) || !GST_CLOCK_TIME_IS_VALID(self->tried) ||
        running_time >= self->tried + GST_SECOND)
        return FALSE;
    g_mutex_lock(&self->lock);
    late = GST_CLOCK_TIME_IS_VALID(self->earliest) && running_time <= self->earliest;
    g_mutex_unlock(&self->lock);
    return late;
}

void gst_biqa_lateness_try(GstBiqaLateness *self, GstClockTime running_time)
{
    self->tried = running_time;
}
