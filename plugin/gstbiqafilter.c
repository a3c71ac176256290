/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-biqafilter
 * @title: biqafilter
 * @short_description: scores the quality of video frames without a reference
 *
 * Looks at the frames that pass through it and says how good each looks to people, from 0 (bad) to
 * 100 (excellent). Nothing is compared with an original. Two neural networks run on every frame, in
 * Vulkan compute shaders on a GPU or in the processor's vectors: the full model, and its
 * self-competitor, the same network with its smallest weights pruned away. From how the two behave
 * on a frame the model says how uncertain its score is; where that is much the frame is called
 * hard: its score deserves doubt.
 *
 * Pixels and timestamps are not touched, and no frame is copied. Every frame carries a
 * #GstCustomMeta called "GstBiqaMeta"; unless #biqafilter:post-messages is off, an element message
 * called "biqa" with the same fields is posted for every frame that was scored, and for the first
 * of each run of frames of another domain:
 *
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
 * gst-launch-1.0 v4l2src ! videoconvert ! biqafilter device=llvmpipe ! videoconvert ! autovideosink
 * ]| Scores a camera on the device whose name contains "llvmpipe", and shows the picture.
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/clip.mp4 ! videoconvert ! biqafilter
 * hard-frames=/tmp/hard ! fakesink
 * ]| Keeps hard frames as PNG files, at most one a second, with a list that biqa-train reads.
 */

#include "gstbiqafilter.h"
#include "gstbiqabackend.h"
#include "gstbiqaerror.h"
#include "gstbiqaharvest.h"
#include "gstbiqameta.h"
#include "gstbiqasettings.h"
#include "gstbiqastats.h"
#include "gstframe.h"
#include "modelpath.h"

GST_DEBUG_CATEGORY_STATIC(biqa_filter_debug);
#define GST_CAT_DEFAULT biqa_filter_debug

/* Results first; the settings follow in the order of their table. */
enum { PROP_DEVICE_NAME = 1, PROP_STATS, N_RESULTS };

struct _GstBiqaFilter {
    GstBaseTransform parent;

    /* Under the object lock: */
    GstBiqaSettings settings;
    GstBiqaStats stats;
    char *device_name;       /* NULL while stopped */
    GstBiqaHarvest *harvest; /* NULL: hard frames are not kept; from start() to the next start() */

    /* From start() to stop(), for the streaming thread alone: */
    BiqaModel *model;
    BiqaBackend *backend;
    GstVideoInfo info;
    BiqaFrameFormat format;
    GstBiqaTuning tuning; /* the settings as they were when the frame at hand came */
    GstBiqaSchedule schedule;
    GstBiqaSieve sieve;
    guint64 n_frames;
    BiqaDomain said;    /* the domain of the frame that left last */
    gboolean scored;    /* there is a last score */
    BiqaVerdict latest; /* the last score */

    GstBiqaWatch *watch;
};

#define CAPS                                                                                       \
    "video/x-raw, format=" BIQA_GST_FORMATS ", width=[16, 2147483647], height=[16, 2147483647], "  \
    "framerate=[0/1, 2147483647/1]"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

G_DEFINE_TYPE(GstBiqaFilter, gst_biqa_filter, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(biqafilter, "biqafilter", GST_RANK_NONE, GST_TYPE_BIQA_FILTER)

/* -- start and stop ------------------------------------------------------------------------ */

/* The folder the plugin was loaded from (transfer full), NULL if it is not a file. */
static char *plugin_dir(GstBiqaFilter *self)
{
    GstElementFactory *factory = gst_element_get_factory(GST_ELEMENT(self));
    g_autoptr(GstPlugin) plugin = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));
    const char *path = plugin ? gst_plugin_get_filename(plugin) : NULL;

    return path ? g_path_get_dirname(path) : NULL;
}

static BiqaModel *open_model(GstBiqaFilter *self, const GstBiqaSetup *setup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = plugin_dir(self);
    g_autofree char *path =
        setup->model ? g_strdup(setup->model) : gst_biqa_model_path(dir, &error);
    BiqaModel *model;

    if (!path) {
        gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_NO_MODEL, error);
        return NULL;
    }
    model = biqa_model_load(path, &error);
    if (!model)
        gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_MODEL, error);
    else
        GST_INFO_OBJECT(self, "model %s: %s", path, model->name);
    return model;
}

