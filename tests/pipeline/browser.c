/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "browser.h"
#include "monitor-support.h"
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define GUARD (120 * G_USEC_PER_SEC) /* only a test that fails comes near it */
#define HELLO "DevTools listening on ws://"

struct Browser {
    char *profile; /* a folder */
    GSubprocess *process;
    SoupSession *session;
    SoupWebsocketConnection *socket;
    char *origin; /* of the page: what its requests may begin with */
    GString *complaints;
    gint64 calls;
    JsonObject *answer; /* to the call of that number, NULL while there is none */
};

static JsonObject *member(JsonObject *object, const char *name)
{
    return object && json_object_has_member(object, name)
               ? json_object_get_object_member(object, name)
               : NULL;
}

static const char *text_member(JsonObject *object, const char *name)
{
    return object ? json_object_get_string_member_with_default(object, name, "") : "";
}

/* -- what Chromium says -------------------------------------------------------------------- */

static void on_event(Browser *browser, const char *method, JsonObject *params)
{
    const char *uri = text_member(member(params, "request"), "url");

    if (g_str_equal(method, "Runtime.exceptionThrown"))
        g_string_append_printf(
            browser->complaints, "exception: %s\n",
            text_member(member(member(params, "exceptionDetails"), "exception"), "description"));
    if (g_str_equal(method, "Log.entryAdded") &&
        g_str_equal(text_member(member(params, "entry"), "level"), "error"))
        g_string_append_printf(browser->complaints, "error: %s %s\n",
                               text_member(member(params, "entry"), "text"),
                               text_member(member(params, "entry"), "url"));
    if (g_str_equal(method, "Network.requestWillBeSent") && browser->origin &&
        !g_str_has_prefix(uri, browser->origin) && !g_str_has_prefix(uri, "data:"))
        g_string_append_printf(browser->complaints, "request: %s\n", uri);
}

static void on_message(SoupWebsocketConnection *socket, int type, GBytes *bytes, gpointer data)
{
    Browser *browser = data;
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    JsonObject *object;

    json_parser_load_from_data(parser, text, (gssize)size, &error);
    g_assert_no_error(error);
    object = json_node_get_object(json_parser_get_root(parser));
    if (json_object_get_int_member_with_default(object, "id", 0) == browser->calls)
        browser->answer = json_object_ref(object);
    else if (json_object_has_member(object, "method"))
        on_event(browser, text_member(object, "method"), member(object, "params"));
}

/* Runs the main context until *there is not NULL any more. */
static void wait_for(gpointer there, const char *what)
{
    const gint64 until = g_get_monotonic_time() + GUARD;

    while (!*(gpointer *)there) {
        if (g_get_monotonic_time() > until)
            g_error("waited in vain for %s", what);
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(1000);
    }
}

/* -- what it is told ----------------------------------------------------------------------- */

/* Calls a method with params, JSON. (transfer full) Its result. */
static JsonObject *call(Browser *browser, const char *method, const char *params)
{
    g_autofree char *text =
        g_strdup_printf("{\"id\":%" G_GINT64_FORMAT ",\"method\":\"%s\",\"params\":%s}",
                        ++browser->calls, method, params);
    JsonObject *answer, *result;

    soup_websocket_connection_send_text(browser->socket, text);
    wait_for(&browser->answer, method);
    answer = g_steal_pointer(&browser->answer);
    result = member(answer, "result");
    if (!result)
        g_error("%s %s: %s", method, params, text_member(member(answer, "error"), "message"));
    json_object_ref(result);
    json_object_unref(answer);
    return result;
}

static void tell(Browser *browser, const char *method, const char *params)
{
    json_object_unref(call(browser, method, params));
}

/* -- starting ------------------------------------------------------------------------------ */

/* HOST:PORT that Chromium listens on, from what it says at the start. (transfer full) */
static char *read_port(GSubprocess *process)
{
    g_autoptr(GDataInputStream) said =
        g_data_input_stream_new(g_subprocess_get_stderr_pipe(process));

    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autofree char *line = g_data_input_stream_read_line(said, NULL, NULL, &error);
        const char *place;
        g_assert_no_error(error);
        if (!line)
            g_error("Chromium ended before it listened");
        place = strstr(line, HELLO);
        if (place)
            return g_strndup(place + strlen(HELLO), strcspn(place + strlen(HELLO), "/"));
    }
}

