/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells ThreadSanitizer of GLib's locks, queues and pools. GLib makes them of futexes and is not
 * built with the sanitizer, so without this every pair of threads that meets at a GMutex looks like
 * a race. A library to be loaded before all others: each function here stands in the place of
 * GLib's, calls it, and says which thread may see what another did. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* Not instrumented: it is what instruments. */
#define SHOWN __attribute__((no_sanitize("thread"), visibility("default")))
#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

#define LOCK(name, Type)                                                                           \
    SHOWN void name(Type *lock)                                                                    \
    {                                                                                              \
        REAL(name)(lock);                                                                          \
        __tsan_acquire(lock);                                                                      \
    }
#define TRY(name, Type)                                                                            \
    SHOWN gboolean name(Type *lock)                                                                \
    {                                                                                              \
        const gboolean held = REAL(name)(lock);                                                    \
        if (held)                                                                                  \
            __tsan_acquire(lock);                                                                  \
        return held;                                                                               \
    }
#define UNLOCK(name, Type)                                                                         \
    SHOWN void name(Type *lock)                                                                    \
    {                                                                                              \
        __tsan_release(lock);                                                                      \
        REAL(name)(lock);                                                                          \
    }

LOCK(g_mutex_lock, GMutex)
TRY(g_mutex_trylock, GMutex)
UNLOCK(g_mutex_unlock, GMutex)
LOCK(g_rec_mutex_lock, GRecMutex)
TRY(g_rec_mutex_trylock, GRecMutex)
UNLOCK(g_rec_mutex_unlock, GRecMutex)
LOCK(g_rw_lock_reader_lock, GRWLock)
UNLOCK(g_rw_lock_reader_unlock, GRWLock)
LOCK(g_rw_lock_writer_lock, GRWLock)
UNLOCK(g_rw_lock_writer_unlock, GRWLock)

SHOWN void g_cond_wait(GCond *cond, GMutex *mutex)
{
    __tsan_release(mutex);
    REAL(g_cond_wait)(cond, mutex);
    __tsan_acquire(mutex);
}

SHOWN gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    __tsan_release(mutex);
    const gboolean in_time = REAL(g_cond_wait_until)(cond, mutex, end_time);
    __tsan_acquire(mutex);
    return in_time;
}

/* A queue's own lock is taken inside GLib. */
SHOWN void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    __tsan_release(queue);
    REAL(g_async_queue_push)(queue, data);
}

#define POP(name, parameters, ...)                                                                 \
    SHOWN gpointer name parameters                                                                 \
    {                                                                                              \
        const gpointer data = REAL(name)(__VA_ARGS__);                                             \
        __tsan_acquire(queue);                                                                     \
        return data;                                                                               \
    }

POP(g_async_queue_pop, (GAsyncQueue * queue), queue)
POP(g_async_queue_try_pop, (GAsyncQueue * queue), queue)
POP(g_async_queue_try_pop_unlocked, (GAsyncQueue * queue), queue)
POP(g_async_queue_timeout_pop, (GAsyncQueue * queue, guint64 timeout), queue, timeout)

/* -- pools of threads, whose own queue and lock are GLib's, too ------------------------------- */

/* What a pool's thread runs in place of its function; the address stands for the pool's lock. */
typedef struct {
    GFunc function;
    gpointer user_data;
} Work;

__attribute__((no_sanitize("thread"))) static void work_run(gpointer data, gpointer user_data)
{
    Work *work = user_data;

    __tsan_acquire(work);
    work->function(data, work->user_data);
    __tsan_release(work);
}

SHOWN GThreadPool *g_thread_pool_new(GFunc function, gpointer user_data, gint max_threads,
                                     gboolean exclusive, GError **error)
{
    Work *work = g_new(Work, 1);

    *work = (Work){.function = function, .user_data = user_data};
    __tsan_release(work);
    return REAL(g_thread_pool_new)(work_run, work, max_threads, exclusive, error);
}

SHOWN gboolean g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error)
{
    __tsan_release(pool->user_data);
    return REAL(g_thread_pool_push)(pool, data, error);
}

/* Where nobody waits for it, work stays: a thread may run it still. */
SHOWN void g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait)
{
    Work *work = pool->func == work_run ? pool->user_data : NULL;

    REAL(g_thread_pool_free)(pool, immediate, wait);
    if (work && wait) {
        __tsan_acquire(work);
        g_free(work);
    }
}
