/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of frames, a thread that scores them, a thread that watches the clock. */
#include "gstbiqadelay.h"
#include "gstframe.h"

/* A frame in the queue. */
typedef struct {
    GstBuffer *buffer;
    GstBiqaRecord record;
    gboolean waits; /* for its score */
    GstClock *clock;
    GstClockTime due;
} Waiting;

/* A frame to be scored. Its map holds the buffer, so that it may leave meanwhile. */
typedef struct {
    guint64 number;
    guint epoch;
    GstVideoFrame *video;
    BiqaFrameFormat format;
    GstBiqaQuestion question;
} Job;

struct GstBiqaDelay {
    GstBiqaScorer *scorer; /* borrowed */
    GstBiqaDelayCalls calls;
    guint length;
    GThread *worker, *pacer;

    GMutex lock;
    GCond work, change; /* for the worker; for the pacer */
    GCond room;         /* for who pushes */
    gboolean quit;      /* under lock, as all that follows */
    GQueue frames;      /* of Waiting, the oldest first */
    Job *job;           /* the newest to be scored that the worker has not begun */
    guint epoch;        /* counts calls of clear: what was begun before counts no more */
    GstClockID alarm;   /* what the pacer sleeps by */
    gboolean changed;   /* since the pacer looked */
    gboolean scored, news;
    BiqaVerdict latest; /* where scored; news: no record carried it yet */
    guint generation;   /* of latest's model */
};

static void waiting_free(Waiting *waiting)
{
    gst_clear_buffer(&waiting->buffer);
    gst_object_unref(waiting->clock);
    g_free(waiting);
}

static void job_free(Job *job)
{
    if (!job)
        return;
    gst_video_frame_unmap(job->video);
    g_free(job->video);
    g_free(job);
}

/* Lets the pacer look again. Under the lock. */
static void wake_pacer(GstBiqaDelay *delay)
{
    delay->changed = TRUE;
    if (delay->alarm)
        gst_clock_id_unschedule(delay->alarm);
    g_cond_signal(&delay->change);
}

/* The queue's frame of a number, NULL if it has left. Under the lock. */
static Waiting *find(GstBiqaDelay *delay, guint64 number)
{
    for (GList *link = delay->frames.head; link; link = link->next) {
        Waiting *waiting = link->data;

        if (waiting->record.frame == number)
            return waiting;
    }
    return NULL;
}

/* -- the worker ---------------------------------------------------------------------------- */

/* Hands an answer to the frame it is of, or where that has left to those behind it. Under the lock.
 * Whether it came late. */
static gboolean deliver(GstBiqaDelay *delay, const Job *job, const GstBiqaAnswer *answer)
{
    Waiting *waiting = find(delay, job->number);

    if (waiting) {
        waiting->record.origin = GST_BIQA_INFERRED;
        waiting->record.verdict = answer->verdict;
        waiting->record.map = answer->map;
        waiting->record.generation = answer->generation;
        waiting->waits = FALSE;
    } else {
        delay->latest = answer->verdict;
        delay->generation = answer->generation;
        delay->scored = delay->news = TRUE;
    }
    wake_pacer(delay);
    return !waiting;
}

static void work(GstBiqaDelay *delay, const Job *job)
{
    g_autoptr(GError) error = NULL;
    const BiqaFrame frame = biqa_gst_frame(job->video, &job->format);
    GstBiqaAnswer answer;
    gboolean current, late = FALSE;

    const gboolean ok = gst_biqa_scorer_run(delay->scorer, &frame, &job->question, &answer, &error);
    g_mutex_lock(&delay->lock);
    current = job->epoch == delay->epoch;
    if (ok && current)
        late = deliver(delay, job, &answer);
    g_mutex_unlock(&delay->lock);
    if (!ok)
        delay->calls.failed(delay->calls.user, error);
    else if (current)
        delay->calls.scored(delay->calls.user, &answer.verdict, late);
}

static gpointer worker_thread(gpointer data)
{
    GstBiqaDelay *delay = data;

    g_mutex_lock(&delay->lock);
    while (!delay->quit) {
        Job *job = g_steal_pointer(&delay->job);

        if (!job) {
            g_cond_wait(&delay->work, &delay->lock);
            continue;
        }
        g_mutex_unlock(&delay->lock);
        work(delay, job);
        job_free(job);
        g_mutex_lock(&delay->lock);
    }
    g_mutex_unlock(&delay->lock);
    return NULL;
}

/* -- the pacer ----------------------------------------------------------------------------- */

static gboolean may_leave(GstBiqaDelay *delay, const Waiting *waiting)
{
    return !waiting->waits || delay->frames.length > delay->length ||
           gst_clock_get_time(waiting->clock) >= waiting->due;
}

/* Sleeps until the first frame may leave or something changes. Under the lock, which is given up
 * meanwhile. */
static void pace(GstBiqaDelay *delay)
{
    const Waiting *first = g_queue_peek_head(&delay->frames);

    if (!first) {
        g_cond_wait(&delay->change, &delay->lock);
        return;
    }
    delay->alarm = gst_clock_new_single_shot_id(first->clock, first->due);
    g_mutex_unlock(&delay->lock);
    gst_clock_id_wait(delay->alarm, NULL);
    g_mutex_lock(&delay->lock);
    gst_clock_id_unref(delay->alarm);
    delay->alarm = NULL;
}

