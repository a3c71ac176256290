/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A station of each kind is a row of a table: what it needs, where it is, how it begins and ends.
 */
#include "station.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#ifdef HAVE_RTSP_SERVER
#include <gst/rtsp-server/rtsp-server.h>
#endif

#define PICTURE                                                                                    \
    "videotestsrc is-live=true pattern=snow ! "                                                    \
    "video/x-raw,format=I420,width=64,height=48,framerate=10/1 ! "                                 \
    "x264enc tune=zerolatency key-int-max=10 ! "

struct Station {
    StationKind kind;
    guint16 port;
    char *uri;
    char *folder; /* of an HLS station, for what it serves */

    gboolean on_air;
    /* If so: */
    GstElement *pipeline;
    SoupServer *http;
    GObject *rtsp;
    guint listening; /* a source of the main context */
};

/* -- pipelines ----------------------------------------------------------------------------- */

static void play(Station *station, const char *line)
{
    g_autoptr(GError) error = NULL;

    station->pipeline = gst_parse_launch(line, &error);
    g_assert_no_error(error);
    gst_object_ref_sink(station->pipeline);
    g_assert_cmpint(gst_element_set_state(station->pipeline, GST_STATE_PLAYING), !=,
                    GST_STATE_CHANGE_FAILURE);
}

static void stop(Station *station)
{
    gst_element_set_state(station->pipeline, GST_STATE_NULL);
    gst_clear_object(&station->pipeline);
}

/* -- HLS ----------------------------------------------------------------------------------- */

static void empty_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
}

static void on_request(SoupServer *server, SoupServerMessage *message, const char *path,
                       GHashTable *query, gpointer data)
{
    const Station *station = data;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *file = g_build_filename(station->folder, name, NULL);
    char *text;
    gsize size;

    if (!g_file_get_contents(file, &text, &size, NULL)) {
        soup_server_message_set_status(message, SOUP_STATUS_NOT_FOUND, NULL);
        return;
    }
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response(
        message, g_str_has_suffix(name, ".m3u8") ? "application/vnd.apple.mpegurl" : "video/mp2t",
        SOUP_MEMORY_TAKE, text, size);
}

static void begin_hls(Station *station)
{
    g_autofree char *line =
        g_strdup_printf(PICTURE "h264parse ! hlssink2 target-duration=1 location=%s/%%05d.ts "
                                "playlist-location=%s/live.m3u8",
                        station->folder, station->folder);
    g_autoptr(GError) error = NULL;

    station->http = soup_server_new(NULL, NULL);
    soup_server_add_handler(station->http, NULL, on_request, station, NULL);
    soup_server_listen_local(station->http, station->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
    play(station, line);
}

static void end_hls(Station *station)
{
    soup_server_disconnect(station->http);
    g_clear_object(&station->http);
    stop(station);
    empty_folder(station->folder);
}

/* -- RTSP ---------------------------------------------------------------------------------- */

#ifdef HAVE_RTSP_SERVER

static void begin_rtsp(Station *station)
{
    GstRTSPServer *server = gst_rtsp_server_new();
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    g_autoptr(GstRTSPMountPoints) mounts = gst_rtsp_server_get_mount_points(server);
    g_autofree char *service = g_strdup_printf("%u", station->port);

    gst_rtsp_media_factory_set_launch(factory,
                                      "( " PICTURE "rtph264pay name=pay0 config-interval=-1 )");
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, service);
    station->listening = gst_rtsp_server_attach(server, NULL);
    g_assert_cmpuint(station->listening, >, 0);
    station->rtsp = G_OBJECT(server);
}

static GstRTSPFilterResult drop(GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
    return GST_RTSP_FILTER_REMOVE;
}

static void end_rtsp(Station *station)
{
    g_clear_handle_id(&station->listening, g_source_remove);
    gst_rtsp_server_client_filter(GST_RTSP_SERVER(station->rtsp), drop, NULL);
    g_clear_object(&station->rtsp);
}

#endif

/* -- SRT ----------------------------------------------------------------------------------- */

/* As many packets of MPEG-TS at once as one of SRT takes. */
static void begin_srt(Station *station)
{
    g_autofree char *line =
        g_strdup_printf(PICTURE "h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink "
                                "wait-for-connection=false uri=srt://127.0.0.1:%u?mode=listener",
                        station->port);

    play(station, line);
}

/* -- kinds --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *needs[4]; /* elements */
    GSocketType socket;
    const char *uri;                 /* of a port */
    void (*begin)(Station *station); /* NULL: a library was not there when this was built */
    void (*end)(Station *station);
} kinds[STATION_N_KINDS] = {
    [STATION_HLS] =
        {
            .name = "hls",
            .needs = {"x264enc", "hlssink2", "souphttpsrc"},
            .socket = G_SOCKET_TYPE_STREAM,
            .uri = "http://127.0.0.1:%u/live.m3u8",
            .begin = begin_hls,
            .end = end_hls,
        },
    [STATION_RTSP] =
        {
            .name = "rtsp",
            .needs = {"x264enc", "rtph264pay", "rtspsrc"},
            .socket = G_SOCKET_TYPE_STREAM,
            .uri = "rtsp://127.0.0.1:%u/live",
#ifdef HAVE_RTSP_SERVER
            .begin = begin_rtsp,
            .end = end_rtsp,
#endif
        },
    [STATION_SRT] =
        {
            .name = "srt",
            .needs = {"x264enc", "srtsink", "srtsrc"},
            .socket = G_SOCKET_TYPE_DATAGRAM,
            .uri = "srt://127.0.0.1:%u",
            .begin = begin_srt,
            .end = stop,
        },
};

const char *station_kind_name(StationKind kind)
{
    return kinds[kind].name;
}

const char *station_kind_missing(StationKind kind)
{
    if (!kinds[kind].begin)
        return "GStreamer's RTSP server library (libgstrtspserver-1.0-dev)";
    for (const char *const *name = kinds[kind].needs; *name; name++) {
        g_autoptr(GstElementFactory) factory = gst_element_factory_find(*name);

        if (!factory)
            return *name;
    }
    return NULL;
}

/* -- any ----------------------------------------------------------------------------------- */

static guint16 find_free_port(GSocketType type)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, type, G_SOCKET_PROTOCOL_DEFAULT, &error);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;

    g_assert_no_error(error);
    g_socket_bind(socket, any, FALSE, &error);
    g_assert_no_error(error);
    bound = g_socket_get_local_address(socket, &error);
    g_assert_no_error(error);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

Station *station_new(StationKind kind)
{
    g_autoptr(GError) error = NULL;
    Station *station = g_new0(Station, 1);

    station->kind = kind;
    station->port = find_free_port(kinds[kind].socket);
    station->uri = g_strdup_printf(kinds[kind].uri, station->port);
    station->folder = g_dir_make_tmp("biqa-station-XXXXXX", &error);
    g_assert_no_error(error);
    return station;
}

void station_free(Station *station)
{
    if (station->on_air)
        station_go_off_air(station);
    g_rmdir(station->folder);
    g_free(station->folder);
    g_free(station->uri);
    g_free(station);
}

const char *station_uri(const Station *station)
{
    return station->uri;
}

void station_go_on_air(Station *station)
{
    kinds[station->kind].begin(station);
    station->on_air = TRUE;
}

void station_go_off_air(Station *station)
{
    kinds[station->kind].end(station);
    station->on_air = FALSE;
}
