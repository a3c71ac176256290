/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps frames from the model that it should not be asked about: names the domain of each frame
 * that is looked at, in the order of the stream. */
#pragma once

#include "glance.h"
#include "gstbiqarecord.h"
#include <gst/video/video.h>

typedef struct {
    GstClockTime freeze_time; /* from when on a picture that stands still is frozen */
    gboolean any_domain;      /* score whatever comes, but HDR */
} GstBiqaMesh;

typedef struct {
    gboolean hdr;      /* of the caps */
    BiqaDomain domain; /* of the last frame that was looked at */
    BiqaFreeze freeze;
    gboolean cut; /* the last frame that was looked at begins another scene */
} GstBiqaSieve;

/* Of a stream of which nothing was seen yet; caps have a say of their own, which stays. */
void gst_biqa_sieve_reset(GstBiqaSieve *sieve);

/* PQ and HLG are HDR, whatever the frames hold. */
void gst_biqa_sieve_set_caps(GstBiqaSieve *sieve, const GstVideoInfo *info);

/* Looks at a frame in memory, or at the rows of it that biqa_glance_rows() names. running_time may
 * be GST_CLOCK_TIME_NONE: such a frame is never frozen. */
void gst_biqa_sieve_look(GstBiqaSieve *sieve, const GstBiqaMesh *mesh, const BiqaFrame *frame,
                         GstClockTime running_time);

/* Whether frames of the sieve's domain are scored. */
gboolean gst_biqa_sieve_passes(const GstBiqaSieve *sieve, const GstBiqaMesh *mesh);

/* What a frame is that was not scored: HELD where it may carry the last score, if there is one. A
 * frame that nobody looked at is taken to be of the domain of the one before. */
GstBiqaOrigin gst_biqa_sieve_origin(const GstBiqaSieve *sieve, const GstBiqaMesh *mesh);