static BiqaBackend *open_backend(GstBiqaFilter *self, const GstBiqaSetup *setup,
                                 const BiqaModel *model)
{
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = gst_biqa_backend_open(GST_ELEMENT(self), setup, model, &error);

    if (!backend)
        gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_DEVICE, error);
    return backend;
}

static void copy_settings(GstBiqaFilter *self, GstBiqaSettings *settings)
{
    GST_OBJECT_LOCK(self);
    gst_biqa_settings_init_copy(settings, &self->settings);
    GST_OBJECT_UNLOCK(self);
}

static gboolean open_watch(GstBiqaFilter *self, const GstBiqaSetup *setup)
{
    g_autoptr(GError) error = NULL;

    if (gst_biqa_watch_start(self->watch, setup->report, setup->report_format, &error))
        return TRUE;
    gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_REPORT, error);
    return FALSE;
}

static void set_device_name(GstBiqaFilter *self, const char *name)
{
    GST_OBJECT_LOCK(self);
    g_free(self->device_name);
    self->device_name = g_strdup(name);
    GST_OBJECT_UNLOCK(self);
    g_object_notify(G_OBJECT(self), "device-name");
}

/* FALSE: hard frames are to be kept and cannot; the error has been posted. */
static gboolean open_harvest(GstBiqaFilter *self, const GstBiqaHarvestSetup *setup)
{
    g_autoptr(GError) error = NULL;
    GstBiqaHarvest *harvest = NULL, *before;

    if (setup->folder && *setup->folder) {
        harvest = gst_biqa_harvest_open(setup, GST_BASE_TRANSFORM_SINK_PAD(self), &error);
        if (!harvest)
            gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_HARVEST, error);
    }
    GST_OBJECT_LOCK(self);
    before = self->harvest;
    self->harvest = harvest;
    GST_OBJECT_UNLOCK(self);
    gst_biqa_harvest_free(before);
    return !error;
}

static gboolean start(GstBaseTransform *trans)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);
    GstBiqaSettings settings;

    copy_settings(self, &settings);
    self->model = open_model(self, &settings.setup);
    if (self->model)
        self->backend = open_backend(self, &settings.setup, self->model);
    if (!self->backend || !open_harvest(self, &settings.setup.harvest) ||
        !open_watch(self, &settings.setup)) {
        gst_biqa_harvest_close(self->harvest);
        g_clear_pointer(&self->backend, biqa_backend_free);
        g_clear_pointer(&self->model, biqa_model_free);
        gst_biqa_settings_clear(&settings);
        return FALSE;
    }
    gst_biqa_settings_clear(&settings);

    gst_biqa_schedule_init(&self->schedule);
    gst_biqa_sieve_reset(&self->sieve);
    self->n_frames = 0;
    self->said = BIQA_DOMAIN_PICTURE;
    self->scored = FALSE;
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_init(&self->stats);
    GST_OBJECT_UNLOCK(self);
    set_device_name(self, biqa_backend_device_name(self->backend));
    return TRUE;
}

static gboolean stop(GstBaseTransform *trans)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);

    gst_biqa_harvest_close(self->harvest);
    gst_biqa_watch_stop(self->watch);
    g_clear_pointer(&self->backend, biqa_backend_free);
    g_clear_pointer(&self->model, biqa_model_free);
    set_device_name(self, NULL);
    return TRUE;
}

static gboolean set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);
    g_autoptr(GError) error = NULL;

    if (!gst_video_info_from_caps(&self->info, incaps)) {
        GST_ERROR_OBJECT(self, "caps without a video format: %" GST_PTR_FORMAT, incaps);
        return FALSE;
    }
    if (!biqa_gst_frame_format(&self->info, &self->format, &error)) {
        GST_ERROR_OBJECT(self, "%s", error->message);
        return FALSE;
    }
    gst_biqa_sieve_set_caps(&self->sieve, &self->info);
    gst_biqa_watch_end(self->watch, GST_BIQA_REASON_CAPS, &self->tuning.watch);
    gst_biqa_watch_describe(self->watch, gst_biqa_header_new(self->model, self->backend, incaps),
                            &self->tuning.watch);
    return TRUE;
}

/* -- buffers ------------------------------------------------------------------------------- */

