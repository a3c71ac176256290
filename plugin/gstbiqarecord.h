/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of a frame. As a structure, on buffers and on the bus, it has the fields
 *
 *   frame             guint64   number of the frame since the element started, from 0
 *   origin            string    "inferred": scored; "held": not asked about, the last score goes
 *                               on; "skipped": nothing to score, or no score yet
 *   domain            string    "picture", or what makes the model the wrong one to ask
 *                               (biqa/domain.h)
 *   score             gdouble   of the full model, 0..100, higher is better; absent, as all the
 *                               figures below, where origin is "skipped"
 *   competitor-score  gdouble   of its pruned self-competitor, 0..100
 *   disagreement      gdouble   how far the two are apart, in points
 *   uncertainty       gdouble   by how many points score may be expected to miss a rating; absent
 *                               where the model does not tell
 *   score-low, score-high   gdouble   interval for a rating, 90 %; absent like uncertainty, or
 *                               where the model was calibrated on too few images
 *   task-names        GstValueArray of string: the tasks of the model, the first its own; absent
 *                               where it has no others
 *   task-weights      GstValueArray of gdouble: what each counted in the score, 0..1, together 1;
 *                               0: it was left out
 *   hard              gboolean  whether uncertainty, or where absent disagreement, is more than
 *                               the threshold
 *   alarm             gboolean  whether an alarm was on
 *   map               GstValueArray of gdouble: scores of parts of the frame, 0..100, row by row
 *                               from the top left; absent where not asked for or not inferred
 *   map-width, map-height   guint     columns and rows of map; absent like it
 *   timestamp, stream-time, running-time, duration   guint64, nanoseconds, as the frame's buffer
 *                     has them; all ones where it has none */
#pragma once

#include "domain.h"
#include "map.h"
#include "verdict.h"
#include <gst/gst.h>

typedef enum {
    GST_BIQA_INFERRED,
    GST_BIQA_HELD,
    GST_BIQA_SKIPPED,
    GST_BIQA_N_ORIGINS
} GstBiqaOrigin;

const char *gst_biqa_origin_name(GstBiqaOrigin origin);

typedef struct {
    guint64 frame;
    GstBiqaOrigin origin;
    BiqaDomain domain;
    gboolean alarm;
    BiqaMap map;         /* empty where not asked for, and unless INFERRED */
    BiqaVerdict verdict; /* of this frame; HELD: of the last one inferred; SKIPPED: unset */
    gboolean news;    /* HELD: no record had this verdict yet, for it came after its frame left */
    guint generation; /* of the model whose verdict it is; not told */
    GstClockTime timestamp, stream_time, running_time, duration;
} GstBiqaRecord;

/* Sets the fields above. */
void gst_biqa_record_fill(const GstBiqaRecord *record, GstStructure *structure);
