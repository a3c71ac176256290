/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells ThreadSanitizer of GLib's locks, which are futexes of GLib's own that it cannot see:
 * without this every lock of GStreamer's and ours is a race to it. Built into the tests of a build
 * with -Db_sanitize=thread alone, and called in place of GLib's functions of the same names. */
#include <dlfcn.h>
#include <glib.h>

#define OURS __attribute__((visibility("default")))

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* GLib's own function of a name, looked up once; threads that do so at the same time find the same.
 */
static gpointer theirs(gpointer *cache, const char *name)
{
    gpointer function = __atomic_load_n(cache, __ATOMIC_RELAXED);

    if (!function) {
        function = dlsym(RTLD_NEXT, name);
        __atomic_store_n(cache, function, __ATOMIC_RELAXED);
    }
    return function;
}

#define THEIRS(name)                                                                               \
    static gpointer cache;                                                                         \
    __typeof__(&name) function = (__typeof__(&name))theirs(&cache, #name)

OURS void(g_mutex_lock)(GMutex *mutex)
{
    THEIRS(g_mutex_lock);

    function(mutex);
    __tsan_acquire(mutex);
}

OURS gboolean(g_mutex_trylock)(GMutex *mutex)
{
    THEIRS(g_mutex_trylock);
    gboolean locked = function(mutex);

    if (locked)
        __tsan_acquire(mutex);
    return locked;
}

OURS void(g_mutex_unlock)(GMutex *mutex)
{
    THEIRS(g_mutex_unlock);

    __tsan_release(mutex);
    function(mutex);
}

OURS void(g_cond_wait)(GCond *cond, GMutex *mutex)
{
    THEIRS(g_cond_wait);

    __tsan_release(mutex);
    function(cond, mutex);
    __tsan_acquire(mutex);
}

OURS gboolean(g_cond_wait_until)(GCond *cond, GMutex *mutex, gint64 end)
{
    THEIRS(g_cond_wait_until);
    gboolean signalled;

    __tsan_release(mutex);
    signalled = function(cond, mutex, end);
    __tsan_acquire(mutex);
    return signalled;
}
