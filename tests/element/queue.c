/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who uses the stream's Vulkan queue holds the one lock that all others hold, and names its device.
 */
#define _GNU_SOURCE
#define GST_USE_UNSTABLE_API
#include "element-support.h"
#include "gstbiqaqueue.h"
#include <dlfcn.h>
#include <glib/gstdio.h>
#include <gst/vulkan/vulkan.h>
#include <math.h>

#define N_FRAMES 5

/* Most that a score may differ: devices round sums in an order of their own. */
#define TOLERANCE .05

/* -- who locked what ----------------------------------------------------------------------- */

static GMutex watch_lock;
static GPtrArray *locked; /* under watch_lock; queues, one for each time that one was locked */

/* Stands in for the function of this name in GStreamer's elements and ours: the program's own is
 * found first. */
__attribute__((visibility("default"))) void gst_vulkan_queue_submit_lock(GstVulkanQueue *queue)
{
    void (*real)(GstVulkanQueue *) = NULL;

    *(void **)&real = dlsym(RTLD_NEXT, "gst_vulkan_queue_submit_lock");
    g_mutex_lock(&watch_lock);
    if (locked)
        g_ptr_array_add(locked, queue);
    g_mutex_unlock(&watch_lock);
    real(queue);
}

/* -- a stream ------------------------------------------------------------------------------ */

/* Keeps a frame for good: vulkanupload of 1.22 does not wait for its device, and gives frames back
 * to be written to while they are being copied. */
static GstPadProbeReturn keep(GstPad *pad, GstPadProbeInfo *info, gpointer kept)
{
    g_ptr_array_add(kept, gst_buffer_ref(GST_PAD_PROBE_INFO_BUFFER(info)));
    return GST_PAD_PROBE_OK;
}

static GstElement *stream_new(const Judge *judge, const char *before, const char *after,
                              GPtrArray *kept)
{
    g_autofree char *line = g_strdup_printf(
        "videotestsrc num-buffers=%d pattern=zone-plate kx2=20 ky2=30 kt=9 ! "
        "capsfilter name=frames caps=\"video/x-raw,format=NV12,width=64,height=48\" ! %s "
        "biqafilter name=filter backend=vulkan any-domain=true model=\"%s\" ! %s fakesink",
        N_FRAMES, before, judge->path, after);
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error), *frames;
    GstPad *pad;

    g_assert_no_error(error);
    frames = gst_bin_get_by_name(GST_BIN(pipeline), "frames");
    pad = gst_element_get_static_pad(frames, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, keep, kept, NULL);
    gst_object_unref(pad);
    gst_object_unref(frames);
    return pipeline;
}

/* Plays to the end, and reads the score of each frame. */
static void play(GstElement *pipeline, double scores[N_FRAMES])
{
    GstBus *bus = gst_element_get_bus(pipeline);
    guint n = 0;
    gboolean done = FALSE;

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    while (!done) {
        GstMessage *message = gst_bus_timed_pop_filtered(
            bus, 200 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

        g_assert_nonnull(message);
        g_assert_cmpint(GST_MESSAGE_TYPE(message), !=, GST_MESSAGE_ERROR);
        done = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
        if (!done && gst_message_has_name(message, "biqa")) {
            g_assert_cmpuint(n, <, N_FRAMES);
            scores[n++] = report_double(gst_message_get_structure(message), "score");
        }
        gst_message_unref(message);
    }
    g_assert_cmpuint(n, ==, N_FRAMES);
    gst_object_unref(bus);
}

static void stop(GstElement *pipeline)
{
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

/* The queue that an element tells its neighbour downstream. (transfer full) */
static GstVulkanQueue *ask(GstElement *element)
{
    GstPad *pad = gst_element_get_static_pad(element, "src");
    GstQuery *query = gst_query_new_context(GST_VULKAN_QUEUE_CONTEXT_TYPE_STR);
    GstVulkanQueue *queue = NULL;
    GstContext *context;

    g_assert_true(gst_pad_query(pad, query));
    gst_query_parse_context(query, &context);
    g_assert_true(gst_context_get_vulkan_queue(context, &queue));
    gst_query_unref(query);
    gst_object_unref(pad);
    return queue;
}

/* -- the tests ----------------------------------------------------------------------------- */

/* Three threads on one queue: all of them lock the same object, and the scores are those of frames
 * in memory. */
static void test_one_lock(void)
{
    g_autoptr(Judge) judge = judge_new(61);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)gst_buffer_unref);
    double expected[N_FRAMES], scores[N_FRAMES];
    GstElement *plain = stream_new(judge, "", "", kept);
    GstElement *images =
        stream_new(judge, "vulkanupload name=upload ! queue !", "queue ! vulkandownload !", kept);

    play(plain, expected);
    stop(plain);
    locked = g_ptr_array_new();
    play(images, scores);
    {
        g_autoptr(GstElement) upload = gst_bin_get_by_name(GST_BIN(images), "upload");
        g_autoptr(GstVulkanQueue) shared = ask(upload);

        /* Once by each of the three elements for each frame; more where memory is set up. */
        g_assert_cmpuint(locked->len, >=, 3 * N_FRAMES);
        for (guint i = 0; i < locked->len; i++)
            g_assert_true(g_ptr_array_index(locked, i) == shared);
    }
    g_assert_cmpfloat(fabs(expected[0] - expected[N_FRAMES - 1]), >, 2 * TOLERANCE);
    for (guint i = 0; i < N_FRAMES; i++)
        g_assert_cmpfloat_with_epsilon(scores[i], expected[i], TOLERANCE);
    g_clear_pointer(&locked, g_ptr_array_unref);
    g_ptr_array_set_size(kept, 0);
    stop(images);
}

