/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fixed pool of threads. The calling thread is one of them; tasks are claimed by a counter. */
#include "workers.h"

#include <cblas.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

struct TrainWorkers {
    guint n_helpers; /* threads beside the calling one */
    GThread **helpers;

    GMutex lock; /* guards what follows, but for next */
    GCond started, finished;
    guint round; /* counts calls of run */
    guint busy;  /* helpers that have not finished this round */
    gboolean quit;

    TrainTask task;
    gpointer data;
    guint n;
    gint next; /* atomic: the first task nobody has claimed */
};

/* Vanishing gradients would otherwise be denormals, a hundred times slower. */
static void flush_denormals(void)
{
#ifdef __SSE__
    const guint flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    _mm_setcsr(_mm_getcsr() | flush_to_zero | denormals_are_zero);
#endif
}

static void work(TrainWorkers *workers)
{
    guint index;
    while ((index = (guint)g_atomic_int_add(&workers->next, 1)) < workers->n)
        workers->task(index, workers->data);
}

static gpointer help(gpointer data)
{
    TrainWorkers *workers = data;
    guint round = 0;

    flush_denormals();
    g_mutex_lock(&workers->lock);
    for (;;) {
        while (workers->round == round && !workers->quit)
            g_cond_wait(&workers->started, &workers->lock);
        if (workers->quit)
            break;
        round = workers->round;
        g_mutex_unlock(&workers->lock);
        work(workers);
        g_mutex_lock(&workers->lock);
        if (--workers->busy == 0)
            g_cond_signal(&workers->finished);
    }
    g_mutex_unlock(&workers->lock);
    return NULL;
}

TrainWorkers *train_workers_new(guint n_threads)
{
    TrainWorkers *workers = g_new0(TrainWorkers, 1);

    openblas_set_num_threads(1);
    workers->n_helpers = (n_threads ? n_threads : g_get_num_processors()) - 1;
    workers->helpers = g_new0(GThread *, workers->n_helpers);
    g_mutex_init(&workers->lock);
    g_cond_init(&workers->started);
    g_cond_init(&workers->finished);
    for (guint i = 0; i < workers->n_helpers; i++)
        workers->helpers[i] = g_thread_new("train-worker", help, workers);
    return workers;
}

void train_workers_free(TrainWorkers *workers)
{
    if (!workers)
        return;
    g_mutex_lock(&workers->lock);
    workers->quit = TRUE;
    g_cond_broadcast(&workers->started);
    g_mutex_unlock(&workers->lock);
    for (guint i = 0; i < workers->n_helpers; i++)
        g_thread_join(workers->helpers[i]);
    g_cond_clear(&workers->started);
    g_cond_clear(&workers->finished);
    g_mutex_clear(&workers->lock);
    g_free(workers->helpers);
    g_free(workers);
}

guint train_workers_count(const TrainWorkers *workers)
{
    return workers->n_helpers + 1;
}

void train_workers_run(TrainWorkers *workers, guint n, TrainTask task, gpointer data)
{
    flush_denormals();
    g_mutex_lock(&workers->lock);
    g_assert(workers->busy == 0); /* a task must not call run */
    workers->task = task;
    workers->data = data;
    workers->n = n;
    g_atomic_int_set(&workers->next, 0);
    workers->busy = workers->n_helpers;
    workers->round++;
    g_cond_broadcast(&workers->started);
    g_mutex_unlock(&workers->lock);

    work(workers);

    g_mutex_lock(&workers->lock);
    while (workers->busy)
        g_cond_wait(&workers->finished, &workers->lock);
    g_mutex_unlock(&workers->lock);
}

gboolean train_workers_take_errors(GError **errors, guint n, GError **error)
{
    GError *first = NULL;
    for (guint i = 0; i < n; i++) {
        if (first)
            g_clear_error(&errors[i]);
        else
            first = errors[i];
    }
    if (first)
        g_propagate_error(error, first);
    return !first;
}
