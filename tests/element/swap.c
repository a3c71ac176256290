/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another model while frames flow: it takes over between two frames, or the old one stays. */
#include "element-support.h"

#define TRIES 100000 /* frames that a model may take to open: a guard, not a measure */
#define GUARD_MS 60000

/* An element that runs one judge's model, and another judge. */
typedef struct {
    Judge *one, *two;
    Rig *rig;
    GstVideoInfo info;
    GstBuffer *frame;
    double first, second; /* what they say of frame */
    GMutex source;        /* between a flush and its segment no frame comes */
} Pair;

static Pair *pair_new(void)
{
    Pair *pair = g_new0(Pair, 1);

    pair->one = judge_new(71);
    pair->two = judge_new(72);
    pair->rig = rig_new(pair->one);
    rig_set_format(pair->rig, GST_VIDEO_FORMAT_GRAY8, 32, 32, &pair->info);
    pair->frame = noise_frame_new(&pair->info, 71, 0);
    g_object_set(pair->rig->element, "any-domain", TRUE, NULL); /* it is always the same frame */
    pair->first = judge_frame(pair->one, &pair->info, pair->frame, 0).score;
    pair->second = judge_frame(pair->two, &pair->info, pair->frame, 0).score;
    g_assert_cmpfloat(pair->first, !=, pair->second);
    return pair;
}

