/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model and its backend, and the thread that opens their successors. */
#include "gstbiqascorer.h"
#include "cycle.h"
#include "gstbiqaerror.h"
#include "modelpath.h"
#include <string.h>

#define TIMED 10

/* What runs frames. */
typedef struct {
    char *asked; /* the property's value that it was opened for; NULL: the model that ships */
    GstBiqaBackendChoice choice;
    BiqaModel *model;
    BiqaBackend *backend;
    BiqaCycle cycle;  /* of the frames that backend has seen */
    guint recoveries; /* of backend that were counted */
    GstBiqaMapper *mapper;
} Engine;

/* What a report says of an engine, which may be gone when its frames leave. */
typedef struct {
    guint generation;
    GstBiqaHeader *header;
} Signature;

/* When a frame was scored, for GstBiqaSpeed. */
typedef struct {
    gint64 begin, end; /* us */
    guint64 device;    /* ns */
} Timing;

/* A frame that was begun. */
typedef struct {
    BiqaFrame frame;
    GstBiqaQuestion question;
    Timing timing;
    gboolean done; /* before its end; and then what came of it: error, or else answer */
    GstBiqaAnswer answer;
    GError *error;
} Flight;

struct GstBiqaScorer {
    GstElement *element; /* borrowed */
    GstBiqaScorerChanged changed;
    GThread *opener;          /* NULL while stopped */
    GstBiqaSettings settings; /* of start(), the same until stop() */
    GCancellable *stop;       /* of all that was opened since start(); as long */

    Flight flights[BIQA_CYCLE_FRAMES]; /* the oldest first; for who runs frames alone */
    guint n_flights;

    GMutex lock;
    GCond wake;      /* the opener has something to do */
    gboolean quit;   /* under lock, as all that follows */
    gboolean wanted; /* a model was asked for that the opener has not taken up */
    char *want;
    GstBiqaBackendChoice choice; /* the settings', until images narrow it */
    Engine *engine;              /* in use; only run() and take_images() replace it */
    Engine *next;                /* opened, to be used from the next frame on */
    Engine *spent;               /* to be closed beside the stream */
    gint generation;             /* atomic, to be read for every frame */
    GQueue signatures;           /* of Signature, the oldest that may be asked for first */
    Timing timings[TIMED];
    guint64 n_timings;
    guint lost; /* devices */
};

/* -- engines ------------------------------------------------------------------------------- */

static void engine_free(Engine *engine)
{
    if (!engine)
        return;
    gst_biqa_mapper_free(engine->mapper);
    biqa_backend_free(engine->backend);
    biqa_model_free(engine->model);
    g_free(engine->asked);
    g_free(engine);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

static gboolean engine_takes_images(const Engine *engine)
{
    return engine->backend->klass->images;
}

/* The folder the plugin was loaded from (transfer full), NULL if it is not a file. */
static char *plugin_dir(GstElement *element)
{
    GstElementFactory *factory = gst_element_get_factory(element);
    g_autoptr(GstPlugin) plugin = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));
    const char *path = plugin ? gst_plugin_get_filename(plugin) : NULL;

    return path ? g_path_get_dirname(path) : NULL;
}

/* asked takes the place of the settings' model. On failure which says what kind it is of. error is
 * not NULL. */
static Engine *engine_open(GstBiqaScorer *scorer, const char *asked, GstBiqaError *which,
                           GError **error)
{
    g_autoptr(Engine) engine = g_new0(Engine, 1);
    g_autofree char *dir = plugin_dir(scorer->element);
    g_autofree char *path = asked ? g_strdup(asked) : gst_biqa_model_path(dir, error);
    GstBiqaSetup setup = scorer->settings.setup; /* owns nothing */

    g_mutex_lock(&scorer->lock);
    setup.backend = engine->choice = scorer->choice;
    g_mutex_unlock(&scorer->lock);
    *which = GST_BIQA_ERROR_NO_MODEL;
    if (!path)
        return NULL;
    *which = GST_BIQA_ERROR_MODEL;
    engine->asked = g_strdup(asked);
    engine->model = biqa_model_load(path, error);
    if (!engine->model || !gst_biqa_backend_check_task(&setup, engine->model, error))
        return NULL;
    engine->backend = gst_biqa_backend_open(scorer->element, &setup, engine->model, error);
    if (!engine->backend) {
        *which = gst_biqa_error_of_open(*error);
        return NULL;
    }
    engine->mapper = gst_biqa_mapper_new(&scorer->settings.setup, engine->model, engine->backend);
    return g_steal_pointer(&engine);
}

