/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records said, frames pushed. */
#include "gstbiqaexit.h"
#include "gstbiqaanalytics.h"
#include "gstbiqaerror.h"
#include "gstbiqafilter-private.h"
#include "gstbiqaflow.h"
#include "gstbiqameta.h"
#include "gstbiqaview.h"

/* -- what is said of a frame --------------------------------------------------------------- */

static void describe(GstBiqaFilter *self, guint generation, GstCaps *caps,
                     const GstBiqaWatchRules *rules)
{
    GstBiqaHeader *header = gst_biqa_scorer_describe(self->scorer, generation, caps);

    if (gst_biqa_flow_scores_there(self)) { /* where only this thread changes the name */
        g_free(header->device);
        header->device = g_strdup(self->device_name);
    }
    self->generation = generation;
    gst_biqa_watch_describe(self->watch, header, rules);
}

void gst_biqa_exit_describe(GstBiqaFilter *self, guint generation, GstCaps *caps)
{
    describe(self, generation, caps, &self->tuning.watch);
}

/* Tells of a model that came while frames flowed. */
static void describe_next(GstBiqaFilter *self, guint generation, const GstBiqaWatchRules *rules)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SINK_PAD(self));

    describe(self, generation, caps, rules);
}

/* Offers a hard frame to be kept. */
static void keep(GstBiqaFilter *self, GstBuffer *buffer, const GstBiqaRecord *record)
{
    g_autoptr(GError) error = NULL;
    GstBiqaView view;

    if (!gst_biqa_harvest_expects(self->harvest, record)) {
        gst_biqa_harvest_offer(self->harvest, NULL, record);
        return;
    }
    if (gst_biqa_view_map(&view, buffer, &self->lens, &error)) {
        if (gst_biqa_view_fetch(&view, &error))
            gst_biqa_harvest_offer(self->harvest, &view.frame, record);
        gst_biqa_view_unmap(&view);
    }
    if (error)
        gst_biqa_warning_post(GST_ELEMENT(self), GST_BIQA_ERROR_HARVEST_LOST, error);
}

gboolean gst_biqa_exit_say(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaRecord *record,
                           const GstBiqaTuning *tuning)
{
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_add_frame(&self->stats, record->origin);
    GST_OBJECT_UNLOCK(self);
    if (record->origin != GST_BIQA_SKIPPED && record->generation > self->generation)
        describe_next(self, record->generation, &tuning->watch);
    if (!gst_biqa_watch_take(self->watch, record, &tuning->watch))
        return FALSE;
    keep(self, buffer, record);
    gst_biqa_meta_add(buffer, GST_OBJECT(self), record);
    gst_biqa_analytics_add(buffer, record);
    if (tuning->post_messages &&
        (record->origin == GST_BIQA_INFERRED || record->domain != self->said))
        gst_element_post_message(GST_ELEMENT(self), gst_biqa_message_new(GST_OBJECT(self), record));
    self->said = record->domain;
    return TRUE;
}

/* -- policy=deadline ----------------------------------------------------------------------- */

/* Nobody may hold up a frame that leaves a delay. */
static GstBiqaTuning tuning_now(GstBiqaFilter *self)
{
    GstBiqaTuning tuning;

    GST_OBJECT_LOCK(self);
    tuning = self->settings.tuning;
    GST_OBJECT_UNLOCK(self);
    tuning.watch.may_wait = FALSE;
    return tuning;
}

/* Says and pushes a frame (transfer full). */
static GstFlowReturn depart(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaRecord *record)
{
    const GstBiqaTuning tuning = tuning_now(self);

    buffer = gst_buffer_make_writable(buffer);
    if (gst_biqa_exit_say(self, buffer, record, &tuning))
        return gst_pad_push(GST_BASE_TRANSFORM_SRC_PAD(self), buffer);
    gst_buffer_unref(buffer);
    return GST_FLOW_ERROR;
}

void gst_biqa_exit_let_go(GstBiqaFilter *self, gboolean all)
{
    GstBiqaRecord record;
    GstBuffer *buffer;

    g_mutex_lock(&self->leaving);
    while (g_atomic_int_get(&self->flow) == GST_FLOW_OK &&
           (buffer = gst_biqa_delay_pop(self->delay, all, &record)))
        g_atomic_int_set(&self->flow, depart(self, buffer, &record));
    if (g_atomic_int_get(&self->flow) != GST_FLOW_OK)
        gst_biqa_delay_clear(self->delay); /* nobody takes them */
    g_mutex_unlock(&self->leaving);
}

void gst_biqa_exit_forget(GstBiqaFilter *self)
{
    g_mutex_lock(&self->leaving);
    gst_biqa_delay_clear(self->delay);
    g_atomic_int_set(&self->flow, GST_FLOW_OK);
    g_mutex_unlock(&self->leaving);
}