/* Takes a frame in, with the settings of the moment: what is known of it before it is looked at. */
static GstBiqaRecord begin_record(GstBiqaFilter *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;
    const GstClockTime time = GST_BUFFER_PTS(buffer);

    GST_OBJECT_LOCK(self);
    self->tuning = self->settings.tuning;
    self->stats.seen++;
    GST_OBJECT_UNLOCK(self);
    return (GstBiqaRecord){
        .frame = self->n_frames++,
        .origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh, self->scored),
        .domain = self->sieve.domain,
        .verdict = self->latest,
        .timestamp = time,
        .stream_time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, time),
        .running_time = gst_segment_to_running_time(segment, GST_FORMAT_TIME, time),
        .duration = GST_BUFFER_DURATION(buffer),
    };
}

/* Scores a frame; on failure the error has been posted. */
static gboolean score(GstBiqaFilter *self, const BiqaFrame *frame, GstBiqaRecord *record)
{
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    if (!biqa_backend_run(self->backend, frame, &result, &error)) {
        gst_biqa_error_post(GST_ELEMENT(self),
                            g_error_matches(error, BIQA_ERROR, BIQA_ERROR_SUPPORT)
                                ? GST_BIQA_ERROR_TOO_LARGE
                                : GST_BIQA_ERROR_RUN,
                            error);
        return FALSE;
    }
    record->origin = GST_BIQA_INFERRED;
    record->verdict = biqa_model_verdict(self->model, &result, self->tuning.hard_threshold);
    self->latest = record->verdict;
    self->scored = TRUE;
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_add_verdict(&self->stats, &record->verdict);
    GST_OBJECT_UNLOCK(self);
    return TRUE;
}

/* Looks at a frame, and scores it if its domain allows; on failure the error has been posted. */
static gboolean look(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaRecord *record)
{
    GstVideoFrame video;
    BiqaFrame frame;
    gboolean ok = TRUE;

    if (!gst_video_frame_map(&video, &self->info, buffer, GST_MAP_READ)) {
        GST_ELEMENT_ERROR(self, STREAM, FORMAT,
                          ("A buffer does not hold the frame that its caps promise. Put "
                           "videoconvert before biqafilter, or mend the element upstream."),
                          ("%" GST_PTR_FORMAT, buffer));
        return FALSE;
    }
    frame = biqa_gst_frame(&video, &self->format);
    gst_biqa_sieve_look(&self->sieve, &self->tuning.mesh, &frame, record->running_time);
    record->domain = self->sieve.domain;
    record->origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh, self->scored);
    if (gst_biqa_sieve_passes(&self->sieve, &self->tuning.mesh))
        ok = score(self, &frame, record);
    gst_video_frame_unmap(&video);
    return ok;
}

/* Offers a hard frame to be kept. */
static void keep(GstBiqaFilter *self, GstBuffer *buffer, const GstBiqaRecord *record)
{
    GstVideoFrame video;

    if (!gst_biqa_harvest_wants(self->harvest, record) ||
        !gst_video_frame_map(&video, &self->info, buffer, GST_MAP_READ))
        return;
    gst_biqa_harvest_offer(self->harvest, &video, &self->format, record);
    gst_video_frame_unmap(&video);
}

/* Says what there is to say of a frame: called once for each, in their order, under the stream
 * lock, with a buffer whose metadata can be written. FALSE: the stream must fail, and the error was
 * posted. */
static gboolean emit(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaRecord *record)
{
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_add_frame(&self->stats, record->origin);
    GST_OBJECT_UNLOCK(self);
    if (!gst_biqa_watch_take(self->watch, record, &self->tuning.watch))
        return FALSE;
    keep(self, buffer, record);
    gst_biqa_meta_add(buffer, record);
    if (self->tuning.post_messages &&
        (record->origin == GST_BIQA_INFERRED || record->domain != self->said))
        gst_element_post_message(GST_ELEMENT(self), gst_biqa_message_new(GST_OBJECT(self), record));
    self->said = record->domain;
    return TRUE;
}

static GstFlowReturn transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);
    GstBiqaRecord record = begin_record(self, buffer);
    const gboolean due = gst_biqa_schedule_due(&self->schedule, &self->tuning.pace, record.frame,
                                               record.running_time);

    self->tuning.watch.may_wait = TRUE;
    if (due && !look(self, buffer, &record))
        return GST_FLOW_ERROR;
    return emit(self, buffer, &record) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* A seek or a flush: what was said of other frames is not said of the next. */
static void forget(GstBiqaFilter *self)
{
    gst_biqa_watch_end(self->watch, GST_BIQA_REASON_FLUSH, &self->tuning.watch);
    gst_biqa_watch_allow_wait(self->watch, TRUE);
    gst_biqa_schedule_init(&self->schedule);
    gst_biqa_sieve_reset(&self->sieve);
    self->scored = FALSE;
}

