/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alarms and summaries as structures on the bus, with flat fields that any binding reads.
 *
 * "biqa-alarm":
 *   number            guint64   of the alarm since the element started, from 1
 *   state             string    "start" or "end"
 *   reason            string    of the end: "recovered", "flush", "eos", "stop"
 *   below             gdouble   the threshold
 *   worst-score       gdouble   the lowest score so far
 *   frames            guint64   with a score, so far
 *   lasted            guint64   nanoseconds of running time, so far
 *   start-, worst- and, at the end, end-: frame, timestamp, stream-time, running-time   guint64
 *
 * "biqa-summary":
 *   scope             string    "interval", "section", "stream"
 *   reason            string    "interval", "caps", "flush", "eos", "stop"
 *   frames, frames-inferred, frames-held, frames-skipped, frames-hard   guint64
 *   mean-, harmonic-mean-, minimum-, maximum-, p1-, p5-, p10-, p50-score   gdouble; absent where
 *                     no frame was scored
 *   mean-uncertainty  gdouble   absent where the model tells none
 *   longest-below-frames, longest-below-time   guint64, the latter in nanoseconds
 *   worst             GstValueArray of structures: score, frame, timestamp, stream-time,
 *                     running-time */
#pragma once

#include "entry.h"

/* (transfer full) */
GstStructure *gst_biqa_alarm_to_structure(const GstBiqaAlarm *alarm);
GstStructure *gst_biqa_summary_to_structure(const GstBiqaSummary *summary);

/* Sets the pooled figures of a summary in another structure: harmonic-mean-score to
 * longest-below-time. */
void gst_biqa_pooled_fill(const BiqaSummary *pooled, GstStructure *structure);
