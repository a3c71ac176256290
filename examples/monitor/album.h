/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of a channel that are worth a look: its latest hard frames, and what is on. Any
 * thread; counted by reference. */
#pragma once

#include <glib.h>

typedef struct {
    guint64 id;         /* of this picture, over all channels and for good */
    gint64 time;        /* microseconds since 1970, UTC */
    double score;       /* 0..100; NAN where there is none */
    double uncertainty; /* in points; NAN where the model does not tell */
    GBytes *jpeg;
} MonitorPicture;

void monitor_picture_clear(MonitorPicture *picture);

typedef enum {
    MONITOR_HARD,  /* the latest MONITOR_HARD_PICTURES, spaced in time */
    MONITOR_STILL, /* the latest one */
    MONITOR_N_KINDS
} MonitorPictureKind;

#define MONITOR_HARD_PICTURES 12

typedef struct MonitorAlbum MonitorAlbum;

MonitorAlbum *monitor_album_new(void);
MonitorAlbum *monitor_album_ref(MonitorAlbum *album);
void monitor_album_unref(MonitorAlbum *album);

/* Whether it is time for another picture of that kind. If so the caller owes it one: the time
 * starts anew. */
gboolean monitor_album_wants(MonitorAlbum *album, MonitorPictureKind kind);

/* Takes picture over, clearing the oldest where there are enough. */
void monitor_album_add(MonitorAlbum *album, MonitorPictureKind kind, MonitorPicture *picture);

/* The picture pushed back pictures before the latest; FALSE if there is none. picture: (transfer
 * full), monitor_picture_clear() it. */
gboolean monitor_album_get(MonitorAlbum *album, MonitorPictureKind kind, guint back,
                           MonitorPicture *picture);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MonitorPicture, monitor_picture_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorAlbum, monitor_album_unref)
