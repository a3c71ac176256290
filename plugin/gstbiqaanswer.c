/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Latency, buffers and contexts. */
#include "gstbiqaanswer.h"
#include "gstbiqafilter-private.h"
#include "gstbiqaflow.h"

/* The time that frames may wait is added to what upstream says. */
static gboolean answer_latency(GstBiqaFilter *self, GstQuery *query)
{
    GstClockTime least, most, hold;
    gboolean live;

    if (!gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query))
        return FALSE;
    GST_OBJECT_LOCK(self);
    hold = self->hold;
    GST_OBJECT_UNLOCK(self);
    gst_query_parse_latency(query, &live, &least, &most);
    gst_query_set_latency(query, live, least + hold,
                          GST_CLOCK_TIME_IS_VALID(most) ? most + hold : most);
    return TRUE;
}

void gst_biqa_answer_allocation(const GstBiqaFilter *self, GstQuery *query)
{
    const guint extra = self->length + (self->delay ? GST_BIQA_DELAY_SPARE + 2 : 0);
    const guint n = gst_query_get_n_allocation_pools(query);
    GstVideoInfo info;
    GstCaps *caps;

    if (extra == 0)
        return;
    for (guint i = 0; i < n; i++) {
        g_autoptr(GstBufferPool) pool = NULL;
        guint size, least, most;

        gst_query_parse_nth_allocation_pool(query, i, &pool, &size, &least, &most);
        gst_query_set_nth_allocation_pool(query, i, pool, size, least + extra,
                                          most > 0 ? most + extra : 0);
    }
    gst_query_parse_allocation(query, &caps, NULL);
    if (n == 0 && caps && gst_video_info_from_caps(&info, caps))
        gst_query_add_allocation_pool(query, NULL, (guint)info.size, extra, 0);
}

gboolean gst_biqa_answer_query(GstBiqaFilter *self, GstPadDirection direction, GstQuery *query)
{
    switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_LATENCY:
        return direction == GST_PAD_SRC && answer_latency(self, query);
    case GST_QUERY_CONTEXT:
        return gst_biqa_queue_answer(self->lens.queue, GST_ELEMENT(self), query);
    case GST_QUERY_DRAIN:
        gst_biqa_flow_drain(self);
        return FALSE;
    default:
        return FALSE;
    }
}
