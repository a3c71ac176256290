/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include <math.h>

void gst_biqa_json_add_time(JsonBuilder *builder, const char *name, GstClockTime value)
{
    json_builder_set_member_name(builder, name);
    if (GST_CLOCK_TIME_IS_VALID(value))
        json_builder_add_int_value(builder, (gint64)value);
    else
        json_builder_add_null_value(builder);
}

void gst_biqa_json_add_moment(JsonBuilder *builder, const BiqaMoment *moment)
{
    biqa_json_add_count(builder, "frame", moment->frame);
    gst_biqa_json_add_time(builder, "timestamp", moment->timestamp);
    gst_biqa_json_add_time(builder, "stream-time", moment->stream_time);
    gst_biqa_json_add_time(builder, "running-time", moment->running_time);
}

static void add_scale(JsonBuilder *builder)
{
    biqa_json_begin_object(builder, "score-scale");
    biqa_json_add_number(builder, "lowest", 0);
    biqa_json_add_number(builder, "highest", 100);
    biqa_json_add_text(builder, "better", "higher");
    json_builder_end_object(builder);
}

static void add_thresholds(JsonBuilder *builder, const GstBiqaHeader *header)
{
    if (header->n_tasks == 0)
        return;
    biqa_json_begin_object(builder, "tasks");
    for (guint i = 0; i < header->n_tasks; i++) {
        biqa_json_begin_object(builder, header->tasks[i].name);
        biqa_json_add_number(builder, "hard-threshold", header->tasks[i].hard_threshold);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
}

void gst_biqa_json_add_tasks(JsonBuilder *builder, const BiqaVerdict *verdict)
{
    if (verdict->n_tasks == 0)
        return;
    biqa_json_begin_object(builder, "tasks");
    for (guint i = 0; i < verdict->n_tasks; i++)
        biqa_json_add_number(builder, verdict->tasks[i].name, (double)verdict->tasks[i].weight);
    json_builder_end_object(builder);
}

void gst_biqa_json_add_header(JsonBuilder *builder, const GstBiqaHeader *header)
{
    biqa_json_add_text(builder, "element", "biqafilter");
    biqa_json_add_text(builder, "version", BIQA_VERSION);
    biqa_json_add_text(builder, "model", header->model);
    biqa_json_begin_array(builder, "datasets");
    for (char **set = header->datasets; set && *set; set++)
        json_builder_add_string_value(builder, *set);
    json_builder_end_array(builder);
    /* A model that was not validated says 0. */
    biqa_json_add_number(builder, "validation-srcc",
                         header->validation_srcc ? header->validation_srcc : NAN);
    biqa_json_add_number(builder, "validation-plcc",
                         header->validation_plcc ? header->validation_plcc : NAN);
    add_scale(builder);
    biqa_json_add_number(builder, "hard-threshold", header->hard_threshold);
    add_thresholds(builder, header);
    biqa_json_add_text(builder, "backend", header->backend);
    biqa_json_add_text(builder, "device", header->device);
    biqa_json_add_text(builder, "path", header->path);
    biqa_json_add_text(builder, "caps", header->caps);
}

void gst_biqa_json_finish(JsonBuilder *builder, GString *text)
{
    g_autofree char *object = biqa_json_finish(builder, FALSE);

    g_string_append(text, object);
}