/* The address of the first page's socket. (transfer full) */
static char *find_page(Browser *browser, const char *port)
{
    const gint64 until = g_get_monotonic_time() + GUARD;
    g_autofree char *uri = g_strdup_printf("http://%s/json/list", port);

    while (g_get_monotonic_time() < until) {
        g_autoptr(GError) error = NULL;
        g_autoptr(SoupMessage) message = soup_message_new("GET", uri);
        g_autoptr(GBytes) bytes =
            soup_session_send_and_read(browser->session, message, NULL, &error);
        g_autoptr(JsonParser) parser = json_parser_new();
        JsonArray *targets;
        g_assert_no_error(error);
        json_parser_load_from_data(parser, g_bytes_get_data(bytes, NULL),
                                   (gssize)g_bytes_get_size(bytes), &error);
        g_assert_no_error(error);
        targets = json_node_get_array(json_parser_get_root(parser));
        for (guint i = 0; i < json_array_get_length(targets); i++) {
            JsonObject *target = json_array_get_object_element(targets, i);
            if (g_str_equal(text_member(target, "type"), "page"))
                return g_strdup(text_member(target, "webSocketDebuggerUrl"));
        }
        g_usleep(10000);
    }
    g_error("Chromium has no page");
}

static void on_connected(GObject *session, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    *(gpointer *)data =
        soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
    g_assert_no_error(error);
}

/* Without its sandbox, which needs rights that a container seldom gives; it sees our page only. */
static GSubprocess *start(const char *command, const char *profile)
{
    const char *const argv[] = {command,
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--remote-debugging-port=0",
                                profile,
                                "about:blank",
                                NULL};
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

    return stage_spawn(launcher, argv);
}

Browser *browser_new(const char *command)
{
    Browser *browser = g_new0(Browser, 1);
    g_autoptr(GError) error = NULL;
    g_autofree char *profile = NULL, *port = NULL, *page = NULL;
    g_autoptr(SoupMessage) message = NULL;

    browser->complaints = g_string_new(NULL);
    browser->profile = g_dir_make_tmp("biqa-browser-XXXXXX", &error);
    g_assert_no_error(error);
    profile = g_strdup_printf("--user-data-dir=%s", browser->profile);
    browser->process = start(command, profile);
    browser->session = soup_session_new();
    port = read_port(browser->process);
    page = find_page(browser, port);
    message = soup_message_new("GET", page);
    soup_session_websocket_connect_async(browser->session, message, NULL, NULL, 0, NULL,
                                         on_connected, &browser->socket);
    wait_for(&browser->socket, "Chromium's socket");
    soup_websocket_connection_set_max_incoming_payload_size(browser->socket, 0);
    g_signal_connect(browser->socket, "message", G_CALLBACK(on_message), browser);
    tell(browser, "Page.enable", "{}");
    tell(browser, "Runtime.enable", "{}");
    tell(browser, "Log.enable", "{}");
    tell(browser, "Network.enable", "{}");
    return browser;
}

void browser_free(Browser *browser)
{
    g_autoptr(GSubprocess) remove = NULL;

    tell(browser, "Browser.close", "{}");
    g_subprocess_wait(browser->process, NULL, NULL);
    g_object_unref(browser->process);
    g_object_unref(browser->socket);
    g_object_unref(browser->session);
    remove = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", browser->profile, NULL);
    g_subprocess_wait(remove, NULL, NULL);
    g_string_free(browser->complaints, TRUE);
    g_free(browser->profile);
    g_free(browser->origin);
    g_free(browser);
}

/* -- for tests ----------------------------------------------------------------------------- */

void browser_resize(Browser *browser, guint width, guint height, double density)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *size =
        g_strdup_printf("{\"width\":%u,\"height\":%u,\"deviceScaleFactor\":%s,\"mobile\":false}",
                        width, height, g_ascii_dtostr(digits, sizeof digits, density));

    tell(browser, "Emulation.setDeviceMetricsOverride", size);
}