static void signature_free(Signature *signature)
{
    gst_biqa_header_free(signature->header);
    g_free(signature);
}

/* Under lock: the engine has come into use. */
static void sign(GstBiqaScorer *scorer)
{
    const guint generation = gst_biqa_scorer_generation(scorer);
    Signature *last = g_queue_peek_tail(&scorer->signatures);

    if (!last || last->generation != generation) {
        last = g_new0(Signature, 1);
        last->generation = generation;
        g_queue_push_tail(&scorer->signatures, last);
    }
    g_clear_pointer(&last->header, gst_biqa_header_free);
    last->header = gst_biqa_header_new(scorer->engine->model, scorer->engine->backend);
}

/* -- the opener ---------------------------------------------------------------------------- */

/* Under lock: whether the stream has turned to images since engine's backend was chosen. */
static gboolean is_outdated(const GstBiqaScorer *scorer, const Engine *engine)
{
    return engine->choice != scorer->choice && !engine_takes_images(engine);
}

/* Under lock. */
static void want(GstBiqaScorer *scorer, const char *model)
{
    g_free(scorer->want);
    scorer->want = g_strdup(model);
    scorer->wanted = TRUE;
    g_cond_signal(&scorer->wake);
}

/* Under lock: next, where it is outdated, to be closed by the caller without the lock. Its model is
 * opened again, unless another was asked for since. */
static Engine *take_outdated(GstBiqaScorer *scorer)
{
    if (!scorer->next || !is_outdated(scorer, scorer->next))
        return NULL;
    if (!scorer->wanted)
        want(scorer, scorer->next->asked);
    return g_steal_pointer(&scorer->next);
}

static void open_next(GstBiqaScorer *scorer, const char *asked)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Engine) before = NULL;
    g_autoptr(Engine) outdated = NULL;
    g_autofree char *running = NULL;
    GstBiqaError which;
    Engine *engine = engine_open(scorer, asked, &which, &error);

    g_mutex_lock(&scorer->lock);
    if (engine) {
        before = scorer->next;
        scorer->next = engine;
        outdated = take_outdated(scorer);
    } else {
        running = g_strdup((scorer->next ? scorer->next : scorer->engine)->asked);
    }
    g_mutex_unlock(&scorer->lock);
    if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        gst_biqa_warning_post(scorer->element, which, error);
        scorer->changed(scorer->element, asked, running, error);
    }
}

static gpointer opener_thread(gpointer data)
{
    GstBiqaScorer *scorer = data;

    g_mutex_lock(&scorer->lock);
    while (!scorer->quit) {
        g_autofree char *asked = NULL;
        g_autoptr(Engine) spent = g_steal_pointer(&scorer->spent);
        const gboolean wanted = scorer->wanted;

        if (!wanted && !spent) {
            g_cond_wait(&scorer->wake, &scorer->lock);
            continue;
        }
        asked = g_steal_pointer(&scorer->want);
        scorer->wanted = FALSE;
        g_mutex_unlock(&scorer->lock);
        g_clear_pointer(&spent, engine_free);
        if (wanted)
            open_next(scorer, asked);
        g_mutex_lock(&scorer->lock);
    }
    g_mutex_unlock(&scorer->lock);
    return NULL;
}

void gst_biqa_scorer_change_model(GstBiqaScorer *scorer, const char *model)
{
    g_mutex_lock(&scorer->lock);
    want(scorer, model);
    g_mutex_unlock(&scorer->lock);
}

/* -- from start to stop -------------------------------------------------------------------- */

GstBiqaScorer *gst_biqa_scorer_new(GstElement *element, GstBiqaScorerChanged changed)
{
    GstBiqaScorer *scorer = g_new0(GstBiqaScorer, 1);

    scorer->element = element;
    scorer->changed = changed;
    scorer->stop = g_cancellable_new();
    g_mutex_init(&scorer->lock);
    g_cond_init(&scorer->wake);
    g_queue_init(&scorer->signatures);
    return scorer;
}

