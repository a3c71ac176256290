/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, watching and ending GStreamer pipelines. */
#include "pipeline.h"

/* A decoder that takes longer for one frame has stalled. */
#define PATIENCE (60 * GST_SECOND)

static const struct {
    const char *prefix, *package;
} packages[] = {
    {"x264", "gstreamer1.0-plugins-ugly"},     {"x265", "gstreamer1.0-plugins-bad"},
    {"av1", "gstreamer1.0-plugins-bad"},       {"av", "gstreamer1.0-libav"},
    {"vp", "gstreamer1.0-plugins-good"},       {"mpeg2enc", "gstreamer1.0-plugins-bad"},
    {"jpeg", "gstreamer1.0-plugins-good"},     {"openjpeg", "gstreamer1.0-plugins-bad"},
    {"h264parse", "gstreamer1.0-plugins-bad"}, {"", "gstreamer1.0-plugins-base"},
};

static const char *package_of(const char *element)
{
    guint i = 0;
    while (!g_str_has_prefix(element, packages[i].prefix))
        i++;
    return packages[i].package;
}

GstElement *train_pipeline_new(const char *launch, GError **error)
{
    if (!gst_init_check(NULL, NULL, error))
        return NULL;
    g_autoptr(GstParseContext) context = gst_parse_context_new();
    g_autoptr(GError) problem = NULL;
    GstElement *pipeline =
        gst_parse_launch_full(launch, context, GST_PARSE_FLAG_FATAL_ERRORS, &problem);
    if (pipeline)
        return pipeline;

    g_auto(GStrv) missing = gst_parse_context_get_missing_elements(context);
    if (missing && missing[0])
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "the GStreamer element %s is missing (Debian package %s)", missing[0],
                    package_of(missing[0]));
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT, "cannot build the pipeline '%s': %s",
                    launch, problem->message);
    return NULL;
}

void train_pipeline_free(GstElement *pipeline)
{
    if (!pipeline)
        return;
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

/* The description in a missing-plugin message ("JPEG 2000 decoder"); NULL for other messages. */
static char *missing_plugin(GstMessage *message)
{
    const GstStructure *structure = gst_message_get_structure(message);
    if (!structure || !gst_structure_has_name(structure, "missing-plugin"))
        return NULL;
    return g_strdup(gst_structure_get_string(structure, "name"));
}

/* missing describes a plugin that was missed before, or is NULL: that is the better explanation. */
static void set_error(GstMessage *message, const char *missing, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gst_message_parse_error(message, &problem, NULL);
    if (missing)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "no %s is installed (Debian packages gstreamer1.0-libav and "
                    "gstreamer1.0-plugins-good, -bad, -ugly have many)",
                    missing);
    else if (g_error_matches(problem, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "there is no such file");
    else if (g_error_matches(problem, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) ||
             g_error_matches(problem, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND))
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "there is no video stream in it");
    else
        g_set_error(error, BIQA_ERROR,
                    problem->domain == GST_STREAM_ERROR ? BIQA_ERROR_FORMAT : BIQA_ERROR_FILE, "%s",
                    problem->message);
}

gboolean train_pipeline_wait(GstElement *pipeline, GstMessageType until, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autofree char *missing = NULL;
    GstMessageType types = until | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT;
    for (;;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(bus, PATIENCE, types);
        if (!message) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "GStreamer has stalled");
            return FALSE;
        }
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            set_error(message, missing, error);
            return FALSE;
        }
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ELEMENT)
            return TRUE;
        /* A video whose sound cannot be decoded is no failure: only an error is. */
        if (!missing)
            missing = missing_plugin(message);
    }
}