static gpointer pacer_thread(gpointer data)
{
    GstBiqaDelay *delay = data;

    g_mutex_lock(&delay->lock);
    while (!delay->quit) {
        const Waiting *first = g_queue_peek_head(&delay->frames);

        delay->changed = FALSE;
        if (first && may_leave(delay, first)) {
            g_mutex_unlock(&delay->lock);
            delay->calls.ready(delay->calls.user);
            g_mutex_lock(&delay->lock);
            continue;
        }
        if (!delay->changed)
            pace(delay);
    }
    g_mutex_unlock(&delay->lock);
    return NULL;
}

/* -- the element's side -------------------------------------------------------------------- */

GstBiqaDelay *gst_biqa_delay_new(GstBiqaScorer *scorer, guint length,
                                 const GstBiqaDelayCalls *calls)
{
    GstBiqaDelay *delay = g_new0(GstBiqaDelay, 1);

    delay->scorer = scorer;
    delay->length = length;
    delay->calls = *calls;
    g_mutex_init(&delay->lock);
    g_cond_init(&delay->work);
    g_cond_init(&delay->change);
    g_cond_init(&delay->room);
    g_queue_init(&delay->frames);
    delay->worker = g_thread_new("biqa-scores", worker_thread, delay);
    delay->pacer = g_thread_new("biqa-pace", pacer_thread, delay);
    return delay;
}

void gst_biqa_delay_free(GstBiqaDelay *delay)
{
    if (!delay)
        return;
    gst_biqa_delay_clear(delay);
    g_mutex_lock(&delay->lock);
    delay->quit = TRUE;
    wake_pacer(delay);
    g_cond_signal(&delay->work);
    g_mutex_unlock(&delay->lock);
    g_thread_join(delay->worker);
    g_thread_join(delay->pacer);
    g_mutex_clear(&delay->lock);
    g_cond_clear(&delay->work);
    g_cond_clear(&delay->change);
    g_cond_clear(&delay->room);
    g_free(delay);
}

/* The frame of a job that will not be done need not wait. Under the lock. */
static void give_up(GstBiqaDelay *delay, Job *job)
{
    Waiting *waiting = job ? find(delay, job->number) : NULL;

    if (waiting)
        waiting->waits = FALSE;
    job_free(job);
}

void gst_biqa_delay_push(GstBiqaDelay *delay, const GstBiqaArrival *arrival)
{
    Waiting *waiting = g_new(Waiting, 1);

    *waiting = (Waiting){arrival->buffer, arrival->record, arrival->video != NULL,
                         gst_object_ref(arrival->clock), arrival->due};
    g_mutex_lock(&delay->lock);
    if (arrival->video) {
        Job *job = g_new(Job, 1);

        *job = (Job){arrival->record.frame, delay->epoch, arrival->video, *arrival->format,
                     arrival->question};
        give_up(delay, delay->job);
        delay->job = job;
        g_cond_signal(&delay->work);
    }
    g_queue_push_tail(&delay->frames, waiting);
    wake_pacer(delay);
    while (delay->frames.length > delay->length + GST_BIQA_DELAY_SPARE)
        g_cond_wait(&delay->room, &delay->lock);
    g_mutex_unlock(&delay->lock);
}

/* What a frame says that leaves now. Under the lock. */
static void make_up(GstBiqaDelay *delay, GstBiqaRecord *record)
{
    if (record->origin == GST_BIQA_INFERRED) {
        delay->latest = record->verdict;
        delay->generation = record->generation;
        delay->scored = TRUE;
        delay->news = FALSE;
    } else if (record->origin == GST_BIQA_HELD && !delay->scored) {
        record->origin = GST_BIQA_SKIPPED;
    } else if (record->origin == GST_BIQA_HELD) {
        record->verdict = delay->latest;
        record->generation = delay->generation;
        record->news = delay->news;
        delay->news = FALSE;
    }
}

GstBuffer *gst_biqa_delay_pop(GstBiqaDelay *delay, gboolean all, GstBiqaRecord *record)
{
    GstBuffer *buffer = NULL;
    Waiting *first;

    g_mutex_lock(&delay->lock);
    first = g_queue_peek_head(&delay->frames);
    if (first && (all || may_leave(delay, first))) {
        g_queue_pop_head(&delay->frames);
        g_cond_signal(&delay->room);
        make_up(delay, &first->record);
        *record = first->record;
        buffer = g_steal_pointer(&first->buffer);
        waiting_free(first);
    }
    g_mutex_unlock(&delay->lock);
    return buffer;
}

void gst_biqa_delay_clear(GstBiqaDelay *delay)
{
    g_mutex_lock(&delay->lock);
    g_queue_clear_full(&delay->frames, (GDestroyNotify)waiting_free);
    g_clear_pointer(&delay->job, job_free);
    delay->epoch++;
    delay->scored = delay->news = FALSE;
    g_cond_signal(&delay->room);
    wake_pacer(delay);
    g_mutex_unlock(&delay->lock);
}
