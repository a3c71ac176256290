/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-biqafilter
 * @title: biqafilter
 * @short_description: scores the quality of video frames without a reference
 *
 * Looks at the frames that pass through it and says how good each looks to people, from 0 (bad) to
 * 100 (excellent). Nothing is compared with an original. Two neural networks run on every frame, in
 * Vulkan compute shaders on a GPU or in the processor's vectors: the full model, and its
 * self-competitor, the same network with its weakest weights or channels pruned away. From how the
 * two behave on a frame the model says how uncertain its score is; where that is much the frame is
 * called hard: its score deserves doubt.
 *
 * Pixels and timestamps are not touched, and no frame is copied. Every frame carries a
 * #GstCustomMeta called "GstBiqaMeta"; unless #biqafilter:post-messages is off, an element message
 * called "biqa" with the same fields is posted for every frame that was scored, and for the first
 * of each run of frames of another domain:
 *
 * * #gchararray `element`: the name of the element, for where there are several
 * * #guint64 `frame`: number of the frame since the element started, from 0
 * * #gchararray `origin`: "inferred", this frame was scored; "held", it was not, and carries the
 * last score; "skipped", there is no score yet: the fields of a score are not there
 * * #gdouble `score`, `competitor-score`: 0..100, higher is better
 * * #gdouble `disagreement`: how far the two are apart, in points
 * * #gdouble `uncertainty`: by how many points the score may be expected to miss what people would
 *   say, as the model learned it from its errors on rated images; not there if the model did not
 * * #gdouble `score-low`, `score-high`: an interval that holds what people would say of nine such
 *   frames in ten; there if `uncertainty` is and the model saw rated images enough
 * * #gboolean `hard`: whether `uncertainty` is more than the threshold; where there is none,
 *   whether `disagreement` is
 * * #gchararray `domain`: "picture"; or "black", "flat" (one colour), "frozen", "test-card", "hdr",
 *   which are named and not scored
 * * #gboolean `alarm`
 * * `map`, #guint `map-width`, `map-height`: with #biqafilter:map, a #GstValueArray of the scores
 *   (#gdouble, 0..100) of parts of the frame, row by row
 * * #guint64 `timestamp`, `stream-time`, `running-time`, `duration`: of the frame's buffer, in
 *   nanoseconds
 *
 * A message "biqa-summary" sums up the scores where the stream ends, jumps or changes its format,
 * and every #biqafilter:report-interval; "biqa-alarm" tells when they stay below
 * #biqafilter:alarm-below. #biqafilter:report writes all of it to a file. docs/report.md has the
 * fields.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! biqafilter any-domain=true ! fakesink
 * ]| Prints a message for each of ten frames, test card or not.
 * |[
 * gst-launch-1.0 -m uridecodebin uri=file:///tmp/clip.mp4 ! videoconvert ! biqafilter interval=25 !
 * fakesink
 * ]| Scores every 25th frame of a file.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! biqafilter policy=deadline ! videoconvert ! autovideosink
 * ]| Scores a camera as fast as the machine can, and never holds up the picture.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! biqafilter device=llvmpipe ! videoconvert ! autovideosink
 * ]| Scores a camera on the device whose name contains "llvmpipe", and shows the picture.
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/clip.mp4 ! videoconvert ! biqafilter
 * hard-frames=/tmp/hard ! fakesink
 * ]| Keeps hard frames as PNG files, at most one a second, with a list that biqa-train reads.
 */

#include "gstbiqaanswer.h"
#include "gstbiqaexit.h"
#include "gstbiqafilter-private.h"
#include "gstbiqaflow.h"
#include "gstbiqameta.h"
#include "gstbiqaresults.h"
#include "gstbiqarun.h"
#include "gstbiqaview.h"
#include "gstframe.h"
#include "plugin-config.h"

GST_DEBUG_CATEGORY_STATIC(biqa_filter_debug);
#define GST_CAT_DEFAULT biqa_filter_debug

