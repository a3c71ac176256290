/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's side of keeping hard frames: where a frame comes from, when it comes, and how its
 * user is told that one could not be kept. harvest/harvest.h has the rest. */
#pragma once

#include "gstbiqarecord.h"
#include "harvest.h"
#include <gst/video/video.h>

typedef struct {
    char *folder; /* NULL: none are kept */
    guint64 interval, max_files, max_bytes;
} GstBiqaHarvestSetup;

typedef struct GstBiqaHarvest GstBiqaHarvest;

/* sink is the pad that frames come in by, whose element posts the warnings; both are borrowed and
 * must outlive the harvest. Errors: as biqa_harvest_open(). */
GstBiqaHarvest *gst_biqa_harvest_open(const GstBiqaHarvestSetup *setup, GstPad *sink,
                                      GError **error);

/* Writes what waits; the counts stay. The others: NULL is fine, and nothing is kept. */
void gst_biqa_harvest_close(GstBiqaHarvest *harvest);
void gst_biqa_harvest_free(GstBiqaHarvest *harvest);

/* Keeps the frame if it was scored and is hard. Does not wait for a disk. frame may be NULL where
 * gst_biqa_harvest_expects() none. */
void gst_biqa_harvest_offer(GstBiqaHarvest *harvest, const BiqaFrame *frame,
                            const GstBiqaRecord *record);

/* Whether offer would look at the pixels of a frame in memory. */
gboolean gst_biqa_harvest_expects(const GstBiqaHarvest *harvest, const GstBiqaRecord *record);

/* Another stream begins: where frames come from is asked anew. */
void gst_biqa_harvest_new_stream(GstBiqaHarvest *harvest);

/* Waits until everything is written. */
void gst_biqa_harvest_drain(GstBiqaHarvest *harvest);

/* Sets "hard-frames-written" and so on, a guint64 for each fate. From any thread. */
void gst_biqa_harvest_fill(GstBiqaHarvest *harvest, GstStructure *structure);
