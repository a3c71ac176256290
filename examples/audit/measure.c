/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pipeline that a file goes through:
 * filesrc ! decodebin ! videoconvert ! biqafilter ! appsink. */
#include "measure.h"

#include "error.h"
#include "gallery.h"
#include "recorder.h"
#include "scorer.h"
#include <gst/app/gstappsink.h>
#include <string.h>

#define LOOK (200 * GST_MSECOND) /* how often progress is told, at most */
#define PATIENCE 25              /* looks without a frame, until a stream that broke is given up */
#define NO_VIDEO "biqa-audit-no-video"

typedef struct {
    GstElement *pipeline, *convert;
    gint linked; /* a stream was found; atomic */

    /* For the streaming thread: */
    AuditRecorder recorder;
    AuditGallery *gallery;
    AuditResult *result;
    GstCaps *caps; /* that info is of */
    GstVideoInfo info;

    /* Told by it, under lock: */
    GMutex lock;
    guint64 frames, time; /* so far; ns of stream time */
} Measurement;

/* -- frames -------------------------------------------------------------------------------- */

static gboolean take_caps(Measurement *run, GstCaps *caps)
{
    if (caps == run->caps)
        return TRUE;
    if (!caps || !gst_video_info_from_caps(&run->info, caps))
        return FALSE;
    gst_caps_replace(&run->caps, caps);
    run->result->width = run->info.width;
    run->result->height = run->info.height;
    return TRUE;
}

static void tell(Measurement *run, const AuditFrame *frame)
{
    g_mutex_lock(&run->lock);
    run->frames++;
    run->time = audit_moment_time(&frame->when);
    g_mutex_unlock(&run->lock);
}

static GstFlowReturn on_sample(GstAppSink *sink, gpointer data)
{
    Measurement *run = data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    GstBuffer *buffer = sample ? gst_sample_get_buffer(sample) : NULL;
    GstCustomMeta *meta = buffer ? gst_buffer_get_custom_meta(buffer, "GstBiqaMeta") : NULL;
    AuditFrame frame;

    if (!meta || !audit_frame_read(gst_custom_meta_get_structure(meta), &frame))
        return GST_FLOW_OK;
    audit_recorder_add(&run->recorder, &frame);
    if (take_caps(run, gst_sample_get_caps(sample)) && frame.inferred)
        audit_gallery_offer(run->gallery, &frame, &run->info, buffer);
    tell(run, &frame);
    return GST_FLOW_OK;
}

/* -- the pipeline -------------------------------------------------------------------------- */

/* Nothing but pictures need be decoded; other streams come out as they are, and end there. */
static gboolean on_stream(GstElement *decoder, GstPad *pad, GstCaps *caps, gpointer data)
{
    const char *name = gst_caps_is_empty(caps) || gst_caps_is_any(caps)
                           ? ""
                           : gst_structure_get_name(gst_caps_get_structure(caps, 0));

    return !g_str_has_prefix(name, "audio/") && !g_str_has_prefix(name, "text/") &&
           !g_str_has_prefix(name, "subpicture/");
}

/* The first stream of pictures is the one that is measured; others stay unlinked, which decodebin
 * puts up with. */
static void on_pad(GstElement *decoder, GstPad *pad, gpointer data)
{
    Measurement *run = data;
    g_autoptr(GstPad) sink = gst_element_get_static_pad(run->convert, "sink");

    if (!gst_pad_is_linked(sink) && GST_PAD_LINK_SUCCESSFUL(gst_pad_link(pad, sink)))
        g_atomic_int_set(&run->linked, TRUE);
}

static void on_no_more_pads(GstElement *decoder, gpointer data)
{
    Measurement *run = data;

    if (!g_atomic_int_get(&run->linked))
        gst_element_post_message(run->pipeline,
                                 gst_message_new_application(GST_OBJECT(run->pipeline),
                                                             gst_structure_new_empty(NO_VIDEO)));
}

static GstElement *make(const char *factory, GError **error)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (!element)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "GStreamer's element %s is missing: install gstreamer1.0-plugins-base",
                    factory);
    return element;
}

/* Fills the pipeline of run; on failure what was added stays in it. */
static gboolean fill(Measurement *run, const char *path, const char *const *settings,
                     GError **error)
{
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    static const char *const factories[] = {"filesrc", "decodebin", "videoconvert", "appsink"};
    GstElement *elements[G_N_ELEMENTS(factories)], *scorer;

    for (guint i = 0; i < G_N_ELEMENTS(factories); i++) {
        elements[i] = make(factories[i], error);
        if (!elements[i])
            return FALSE;
        gst_bin_add(GST_BIN(run->pipeline), elements[i]);
    }
    scorer = audit_scorer_new(settings, error);
    if (!scorer)
        return FALSE;
    gst_bin_add(GST_BIN(run->pipeline), scorer);
    run->convert = elements[2];

    g_object_set(elements[0], "location", path, NULL);
    g_object_set(elements[3], "sync", FALSE, "max-buffers", 1, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(elements[3]), &callbacks, run, NULL);
    g_signal_connect(elements[1], "autoplug-continue", G_CALLBACK(on_stream), run);
    g_signal_connect(elements[1], "pad-added", G_CALLBACK(on_pad), run);
    g_signal_connect(elements[1], "no-more-pads", G_CALLBACK(on_no_more_pads), run);
    return gst_element_link(elements[0], elements[1]) &&
           gst_element_link_many(elements[2], scorer, elements[3], NULL);
}

