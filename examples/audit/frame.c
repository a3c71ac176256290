/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields of a structure to members of a struct. */
#include "frame.h"

#include <math.h>

BiqaDomain audit_domain_parse(const char *name)
{
    for (guint i = 0; i < BIQA_N_DOMAINS; i++) {
        if (g_strcmp0(name, biqa_domain_name(i)) == 0)
            return i;
    }
    return BIQA_DOMAIN_PICTURE;
}

static double number(const GstStructure *record, const char *name)
{
    double value = (double)NAN;

    gst_structure_get_double(record, name, &value);
    return value;
}

static guint64 time_of(const GstStructure *record, const char *name)
{
    guint64 value = BIQA_TIME_NONE;

    gst_structure_get_uint64(record, name, &value);
    return value;
}

static gboolean flag(const GstStructure *record, const char *name)
{
    gboolean value = FALSE;

    gst_structure_get_boolean(record, name, &value);
    return value;
}

gboolean audit_frame_read(const GstStructure *record, AuditFrame *frame)
{
    const char *origin = gst_structure_get_string(record, "origin");

    *frame = (AuditFrame){
        .when = {.timestamp = time_of(record, "timestamp"),
                 .stream_time = time_of(record, "stream-time"),
                 .running_time = time_of(record, "running-time"),
                 .duration = time_of(record, "duration")},
        .domain = audit_domain_parse(gst_structure_get_string(record, "domain")),
        .scored = gst_structure_has_field(record, "score"),
        .inferred = g_strcmp0(origin, "inferred") == 0,
        .alarm = flag(record, "alarm"),
        .verdict = {.score = number(record, "score"),
                    .competitor_score = number(record, "competitor-score"),
                    .disagreement = number(record, "disagreement"),
                    .uncertainty = number(record, "uncertainty"),
                    .score_low = number(record, "score-low"),
                    .score_high = number(record, "score-high"),
                    .hard = flag(record, "hard")},
    };
    return origin && gst_structure_get_uint64(record, "frame", &frame->when.frame);
}