#define SIZE "width=[16, 2147483647], height=[16, 2147483647], framerate=[0/1, 2147483647/1]"
#ifdef HAVE_GST_VULKAN
/* Each of them is tried by tests/element/images.c. */
#define IMAGE_CAPS                                                                                 \
    "; video/x-raw(memory:VulkanImage), format={ NV12, I420, YUY2, GRAY8, RGBA, BGRA, RGBx, "      \
    "BGRx }, " SIZE
#else
#define IMAGE_CAPS ""
#endif
#define CAPS "video/x-raw, format=" BIQA_GST_FORMATS ", " SIZE IMAGE_CAPS

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

G_DEFINE_TYPE(GstBiqaFilter, gst_biqa_filter, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(biqafilter, "biqafilter", GST_RANK_NONE, GST_TYPE_BIQA_FILTER)

/* -- start, stop, caps --------------------------------------------------------------------- */

static gboolean start(GstBaseTransform *trans)
{
    return gst_biqa_run_start(GST_BIQA_FILTER(trans));
}

static gboolean stop(GstBaseTransform *trans)
{
    gst_biqa_run_stop(GST_BIQA_FILTER(trans));
    return TRUE;
}

/* The time of the frames that wait. Without a frame rate they are taken for 25 a second. */
static void set_hold(GstBiqaFilter *self)
{
    const gint n = GST_VIDEO_INFO_FPS_N(&self->lens.info),
               d = GST_VIDEO_INFO_FPS_D(&self->lens.info);
    const GstClockTime hold =
        self->length * (n > 0 ? gst_util_uint64_scale_int(GST_SECOND, d, n) : 40 * GST_MSECOND);
    gboolean changed;

    if (!gst_biqa_flow_keeps(self))
        return;
    GST_OBJECT_LOCK(self);
    changed = self->hold != hold;
    self->hold = hold;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/* Gets ready for frames in Vulkan images, or in memory. FALSE: the error has been posted. */
static gboolean set_images(GstBiqaFilter *self, gboolean images)
{
    GST_OBJECT_LOCK(self);
    self->images = images;
    GST_OBJECT_UNLOCK(self);
    self->met = FALSE;
    if (images)
        gst_biqa_queue_ask(self->lens.queue, GST_ELEMENT(self));
    return !gst_biqa_flow_scores_there(self) || gst_biqa_scorer_take_images(self->scorer);
}

static gboolean set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);
    g_autoptr(GError) error = NULL;

    gst_biqa_flow_drain(self); /* the base class may also set caps without an event */
    if (!gst_biqa_lens_set_caps(&self->lens, incaps, &error)) {
        GST_ERROR_OBJECT(self, "%s: %" GST_PTR_FORMAT, error->message, incaps);
        return FALSE;
    }
    if (!set_images(self, gst_biqa_view_is_vulkan(incaps)))
        return FALSE;
    self->scene++;
    gst_biqa_sieve_set_caps(&self->sieve, &self->lens.info);
    gst_biqa_watch_end(self->watch, GST_BIQA_REASON_CAPS, &self->tuning.watch);
    if (!gst_biqa_flow_scores_there(self)) { /* else the first frame tells where */
        gst_biqa_flow_set_device(self, gst_biqa_scorer_device_name(self->scorer));
        gst_biqa_exit_describe(self, gst_biqa_scorer_generation(self->scorer), incaps);
    }
    set_hold(self);
    return TRUE;
}

/* -- buffers ------------------------------------------------------------------------------- */

static GstFlowReturn transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    return gst_biqa_flow_at_once(GST_BIQA_FILTER(trans), buffer);
}

/* Frames after a gap do not belong to those that wait, nor to those that were scored. */
static void before_transform(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);

    if (!GST_BUFFER_IS_DISCONT(buffer))
        return;
    self->scene++;
    gst_biqa_flow_drain(self);
}

/* What the base class drops as too late, where "qos" is on, it marks on the next frame that it
 * pushes, which those that wait are not. */
