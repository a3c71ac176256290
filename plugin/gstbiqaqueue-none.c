/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Without GStreamer's Vulkan library there is no queue to share. */
#include "gstbiqaqueue.h"

GstBiqaQueue *gst_biqa_queue_new(void)
{
    return NULL;
}

void gst_biqa_queue_free(GstBiqaQueue *queue)
{
}

void gst_biqa_queue_ask(GstBiqaQueue *queue, GstElement *element)
{
}

void gst_biqa_queue_learn(GstBiqaQueue *queue, GstContext *context)
{
}

gboolean gst_biqa_queue_answer(GstBiqaQueue *queue, GstElement *element, GstQuery *query)
{
    return FALSE;
}

void gst_biqa_queue_forget(GstBiqaQueue *queue)
{
}
