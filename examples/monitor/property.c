/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "property.h"
#include <gio/gio.h>

void monitor_property_free(MonitorProperty *property)
{
    g_free(property->name);
    g_free(property->value);
    g_free(property);
}

MonitorProperty *monitor_property_new(const char *name, const char *value)
{
    MonitorProperty *property = g_new(MonitorProperty, 1);

    *property = (MonitorProperty){.name = g_strdup(name), .value = g_strdup(value)};
    return property;
}

MonitorProperty *monitor_property_parse(const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, "=", 2);

    if (g_strv_length(words) != 2 || words[0][0] == '\0') {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" is not PROPERTY=VALUE, as in alarm-below=40", text);
        return NULL;
    }
    return monitor_property_new(g_strstrip(words[0]), g_strstrip(words[1]));
}

static gboolean apply(const MonitorProperty *property, GstElement *filter, GError **error)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(filter), property->name);
    GValue value = G_VALUE_INIT;
    gboolean ok;

    if (!spec || !(spec->flags & G_PARAM_WRITABLE)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "biqafilter has no property \"%s\" that can be set: see gst-inspect-1.0 "
                    "biqafilter",
                    property->name);
        return FALSE;
    }
    g_value_init(&value, spec->value_type);
    ok = gst_value_deserialize_with_pspec(&value, property->value, spec) &&
         !g_param_value_validate(spec, &value);
    if (ok)
        g_object_set_property(G_OBJECT(filter), property->name, &value);
    else
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" is no value for biqafilter's property \"%s\": see gst-inspect-1.0 "
                    "biqafilter",
                    property->value, property->name);
    g_value_unset(&value);
    return ok;
}

gboolean monitor_property_apply(const GPtrArray *properties, GstElement *filter, GError **error)
{
    for (guint i = 0; i < properties->len; i++) {
        if (!apply(properties->pdata[i], filter, error))
            return FALSE;
    }
    return TRUE;
}
