/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a frame that comes to one that is scored, or waits for it. */
#include "gstbiqaflow.h"
#include "gstbiqabackend.h"
#include "gstbiqaerror.h"
#include "gstbiqaexit.h"
#include "gstbiqafilter-private.h"
#include "gstbiqaview.h"

gboolean gst_biqa_flow_scores_there(const GstBiqaFilter *self)
{
    return !self->delay && self->images;
}

void gst_biqa_flow_set_device(GstBiqaFilter *self, char *name)
{
    gboolean changed;

    GST_OBJECT_LOCK(self);
    changed = g_strcmp0(self->device_name, name) != 0;
    g_free(self->device_name);
    self->device_name = name;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        g_object_notify(G_OBJECT(self), "device-name");
}

/* Where frames in images lie only they tell: looks at the device of one that comes. */
static void meet_device(GstBiqaFilter *self, GstBuffer *buffer)
{
    const char *name = gst_biqa_view_device_name(buffer);
    g_autoptr(GstCaps) caps = NULL;

    if (self->met && (!name || g_strcmp0(name, self->device_name) == 0))
        return;
    self->met = TRUE;
    if (name) {
        gst_biqa_flow_set_device(self, g_strdup(name));
        gst_biqa_backend_post(GST_ELEMENT(self), "vulkan", name, "images");
    }
    caps = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SINK_PAD(self));
    gst_biqa_exit_describe(self, gst_biqa_scorer_generation(self->scorer), caps);
}

/* Whether there is a last score to hold; with a delay that is known when the frame leaves. */
static gboolean may_hold(const GstBiqaFilter *self)
{
    return self->delay || self->scored;
}

/* Takes a frame in, with the settings of the moment: what is known of it before it is looked at. */
static GstBiqaRecord begin_record(GstBiqaFilter *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    /* Sources of pictures count bytes or buffers: then no time is known but the buffer's own. */
    const gboolean timed = segment->format == GST_FORMAT_TIME;

    GST_OBJECT_LOCK(self);
    self->tuning = self->settings.tuning;
    self->stats.seen++;
    GST_OBJECT_UNLOCK(self);
    self->tuning.watch.may_wait = !self->delay;
    return (GstBiqaRecord){
        .frame = self->n_frames++,
        .origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh, may_hold(self)),
        .domain = self->sieve.domain,
        .verdict = self->latest,
        .generation = self->latest_generation,
        .timestamp = time,
        .stream_time = timed ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, time)
                             : GST_CLOCK_TIME_NONE,
        .running_time = timed ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, time)
                              : GST_CLOCK_TIME_NONE,
        .duration = GST_BUFFER_DURATION(buffer),
    };
}

static void count_verdict(GstBiqaFilter *self, const BiqaVerdict *verdict, gboolean late)
{
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_add_verdict(&self->stats, verdict);
    self->stats.late += late ? 1 : 0;
    GST_OBJECT_UNLOCK(self);
}

/* What fails because the element stops is no failure. */
static void post_failure(GstBiqaFilter *self, const GError *error)
{
    if (!gst_biqa_scorer_interrupted(self->scorer))
        gst_biqa_error_post(GST_ELEMENT(self), gst_biqa_error_of_run(error), error);
}

static GstFlowReturn failed_flow(const GstBiqaFilter *self)
{
    return gst_biqa_scorer_interrupted(self->scorer) ? GST_FLOW_FLUSHING : GST_FLOW_ERROR;
}

static GstBiqaQuestion question_of(const GstBiqaFilter *self, const GstBiqaRecord *record)
{
    return (GstBiqaQuestion){
        .hard_threshold = self->tuning.hard_threshold,
        .map = self->tuning.map,
        .scene = self->scene,
        .time = record->running_time,
    };
}

/* Scores a frame; on failure the error has been posted, unless the element stops. Windows of a map
 * are cut in memory. */
static gboolean score(GstBiqaFilter *self, GstBiqaView *view, GstBiqaRecord *record)
{
    const GstBiqaQuestion question = question_of(self, record);
    g_autoptr(GError) error = NULL;
    GstBiqaAnswer answer;

    if ((question.map && !gst_biqa_view_fetch(view, &error)) ||
        !gst_biqa_scorer_run(self->scorer, &view->frame, &question, &answer, &error)) {
        post_failure(self, error);
        return FALSE;
    }
    record->origin = GST_BIQA_INFERRED;
    record->verdict = answer.verdict;
    record->map = answer.map;
    record->generation = self->latest_generation = answer.generation;
    self->latest = record->verdict;
    self->scored = TRUE;
    count_verdict(self, &record->verdict, FALSE);
    return TRUE;
}

/* The part of a frame that its domain is named by, in memory: of a frame that will be scored there,
 * too, all of it. */
static gboolean sample_view(GstBiqaFilter *self, GstBiqaView *view, BiqaFrame *sample,
                            GError **error)
{
    return (!self->delay || gst_biqa_view_fetch(view, error)) &&
           gst_biqa_view_sample(view, sample, error);
}

