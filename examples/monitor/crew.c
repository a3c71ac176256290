/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crew.h"

typedef struct {
    GFunc func;
    gpointer data;
} Task;

struct MonitorCrew {
    GThreadPool *pool;
    GMutex lock;
    GCond done;
    guint tasks; /* under the lock */
};

static void work(gpointer data, gpointer user_data)
{
    Task *task = data;
    MonitorCrew *crew = user_data;

    task->func(task->data, NULL);
    g_free(task);
    g_mutex_lock(&crew->lock);
    crew->tasks--;
    g_cond_signal(&crew->done);
    g_mutex_unlock(&crew->lock);
}

MonitorCrew *monitor_crew_new(void)
{
    MonitorCrew *crew = g_new0(MonitorCrew, 1);

    g_mutex_init(&crew->lock);
    g_cond_init(&crew->done);
    crew->pool = g_thread_pool_new(work, crew, -1, FALSE, NULL);
    return crew;
}

void monitor_crew_do(MonitorCrew *crew, GFunc func, gpointer data)
{
    Task *task = g_new(Task, 1);

    *task = (Task){.func = func, .data = data};
    g_mutex_lock(&crew->lock);
    crew->tasks++;
    g_mutex_unlock(&crew->lock);
    g_thread_pool_push(crew->pool, task, NULL);
}

gboolean monitor_crew_free(MonitorCrew *crew, gint64 patience)
{
    const gint64 until = g_get_monotonic_time() + patience;
    gboolean done;

    g_mutex_lock(&crew->lock);
    while (crew->tasks > 0 && g_cond_wait_until(&crew->done, &crew->lock, until))
        ;
    done = crew->tasks == 0;
    g_mutex_unlock(&crew->lock);
    if (!done)
        return FALSE;
    g_thread_pool_free(crew->pool, FALSE, TRUE);
    g_cond_clear(&crew->done);
    g_mutex_clear(&crew->lock);
    g_free(crew);
    return TRUE;
}