void browser_open(Browser *browser, const char *uri, guint width, guint height)
{
    g_autofree char *place = g_strdup_printf("{\"url\":\"%s\"}", uri);

    g_free(browser->origin);
    browser->origin = g_strdup(uri);
    browser_resize(browser, width, height, 1);
    tell(browser, "Page.navigate", place);
}

/* (transfer full) text as a JSON string */
static char *quote(const char *text)
{
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

    return json_to_string(node, FALSE);
}

char *browser_evaluate(Browser *browser, const char *expression)
{
    g_autofree char *quoted = quote(expression);
    g_autofree char *params = g_strdup_printf("{\"returnByValue\":true,\"expression\":%s}", quoted);
    JsonObject *answer = call(browser, "Runtime.evaluate", params);
    JsonObject *result = member(answer, "result");
    JsonNode *value = result ? json_object_get_member(result, "value") : NULL;
    char *text;

    if (json_object_has_member(answer, "exceptionDetails"))
        g_error("%s: %s", expression, text_member(result, "description"));
    text = value && json_node_get_value_type(value) == G_TYPE_STRING ? json_node_dup_string(value)
           : value                                                   ? json_to_string(value, FALSE)
                                                                     : g_strdup("undefined");
    json_object_unref(answer);
    return text;
}

void browser_wait(Browser *browser, const char *expression)
{
    const gint64 until = g_get_monotonic_time() + GUARD;

    for (;;) {
        g_autofree char *value = browser_evaluate(browser, expression);
        if (g_str_equal(value, "true"))
            return;
        if (g_get_monotonic_time() > until)
            g_error("waited in vain for %s, which is %s; complaints: %s", expression, value,
                    browser->complaints->str);
        g_usleep(50000);
    }
}

void browser_press(Browser *browser, const char *key)
{
    g_autofree char *quoted = quote(key);
    g_autofree char *text = quote(g_str_equal(key, "Enter") ? "\r" : key[1] ? "" : key);
    g_autofree char *down =
        g_strdup_printf("{\"type\":\"keyDown\",\"key\":%s,\"text\":%s}", quoted, text);
    g_autofree char *up = g_strdup_printf("{\"type\":\"keyUp\",\"key\":%s}", quoted);

    tell(browser, "Input.dispatchKeyEvent", down);
    tell(browser, "Input.dispatchKeyEvent", up);
}

void browser_type(Browser *browser, const char *text)
{
    g_autofree char *quoted = quote(text);
    g_autofree char *params = g_strdup_printf("{\"text\":%s}", quoted);

    tell(browser, "Input.insertText", params);
}

void browser_click(Browser *browser, const char *selector)
{
    static const char *const kinds[] = {"mousePressed", "mouseReleased"};
    g_autofree char *quoted = quote(selector);
    g_autofree char *where = g_strdup_printf(
        "(e => { e.scrollIntoView({block: 'nearest'}); const b = e.getBoundingClientRect();"
        " return `\"x\":${b.x + b.width / 2},\"y\":${b.y + b.height / 2}`; })"
        "(document.querySelector(%s))",
        quoted);
    g_autofree char *place = browser_evaluate(browser, where);

    for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autofree char *params = g_strdup_printf(
            "{\"type\":\"%s\",%s,\"button\":\"left\",\"clickCount\":1}", kinds[k], place);
        tell(browser, "Input.dispatchMouseEvent", params);
    }
}

const char *browser_complaints(Browser *browser)
{
    return browser->complaints->str;
}

void browser_save(Browser *browser, const char *path)
{
    g_autoptr(GError) error = NULL;
    JsonObject *answer = call(browser, "Page.captureScreenshot", "{}");
    g_autofree guchar *data = NULL;
    gsize size;

    data = g_base64_decode(text_member(answer, "data"), &size);
    g_file_set_contents(path, (const char *)data, (gssize)size, &error);
    g_assert_no_error(error);
    json_object_unref(answer);
}
