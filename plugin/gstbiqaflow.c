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
        .origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh),
        .domain = self->sieve.domain,
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
    record->origin = gst_biqa_sieve_origin(&self->sieve, &self->tuning.mesh);
    return TRUE;
}

static gboolean is_due(GstBiqaFilter *self, const GstBiqaRecord *record)
{
    return gst_biqa_schedule_due(&self->schedule, &self->tuning.pace, record->frame,
                                 record->running_time);
}

/* -- policy=every -------------------------------------------------------------------------- */

/* A frame between its coming and its going. */
typedef struct {
    GstBuffer *buffer; /* owned where frames are kept */
    GstBiqaRecord record;
    GstBiqaTuning tuning; /* as it was when the frame came */
    gboolean begun;       /* the scorer is at it, and view is mapped */
    GstBiqaView view;
} Stay;

/* Puts a frame to the scorer. Windows of a map are cut in memory. */
static gboolean begin_score(GstBiqaFilter *self, Stay *stay, GError **error)
{
    const GstBiqaQuestion question = question_of(self, &stay->record);

    return (!question.map || gst_biqa_view_fetch(&stay->view, error)) &&
           gst_biqa_scorer_begin(self->scorer, &stay->view.frame, &question, error);
}

/* Takes a frame in, to be scored or not. On failure the error has been posted, unless the element
 * stops. */
static gboolean check_in(GstBiqaFilter *self, Stay *stay)
{
    g_autoptr(GError) error = NULL;

    stay->record = begin_record(self, stay->buffer);
    stay->tuning = self->tuning;
    stay->begun = FALSE;
    if (self->images)
        meet_device(self, stay->buffer);
    if (!is_due(self, &stay->record))
        return TRUE;
    if (!look(self, stay->buffer, &stay->view, &stay->record))
        return FALSE;
    if (gst_biqa_sieve_passes(&self->sieve, &self->tuning.mesh))
        stay->begun = begin_score(self, stay, &error);
    if (!stay->begun)
        gst_biqa_view_unmap(&stay->view);
    if (error)
        post_failure(self, error);
    return !error;
}

/* Waits for the score of the frame that was begun first. */
static gboolean end_score(GstBiqaFilter *self, Stay *stay)
{
    g_autoptr(GError) error = NULL;
    GstBiqaAnswer answer;
    const gboolean ok = gst_biqa_scorer_end(self->scorer, &answer, &error);

    gst_biqa_view_unmap(&stay->view);
    stay->begun = FALSE;
    if (!ok) {
        post_failure(self, error);
        return FALSE;
    }
    stay->record.origin = GST_BIQA_INFERRED;
    stay->record.map = answer.map;
    self->latest = answer.verdict;
    self->latest_generation = answer.generation;
    self->scored = TRUE;
    count_verdict(self, &answer.verdict, FALSE);
    return TRUE;
}

/* Makes up the record of a frame that leaves. On failure as above. */
static gboolean check_out(GstBiqaFilter *self, Stay *stay)
{
    GstBiqaRecord *record = &stay->record;

    if (stay->begun && !end_score(self, stay))
        return FALSE;
    if (record->origin == GST_BIQA_HELD && !self->scored)
        record->origin = GST_BIQA_SKIPPED;
    if (record->origin != GST_BIQA_SKIPPED) {
        record->verdict = self->latest;
        record->generation = self->latest_generation;
    }
    return TRUE;
}

GstFlowReturn gst_biqa_flow_at_once(GstBiqaFilter *self, GstBuffer *buffer)
{
    Stay stay = {.buffer = buffer};

    return check_in(self, &stay) && check_out(self, &stay) &&
                   gst_biqa_exit_say(self, buffer, &stay.record, &stay.tuning)
               ? GST_FLOW_OK
               : failed_flow(self);
}

/* -- frames in flight ---------------------------------------------------------------------- */

static void stay_free(Stay *stay)
{
    gst_clear_buffer(&stay->buffer);
    g_free(stay);
}