void gst_biqa_scorer_free(GstBiqaScorer *scorer)
{
    gst_biqa_scorer_stop(scorer);
    g_mutex_clear(&scorer->lock);
    g_cond_clear(&scorer->wake);
    g_free(scorer->want);
    g_object_unref(scorer->stop);
    g_free(scorer);
}

gboolean gst_biqa_scorer_start(GstBiqaScorer *scorer, const GstBiqaSettings *settings)
{
    g_autoptr(GError) error = NULL;
    GstBiqaError which;
    Engine *engine;

    g_return_val_if_fail(!scorer->opener, FALSE);
    gst_biqa_settings_init_copy(&scorer->settings, settings);
    g_cancellable_reset(scorer->stop); /* nothing of the last run is left to heed it */
    scorer->settings.setup.stop = scorer->stop;
    g_mutex_lock(&scorer->lock);
    scorer->choice = settings->setup.backend;
    g_mutex_unlock(&scorer->lock);
    engine = engine_open(scorer, settings->setup.model, &which, &error);
    if (!engine) {
        gst_biqa_error_post(scorer->element, which, error);
        gst_biqa_settings_clear(&scorer->settings);
        return FALSE;
    }
    g_mutex_lock(&scorer->lock);
    scorer->engine = engine;
    sign(scorer);
    scorer->quit = FALSE;
    /* What was asked for since settings were read is another model. */
    if (g_strcmp0(scorer->want, engine->asked) == 0)
        scorer->wanted = FALSE;
    scorer->n_timings = 0;
    scorer->lost = 0;
    g_mutex_unlock(&scorer->lock);
    scorer->opener = g_thread_new("biqa-opener", opener_thread, scorer);
    return TRUE;
}

void gst_biqa_scorer_stop(GstBiqaScorer *scorer)
{
    g_autoptr(Engine) engine = NULL;
    g_autoptr(Engine) next = NULL;
    g_autoptr(Engine) spent = NULL;

    if (!scorer->opener)
        return;
    g_cancellable_cancel(scorer->stop);
    g_mutex_lock(&scorer->lock);
    scorer->quit = TRUE;
    g_cond_signal(&scorer->wake);
    g_mutex_unlock(&scorer->lock);
    g_thread_join(g_steal_pointer(&scorer->opener));

    g_mutex_lock(&scorer->lock);
    /* Closed without the lock: a device may take seconds, and who reads properties would wait. */
    engine = g_steal_pointer(&scorer->engine);
    next = g_steal_pointer(&scorer->next);
    spent = g_steal_pointer(&scorer->spent);
    g_queue_clear_full(&scorer->signatures, (GDestroyNotify)signature_free);
    g_clear_pointer(&scorer->want, g_free);
    scorer->wanted = FALSE;
    g_mutex_unlock(&scorer->lock);
    gst_biqa_settings_clear(&scorer->settings);
}

void gst_biqa_scorer_interrupt(GstBiqaScorer *scorer)
{
    g_cancellable_cancel(scorer->stop);
}

gboolean gst_biqa_scorer_interrupted(const GstBiqaScorer *scorer)
{
    return g_cancellable_is_cancelled(scorer->stop);
}

/* Puts Vulkan's backend in the place of one that takes no images. FALSE: the error has been posted,
 * unless it is that the element stops. */
static gboolean replace_backend(GstBiqaScorer *scorer)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Engine) before = NULL;
    GstBiqaError which;
    Engine *engine = engine_open(scorer, scorer->engine->asked, &which, &error);

    if (!engine) {
        if (!gst_biqa_scorer_interrupted(scorer))
            gst_biqa_error_post(scorer->element, which, error);
        return FALSE;
    }
    g_mutex_lock(&scorer->lock);
    before = scorer->engine;
    scorer->engine = engine;
    sign(scorer);
    g_mutex_unlock(&scorer->lock);
    return TRUE;
}