static GstFlowReturn submit_input_buffer(GstBaseTransform *trans, gboolean is_discont,
                                         GstBuffer *input)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);
    const GstFlowReturn flow = GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)
                                   ->submit_input_buffer(trans, is_discont, input);

    if (flow == GST_FLOW_OK && self->dropped) {
        trans->queued_buf = gst_buffer_make_writable(trans->queued_buf);
        GST_BUFFER_FLAG_SET(trans->queued_buf, GST_BUFFER_FLAG_DISCONT);
    }
    self->dropped = flow == GST_BASE_TRANSFORM_FLOW_DROPPED;
    return flow;
}

static GstFlowReturn generate_output(GstBaseTransform *trans, GstBuffer **output)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);

    if (!gst_biqa_flow_keeps(self))
        return GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)
            ->generate_output(trans, output);
    /* Frames that wait are not pushed by the base class: it would take whichever it is given for
     * the one that came, and mark it as that was marked. */
    *output = NULL;
    return gst_biqa_flow_step(self, g_steal_pointer(&trans->queued_buf));
}

static gboolean src_event(GstBaseTransform *trans, GstEvent *event)
{
    if (GST_EVENT_TYPE(event) == GST_EVENT_QOS)
        gst_biqa_lateness_learn(&GST_BIQA_FILTER(trans)->lateness, event);
    return GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)->src_event(trans, event);
}

static gboolean propose_allocation(GstBaseTransform *trans, GstQuery *decided, GstQuery *query)
{
    if (!GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)
             ->propose_allocation(trans, decided, query))
        return FALSE;
    gst_biqa_answer_allocation(GST_BIQA_FILTER(trans), query);
    return TRUE;
}

static gboolean query(GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
    return gst_biqa_answer_query(GST_BIQA_FILTER(trans), direction, query) ||
           GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)->query(trans, direction, query);
}

/* -- events -------------------------------------------------------------------------------- */

static gboolean sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);

    if (GST_EVENT_IS_SERIALIZED(event) && GST_EVENT_TYPE(event) != GST_EVENT_FLUSH_STOP)
        gst_biqa_flow_drain(self);
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) {
        gst_biqa_watch_allow_wait(self->watch, FALSE);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
        gst_biqa_run_forget(self);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) {
        gst_biqa_harvest_new_stream(self->harvest);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
        self->scene++;
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
        /* All is there when the application hears of it. */
        gst_biqa_harvest_drain(self->harvest);
        gst_biqa_watch_end(self->watch, GST_BIQA_REASON_EOS, &self->tuning.watch);
    }
    return GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)->sink_event(trans, event);
}

/* Pads are stopped by the parent class, which waits for the streaming thread: it must not wait for
 * the reader of a report then, nor for a device that hangs. */
static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(element);

    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
        gst_biqa_watch_allow_wait(self->watch, FALSE);
        gst_biqa_scorer_interrupt(self->scorer);
        gst_biqa_lens_interrupt(&self->lens);
    }
    return GST_ELEMENT_CLASS(gst_biqa_filter_parent_class)->change_state(element, transition);
}

/* See gstbiqamaker.h and gstbiqaqueue.h. */
static void set_context(GstElement *element, GstContext *context)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(element);
    gconstpointer maker;

    if (gst_context_has_context_type(context, GST_BIQA_MAKER_CONTEXT) &&
        gst_structure_get(gst_context_get_structure(context), "maker", G_TYPE_POINTER, &maker,
                          NULL)) {
        GST_OBJECT_LOCK(self);
        self->settings.setup.maker = maker;
        GST_OBJECT_UNLOCK(self);
    }
    gst_biqa_queue_learn(self->lens.queue, context);
    GST_ELEMENT_CLASS(gst_biqa_filter_parent_class)->set_context(element, context);
}

/* -- properties ---------------------------------------------------------------------------- */

/* A change of model worked out, or did not: the property says what runs, unless it was set again
 * meanwhile. */
