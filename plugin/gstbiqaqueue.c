/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the queue, and lending it on. */
#define GST_USE_UNSTABLE_API
#include "gstbiqaqueue.h"

#include "error.h"
#include <gst/vulkan/vulkan.h>

/* Where a queue is known from, the better source first. */
typedef enum { NEIGHBOURS, APPLICATION, OURSELVES, N_SOURCES } Source;

struct GstBiqaQueue {
    GMutex lock;
    GstVulkanQueue *known[N_SOURCES]; /* under lock; NULL: none */
};

/* -- life ---------------------------------------------------------------------------------- */

GstBiqaQueue *gst_biqa_queue_new(void)
{
    GstBiqaQueue *self = g_new0(GstBiqaQueue, 1);

    g_mutex_init(&self->lock);
    return self;
}

/* Takes queue. */
static void keep(GstBiqaQueue *self, Source source, GstVulkanQueue *queue)
{
    GstVulkanQueue *before;

    g_mutex_lock(&self->lock);
    before = self->known[source];
    self->known[source] = queue;
    g_mutex_unlock(&self->lock);
    g_clear_object(&before);
}

void gst_biqa_queue_forget(GstBiqaQueue *self)
{
    if (!self)
        return;
    keep(self, NEIGHBOURS, NULL);
    keep(self, OURSELVES, NULL);
}

void gst_biqa_queue_free(GstBiqaQueue *self)
{
    if (!self)
        return;
    gst_biqa_queue_forget(self);
    keep(self, APPLICATION, NULL);
    g_mutex_clear(&self->lock);
    g_free(self);
}

/* -- what is known ------------------------------------------------------------------------- */

static gboolean computes(const GstVulkanQueue *queue)
{
    const GstVulkanPhysicalDevice *physical = queue->device->physical_device;

    return physical->queue_family_props[queue->family].queueFlags & VK_QUEUE_COMPUTE_BIT;
}

/* The first that is known on device (NULL: on any), and computes where device is given. (transfer
 * full) */
static GstVulkanQueue *recall(GstBiqaQueue *self, const GstVulkanDevice *device)
{
    GstVulkanQueue *queue = NULL;

    g_mutex_lock(&self->lock);
    for (guint i = 0; i < N_SOURCES && !queue; i++) {
        GstVulkanQueue *known = self->known[i];

        if (known && (!device || (known->device == device && computes(known))))
            queue = gst_object_ref(known);
    }
    g_mutex_unlock(&self->lock);
    return queue;
}

void gst_biqa_queue_ask(GstBiqaQueue *self, GstElement *element)
{
    GstVulkanQueue *queue = NULL;

    if (self && gst_vulkan_queue_run_context_query(element, &queue))
        keep(self, NEIGHBOURS, queue);
}

void gst_biqa_queue_learn(GstBiqaQueue *self, GstContext *context)
{
    GstVulkanQueue *queue = NULL;

    if (self && gst_context_has_context_type(context, GST_VULKAN_QUEUE_CONTEXT_TYPE_STR) &&
        gst_context_get_vulkan_queue(context, &queue))
        keep(self, APPLICATION, queue);
}

gboolean gst_biqa_queue_answer(GstBiqaQueue *self, GstElement *element, GstQuery *query)
{
    g_autoptr(GstVulkanQueue) queue = self ? recall(self, NULL) : NULL;

    return queue && (gst_vulkan_queue_handle_context_query(element, query, queue) ||
                     gst_vulkan_handle_context_query(element, query, NULL, queue->device->instance,
                                                     queue->device));
}

/* -- for an image -------------------------------------------------------------------------- */

/* With its device, which a queue of 1.22 does not keep to its own end. */
static gpointer queue_ref(gpointer queue)
{
    gst_object_ref(((GstVulkanQueue *)queue)->device);
    return gst_object_ref(queue);
}

static void queue_unref(gpointer queue)
{
    GstVulkanDevice *device = ((GstVulkanQueue *)queue)->device;

    gst_object_unref(queue);
    gst_object_unref(device);
}

static void queue_lock(gpointer queue)
{
    gst_vulkan_queue_submit_lock(queue);
}

static void queue_unlock(gpointer queue)
{
    gst_vulkan_queue_submit_unlock(queue);
}

static gboolean take_first(GstVulkanDevice *device, GstVulkanQueue *queue, gpointer user_data)
{
    GstVulkanQueue **taken = user_data;

    if (!computes(queue))
        return TRUE;
    *taken = gst_object_ref(queue);
    return FALSE;
}

/* The queue for an image (transfer full), NULL if none computes. A queue made here is kept: each
 * that GStreamer 1.22 makes has a lock of its own. */
static GstVulkanQueue *find(GstBiqaQueue *self, const GstVulkanImageMemory *memory)
{
    GstVulkanQueue *queue = memory->barrier.parent.queue;

    if (queue)
        return gst_object_ref(queue);
    queue = recall(self, memory->device);
    if (queue)
        return queue;
    gst_vulkan_device_foreach_queue(memory->device, take_first, &queue);
    if (queue)
        keep(self, OURSELVES, gst_object_ref(queue));
    return queue;
}

gboolean gst_biqa_queue_describe(GstBiqaQueue *self, GstVulkanImageMemory *memory,
                                 BiqaVkForeign *foreign, GError **error)
{
    g_autoptr(GstVulkanQueue) queue = find(self, memory);

    if (!queue) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "the stream's Vulkan device has no queue that computes");
        return FALSE;
    }
    *foreign = (BiqaVkForeign){
        .instance = memory->device->instance->instance,
        .physical = gst_vulkan_device_get_physical_device(memory->device),
        .handle = memory->device->device,
        .queue = queue->queue,
        .family = queue->family,
        .owner = queue_ref(queue),
        .ref = queue_ref,
        .unref = queue_unref,
        .lock = queue_lock,
        .unlock = queue_unlock,
    };
    return TRUE;
}