static void pair_free(Pair *pair)
{
    gst_buffer_unref(pair->frame);
    rig_free(pair->rig);
    judge_free(pair->one);
    judge_free(pair->two);
    g_free(pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

/* The score of one more frame. */
static double next_score(Pair *pair)
{
    GstBuffer *buffer =
        gst_harness_push_and_pull(pair->rig->harness, gst_buffer_copy_deep(pair->frame));
    double score = report_double(buffer_report(buffer, 0), "score");

    gst_buffer_unref(buffer);
    return score;
}

/* Whether a message of that name is on the bus; takes all off it. */
static guint count_named(GstBus *bus, const char *name)
{
    GstMessage *message;
    guint n = 0;

    for (; (message = bus_pop(bus, GST_MESSAGE_ELEMENT)); gst_message_unref(message))
        n += gst_structure_has_name(gst_message_get_structure(message), name);
    return n;
}

/* Pushes frames until another model has taken over; each was scored by one of the two. */
static void await_change(Pair *pair, double before, double after)
{
    for (guint i = 0; i < TRIES; i++) {
        const double score = next_score(pair);

        if (score == after)
            return;
        g_assert_cmpfloat(score, ==, before);
        g_thread_yield();
    }
    g_error("no change of model in %d frames", TRIES);
}

static void count_notify(GObject *object, GParamSpec *pspec, gpointer count)
{
    g_atomic_int_inc((gint *)count);
}

static void test_good(void)
{
    g_autoptr(Pair) pair = pair_new();
    gint notified = 0;

    g_signal_connect(pair->rig->element, "notify::model", G_CALLBACK(count_notify), &notified);
    g_assert_cmpfloat(next_score(pair), ==, pair->first);
    g_object_set(pair->rig->element, "model", pair->two->path, NULL);
    await_change(pair, pair->first, pair->second);
    g_assert_cmpuint(count_named(pair->rig->bus, "biqa-model"), ==, 1);
    g_assert_cmpint(g_atomic_int_get(&notified), ==, 2); /* set, and taken over */
    g_object_set(pair->rig->element, "model", pair->one->path, NULL);
    await_change(pair, pair->second, pair->first);
    g_assert_cmpuint(bus_count(pair->rig->bus, GST_MESSAGE_WARNING), ==, 0);
}

static void test_bad(void)
{
    g_autoptr(Pair) pair = pair_new();
    g_autofree char *model = NULL, *debug = NULL;
    g_autoptr(GError) error = NULL;
    GstMessage *message;

    g_object_set(pair->rig->element, "model", "/nonexistent/model.gguf", NULL);
    message = gst_bus_timed_pop_filtered(pair->rig->bus, 60 * GST_SECOND, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_parse_warning(message, &error, &debug);
    g_assert_nonnull(strstr(error->message, "/nonexistent/model.gguf"));
    gst_message_unref(message);
    for (guint i = 0; i < 5; i++)
        g_assert_cmpfloat(next_score(pair), ==, pair->first);
    /* The warning comes first; a second change is told only after the property went back. */
    g_object_set(pair->rig->element, "model", "/nonexistent/other.gguf", NULL);
    message = gst_bus_timed_pop_filtered(pair->rig->bus, 60 * GST_SECOND, GST_MESSAGE_WARNING);
    gst_message_unref(message);
    g_object_set(pair->rig->element, "model", pair->two->path, NULL);
    await_change(pair, pair->first, pair->second);
    g_object_get(pair->rig->element, "model", &model, NULL);
    g_assert_cmpstr(model, ==, pair->two->path);
    g_assert_cmpuint(bus_count(pair->rig->bus, GST_MESSAGE_ERROR), ==, 0);
}

typedef struct {
    const char *path;
    gint heard; /* atomic: a listener was told of a model of that path */
} Listener;

static void listen(GObject *object, GParamSpec *pspec, gpointer data)
{
    Listener *listener = data;
    g_autofree char *model = NULL;

    g_object_get(object, "model", &model, NULL);
    if (g_str_equal(model, listener->path))
        g_atomic_int_set(&listener->heard, TRUE);
}

/* The property goes back to what runs, and says so. How often is not told: GObject may make one
 * signal of two that come while the property is being set. */
static void test_goes_back(void)
{
    g_autoptr(Pair) pair = pair_new();
    Listener listener = {.path = pair->one->path};
    g_autofree char *model = NULL;

    g_signal_connect(pair->rig->element, "notify::model", G_CALLBACK(listen), &listener);
    g_object_set(pair->rig->element, "model", "/nonexistent/model.gguf", NULL);
    for (guint i = 0; !g_atomic_int_get(&listener.heard); i++) {
        g_assert_cmpuint(i, <, 60000);
        g_usleep(1000);
    }
    g_object_get(pair->rig->element, "model", &model, NULL);
    g_assert_cmpstr(model, ==, pair->one->path);
}

static gpointer flush_thread(gpointer data)
{
    Pair *pair = data;
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    for (guint i = 0; i < 50; i++) {
        gst_harness_push_event(pair->rig->harness, gst_event_new_flush_start());
        g_mutex_lock(&pair->source);
        gst_harness_push_event(pair->rig->harness, gst_event_new_flush_stop(TRUE));
        gst_harness_push_event(pair->rig->harness, gst_event_new_segment(&segment));
        g_mutex_unlock(&pair->source);
    }
    return NULL;
}

/* Seeks while models change: whatever comes out was scored by one of the two. */
static void test_while_seeking(void)
{
    g_autoptr(Pair) pair = pair_new();
    GThread *thread = g_thread_new("flush", flush_thread, pair);
    GstBuffer *buffer;

    for (guint i = 0; i < 100; i++) {
        g_object_set(pair->rig->element, "model", i % 2 ? pair->one->path : pair->two->path, NULL);
        g_mutex_lock(&pair->source);
        gst_harness_push(pair->rig->harness, gst_buffer_copy_deep(pair->frame));
        g_mutex_unlock(&pair->source);
    }
    g_thread_join(thread);
    gst_harness_push(pair->rig->harness, gst_buffer_copy_deep(pair->frame));
    while ((buffer = gst_harness_try_pull(pair->rig->harness))) {
        const double score = report_double(buffer_report(buffer, 0), "score");

        g_assert_true(score == pair->first || score == pair->second);
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(bus_count(pair->rig->bus, GST_MESSAGE_ERROR), ==, 0);
}

/* Stopped while a model is being opened, and started again on it. */
static void test_stop(void)
{
    g_autoptr(Pair) pair = pair_new();

    for (guint i = 0; i < 20; i++) {
        g_object_set(pair->rig->element, "model", i % 2 ? pair->one->path : pair->two->path, NULL);
        gst_element_set_state(pair->rig->element, GST_STATE_NULL);
        g_assert_cmpint(gst_element_set_state(pair->rig->element, GST_STATE_PLAYING), ==,
                        GST_STATE_CHANGE_SUCCESS);
    }
}

/* Backends that ask for another model while the first of them is being opened. */
typedef struct {
    GstBiqaMaker maker;
    GstElement *element;
    const char *path;
    guint n_opened;
} Asking;

static BiqaBackend *asking_open(gpointer user, const BiqaModel *model, GCancellable *stop,
                                GError **error)
{
    Asking *asking = user;

    if (asking->n_opened++ == 0)
        g_object_set(asking->element, "model", asking->path, NULL);
    return biqa_reference_open(model);
}

static void install_asking(GstElement *element, gpointer user)
{
    Asking *asking = user;

    asking->element = element;
    asking->maker = (GstBiqaMaker){asking_open, asking};
    maker_install(&asking->maker, element);
}

/* Asked for while the element starts on another: neither lost nor the first. */
static void test_while_starting(void)
{
    g_autoptr(Pair) pair = pair_new();
    Asking asking = {.path = pair->two->path};

    rig_free(pair->rig);
    pair->rig = rig_new_with(pair->one, install_asking, &asking);
    rig_set_format(pair->rig, GST_VIDEO_FORMAT_GRAY8, 32, 32, &pair->info);
    g_object_set(pair->rig->element, "any-domain", TRUE, NULL);
    await_change(pair, pair->first, pair->second);
    gst_element_set_state(pair->rig->element, GST_STATE_NULL);
    g_assert_cmpuint(asking.n_opened, ==, 2);
    /* What was set while stopped is what it starts on: opened once. */
    g_object_set(pair->rig->element, "model", pair->one->path, NULL);
    gst_element_set_state(pair->rig->element, GST_STATE_PLAYING);
    gst_element_set_state(pair->rig->element, GST_STATE_NULL);
    g_assert_cmpuint(asking.n_opened, ==, 3);
}

/* Backends of which the second takes for ever to open, unless its user stops. */
typedef struct {
    GstBiqaMaker maker;
    gint n_begun, n_given_up; /* atomic */
} Slow;

static BiqaBackend *slow_open(gpointer user, const BiqaModel *model, GCancellable *stop,
                              GError **error)
{
    Slow *slow = user;
    GPollFD stopped;

    if (g_atomic_int_add(&slow->n_begun, 1) != 1)
        return biqa_reference_open(model);
    g_assert_true(g_cancellable_make_pollfd(stop, &stopped));
    g_assert_cmpint(g_poll(&stopped, 1, GUARD_MS), ==, 1);
    g_cancellable_release_fd(stop);
    g_atomic_int_inc(&slow->n_given_up);
    g_assert_true(g_cancellable_set_error_if_cancelled(stop, error));
    return NULL;
}

static void install_slow(GstElement *element, gpointer user)
{
    Slow *slow = user;

    slow->maker = (GstBiqaMaker){slow_open, slow};
    maker_install(&slow->maker, element);
}

/* A stop gives up the model that is being opened, which is no failure: the next start opens it. */
static void test_stop_while_opening(void)
{
    g_autoptr(Pair) pair = pair_new();
    Slow slow = {0};
    g_autofree char *model = NULL;

    rig_free(pair->rig);
    pair->rig = rig_new_with(pair->one, install_slow, &slow);
    rig_set_format(pair->rig, GST_VIDEO_FORMAT_GRAY8, 32, 32, &pair->info);
    g_object_set(pair->rig->element, "any-domain", TRUE, NULL);
    g_object_set(pair->rig->element, "model", pair->two->path, NULL);
    while (g_atomic_int_get(&slow.n_begun) < 2)
        g_assert_cmpfloat(next_score(pair), ==, pair->first);
    gst_element_set_state(pair->rig->element, GST_STATE_NULL);
    g_assert_cmpint(slow.n_given_up, ==, 1);
    g_assert_cmpuint(bus_count(pair->rig->bus, GST_MESSAGE_WARNING), ==, 0);
    g_object_get(pair->rig->element, "model", &model, NULL);
    g_assert_cmpstr(model, ==, pair->two->path);
    gst_element_set_state(pair->rig->element, GST_STATE_PLAYING);
    gst_harness_push_event(pair->rig->harness, gst_event_new_stream_start("again"));
    rig_set_format(pair->rig, GST_VIDEO_FORMAT_GRAY8, 32, 32, &pair->info);
    g_assert_cmpfloat(next_score(pair), ==, pair->second);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/swap/good", test_good);
    g_test_add_func("/element/swap/bad", test_bad);
    g_test_add_func("/element/swap/goes-back", test_goes_back);
    g_test_add_func("/element/swap/while-seeking", test_while_seeking);
    g_test_add_func("/element/swap/stop", test_stop);
    g_test_add_func("/element/swap/while-starting", test_while_starting);
    g_test_add_func("/element/swap/stop-while-opening", test_stop_while_opening);
    return g_test_run();
}