static void model_changed(GstElement *element, const char *asked, const char *model,
                          const GError *error)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(element);

    if (!error && !self->delay)
        gst_biqa_flow_drain(self); /* the frames of the model before leave before this is said */
    GST_OBJECT_LOCK(self);
    if (error && g_strcmp0(self->settings.setup.model, asked) == 0) {
        g_free(self->settings.setup.model);
        self->settings.setup.model = g_strdup(model);
    }
    GST_OBJECT_UNLOCK(self);
    g_object_notify(G_OBJECT(self), "model");
    if (error)
        return;
    if (!gst_biqa_flow_scores_there(self))
        gst_biqa_flow_set_device(self, gst_biqa_scorer_device_name(self->scorer));
    gst_element_post_message(
        element,
        gst_message_new_element(GST_OBJECT(self), gst_structure_new("biqa-model", "model",
                                                                    G_TYPE_STRING, model, NULL)));
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);
    gboolean known;

    GST_OBJECT_LOCK(self);
    known = gst_biqa_settings_set(&self->settings, id - GST_BIQA_N_RESULTS, value);
    GST_OBJECT_UNLOCK(self);
    if (g_str_equal(pspec->name, "model"))
        gst_biqa_scorer_change_model(self->scorer, g_value_get_string(value));
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);
    gboolean known;

    GST_OBJECT_LOCK(self);
    known = gst_biqa_results_get(self, id, value) ||
            gst_biqa_settings_get(&self->settings, id - GST_BIQA_N_RESULTS, value);
    GST_OBJECT_UNLOCK(self);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void finalize(GObject *object)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);

    gst_biqa_settings_clear(&self->settings);
    gst_biqa_harvest_free(self->harvest);
    gst_biqa_scorer_free(self->scorer);
    gst_biqa_watch_free(self->watch);
    gst_biqa_lens_clear(&self->lens);
    gst_biqa_lateness_clear(&self->lateness);
    g_mutex_clear(&self->leaving);
    g_free(self->device_name);
    G_OBJECT_CLASS(gst_biqa_filter_parent_class)->finalize(object);
}

/* -- class --------------------------------------------------------------------------------- */

static void gst_biqa_filter_class_init(GstBiqaFilterClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(biqa_filter_debug, "biqafilter", 0, "blind video quality");

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = finalize;
    gst_biqa_results_install(object_class);
    gst_biqa_settings_install(object_class, GST_BIQA_N_RESULTS);

    element_class->change_state = change_state;
    element_class->set_context = set_context;
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(
        element_class, "Blind video quality", "Filter/Analyzer/Video",
        "Scores how good each video frame looks, from 0 (bad) to 100 (excellent), with no original "
        "to compare with: by a neural network and its pruned self-competitor, which together "
        "tell how uncertain a score is and mark hard frames. Frames pass through untouched; scores "
        "travel as metadata "
        "(GstBiqaMeta) and as element messages (biqa)",
        "biqafilter contributors");
    gst_type_mark_as_plugin_api(gst_biqa_backend_choice_get_type(), 0);
    gst_type_mark_as_plugin_api(gst_biqa_policy_get_type(), 0);
    gst_type_mark_as_plugin_api(gst_biqa_report_format_get_type(), 0);
    gst_type_mark_as_plugin_api(gst_biqa_report_frames_get_type(), 0);
    gst_biqa_meta_register();

    trans_class->start = start;
    trans_class->stop = stop;
    trans_class->set_caps = set_caps;
    trans_class->sink_event = sink_event;
    trans_class->src_event = src_event;
    trans_class->query = query;
    trans_class->propose_allocation = propose_allocation;
    trans_class->before_transform = before_transform;
    trans_class->submit_input_buffer = submit_input_buffer;
    trans_class->generate_output = generate_output;
    trans_class->transform_ip = transform_ip;
}

static void gst_biqa_filter_init(GstBiqaFilter *self)
{
    gst_biqa_settings_init(&self->settings);
    gst_biqa_stats_init(&self->stats);
    self->scorer = gst_biqa_scorer_new(GST_ELEMENT(self), model_changed);
    self->watch = gst_biqa_watch_new(GST_ELEMENT(self));
    gst_biqa_lens_init(&self->lens);
    gst_biqa_lateness_init(&self->lateness);
    g_mutex_init(&self->leaving);
    /* In place, not passthrough: metadata needs a writable buffer, not writable memory. The base
     * class gives a shared buffer a twin on the same memory, and allocation is left to the
     * neighbours. */
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}
