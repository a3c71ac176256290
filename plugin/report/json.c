/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of JSON objects. */
#include "json.h"

#include <math.h>

void gst_biqa_json_add_number(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void gst_biqa_json_add_count(JsonBuilder *builder, const char *name, guint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, (gint64)value);
}

void gst_biqa_json_add_time(JsonBuilder *builder, const char *name, GstClockTime value)
{
    json_builder_set_member_name(builder, name);
    if (GST_CLOCK_TIME_IS_VALID(value))
        json_builder_add_int_value(builder, (gint64)value);
    else
        json_builder_add_null_value(builder);
}

void gst_biqa_json_add_flag(JsonBuilder *builder, const char *name, gboolean value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void gst_biqa_json_add_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void gst_biqa_json_add_moment(JsonBuilder *builder, const BiqaMoment *moment)
{
    gst_biqa_json_add_count(builder, "frame", moment->frame);
    gst_biqa_json_add_time(builder, "timestamp", moment->timestamp);
    gst_biqa_json_add_time(builder, "stream-time", moment->stream_time);
    gst_biqa_json_add_time(builder, "running-time", moment->running_time);
}

static void add_scale(JsonBuilder *builder)
{
    json_builder_set_member_name(builder, "score-scale");
    json_builder_begin_object(builder);
    gst_biqa_json_add_number(builder, "lowest", 0);
    gst_biqa_json_add_number(builder, "highest", 100);
    gst_biqa_json_add_text(builder, "better", "higher");
    json_builder_end_object(builder);
}

void gst_biqa_json_add_header(JsonBuilder *builder, const GstBiqaHeader *header)
{
    gst_biqa_json_add_text(builder, "element", "biqafilter");
    gst_biqa_json_add_text(builder, "version", BIQA_VERSION);
    gst_biqa_json_add_text(builder, "model", header->model);
    json_builder_set_member_name(builder, "datasets");
    json_builder_begin_array(builder);
    for (char **set = header->datasets; set && *set; set++)
        json_builder_add_string_value(builder, *set);
    json_builder_end_array(builder);
    /* A model that was not validated says 0. */
    gst_biqa_json_add_number(builder, "validation-srcc",
                             header->validation_srcc ? header->validation_srcc : NAN);
    gst_biqa_json_add_number(builder, "validation-plcc",
                             header->validation_plcc ? header->validation_plcc : NAN);
    add_scale(builder);
    gst_biqa_json_add_number(builder, "hard-threshold", header->hard_threshold);
    gst_biqa_json_add_text(builder, "backend", header->backend);
    gst_biqa_json_add_text(builder, "device", header->device);
    gst_biqa_json_add_text(builder, "path", header->path);
    gst_biqa_json_add_text(builder, "caps", header->caps);
}

void gst_biqa_json_finish(JsonBuilder *builder, GString *text)
{
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *object = NULL;

    json_builder_end_object(builder);
    root = json_builder_get_root(builder);
    object = json_to_string(root, FALSE);
    g_string_append(text, object);
}
