/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "builder.h"

#include <math.h>

JsonBuilder *biqa_json_new(void)
{
    return json_builder_begin_object(json_builder_new());
}

void biqa_json_add_value(JsonBuilder *builder, double value)
{
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void biqa_json_add_number(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    biqa_json_add_value(builder, value);
}

void biqa_json_add_count(JsonBuilder *builder, const char *name, guint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, (gint64)value);
}

void biqa_json_add_flag(JsonBuilder *builder, const char *name, gboolean value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void biqa_json_add_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void biqa_json_begin_object(JsonBuilder *builder, const char *name)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_object(builder);
}

void biqa_json_begin_array(JsonBuilder *builder, const char *name)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
}

char *biqa_json_finish(JsonBuilder *builder, gboolean lines)
{
    g_autoptr(JsonNode) root = json_builder_get_root(json_builder_end_object(builder));

    return json_to_string(root, lines);
}