/* Maps a frame and names its domain; on failure the error has been posted. */
static gboolean look(GstBiqaFilter *self, GstBuffer *buffer, GstBiqaView *view,
                     GstBiqaRecord *record)
{
    g_autoptr(GError) error = NULL;
    BiqaFrame sample = {0};

    if (!gst_biqa_view_map(view, buffer, &self->lens, &error)) {
        if (view->frame.images)
            gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_PLANES, error);
        else
            GST_ELEMENT_ERROR(self, STREAM, FORMAT,
                              ("A buffer does not hold the frame that its caps promise. Put "
                               "videoconvert before biqafilter, or mend the element upstream."),
                              ("%s; %" GST_PTR_FORMAT, error->message, buffer));
        return FALSE;
    }
    if (!self->sieve.hdr && !sample_view(self, view, &sample, &error)) {
        post_failure(self, error);
        gst_biqa_view_unmap(view);
        return FALSE;
    }
    gst_biqa_sieve_look(&self->sieve, &self->tuning.mesh, &sample, record->running_time);
    if (self->sieve.cut)
        self->scene++;
    record->domain = self->sieve.domain;
    record->origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh, may_hold(self));
    return TRUE;
}

static gboolean is_due(GstBiqaFilter *self, const GstBiqaRecord *record)
{
    return gst_biqa_schedule_due(&self->schedule, &self->tuning.pace, record->frame,
                                 record->running_time);
}

/* -- policy=every -------------------------------------------------------------------------- */

GstFlowReturn gst_biqa_flow_at_once(GstBiqaFilter *self, GstBuffer *buffer)
{
    GstBiqaRecord record = begin_record(self, buffer);
    GstBiqaView view;
    gboolean ok = TRUE;

    if (self->images)
        meet_device(self, buffer);
    if (is_due(self, &record)) {
        if (!look(self, buffer, &view, &record))
            return failed_flow(self);
        if (gst_biqa_sieve_passes(&self->sieve, &self->tuning.mesh))
            ok = score(self, &view, &record);
        gst_biqa_view_unmap(&view);
    }
    return ok && gst_biqa_exit_say(self, buffer, &record, &self->tuning) ? GST_FLOW_OK
                                                                         : failed_flow(self);
}

/* -- policy=deadline ----------------------------------------------------------------------- */

/* Puts a frame (transfer full) into the delay, to be scored or not. */
static GstFlowReturn arrive(GstBiqaFilter *self, GstBuffer *buffer)
{
    g_autoptr(GstClock) clock = gst_element_get_clock(GST_ELEMENT(self));
    GstBiqaArrival arrival = {
        .buffer = buffer,
        .record = begin_record(self, buffer),
        .format = &self->lens.format,
    };

    if (is_due(self, &arrival.record) &&
        !gst_biqa_lateness_applies(&self->lateness, arrival.record.running_time)) {
        GstBiqaView view;

        if (!look(self, buffer, &view, &arrival.record)) {
            gst_buffer_unref(buffer);
            return failed_flow(self);
        }
        gst_biqa_lateness_try(&self->lateness, arrival.record.running_time);
        arrival.question = question_of(self, &arrival.record);
        if (gst_biqa_sieve_passes(&self->sieve, &self->tuning.mesh))
            arrival.video = gst_biqa_view_take(&view);
        else
            gst_biqa_view_unmap(&view);
    }
    if (!clock)
        clock = gst_system_clock_obtain();
    arrival.clock = clock;
    arrival.due = gst_clock_get_time(clock) + self->hold;
    gst_biqa_delay_push(self->delay, &arrival);
    return GST_FLOW_OK;
}

static void frames_ready(gpointer user)
{
    gst_biqa_exit_let_go(user, FALSE);
}

static void frame_scored(gpointer user, const BiqaVerdict *verdict, gboolean late)
{
    count_verdict(user, verdict, late);
}

static void frame_failed(gpointer user, const GError *error)
{
    GstBiqaFilter *self = user;

    if (!gst_biqa_scorer_interrupted(self->scorer) &&
        g_atomic_int_compare_and_exchange(&self->failed, FALSE, TRUE))
        post_failure(self, error);
}

GstFlowReturn gst_biqa_flow_step(GstBiqaFilter *self, GstBuffer *input)
{
    GstFlowReturn flow = g_atomic_int_get(&self->flow);

    if (flow == GST_FLOW_OK && g_atomic_int_get(&self->failed))
        flow = GST_FLOW_ERROR;
    if (flow == GST_FLOW_OK)
        return input ? arrive(self, input) : GST_FLOW_OK;
    gst_clear_buffer(&input);
    /* Told once, but for an error: what downstream refuses now it may take later. */
    if (flow != GST_FLOW_ERROR)
        g_atomic_int_compare_and_exchange(&self->flow, flow, GST_FLOW_OK);
    return flow;
}

GstBiqaDelay *gst_biqa_flow_delay_new(GstBiqaFilter *self)
{
    const GstBiqaDelayCalls calls = {self, frames_ready, frame_scored, frame_failed};

    return gst_biqa_delay_new(self->scorer, self->length, &calls);
}