/* -- running ------------------------------------------------------------------------------- */

/* Tells of progress if there was some since *told frames, and returns whether. */
static gboolean report(Measurement *run, const AuditMeasureParams *params, guint64 *told)
{
    gint64 duration = 0;
    guint64 frames, time;

    g_mutex_lock(&run->lock);
    frames = run->frames;
    time = run->time;
    g_mutex_unlock(&run->lock);
    if (frames == *told)
        return FALSE;
    *told = frames;
    gst_element_query_duration(run->pipeline, GST_FORMAT_TIME, &duration);
    if (params->progress)
        params->progress(duration > 0 ? CLAMP((double)time / duration, 0, 1) : 0, params->data);
    return TRUE;
}

#define DECODED 4 /* the depth of decoders and all behind them */

/* How far down the stream it was that an error was found; behind the decoder nothing waits in a
 * queue any more. */
static guint depth_of(GstMessage *message)
{
    static const char *const kinds[DECODED] = {"Generic", "Source", "Demux", "Parse"};
    const GstElement *element = (const GstElement *)GST_MESSAGE_SRC(message);
    const char *klass;
    guint depth = 0;

    if (!GST_IS_ELEMENT(element) || GST_IS_BIN(element))
        return 0;
    klass =
        gst_element_class_get_metadata(GST_ELEMENT_GET_CLASS(element), GST_ELEMENT_METADATA_KLASS);
    while (depth < DECODED && !strstr(klass, kinds[depth]))
        depth++;
    return depth;
}

/* The message that ends the run. A reader runs ahead of the decoder: what it finds broken lies
 * behind the frames that still wait between the two, and behind what may be wrong with those. So
 * they are waited for, and of several errors the one furthest down the stream counts.
 * (transfer full) */
static GstMessage *wait(Measurement *run, const AuditMeasureParams *params)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(run->pipeline);
    GstMessage *error = NULL;
    guint64 told = 0;
    guint silence = 0;

    for (;;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
            bus, LOOK, GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_APPLICATION);

        if (!message) {
            silence = report(run, params, &told) ? 0 : silence + 1;
            if (error && silence >= (g_atomic_int_get(&run->linked) ? PATIENCE : 1))
                return error;
            continue;
        }
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
            return error ? error : g_steal_pointer(&message);
        if (!error || depth_of(message) > depth_of(error))
            gst_message_take(&error, g_steal_pointer(&message));
        if (depth_of(error) == DECODED)
            return error;
        silence = 0;
    }
}

/* Nothing could be made of the data, whoever noticed. Which of the elements is heard depends on the
 * threads: decodebin may swallow what one says while it is being linked, and says less itself. */
static gboolean is_broken_data(GstMessage *message, const GError *failure)
{
    if (failure->domain != GST_STREAM_ERROR)
        return FALSE;
    switch (failure->code) {
    case GST_STREAM_ERROR_FAILED:
    case GST_STREAM_ERROR_FORMAT:
    case GST_STREAM_ERROR_DECODE:
    case GST_STREAM_ERROR_DEMUX:
        return TRUE;
    case GST_STREAM_ERROR_WRONG_TYPE: /* a parser's; decodebin's names the type */
        return depth_of(message) > 0;
    default:
        return FALSE;
    }
}

/* Sorts out how the run ended; FALSE and error where the element does not work. */
static gboolean conclude(AuditResult *result, GstMessage *message, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        gst_message_parse_error(message, &failure, NULL);
        if (audit_scorer_is_broken(message)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        result->reason = result->frames == 0 && is_broken_data(message, failure)
                             ? g_strdup("it is broken before its first frame")
                             : g_utf8_make_valid(failure->message, -1);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_APPLICATION) {
        result->reason = g_strdup("there is no video in it");
    } else if (result->frames == 0) {
        result->reason = g_strdup("there is no frame in it");
    }
    if (result->reason)
        result->state = result->frames ? AUDIT_PARTLY : AUDIT_UNREADABLE;
    return TRUE;
}

/* Runs the pipeline to its end or failure. */
static gboolean run_pipeline(Measurement *run, const AuditMeasureParams *params, GError **error)
{
    g_autoptr(GstMessage) message = NULL;

    gst_element_set_state(run->pipeline, GST_STATE_PLAYING);
    message = wait(run, params);
    run->result->device = audit_scorer_device(run->pipeline);
    gst_element_set_state(run->pipeline, GST_STATE_NULL);
    audit_recorder_finish(&run->recorder);
    if (!conclude(run->result, message, error))
        return FALSE;
    audit_gallery_finish(run->gallery, run->result);
    return TRUE;
}

AuditResult *audit_measure(const AuditEntry *entry, const AuditMeasureParams *params,
                           GError **error)
{
    g_autoptr(AuditResult) result = audit_result_new(entry);
    g_autoptr(AuditGallery) gallery = audit_gallery_new(params->thumbnails);
    Measurement run = {.result = result, .gallery = gallery};
    gboolean ok;

    if (entry->problem)
        return audit_result_unreadable(entry, entry->problem);
    g_mutex_init(&run.lock);
    audit_recorder_init(&run.recorder, result, params->below);
    run.pipeline = gst_pipeline_new(NULL);
    ok = fill(&run, entry->path, params->settings, error) && run_pipeline(&run, params, error);
    gst_object_unref(run.pipeline);
    gst_caps_replace(&run.caps, NULL);
    g_mutex_clear(&run.lock);
    return ok ? g_steal_pointer(&result) : NULL;
}