static gboolean sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(trans);

    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) {
        gst_biqa_watch_allow_wait(self->watch, FALSE);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
        forget(self);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) {
        gst_biqa_harvest_new_stream(self->harvest);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
        /* All is there when the application hears of it. */
        gst_biqa_harvest_drain(self->harvest);
        gst_biqa_watch_end(self->watch, GST_BIQA_REASON_EOS, &self->tuning.watch);
    }
    return GST_BASE_TRANSFORM_CLASS(gst_biqa_filter_parent_class)->sink_event(trans, event);
}

/* Pads are stopped by the parent class, which waits for the streaming thread: it must not wait for
 * the reader of a report then. */
static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition)
{
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        gst_biqa_watch_allow_wait(GST_BIQA_FILTER(element)->watch, FALSE);
    return GST_ELEMENT_CLASS(gst_biqa_filter_parent_class)->change_state(element, transition);
}

/* -- properties ---------------------------------------------------------------------------- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);
    gboolean known;

    GST_OBJECT_LOCK(self);
    known = gst_biqa_settings_set(&self->settings, id - N_RESULTS, value);
    GST_OBJECT_UNLOCK(self);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

/* Under the object lock. (transfer full) */
static GstStructure *describe_stats(GstBiqaFilter *self)
{
    GstStructure *structure = gst_biqa_stats_to_structure(&self->stats);

    gst_biqa_harvest_fill(self->harvest, structure);
    gst_biqa_watch_fill_stats(self->watch, structure);
    return structure;
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);
    gboolean known = TRUE;

    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_DEVICE_NAME:
        g_value_set_string(value, self->device_name);
        break;
    case PROP_STATS:
        g_value_take_boxed(value, describe_stats(self));
        break;
    default:
        known = gst_biqa_settings_get(&self->settings, id - N_RESULTS, value);
    }
    GST_OBJECT_UNLOCK(self);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void finalize(GObject *object)
{
    GstBiqaFilter *self = GST_BIQA_FILTER(object);

    gst_biqa_settings_clear(&self->settings);
    gst_biqa_harvest_free(self->harvest);
    gst_biqa_watch_free(self->watch);
    g_free(self->device_name);
    G_OBJECT_CLASS(gst_biqa_filter_parent_class)->finalize(object);
}

/* -- class --------------------------------------------------------------------------------- */

#define RESULT_FLAGS (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void install_results(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, PROP_DEVICE_NAME,
        g_param_spec_string("device-name", "Device name",
                            "Name of the device that does the work; NULL while stopped", NULL,
                            RESULT_FLAGS));
    g_object_class_install_property(
        klass, PROP_STATS,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Since the element started: frames-seen, frames-inferred, frames-held, frames-skipped, "
            "frames-hard (guint64) and, "
            "once a frame was scored, mean-score, minimum-score and, where the model tells it, "
            "mean-uncertainty, maximum-uncertainty (gdouble, 0..100); besides what the message "
            "\"biqa-summary\" says of all frames, alarms and records-lost (guint64). With "
            "hard-frames: hard-frames-written, -waiting, -too-soon, -alike, -busy, -full, -failed "
            "(guint64)",
            GST_TYPE_STRUCTURE, RESULT_FLAGS));
}

static void gst_biqa_filter_class_init(GstBiqaFilterClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(biqa_filter_debug, "biqafilter", 0, "blind video quality");

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = finalize;
    install_results(object_class);
    gst_biqa_settings_install(object_class, N_RESULTS);

    element_class->change_state = change_state;
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
    gst_type_mark_as_plugin_api(gst_biqa_report_format_get_type(), 0);
    gst_type_mark_as_plugin_api(gst_biqa_report_frames_get_type(), 0);
    gst_biqa_meta_register();

    trans_class->start = start;
    trans_class->stop = stop;
    trans_class->set_caps = set_caps;
    trans_class->sink_event = sink_event;
    trans_class->transform_ip = transform_ip;
}

static void gst_biqa_filter_init(GstBiqaFilter *self)
{
    gst_biqa_settings_init(&self->settings);
    gst_biqa_stats_init(&self->stats);
    self->watch = gst_biqa_watch_new(GST_ELEMENT(self));
    /* In place, not passthrough: metadata needs a writable buffer, not writable memory. The base
     * class gives a shared buffer a twin on the same memory, and allocation is left to the
     * neighbours. */
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}
