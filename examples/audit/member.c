/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Careful reading of JSON. */
#include "member.h"

#include <math.h>

static gboolean is_number(JsonNode *node)
{
    const GType type = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : 0;

    return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

gint64 audit_member_int(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return is_number(node) ? json_node_get_int(node) : 0;
}

double audit_member_double(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return is_number(node) ? json_node_get_double(node) : (double)NAN;
}

const char *audit_member_string(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

JsonArray *audit_member_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

JsonObject *audit_member_object(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

double audit_element_double(JsonArray *array, guint i)
{
    JsonNode *node = i < json_array_get_length(array) ? json_array_get_element(array, i) : NULL;

    return is_number(node) ? json_node_get_double(node) : (double)NAN;
}

JsonObject *audit_element_object(JsonArray *array, guint i)
{
    JsonNode *node = i < json_array_get_length(array) ? json_array_get_element(array, i) : NULL;

    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

void audit_member_set_double(JsonObject *object, const char *name, double value)
{
    if (isfinite(value))
        json_object_set_double_member(object, name, value);
}

JsonObject *audit_line_parse(const char *line, gssize length)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonNode *root;

    if (!json_parser_load_from_data(parser, line, length, NULL))
        return NULL;
    root = json_parser_get_root(parser);
    return root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_dup_object(root) : NULL;
}

GString *audit_line_new(JsonObject *object)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    JsonNode *root = json_node_init_object(json_node_alloc(), object);
    GString *line = g_string_new(NULL);

    json_generator_set_root(generator, root);
    json_generator_to_gstring(generator, line);
    g_string_append_c(line, '\n');
    json_node_unref(root);
    return line;
}