gboolean gst_biqa_scorer_take_images(GstBiqaScorer *scorer)
{
    const gboolean free_to_choose = scorer->settings.setup.backend == GST_BIQA_BACKEND_AUTO;
    g_autoptr(Engine) outdated = NULL;
    g_autoptr(GError) error = NULL;

    if (free_to_choose) {
        g_mutex_lock(&scorer->lock);
        scorer->choice = GST_BIQA_BACKEND_VULKAN;
        outdated = take_outdated(scorer);
        g_mutex_unlock(&scorer->lock);
        if (!engine_takes_images(scorer->engine) && !replace_backend(scorer))
            return gst_biqa_scorer_interrupted(scorer);
    }
    if (engine_takes_images(scorer->engine))
        return TRUE;
    error = g_error_new(BIQA_ERROR, BIQA_ERROR_SUPPORT,
                        "the backend \"%s\" cannot read frames from a device's memory",
                        scorer->engine->backend->klass->name);
    gst_biqa_error_post(scorer->element, GST_BIQA_ERROR_IMAGES, error);
    return FALSE;
}

/* -- frames -------------------------------------------------------------------------------- */

/* Counts how often an engine's device was lost; warns of the first time. */
static void count_lost(GstBiqaScorer *scorer, Engine *engine)
{
    const guint lost = biqa_backend_recoveries(engine->backend) - engine->recoveries;
    g_autoptr(GError) error = NULL;
    gboolean first;

    if (lost == 0)
        return;
    engine->recoveries += lost;
    g_mutex_lock(&scorer->lock);
    first = scorer->lost == 0;
    scorer->lost += lost;
    g_mutex_unlock(&scorer->lock);
    if (!first)
        return;
    error = g_error_new_literal(BIQA_ERROR, BIQA_ERROR_DEVICE,
                                "the device was lost; the property \"stats\" counts");
    gst_biqa_warning_post(scorer->element, GST_BIQA_ERROR_DEVICE_LOST, error);
}

guint gst_biqa_scorer_lost(GstBiqaScorer *scorer)
{
    guint lost;

    g_mutex_lock(&scorer->lock);
    lost = scorer->lost;
    g_mutex_unlock(&scorer->lock);
    return lost;
}

/* Has the engine's answer for the oldest frame that it is at. */
static gboolean answer_flight(GstBiqaScorer *scorer, Flight *flight, GError **error)
{
    Engine *engine = scorer->engine; /* which only this thread replaces */
    BiqaResult result;
    const gboolean ok = biqa_cycle_end(&engine->cycle, engine->backend, &result, error);

    count_lost(scorer, engine);
    if (!ok)
        return FALSE;
    flight->timing.end = g_get_monotonic_time();
    flight->timing.device = engine->cycle.device_ns;
    flight->answer = (GstBiqaAnswer){
        .verdict = biqa_model_verdict(engine->model, &result, flight->question.hard_threshold),
        .generation = gst_biqa_scorer_generation(scorer), /* which grows in this thread only */
    };
    g_mutex_lock(&scorer->lock);
    scorer->timings[scorer->n_timings++ % TIMED] = flight->timing;
    g_mutex_unlock(&scorer->lock);
    return !flight->question.map ||
           gst_biqa_mapper_run(engine->mapper, &flight->frame, &flight->answer.map, error);
}

/* Has all answers that the engine owes. */
static void settle(GstBiqaScorer *scorer)
{
    for (guint i = 0; i < scorer->n_flights; i++) {
        Flight *flight = &scorer->flights[i];

        if (!flight->done)
            answer_flight(scorer, flight, &flight->error);
        flight->done = TRUE;
    }
}

/* The engine for the next frame. What one began it ends before another takes its place. */
static Engine *current_engine(GstBiqaScorer *scorer)
{
    g_autoptr(Engine) late = NULL; /* the opener has not closed the one before yet */
    g_autofree char *asked = NULL;
    gboolean changed;
    Engine *engine;

    g_mutex_lock(&scorer->lock);
    if (scorer->next) {
        g_mutex_unlock(&scorer->lock);
        settle(scorer);
        g_mutex_lock(&scorer->lock);
    }
    changed = scorer->next != NULL;
    if (changed) {
        late = scorer->spent;
        scorer->spent = scorer->engine;
        scorer->engine = g_steal_pointer(&scorer->next);
        g_atomic_int_inc(&scorer->generation);
        sign(scorer);
        asked = g_strdup(scorer->engine->asked);
        g_cond_signal(&scorer->wake);
    }
    engine = scorer->engine;
    g_mutex_unlock(&scorer->lock);
    if (changed)
        scorer->changed(scorer->element, asked, asked, NULL);
    return engine;
}

