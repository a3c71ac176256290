/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Vulkan queue that images are used on. Vulkan lets one thread at a time use a queue, so all
 * who do hold one lock: that of the GstVulkanQueue which GStreamer's elements get by asking their
 * neighbours (GstContext "gst.vulkan.queue"). From any thread but where said. */
#pragma once

#include "image.h"
#include <gst/gst.h>

typedef struct GstBiqaQueue GstBiqaQueue;

/* Knows of no queue yet. NULL where GStreamer's Vulkan library was not there to build with. */
GstBiqaQueue *gst_biqa_queue_new(void);
void gst_biqa_queue_free(GstBiqaQueue *queue); /* NULL is fine here and below */

/* Asks element's neighbours for their queue. From the streaming thread, before the first image of
 * new caps. */
void gst_biqa_queue_ask(GstBiqaQueue *queue, GstElement *element);

/* Takes the queue that the application set, if context has one; what neighbours say counts more. */
void gst_biqa_queue_learn(GstBiqaQueue *queue, GstContext *context);

/* Answers a context query of element's neighbours, for the queue and what it belongs to. FALSE: it
 * is about something else, or no queue is known. */
gboolean gst_biqa_queue_answer(GstBiqaQueue *queue, GstElement *element, GstQuery *query);

/* Forgets all but what the application set. */
void gst_biqa_queue_forget(GstBiqaQueue *queue);

/* The device of an image, and the queue to use it on: its writer's where the image tells, else the
 * one that is shared on its device, else the device's first that computes, which is answered with
 * from then on. foreign->unref(foreign->owner) when done. Errors: BIQA_ERROR_SUPPORT. */
struct _GstVulkanImageMemory;
gboolean gst_biqa_queue_describe(GstBiqaQueue *queue, struct _GstVulkanImageMemory *memory,
                                 BiqaVkForeign *foreign, GError **error);
