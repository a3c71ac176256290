/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lines.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MOST_WAITING 4096
#define PATIENCE G_USEC_PER_SEC

struct MonitorLines {
    int fd;
    GThread *thread;
    GMutex lock;
    GCond changed;
    /* Under the lock: */
    GQueue waiting; /* of char * */
    guint64 dropped;
    gboolean closing, done;
};

/* FALSE if nobody will ever read it. */
static gboolean write_all(int fd, const char *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        const gssize n = write(fd, text, left);
        if (n < 0 && errno != EINTR)
            return FALSE;
        text += MAX(n, 0);
        left -= (gsize)MAX(n, 0);
    }
    return TRUE;
}

static gpointer run(gpointer data)
{
    MonitorLines *lines = data;
    gboolean open = TRUE;

    g_mutex_lock(&lines->lock);
    for (;;) {
        g_autofree char *text = g_queue_pop_head(&lines->waiting);
        if (!text && lines->closing)
            break;
        if (!text) {
            g_cond_wait(&lines->changed, &lines->lock);
            continue;
        }
        g_mutex_unlock(&lines->lock);
        if (open && !write_all(lines->fd, text)) {
            g_printerr("biqa-monitor: no more lines: %s\n", g_strerror(errno));
            open = FALSE;
        }
        g_mutex_lock(&lines->lock);
        lines->dropped += !open;
    }
    lines->done = TRUE;
    g_cond_broadcast(&lines->changed);
    g_mutex_unlock(&lines->lock);
    return NULL;
}

MonitorLines *monitor_lines_new(int fd)
{
    MonitorLines *lines = g_new0(MonitorLines, 1);

    lines->fd = fd;
    g_mutex_init(&lines->lock);
    g_cond_init(&lines->changed);
    g_queue_init(&lines->waiting);
    lines->thread = g_thread_new("lines", run, lines);
    return lines;
}

void monitor_lines_add(MonitorLines *lines, char *text)
{
    g_mutex_lock(&lines->lock);
    if (g_queue_get_length(&lines->waiting) < MOST_WAITING) {
        g_queue_push_tail(&lines->waiting, text);
        text = NULL;
        g_cond_broadcast(&lines->changed);
    } else {
        lines->dropped++;
    }
    g_mutex_unlock(&lines->lock);
    g_free(text);
}

guint64 monitor_lines_dropped(MonitorLines *lines)
{
    guint64 dropped;

    g_mutex_lock(&lines->lock);
    dropped = lines->dropped;
    g_mutex_unlock(&lines->lock);
    return dropped;
}

void monitor_lines_free(MonitorLines *lines)
{
    const gint64 until = g_get_monotonic_time() + PATIENCE;
    gboolean done;

    g_mutex_lock(&lines->lock);
    lines->closing = TRUE;
    g_cond_broadcast(&lines->changed);
    while (!lines->done && g_cond_wait_until(&lines->changed, &lines->lock, until))
        ;
    done = lines->done;
    g_mutex_unlock(&lines->lock);
    if (!done)
        return;
    g_thread_join(lines->thread);
    g_queue_clear_full(&lines->waiting, g_free);
    g_cond_clear(&lines->changed);
    g_mutex_clear(&lines->lock);
    g_free(lines);
}
