/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small pictures of a file's few worst and few hardest frames, chosen while frames go by: a frame
 * is made small the moment it is among them, and none is kept as it came. */
#pragma once

#include "frame.h"
#include "result.h"
#include <gst/video/video.h>

typedef struct AuditGallery AuditGallery;

/* Keeps n of each kind (2 n <= AUDIT_THUMBNAILS_MAX), none of them less than two seconds from
 * another of its kind: neighbours look alike. (transfer full) */
AuditGallery *audit_gallery_new(guint n);
void audit_gallery_free(AuditGallery *gallery);

/* Considers a frame that was scored. */
void audit_gallery_offer(AuditGallery *gallery, const AuditFrame *frame, const GstVideoInfo *info,
                         GstBuffer *buffer);

/* Encodes what was kept, in the order of frames, each once. What cannot be encoded is left out. */
void audit_gallery_finish(AuditGallery *gallery, AuditResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditGallery, audit_gallery_free)