/* An element without neighbours that know of a queue, and a frame for it. */
typedef struct {
    GstHarness *source, *harness;
    GstBuffer *buffer;
    GstVulkanDevice *device; /* the frame's */
} Lone;

static Lone lone_new(const Judge *judge, const char *properties)
{
    g_autofree char *line =
        g_strdup_printf("biqafilter name=filter backend=vulkan any-domain=true model=\"%s\" %s",
                        judge->path, properties);
    Lone lone = {
        .source = gst_harness_new_parse(
            "videotestsrc num-buffers=1 ! video/x-raw,format=RGBA,width=64,height=48 ! "
            "vulkanupload ! capsfilter caps=\"video/x-raw(memory:VulkanImage)\""),
        .harness = gst_harness_new_parse(line),
    };

    gst_harness_play(lone.source);
    lone.buffer = gst_harness_pull(lone.source);
    lone.device = ((GstVulkanImageMemory *)gst_buffer_peek_memory(lone.buffer, 0))->device;
    gst_harness_set_src_caps(lone.harness, gst_pad_get_current_caps(lone.source->sinkpad));
    return lone;
}

/* The one queue that is locked while the element scores the frame. */
static gpointer lone_score(Lone *lone)
{
    gpointer queue;

    locked = g_ptr_array_new();
    gst_buffer_unref(gst_harness_push_and_pull(lone->harness, gst_buffer_ref(lone->buffer)));
    g_assert_cmpuint(locked->len, >, 0);
    queue = g_ptr_array_index(locked, 0);
    for (guint i = 1; i < locked->len; i++)
        g_assert_true(g_ptr_array_index(locked, i) == queue);
    g_clear_pointer(&locked, g_ptr_array_unref);
    return queue;
}

static void lone_clear(Lone *lone)
{
    gst_buffer_unref(lone->buffer);
    gst_harness_teardown(lone->harness);
    gst_harness_teardown(lone->source);
}

/* Where nobody has a queue the element takes one, stays with it, and lends it. */
static void test_lends(void)
{
    g_autoptr(Judge) judge = judge_new(62);
    Lone lone = lone_new(judge, "");
    gpointer first = lone_score(&lone), again = lone_score(&lone);
    g_autoptr(GstVulkanQueue) lent = ask(lone.harness->element);

    g_assert_true(first == again);
    g_assert_true(lent == first);
    g_assert_true(lent->device == lone.device);
    lone_clear(&lone);
}

/* The application can say which. */
static void test_told(void)
{
    g_autoptr(Judge) judge = judge_new(63);
    Lone lone = lone_new(judge, "");
    g_autoptr(GstVulkanQueue) queue = gst_vulkan_device_get_queue(lone.device, 0, 0);
    g_autoptr(GstContext) context = gst_context_new(GST_VULKAN_QUEUE_CONTEXT_TYPE_STR, TRUE);

    gst_context_set_vulkan_queue(context, queue);
    gst_element_set_context(lone.harness->element, context);
    g_assert_true(lone_score(&lone) == queue);
    lone_clear(&lone);
}

/* How often a text holds another. */
static guint count(const char *text, const char *what)
{
    guint n = 0;

    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* The device that is named, by property, message and report, is the one that frames lie on. */
static void test_device_name(void)
{
    g_autoptr(Judge) judge = judge_new(64);
    g_autofree char *path = g_strconcat(judge->path, ".jsonl", NULL), *name = NULL, *report = NULL;
    g_autofree char *properties = g_strdup_printf("report=\"%s\"", path);
    Lone lone = lone_new(judge, properties);
    g_autoptr(GstBus) bus = gst_bus_new();
    g_autoptr(GstMessage) message = NULL;

    g_strlcpy(lone.device->physical_device->properties.deviceName, "another",
              VK_MAX_PHYSICAL_DEVICE_NAME_SIZE);
    gst_element_set_bus(lone.harness->element, bus);
    lone_score(&lone);
    lone_score(&lone);
    message = bus_pop(bus, GST_MESSAGE_ELEMENT);
    g_assert_true(gst_message_has_name(message, "biqa-backend"));
    g_assert_cmpstr(gst_structure_get_string(gst_message_get_structure(message), "device"), ==,
                    "another");
    gst_child_proxy_get(GST_CHILD_PROXY(lone.harness->element), "filter::device-name", &name, NULL);
    g_assert_cmpstr(name, ==, "another");
    gst_element_set_bus(lone.harness->element, NULL);
    lone_clear(&lone);
    g_assert_true(g_file_get_contents(path, &report, NULL, NULL));
    g_assert_cmpuint(count(report, "\"header\""), ==, 1);
    g_assert_cmpuint(count(report, "\"another\""), ==, 1);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvulkan.so");
    element_test_load("libgstvideotestsrc.so");
    g_test_add_func("/element/queue/one-lock", test_one_lock);
    g_test_add_func("/element/queue/lends", test_lends);
    g_test_add_func("/element/queue/told", test_told);
    g_test_add_func("/element/queue/device-name", test_device_name);
    return g_test_run();
}
