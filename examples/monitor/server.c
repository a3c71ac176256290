/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"
#include "json.h"
#include "metrics.h"
#include <libsoup/soup.h>

#define PAGE "/biqafilter/monitor/page.html"

/* The page is one file: its own style and script, pictures from here, nothing else. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "                  \
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "              \
    "frame-ancestors 'none'"

struct MonitorServer {
    SoupServer *soup;
    Monitor *monitor;
    MonitorLines *lines;
    gboolean loopback;
};

/* Answers 200 with text of a type. (transfer full) */
static void answer_text(SoupServerMessage *message, const char *type, char *text)
{
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response(message, type, SOUP_MEMORY_TAKE, text, strlen(text));
}

static void answer_bytes(SoupServerMessage *message, const char *type, GBytes *bytes)
{
    SoupMessageBody *body = soup_server_message_get_response_body(message);

    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_message_headers_set_content_type(soup_server_message_get_response_headers(message), type,
                                          NULL);
    soup_message_body_append_bytes(body, bytes);
}

/* -- what there is ------------------------------------------------------------------------- */

static void answer_page(MonitorServer *self, SoupServerMessage *message, const char *rest,
                        GHashTable *query)
{
    g_autoptr(GBytes) page = g_resources_lookup_data(PAGE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

    answer_bytes(message, "text/html; charset=utf-8", page);
}

static void answer_channels(MonitorServer *self, SoupServerMessage *message, const char *rest,
                            GHashTable *query)
{
    const char *after = query ? g_hash_table_lookup(query, "after") : NULL;
    const guint64 tick = after ? g_ascii_strtoull(after, NULL, 10) : 0;

    answer_text(message, "application/json", monitor_json_channels(self->monitor, tick));
}

static void answer_day(MonitorServer *self, SoupServerMessage *message, const char *rest,
                       GHashTable *query)
{
    answer_text(message, "application/json", monitor_json_day(self->monitor));
}

static void answer_metrics(MonitorServer *self, SoupServerMessage *message, const char *rest,
                           GHashTable *query)
{
    const guint64 dropped = self->lines ? monitor_lines_dropped(self->lines) : 0;

    answer_text(message, MONITOR_METRICS_TYPE, monitor_metrics_text(self->monitor, dropped));
}

static gboolean find_picture(MonitorAlbum *album, guint64 id, MonitorPicture *picture)
{
    for (MonitorPictureKind kind = 0; kind < MONITOR_N_KINDS; kind++) {
        for (guint back = 0; monitor_album_get(album, kind, back, picture); back++) {
            if (picture->id == id)
                return TRUE;
            monitor_picture_clear(picture);
        }
    }
    return FALSE;
}

static void answer_picture(MonitorServer *self, SoupServerMessage *message, const char *rest,
                           GHashTable *query)
{
    const guint64 id = g_ascii_strtoull(rest, NULL, 10);

    for (guint i = 0; i < self->monitor->channels->len; i++) {
        const MonitorChannel *channel = self->monitor->channels->pdata[i];
        g_auto(MonitorPicture) picture = {0};
        if (find_picture(channel->album, id, &picture)) {
            answer_bytes(message, "image/jpeg", picture.jpeg);
            /* A picture's number is never given again, but by another run. */
            soup_message_headers_replace(soup_server_message_get_response_headers(message),
                                         "Cache-Control", "private, max-age=60");
            return;
        }
    }
    soup_server_message_set_status(message, SOUP_STATUS_NOT_FOUND, NULL);
}

static const struct {
    const char *path; /* one that ends in a slash stands for all below it */
    void (*answer)(MonitorServer *self, SoupServerMessage *message, const char *rest,
                   GHashTable *query);
} answers[] = {
    {"/", answer_page},           {"/api/channels", answer_channels},
    {"/api/day", answer_day},     {"/api/picture/", answer_picture},
    {"/metrics", answer_metrics},
};

/* -- who asks ------------------------------------------------------------------------------ */

/* Whether the Host that was asked for, in the URI that libsoup made of it, is this machine. */
static gboolean host_is_loopback(SoupServerMessage *message)
{
    const char *host = g_uri_get_host(soup_server_message_get_uri(message));
    g_autoptr(GInetAddress) address = host ? g_inet_address_new_from_string(host) : NULL;

    return address ? g_inet_address_get_is_loopback(address) : g_strcmp0(host, "localhost") == 0;
}

static void on_request(SoupServer *soup, SoupServerMessage *message, const char *path,
                       GHashTable *query, gpointer data)
{
    MonitorServer *self = data;
    const char *method = soup_server_message_get_method(message);
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
    soup_message_headers_replace(headers, "Content-Security-Policy", POLICY);
    if (self->loopback && !host_is_loopback(message)) {
        soup_server_message_set_status(message, SOUP_STATUS_FORBIDDEN, NULL);
        return;
    }
    if (!g_str_equal(method, "GET") && !g_str_equal(method, "HEAD")) {
        soup_message_headers_replace(headers, "Allow", "GET, HEAD");
        soup_server_message_set_status(message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        const gboolean below = i > 0 && g_str_has_suffix(answers[i].path, "/");
        if (below ? g_str_has_prefix(path, answers[i].path) : g_str_equal(path, answers[i].path)) {
            answers[i].answer(self, message, path + strlen(answers[i].path), query);
            return;
        }
    }
    soup_server_message_set_status(message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* -- where --------------------------------------------------------------------------------- */

/* (transfer full); sets whether it is loopback. */
static GSocketAddress *parse_listen(const char *listen, gboolean *loopback, GError **error)
{
    g_autoptr(GSocketConnectable) parsed = g_network_address_parse(listen, 0, NULL);
    const char *host = parsed ? g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed)) : NULL;
    g_autoptr(GInetAddress) address = NULL;

    if (host && g_str_equal(host, "localhost"))
        address = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    else if (host)
        address = g_inet_address_new_from_string(host);
    if (!address || !strchr(listen, ':')) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "listen: \"%s\" is not ADDRESS:PORT with an IP address, as in 127.0.0.1:8479 "
                    "or 0.0.0.0:8479",
                    listen);
        return NULL;
    }
    *loopback = g_inet_address_get_is_loopback(address);
    return g_inet_socket_address_new(address,
                                     g_network_address_get_port(G_NETWORK_ADDRESS(parsed)));
}

MonitorServer *monitor_server_new(const char *listen, Monitor *monitor, MonitorLines *lines,
                                  GError **error)
{
    gboolean loopback = FALSE;
    g_autoptr(GSocketAddress) address = parse_listen(listen, &loopback, error);
    g_autoptr(MonitorServer) self = NULL;

    if (!address)
        return NULL;
    self = g_new0(MonitorServer, 1);
    self->monitor = monitor;
    self->lines = lines;
    self->loopback = loopback;
    self->soup = soup_server_new("server-header", "biqa-monitor/" BIQA_VERSION, NULL);
    soup_server_add_handler(self->soup, NULL, on_request, self, NULL);
    if (!soup_server_listen(self->soup, address, 0, error)) {
        g_prefix_error(error, "listen: %s: ", listen);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void monitor_server_free(MonitorServer *self)
{
    soup_server_disconnect(self->soup);
    g_object_unref(self->soup);
    g_free(self);
}

char *monitor_server_uri(MonitorServer *self)
{
    GSList *uris = soup_server_get_uris(self->soup);
    char *text = uris ? g_uri_to_string(uris->data) : NULL;

    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return text;
}
