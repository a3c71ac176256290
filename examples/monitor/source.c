/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source.h"
#include "address.h"
#include "property.h"
#include <gst/video/video.h>
#include <math.h>

#define DELAY 8            /* frames */
#define LONGEST_REASON 240 /* bytes */

struct MonitorSource {
    MonitorSourceParams params;
    GstElement *pipeline, *input;
    GstElement *filter; /* owned by the pipeline */
    GstPad *scored;     /* filter's source pad */
    gboolean linked;    /* under the object lock of the pipeline */
    guint watch;

    GMutex starting; /* held while the pipeline starts */
    gboolean stopped;
};

/* -- frames: on the streaming thread ------------------------------------------------------- */

static GstPadProbeReturn on_arrival(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    MonitorSource *self = data;

    monitor_tally_arrive(self->params.tally);
    return GST_PAD_PROBE_OK;
}

static void take_picture(MonitorSource *self, GstPad *pad, GstBuffer *buffer,
                         MonitorPictureKind kind, const MonitorReading *reading)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GstSample) frame = gst_sample_new(buffer, caps, NULL, NULL);
    const MonitorPicture picture = {
        .time = g_get_real_time(),
        .score = reading->score,
        .uncertainty = reading->uncertainty,
    };

    monitor_darkroom_develop(self->params.darkroom, frame, self->params.album, kind, &picture);
}

static GstPadProbeReturn on_scored(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    MonitorSource *self = data;
    GstBuffer *buffer = gst_pad_probe_info_get_buffer(info);
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, "GstBiqaMeta");
    MonitorReading reading = {.origin = MONITOR_SKIPPED, .score = NAN, .uncertainty = NAN};

    if (meta)
        monitor_reading_parse(gst_custom_meta_get_structure(meta), &reading);
    monitor_tally_add(self->params.tally, &reading);
    if (reading.origin == MONITOR_INFERRED && reading.hard &&
        monitor_album_wants(self->params.album, MONITOR_HARD))
        take_picture(self, pad, buffer, MONITOR_HARD, &reading);
    if (monitor_album_wants(self->params.album, MONITOR_STILL))
        take_picture(self, pad, buffer, MONITOR_STILL, &reading);
    return GST_PAD_PROBE_OK;
}

/* -- the pipeline -------------------------------------------------------------------------- */

static void add_probe(GstElement *element, const char *name, GstPadProbeCallback probe,
                      gpointer data)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, name);

    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, probe, data, NULL);
}

static GstElement *make(const char *factory, GError **error)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (!element)
        g_set_error(error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                    "There is no element %s: set GST_PLUGIN_PATH to where biqafilter is, and "
                    "install gstreamer1.0-plugins-base.",
                    factory);
    return element;
}

/* A clock of its own: no source can take it away. A sink that keeps time makes a file play as fast
 * as a live channel. */
static gboolean build(MonitorSource *self, GError **error)
{
    g_autoptr(GstClock) clock = gst_system_clock_obtain();

    self->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    gst_pipeline_use_clock(GST_PIPELINE(self->pipeline), clock);
    self->input = monitor_address_open(self->params.address, error);
    if (!self->input)
        return FALSE;
    gst_bin_add(GST_BIN(self->pipeline), self->input);

    self->filter = make("biqafilter", error);
    if (!self->filter)
        return FALSE;
    gst_object_ref_sink(self->filter);
    self->scored = gst_element_get_static_pad(self->filter, "src");
    add_probe(self->filter, "sink", on_arrival, self);
    add_probe(self->filter, "src", on_scored, self);
    /* The stream is to wait for nothing, but nobody watches it: a frame may well wait for its
     * score. */
    gst_util_set_object_arg(G_OBJECT(self->filter), "policy", "deadline");
    g_object_set(self->filter, "delay", DELAY, "post-messages", FALSE, NULL);
    return monitor_property_apply(self->params.properties, self->filter, error);
}

/* Adds the rest of the pipeline: only now, so that a source that is dead costs no model. */
static gboolean add_filter(MonitorSource *self, GstPad *pad, GError **error)
{
    GstElement *convert = make("videoconvert", error);
    GstElement *sink = convert ? make("fakesink", error) : NULL;
    GstElement *elements[] = {sink, self->filter, convert};
    g_autoptr(GstPad) first = NULL;

    if (!sink) {
        g_clear_pointer(&convert, gst_object_unref);
        return FALSE;
    }
    g_object_set(sink, "sync", TRUE, "enable-last-sample", FALSE, NULL);
    gst_bin_add_many(GST_BIN(self->pipeline), convert, self->filter, sink, NULL);
    gst_element_link_many(convert, self->filter, sink, NULL);
    monitor_tally_begin_work(self->params.tally);
    for (guint i = 0; i < G_N_ELEMENTS(elements); i++)
        gst_element_sync_state_with_parent(elements[i]);
    monitor_tally_end_work(self->params.tally);
    first = gst_element_get_static_pad(convert, "sink");
    if (gst_pad_link(pad, first) == GST_PAD_LINK_OK)
        return TRUE;
    g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                "Its video is of a kind that videoconvert does not take.");
    return FALSE;
}

/* Whether this is the first to ask. */
static gboolean claim(MonitorSource *self)
{
    gboolean first;

    GST_OBJECT_LOCK(self->pipeline);
    first = !self->linked;
    self->linked = TRUE;
    GST_OBJECT_UNLOCK(self->pipeline);
    return first;
}

