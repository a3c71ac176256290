/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame's record as the fields of a structure. */
#include "gstbiqarecord.h"
#include <math.h>

const char *gst_biqa_origin_name(GstBiqaOrigin origin)
{
    static const char *const names[GST_BIQA_N_ORIGINS] = {
        [GST_BIQA_INFERRED] = "inferred",
        [GST_BIQA_HELD] = "held",
        [GST_BIQA_SKIPPED] = "skipped",
    };

    g_return_val_if_fail(origin < GST_BIQA_N_ORIGINS, NULL);
    return names[origin];
}

static void fill_tasks(const BiqaVerdict *verdict, GstStructure *structure)
{
    GValue names = G_VALUE_INIT, weights = G_VALUE_INIT, name = G_VALUE_INIT, weight = G_VALUE_INIT;

    g_value_init(&names, GST_TYPE_ARRAY);
    g_value_init(&weights, GST_TYPE_ARRAY);
    g_value_init(&name, G_TYPE_STRING);
    g_value_init(&weight, G_TYPE_DOUBLE);
    for (guint i = 0; i < verdict->n_tasks; i++) {
        g_value_set_static_string(&name, verdict->tasks[i].name);
        g_value_set_double(&weight, (double)verdict->tasks[i].weight);
        gst_value_array_append_value(&names, &name);
        gst_value_array_append_value(&weights, &weight);
    }
    gst_structure_take_value(structure, "task-names", &names);
    gst_structure_take_value(structure, "task-weights", &weights);
}

static void fill_verdict(const BiqaVerdict *verdict, GstStructure *structure)
{
    gst_structure_set(structure, "score", G_TYPE_DOUBLE, verdict->score, "competitor-score",
                      G_TYPE_DOUBLE, verdict->competitor_score, "disagreement", G_TYPE_DOUBLE,
                      verdict->disagreement, "hard", G_TYPE_BOOLEAN, verdict->hard, NULL);
    if (!isnan(verdict->uncertainty))
        gst_structure_set(structure, "uncertainty", G_TYPE_DOUBLE, verdict->uncertainty, NULL);
    if (!isnan(verdict->score_low))
        gst_structure_set(structure, "score-low", G_TYPE_DOUBLE, verdict->score_low, "score-high",
                          G_TYPE_DOUBLE, verdict->score_high, NULL);
    if (verdict->n_tasks > 0)
        fill_tasks(verdict, structure);
}

/* Names are static: a record of every frame need not copy them. */
static void set_name(GstStructure *structure, const char *field, const char *name)
{
    GValue value = G_VALUE_INIT;

    g_value_init(&value, G_TYPE_STRING);
    g_value_set_static_string(&value, name);
    gst_structure_take_value(structure, field, &value);
}

static void fill_map(const BiqaMap *map, GstStructure *structure)
{
    GValue array = G_VALUE_INIT, score = G_VALUE_INIT;

    g_value_init(&array, GST_TYPE_ARRAY);
    g_value_init(&score, G_TYPE_DOUBLE);
    for (guint i = 0; i < map->columns * map->rows; i++) {
        g_value_set_double(&score, map->scores[i]);
        gst_value_array_append_value(&array, &score);
    }
    gst_structure_take_value(structure, "map", &array);
    gst_structure_set(structure, "map-width", G_TYPE_UINT, map->columns, "map-height", G_TYPE_UINT,
                      map->rows, NULL);
}

void gst_biqa_record_fill(const GstBiqaRecord *record, GstStructure *structure)
{
    set_name(structure, "origin", gst_biqa_origin_name(record->origin));
    set_name(structure, "domain", biqa_domain_name(record->domain));
    gst_structure_set(structure, "frame", G_TYPE_UINT64, record->frame, "alarm", G_TYPE_BOOLEAN,
                      record->alarm, "timestamp", G_TYPE_UINT64, record->timestamp, "stream-time",
                      G_TYPE_UINT64, record->stream_time, "running-time", G_TYPE_UINT64,
                      record->running_time, "duration", G_TYPE_UINT64, record->duration, NULL);
    if (record->origin != GST_BIQA_SKIPPED)
        fill_verdict(&record->verdict, structure);
    if (record->map.columns > 0)
        fill_map(&record->map, structure);
}
