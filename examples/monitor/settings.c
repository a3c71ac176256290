/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"
#include <gio/gio.h>

#define DEFAULT_LISTEN "127.0.0.1:8479"
#define SECTION "monitor"
#define FILTER_SECTION "biqafilter"
#define CHANNEL_PREFIX "channel "

/* The options as GOption fills them in: seconds as text, so that a file can say the same. */
typedef struct {
    char *config, *listen, *first, *limit, *timeout;
    char **set, **inputs;
    gboolean once, quiet, version;
} Options;

static const char description[] =
    "URI is what uridecodebin opens (file, http, rtsp, srt, ...), the path of a file,\n"
    "test:PATTERN (a videotestsrc, test:ball) or launch:LINE (as of gst-launch-1.0).\n\n"
    "The file of --config has the same names:\n\n"
    "  [monitor]\n  listen=127.0.0.1:8479\n  timeout=15\n\n"
    "  [biqafilter]\n  alarm-below=40\n\n"
    "  [channel news]\n  uri=rtsp://camera.example/stream\n  interval=5\n";

static void options_clear(Options *options)
{
    g_free(options->config);
    g_free(options->listen);
    g_free(options->first);
    g_free(options->limit);
    g_free(options->timeout);
    g_strfreev(options->set);
    g_strfreev(options->inputs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse_arguments(Options *options, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config, "Read channels from FILE",
         "FILE"},
        {"listen", 'l', 0, G_OPTION_ARG_STRING, &options->listen,
         "Page, API and metrics here, or none (" DEFAULT_LISTEN ")", "ADDRESS:PORT"},
        {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options->set,
         "Set a property of every biqafilter", "PROPERTY=VALUE"},
        {"retry-first", 0, 0, G_OPTION_ARG_STRING, &options->first,
         "Wait before a dead source is tried again (1)", "SECONDS"},
        {"retry-limit", 0, 0, G_OPTION_ARG_STRING, &options->limit,
         "Longest such wait; each is twice the last (60)", "SECONDS"},
        {"timeout", 0, 0, G_OPTION_ARG_STRING, &options->timeout,
         "A source without a frame for so long is dead (15)", "SECONDS"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &options->once,
         "Do not open a source again that came to its end; exit when all did", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Write no lines to stdout", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->inputs, "", NULL},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("[NAME=URI...]");
    g_auto(GStrv) rest = g_strdupv(argv);

    g_option_context_set_summary(
        context, "Watches the picture quality of live channels: a JSON line a second for each on\n"
                 "stdout, metrics for Prometheus and a page with charts over HTTP.");
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    return g_option_context_parse_strv(context, &rest, error);
}

G_GNUC_PRINTF(2, 3) static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error)
        *error = g_error_new_valist(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, format, arguments);
    va_end(arguments);
    return FALSE;
}

static gboolean parse_seconds(const char *name, const char *text, gint64 *usec, GError **error)
{
    char *end;
    double seconds;

    if (!text)
        return TRUE;
    seconds = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds > 0 && seconds <= 1e6))
        return refuse(error, "%s: \"%s\" is no number of seconds above 0", name, text);
    *usec = (gint64)(seconds * G_USEC_PER_SEC);
    return TRUE;
}

/* -- inputs -------------------------------------------------------------------------------- */

static void input_free(MonitorInput *input)
{
    g_free(input->name);
    g_free(input->address);
    g_ptr_array_unref(input->properties);
    g_free(input);
}

static GPtrArray *properties_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)monitor_property_free);
}

static void add_properties(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++) {
        const MonitorProperty *property = from->pdata[i];
        g_ptr_array_add(to, monitor_property_new(property->name, property->value));
    }
}

static gboolean add_input(MonitorSettings *settings, const char *name, const char *address,
                          const GPtrArray *properties, GError **error)
{
    MonitorInput *input;

    for (guint i = 0; i < settings->inputs->len; i++) {
        const MonitorInput *other = settings->inputs->pdata[i];
        if (g_str_equal(other->name, name))
            return refuse(error, "two channels are called \"%s\"", name);
    }
    input = g_new0(MonitorInput, 1);
    input->name = g_strdup(name);
    input->address = g_strdup(address);
    input->properties = properties_new();
    add_properties(input->properties, properties);
    g_ptr_array_add(settings->inputs, input);
    return TRUE;
}

static gboolean add_argument(MonitorSettings *settings, const char *text,
                             const GPtrArray *properties, GError **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals ? g_strndup(text, equals - text) : NULL;

    if (!name || name[0] == '\0' || equals[1] == '\0')
        return refuse(error, "\"%s\" is not NAME=URI, as in news=rtsp://camera.example/stream",
                      text);
    return add_input(settings, name, equals + 1, properties, error);
}

/* -- the file ------------------------------------------------------------------------------ */

static gboolean read_section(GKeyFile *file, const char *section, GPtrArray *properties,
                             GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, section, NULL, error);

    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *value = g_key_file_get_string(file, section, keys[i], error);
        if (!value)
            return FALSE;
        g_ptr_array_add(properties, monitor_property_new(keys[i], value));
    }
    return keys != NULL;
}