gboolean gst_biqa_scorer_begin(GstBiqaScorer *scorer, const BiqaFrame *frame,
                               const GstBiqaQuestion *question, GError **error)
{
    const BiqaSight sight = {frame, question->scene, question->time};
    Engine *engine;
    Flight *flight;
    gboolean ok;

    g_return_val_if_fail(scorer->n_flights < BIQA_CYCLE_FRAMES, FALSE);
    engine = current_engine(scorer); /* which may have frames ended */
    flight = &scorer->flights[scorer->n_flights];
    *flight = (Flight){*frame, *question, {.begin = g_get_monotonic_time()}, .done = FALSE};
    ok = biqa_cycle_begin(&engine->cycle, engine->backend, &sight, error);
    count_lost(scorer, engine);
    if (!ok)
        return FALSE;
    scorer->n_flights++;
    if (question->map)
        settle(scorer); /* the map's backend takes the device's time, and more of it */
    return TRUE;
}

gboolean gst_biqa_scorer_end(GstBiqaScorer *scorer, GstBiqaAnswer *answer, GError **error)
{
    Flight *flight = &scorer->flights[0];
    gboolean ok;

    g_return_val_if_fail(scorer->n_flights > 0, FALSE);
    ok = flight->done ? !flight->error : answer_flight(scorer, flight, error);
    if (flight->error)
        g_propagate_error(error, g_steal_pointer(&flight->error));
    if (ok)
        *answer = flight->answer;
    scorer->n_flights--;
    memmove(flight, flight + 1, scorer->n_flights * sizeof *flight);
    return ok;
}

gboolean gst_biqa_scorer_landed(const GstBiqaScorer *scorer)
{
    return scorer->n_flights > 0 &&
           (scorer->flights[0].done || biqa_cycle_landed(&scorer->engine->cycle));
}

gboolean gst_biqa_scorer_run(GstBiqaScorer *scorer, const BiqaFrame *frame,
                             const GstBiqaQuestion *question, GstBiqaAnswer *answer, GError **error)
{
    return gst_biqa_scorer_begin(scorer, frame, question, error) &&
           gst_biqa_scorer_end(scorer, answer, error);
}

/* -- what it says of itself ---------------------------------------------------------------- */

guint gst_biqa_scorer_generation(GstBiqaScorer *scorer)
{
    return (guint)g_atomic_int_get(&scorer->generation);
}

GstBiqaHeader *gst_biqa_scorer_describe(GstBiqaScorer *scorer, guint generation, GstCaps *caps)
{
    const Signature *first;
    GstBiqaHeader *header;

    g_mutex_lock(&scorer->lock);
    while ((first = g_queue_peek_head(&scorer->signatures))->generation < generation)
        signature_free(g_queue_pop_head(&scorer->signatures));
    header = gst_biqa_header_copy(first->header, caps);
    g_mutex_unlock(&scorer->lock);
    return header;
}

char *gst_biqa_scorer_device_name(GstBiqaScorer *scorer)
{
    char *name;

    g_mutex_lock(&scorer->lock);
    name = g_strdup(biqa_backend_device_name(scorer->engine->backend));
    g_mutex_unlock(&scorer->lock);
    return name;
}

GstBiqaSpeed gst_biqa_scorer_speed(GstBiqaScorer *scorer)
{
    GstBiqaSpeed speed = {0};
    gint64 sum = 0;

    g_mutex_lock(&scorer->lock);
    const guint n = (guint)MIN(scorer->n_timings, TIMED);
    for (guint i = 0; i < n; i++) {
        sum += scorer->timings[i].end - scorer->timings[i].begin;
        speed.device += scorer->timings[i].device / n;
    }
    if (n > 0)
        speed.latency = (guint64)sum / n;
    if (n > 1) {
        const gint64 last = scorer->timings[(scorer->n_timings - 1) % TIMED].end;
        const gint64 first = scorer->timings[(scorer->n_timings - n) % TIMED].end;

        speed.throughput = (n - 1) * (double)G_USEC_PER_SEC / (double)MAX(last - first, 1);
    }
    g_mutex_unlock(&scorer->lock);
    return speed;
}