static void on_pad_added(GstElement *input, GstPad *pad, gpointer data)
{
    MonitorSource *self = data;
    g_autoptr(GstCaps) caps = gst_pad_query_caps(pad, NULL);
    g_autoptr(GError) error = NULL;

    if (gst_caps_is_empty(caps) || gst_caps_is_any(caps) ||
        !g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video/x-raw"))
        return;
    if (claim(self) && !add_filter(self, pad, &error))
        GST_ELEMENT_ERROR(input, STREAM, FORMAT, ("%s", error->message), (NULL));
}

static void on_no_more_pads(GstElement *input, gpointer data)
{
    if (claim(data))
        GST_ELEMENT_ERROR(input, STREAM, WRONG_TYPE, ("There is no video in it."), (NULL));
}

/* Inputs that have their pad from the start are linked at once, the others when it comes. */
static gboolean link_input(MonitorSource *self, GError **error)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(self->input, "src");

    if (pad)
        return claim(self) && add_filter(self, pad, error);
    g_signal_connect(self->input, "pad-added", G_CALLBACK(on_pad_added), self);
    g_signal_connect(self->input, "no-more-pads", G_CALLBACK(on_no_more_pads), self);
    return TRUE;
}

/* -- its life ------------------------------------------------------------------------------ */

static void release(gpointer data)
{
    MonitorSource *self = data;

    g_clear_object(&self->scored);
    g_clear_object(&self->filter);
    g_clear_object(&self->pipeline);
    monitor_tally_unref(self->params.tally);
    monitor_album_unref(self->params.album);
    g_mutex_clear(&self->starting);
}

static void start(gpointer data, gpointer user_data)
{
    MonitorSource *self = data;

    monitor_tally_begin_work(self->params.tally);
    g_mutex_lock(&self->starting);
    if (!self->stopped)
        gst_element_set_state(self->pipeline, GST_STATE_PLAYING);
    g_mutex_unlock(&self->starting);
    monitor_tally_end_work(self->params.tally);
    g_atomic_rc_box_release_full(self, release);
}

static void stop(gpointer data, gpointer user_data)
{
    MonitorSource *self = data;

    g_mutex_lock(&self->starting);
    self->stopped = TRUE;
    g_mutex_unlock(&self->starting);
    gst_element_set_state(self->pipeline, GST_STATE_NULL);
    g_atomic_rc_box_release_full(self, release);
}

/* What an error message says, in a line that may be shown. (transfer full) */
static char *reason(MonitorSource *self, GstMessage *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *debug = NULL;
    g_autofree char *text = NULL;
    const char *cause;

    gst_message_parse_error(message, &error, &debug);
    /* Behind the place in the source, where there is a second line, stands the cause. */
    cause = debug ? strchr(debug, '\n') : NULL;
    text = cause ? g_strdup_printf("%s (%s)", error->message, cause + 1) : g_strdup(error->message);
    g_strdelimit(text, "\n\r\t", ' ');
    if (strlen(text) > LONGEST_REASON)
        *g_utf8_find_prev_char(text, text + LONGEST_REASON) = '\0';
    return monitor_address_hide(self->params.address, text);
}

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer data)
{
    MonitorSource *self = data;
    g_autofree char *why = NULL;

    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY)
        gst_bin_recalculate_latency(GST_BIN(self->pipeline));
    if (!(GST_MESSAGE_TYPE(message) & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS)))
        return G_SOURCE_CONTINUE;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        why = reason(self, message);
    self->watch = 0;
    self->params.ended(why, self->params.data);
    return G_SOURCE_REMOVE;
}

MonitorSource *monitor_source_new(const MonitorSourceParams *params, GError **error)
{
    MonitorSource *self = g_atomic_rc_box_new0(MonitorSource);
    g_autoptr(GstBus) bus = NULL;

    self->params = *params;
    monitor_tally_ref(params->tally);
    monitor_album_ref(params->album);
    g_mutex_init(&self->starting);
    if (!build(self, error) || !link_input(self, error)) {
        g_atomic_rc_box_release_full(self, release);
        return NULL;
    }
    bus = gst_pipeline_get_bus(GST_PIPELINE(self->pipeline));
    self->watch = gst_bus_add_watch(bus, on_message, self);
    monitor_crew_do(params->crew, start, g_atomic_rc_box_acquire(self));
    return self;
}

void monitor_source_free(MonitorSource *self)
{
    g_autoptr(GstBus) bus = NULL;

    if (!self)
        return;
    bus = gst_pipeline_get_bus(GST_PIPELINE(self->pipeline));
    if (self->watch)
        gst_bus_remove_watch(bus);
    gst_bus_set_flushing(bus, TRUE); /* what it says from now on is nobody's concern */
    monitor_crew_do(self->params.crew, stop, self);
}

gboolean monitor_source_get_format(MonitorSource *self, MonitorFormat *format)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(self->scored);
    GstVideoInfo info;

    if (!caps || !gst_video_info_from_caps(&info, caps))
        return FALSE;
    *format = (MonitorFormat){
        .width = info.width,
        .height = info.height,
        .rate = info.fps_n > 0 ? (double)info.fps_n / info.fps_d : 0,
    };
    return TRUE;
}