static gboolean read_channel(MonitorSettings *settings, GKeyFile *file, const char *section,
                             const GPtrArray *shared, GError **error)
{
    g_autoptr(GPtrArray) properties = properties_new();
    g_autofree char *uri = g_key_file_get_string(file, section, "uri", error);

    if (!uri)
        return FALSE;
    g_key_file_remove_key(file, section, "uri", NULL);
    add_properties(properties, shared);
    return read_section(file, section, properties, error) &&
           add_input(settings, section + strlen(CHANNEL_PREFIX), uri, properties, error);
}

/* What the arguments leave open. */
static gboolean read_monitor(GKeyFile *file, Options *options, GError **error)
{
    const struct {
        const char *key;
        char **value;
    } known[] = {{"listen", &options->listen},
                 {"retry-first", &options->first},
                 {"retry-limit", &options->limit},
                 {"timeout", &options->timeout}};
    g_autoptr(GPtrArray) found = properties_new();

    if (!read_section(file, SECTION, found, error))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const MonitorProperty *key = found->pdata[i];
        guint k = 0;
        while (k < G_N_ELEMENTS(known) && !g_str_equal(known[k].key, key->name))
            k++;
        if (k == G_N_ELEMENTS(known))
            return refuse(error,
                          "[" SECTION "] has a key \"%s\": it may have listen, "
                          "retry-first, retry-limit and timeout",
                          key->name);
        if (!*known[k].value)
            *known[k].value = g_strdup(key->value);
    }
    return TRUE;
}

static gboolean read_file(MonitorSettings *settings, Options *options, GPtrArray *shared,
                          GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_auto(GStrv) sections = NULL;

    if (!g_key_file_load_from_file(file, options->config, G_KEY_FILE_NONE, error))
        return FALSE;
    if (g_key_file_has_group(file, SECTION) && !read_monitor(file, options, error))
        return FALSE;
    if (g_key_file_has_group(file, FILTER_SECTION) &&
        !read_section(file, FILTER_SECTION, shared, error))
        return FALSE;
    sections = g_key_file_get_groups(file, NULL);
    for (guint i = 0; sections[i]; i++) {
        if (g_str_equal(sections[i], SECTION) || g_str_equal(sections[i], FILTER_SECTION))
            continue;
        if (!g_str_has_prefix(sections[i], CHANNEL_PREFIX))
            return refuse(error,
                          "a section is called [%s]: it may be [" SECTION "], "
                          "[" FILTER_SECTION "] or [" CHANNEL_PREFIX "NAME]",
                          sections[i]);
        if (!read_channel(settings, file, sections[i], shared, error))
            return FALSE;
    }
    return TRUE;
}

/* -- all of it ----------------------------------------------------------------------------- */

static gboolean read_properties(char **texts, GPtrArray *properties, GError **error)
{
    for (guint i = 0; texts && texts[i]; i++) {
        MonitorProperty *property = monitor_property_parse(texts[i], error);
        if (!property)
            return FALSE;
        g_ptr_array_add(properties, property);
    }
    return TRUE;
}

static gboolean fill(MonitorSettings *settings, Options *options, GError **error)
{
    g_autoptr(GPtrArray) shared = properties_new();

    settings->once = options->once;
    settings->quiet = options->quiet;
    if (options->config && !read_file(settings, options, shared, error)) {
        g_prefix_error(error, "%s: ", options->config);
        return FALSE;
    }
    /* --set comes last and so prevails over the file, also over a channel's own. */
    for (guint i = 0; i < settings->inputs->len; i++) {
        MonitorInput *input = settings->inputs->pdata[i];
        if (!read_properties(options->set, input->properties, error))
            return FALSE;
    }
    if (!read_properties(options->set, shared, error))
        return FALSE;
    for (guint i = 0; options->inputs && options->inputs[i]; i++) {
        if (!add_argument(settings, options->inputs[i], shared, error))
            return FALSE;
    }
    if (settings->inputs->len == 0)
        return refuse(error, "no channel: give NAME=URI, or a file with --config");
    if (g_strcmp0(options->listen, "none") != 0)
        settings->listen = g_strdup(options->listen ? options->listen : DEFAULT_LISTEN);
    return parse_seconds("retry-first", options->first, &settings->retry_first, error) &&
           parse_seconds("retry-limit", options->limit, &settings->retry_limit, error) &&
           parse_seconds("timeout", options->timeout, &settings->timeout, error);
}

MonitorSettings *monitor_settings_new(char **argv, GError **error)
{
    g_autoptr(MonitorSettings) settings = g_new0(MonitorSettings, 1);
    g_auto(Options) options = {NULL};

    settings->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)input_free);
    settings->retry_first = G_USEC_PER_SEC;
    settings->retry_limit = 60 * G_USEC_PER_SEC;
    settings->timeout = 15 * G_USEC_PER_SEC;
    if (!parse_arguments(&options, argv, error))
        return NULL;
    settings->version = options.version;
    if (!settings->version && !fill(settings, &options, error))
        return NULL;
    return g_steal_pointer(&settings);
}

void monitor_settings_free(MonitorSettings *settings)
{
    g_ptr_array_unref(settings->inputs);
    g_free(settings->listen);
    g_free(settings);
}
