/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where frames become small JPEG pictures: one thread for all channels, behind a short queue, so
 * that no stream waits for it. */
#pragma once

#include "album.h"
#include <gst/gst.h>

typedef struct MonitorDarkroom MonitorDarkroom;

MonitorDarkroom *monitor_darkroom_new(void);
void monitor_darkroom_free(MonitorDarkroom *darkroom); /* once no stream runs */

/* Has a frame made into a picture for album; time, score and uncertainty are those of picture. The
 * frame is forgotten where the queue is full, or it can't be converted. */
void monitor_darkroom_develop(MonitorDarkroom *darkroom, GstSample *frame, MonitorAlbum *album,
                              MonitorPictureKind kind, const MonitorPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorDarkroom, monitor_darkroom_free)
