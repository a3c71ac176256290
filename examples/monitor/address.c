/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "address.h"

#define TEST_SOURCE                                                                                \
    "videotestsrc is-live=true pattern=%s ! capsfilter "                                           \
    "caps=video/x-raw,width=640,height=360,framerate=25/1"

/* Audio is left as it comes: nobody will listen, so nobody need decode it. */
static gboolean on_autoplug_continue(GstElement *bin, GstPad *pad, GstCaps *caps, gpointer data)
{
    const GstStructure *structure = gst_caps_get_structure(caps, 0);

    return !g_str_has_prefix(gst_structure_get_name(structure), "audio/");
}

static GstElement *open_uri(const char *address, GError **error)
{
    g_autofree char *uri =
        gst_uri_is_valid(address) ? g_strdup(address) : gst_filename_to_uri(address, error);
    GstElement *element;

    if (!uri)
        return NULL;
    element = gst_element_factory_make("uridecodebin", NULL);
    if (!element) {
        g_set_error(error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                    "There is no element uridecodebin: install gstreamer1.0-plugins-base.");
        return NULL;
    }
    g_object_set(element, "uri", uri, NULL);
    g_signal_connect(element, "autoplug-continue", G_CALLBACK(on_autoplug_continue), NULL);
    return element;
}

GstElement *monitor_address_open(const char *address, GError **error)
{
    g_autofree char *line = NULL;

    if (g_str_has_prefix(address, "launch:"))
        line = g_strdup(address + strlen("launch:"));
    else if (g_str_has_prefix(address, "test:"))
        line = g_strdup_printf(TEST_SOURCE, address + strlen("test:"));
    else
        return open_uri(address, error);
    return gst_parse_bin_from_description_full(line, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                               error);
}

char *monitor_address_shown(const char *address)
{
    const char *rest = strstr(address, "://");
    const char *end, *at;

    if (g_str_has_prefix(address, "launch:"))
        return g_strndup(address, strcspn(address, " !="));
    if (!rest)
        return g_strdup(address);
    rest += strlen("://");
    end = rest + strcspn(rest, "?#");
    at = g_strrstr_len(rest, strcspn(rest, "/?#"), "@");
    return g_strdup_printf("%.*s%.*s", (int)(rest - address), address,
                           (int)(end - (at ? at + 1 : rest)), at ? at + 1 : rest);
}

char *monitor_address_hide(const char *address, const char *text)
{
    g_autofree char *shown = monitor_address_shown(address);
    GString *hidden = g_string_new(text);

    g_string_replace(hidden, address, shown, 0);
    return g_string_free(hidden, FALSE);
}