/* Says and pushes a frame (transfer full), which is the first of those that are kept. */
static GstFlowReturn leave(GstBiqaFilter *self, Stay *stay)
{
    gboolean ok = check_out(self, stay);
    GstFlowReturn flow;

    if (ok) {
        stay->buffer = gst_buffer_make_writable(stay->buffer);
        ok = gst_biqa_exit_say(self, stay->buffer, &stay->record, &stay->tuning);
    }
    flow = ok ? gst_pad_push(GST_BASE_TRANSFORM_SRC_PAD(self), g_steal_pointer(&stay->buffer))
              : failed_flow(self);
    stay_free(stay);
    return flow;
}

static gboolean needs_no_wait(const GstBiqaFilter *self, const Stay *stay)
{
    return !stay->begun || gst_biqa_scorer_landed(self->scorer);
}

/* Drops the frames that are kept. */
static void drop_kept(GstBiqaFilter *self)
{
    Stay *stay;

    while ((stay = g_queue_pop_head(&self->kept))) {
        if (stay->begun) {
            GstBiqaAnswer nobodys;

            gst_biqa_scorer_end(self->scorer, &nobodys, NULL);
            gst_biqa_view_unmap(&stay->view);
        }
        stay_free(stay);
    }
}

/* Pushes frames, in their order, that wait for nothing or are more than n. */
static void push_kept(GstBiqaFilter *self, guint n)
{
    Stay *first;

    while (self->flow == GST_FLOW_OK && (first = g_queue_peek_head(&self->kept)) &&
           (self->kept.length > n || needs_no_wait(self, first)))
        self->flow = leave(self, g_queue_pop_head(&self->kept));
    if (self->flow != GST_FLOW_OK)
        drop_kept(self); /* nobody takes them */
}

/* Takes a frame (transfer full) in and lets others go for it. */
static GstFlowReturn keep(GstBiqaFilter *self, GstBuffer *buffer)
{
    Stay *stay = g_new(Stay, 1);

    stay->buffer = buffer;
    if (!check_in(self, stay)) {
        stay_free(stay);
        push_kept(self, 0);
        return failed_flow(self);
    }
    g_queue_push_tail(&self->kept, stay);
    push_kept(self, self->length);
    return GST_FLOW_OK;
}

gboolean gst_biqa_flow_keeps(const GstBiqaFilter *self)
{
    return self->delay || self->length > 0;
}

void gst_biqa_flow_drain(GstBiqaFilter *self)
{
    if (self->delay)
        gst_biqa_exit_let_go(self, TRUE);
    else
        push_kept(self, 0);
}

void gst_biqa_flow_forget(GstBiqaFilter *self)
{
    if (self->delay) {
        gst_biqa_exit_forget(self);
        return;
    }
    drop_kept(self);
    self->flow = GST_FLOW_OK;
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

GstBiqaDelay *gst_biqa_flow_delay_new(GstBiqaFilter *self)
{
    const GstBiqaDelayCalls calls = {self, frames_ready, frame_scored, frame_failed};

    return gst_biqa_delay_new(self->scorer, self->length, &calls);
}

/* -- either policy ------------------------------------------------------------------------- */

/* What came of the frames that left: told once, but for an error, as what downstream refuses now it
 * may take later. */
static GstFlowReturn tell_flow(GstBiqaFilter *self)
{
    const GstFlowReturn flow = g_atomic_int_get(&self->flow);

    if (flow == GST_FLOW_OK)
        return g_atomic_int_get(&self->failed) ? GST_FLOW_ERROR : GST_FLOW_OK;
    if (flow != GST_FLOW_ERROR)
        g_atomic_int_compare_and_exchange(&self->flow, flow, GST_FLOW_OK);
    return flow;
}

GstFlowReturn gst_biqa_flow_step(GstBiqaFilter *self, GstBuffer *input)
{
    GstFlowReturn flow = tell_flow(self);

    if (flow != GST_FLOW_OK || !input) {
        gst_clear_buffer(&input);
        return flow;
    }
    if (self->delay)
        return arrive(self, input);
    flow = keep(self, input);
    return flow == GST_FLOW_OK ? tell_flow(self) : flow;
}
