/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "album.h"
#include "ring.h"

struct MonitorAlbum {
    GMutex lock;
    MonitorRing *pictures[MONITOR_N_KINDS];
    gint64 next[MONITOR_N_KINDS]; /* monotonic time from which another is wanted */
};

/* Hard frames come in runs, and the next frame looks like the last. A still is to show what is on,
 * not to be watched. */
static const struct {
    guint number;
    gint64 gap; /* microseconds */
} kinds[MONITOR_N_KINDS] = {
    [MONITOR_HARD] = {MONITOR_HARD_PICTURES, 4 * G_USEC_PER_SEC},
    [MONITOR_STILL] = {1, 5 * G_USEC_PER_SEC},
};

void monitor_picture_clear(MonitorPicture *picture)
{
    g_clear_pointer(&picture->jpeg, g_bytes_unref);
}

static void clear_item(gpointer item)
{
    monitor_picture_clear(item);
}

MonitorAlbum *monitor_album_new(void)
{
    MonitorAlbum *album = g_atomic_rc_box_new0(MonitorAlbum);

    g_mutex_init(&album->lock);
    for (MonitorPictureKind i = 0; i < MONITOR_N_KINDS; i++)
        album->pictures[i] = monitor_ring_new(kinds[i].number, sizeof(MonitorPicture), clear_item);
    return album;
}

MonitorAlbum *monitor_album_ref(MonitorAlbum *album)
{
    return g_atomic_rc_box_acquire(album);
}

static void clear(gpointer data)
{
    MonitorAlbum *album = data;

    for (MonitorPictureKind i = 0; i < MONITOR_N_KINDS; i++)
        monitor_ring_free(album->pictures[i]);
    g_mutex_clear(&album->lock);
}

void monitor_album_unref(MonitorAlbum *album)
{
    g_atomic_rc_box_release_full(album, clear);
}

gboolean monitor_album_wants(MonitorAlbum *album, MonitorPictureKind kind)
{
    const gint64 now = g_get_monotonic_time();
    gboolean wants;

    g_mutex_lock(&album->lock);
    wants = now >= album->next[kind];
    if (wants)
        album->next[kind] = now + kinds[kind].gap;
    g_mutex_unlock(&album->lock);
    return wants;
}

void monitor_album_add(MonitorAlbum *album, MonitorPictureKind kind, MonitorPicture *picture)
{
    g_mutex_lock(&album->lock);
    *(MonitorPicture *)monitor_ring_push(album->pictures[kind]) = *picture;
    g_mutex_unlock(&album->lock);
}

gboolean monitor_album_get(MonitorAlbum *album, MonitorPictureKind kind, guint back,
                           MonitorPicture *picture)
{
    gboolean found;

    g_mutex_lock(&album->lock);
    found = back < monitor_ring_length(album->pictures[kind]);
    if (found) {
        *picture = *(MonitorPicture *)monitor_ring_at(album->pictures[kind], back);
        g_bytes_ref(picture->jpeg);
    }
    g_mutex_unlock(&album->lock);
    return found;
}
