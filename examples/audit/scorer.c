/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the element. */
#include "scorer.h"

#include "error.h"
#include "modelpath.h"
#include <string.h>

#define NAME "scorer" /* of the element in its pipelines */

static gboolean refuse(GError **error, const char *setting, const char *why)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "the setting %s: %s (gst-inspect-1.0 biqafilter lists the properties)", setting,
                why);
    return FALSE;
}

static gboolean set(GstElement *element, const char *setting, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(setting, "=", 2);
    GParamSpec *pspec;
    GValue value = G_VALUE_INIT;
    gboolean ok;

    if (g_strv_length(parts) != 2)
        return refuse(error, setting, "it takes PROPERTY=VALUE");
    pspec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), parts[0]);
    if (!pspec || !(pspec->flags & G_PARAM_WRITABLE))
        return refuse(error, setting, "biqafilter has no such property to set");

    g_value_init(&value, pspec->value_type);
    ok = gst_value_deserialize_with_pspec(&value, parts[1], pspec) &&
         !g_param_value_validate(pspec, &value);
    if (ok)
        g_object_set_property(G_OBJECT(element), parts[0], &value);
    g_value_unset(&value);
    return ok || refuse(error, setting, "the property does not take that value");
}

GstElement *audit_scorer_new(const char *const *settings, GError **error)
{
    GstElement *element = gst_element_factory_make("biqafilter", NAME);

    if (!element) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "GStreamer does not find the element biqafilter: install it, or set "
                    "GST_PLUGIN_PATH to the folder of its plugin");
        return NULL;
    }
    g_object_set(element, "post-messages", FALSE, NULL); /* records come with the buffers */
    for (; *settings; settings++) {
        if (!set(element, *settings, error)) {
            gst_object_unref(gst_object_ref_sink(element));
            return NULL;
        }
    }
    return element;
}

static void take_error(GstElement *pipeline, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);

    if (message)
        gst_message_parse_error(message, error, NULL);
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "biqafilter does not start");
}

GstElement *audit_scorer_hold(const char *const *settings, GError **error)
{
    GstElement *element = audit_scorer_new(settings, error), *pipeline;

    if (!element)
        return NULL;
    pipeline = gst_pipeline_new(NULL);
    gst_bin_add(GST_BIN(pipeline), element);
    if (gst_element_set_state(pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE)
        return pipeline;
    take_error(pipeline, error);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return NULL;
}

char *audit_scorer_model(GstElement *pipeline, GError **error)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(pipeline), NAME);
    g_autoptr(GstPlugin) plugin =
        gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(gst_element_get_factory(element)));
    const char *file = plugin ? gst_plugin_get_filename(plugin) : NULL;
    g_autofree char *dir = file ? g_path_get_dirname(file) : NULL;
    char *model = NULL;

    g_object_get(element, "model", &model, NULL);
    return model ? model : gst_biqa_model_path(dir, error);
}

char *audit_scorer_device(GstElement *pipeline)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(pipeline), NAME);
    char *device = NULL;

    g_object_get(element, "device-name", &device, NULL);
    return device;
}

gboolean audit_scorer_is_broken(GstMessage *message)
{
    g_autoptr(GError) error = NULL;

    if (g_strcmp0(GST_MESSAGE_SRC_NAME(message), NAME) != 0)
        return FALSE;
    gst_message_parse_error(message, &error, NULL);
    return g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND) ||
           g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ) ||
           g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED);
}
