/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A graph as text, one line a layer: how the model file holds it and how people read it. */
#include "graph.h"

#include <errno.h>
#include <string.h>

#define KIND(kind) (1u << (kind))
#define ANY_BUT_INPUT (~KIND(BIQA_LAYER_INPUT))

/* One key of a line: which kinds have it, how it is read and written. */
typedef struct {
    const char *name;
    guint kinds;
    gboolean (*parse)(BiqaLayer *layer, const char *value);
    void (*format)(const BiqaLayer *layer, GString *line);
} Field;

static gboolean parse_uint(const char *text, guint *value)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 0, 1u << 20, &number, NULL))
        return FALSE;
    *value = (guint)number;
    return TRUE;
}

static gboolean parse_float(const char *text, float *value)
{
    char *end = NULL;
    errno = 0;
    *value = (float)g_ascii_strtod(text, &end);
    return end != text && !*end && *value == *value;
}

static void format_float(GString *line, float value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(line, g_ascii_formatd(buffer, sizeof buffer, "%.9g", value));
}

static gboolean parse_inputs(BiqaLayer *layer, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", BIQA_MAX_INPUTS + 1);
    layer->n_inputs = g_strv_length(parts);
    if (!layer->n_inputs || layer->n_inputs > BIQA_MAX_INPUTS)
        return FALSE;
    for (guint k = 0; k < layer->n_inputs; k++) {
        if (!parse_uint(parts[k], &layer->inputs[k]))
            return FALSE;
    }
    return TRUE;
}

static void format_inputs(const BiqaLayer *layer, GString *line)
{
    for (guint k = 0; k < layer->n_inputs; k++)
        g_string_append_printf(line, "%s%u", k ? "," : "", layer->inputs[k]);
}

static gboolean parse_kernel(BiqaLayer *layer, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, "x", 3);
    return g_strv_length(parts) == 2 && parse_uint(parts[0], &layer->kernel_h) &&
           parse_uint(parts[1], &layer->kernel_w);
}

static void format_kernel(const BiqaLayer *layer, GString *line)
{
    g_string_append_printf(line, "%ux%u", layer->kernel_h, layer->kernel_w);
}

static gboolean parse_padding(BiqaLayer *layer, const char *value)
{
    layer->same = g_str_equal(value, "same");
    return layer->same || parse_uint(value, &layer->pad);
}

static void format_padding(const BiqaLayer *layer, GString *line)
{
    if (layer->same)
        g_string_append(line, "same");
    else
        g_string_append_printf(line, "%u", layer->pad);
}

/* TRUE and FALSE by two words. */
static gboolean parse_choice(const char *value, const char *no, const char *yes, gboolean *choice)
{
    *choice = g_str_equal(value, yes);
    return *choice || g_str_equal(value, no);
}

static gboolean parse_bias(BiqaLayer *layer, const char *value)
{
    return parse_choice(value, "no", "yes", &layer->bias);
}

static void format_bias(const BiqaLayer *layer, GString *line)
{
    g_string_append(line, layer->bias ? "yes" : "no");
}

static gboolean parse_statistics(BiqaLayer *layer, const char *value)
{
    return parse_choice(value, "mean", "mean+deviation", &layer->deviation);
}

static void format_statistics(const BiqaLayer *layer, GString *line)
{
    g_string_append(line, layer->deviation ? "mean+deviation" : "mean");
}

#define NUMBER_FIELD(member, parser, formatter)                                                    \
    static gboolean parse_##member(BiqaLayer *layer, const char *value)                            \
    {                                                                                              \
        return parser(value, &layer->member);                                                      \
    }                                                                                              \
    static void format_##member(const BiqaLayer *layer, GString *line)                             \
    {                                                                                              \
        formatter(line, layer->member);                                                            \
    }

static void format_uint(GString *line, guint value)
{
    g_string_append_printf(line, "%u", value);
}

NUMBER_FIELD(channels, parse_uint, format_uint)
NUMBER_FIELD(stride, parse_uint, format_uint)
NUMBER_FIELD(groups, parse_uint, format_uint)
NUMBER_FIELD(epsilon, parse_float, format_float)
NUMBER_FIELD(lo, parse_float, format_float)
NUMBER_FIELD(hi, parse_float, format_float)

static const Field fields[] = {
    {"inputs", ANY_BUT_INPUT, parse_inputs, format_inputs},
    {"channels", KIND(BIQA_LAYER_INPUT) | KIND(BIQA_LAYER_CONV) | KIND(BIQA_LAYER_LINEAR),
     parse_channels, format_channels},
    {"kernel", KIND(BIQA_LAYER_CONV), parse_kernel, format_kernel},
    {"stride", KIND(BIQA_LAYER_CONV), parse_stride, format_stride},
    {"groups", KIND(BIQA_LAYER_CONV), parse_groups, format_groups},
    {"padding", KIND(BIQA_LAYER_CONV), parse_padding, format_padding},
    {"bias", KIND(BIQA_LAYER_CONV), parse_bias, format_bias},
    {"epsilon", KIND(BIQA_LAYER_NORM), parse_epsilon, format_epsilon},
    {"lo", KIND(BIQA_LAYER_CLIP), parse_lo, format_lo},
    {"hi", KIND(BIQA_LAYER_CLIP), parse_hi, format_hi},
    {"statistics", KIND(BIQA_LAYER_POOL), parse_statistics, format_statistics},
};

static const Field *field_find(const char *name, BiqaLayerKind kind)
{
    for (guint f = 0; f < G_N_ELEMENTS(fields); f++) {
        if (g_str_equal(fields[f].name, name) && fields[f].kinds & KIND(kind))
            return &fields[f];
    }
    return NULL;
}

/* One "key=value"; seen has a bit for each field already met. */
static gboolean parse_word(BiqaLayer *layer, const char *word, guint *seen, GError **error)
{
    const char *equals = strchr(word, '=');
    g_autofree char *name = g_strndup(word, equals ? (gsize)(equals - word) : strlen(word));
    const Field *field = field_find(name, layer->kind);
    const guint bit = field ? 1u << (field - fields) : 0;

    if (!field || !equals)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "a %s layer has no key \"%s\"",
                    biqa_layer_info(layer->kind)->name, name);
    else if (*seen & bit)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "\"%s\" is given twice", name);
    else if (!field->parse(layer, equals + 1))
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "\"%s\" is no value for \"%s\"",
                    equals + 1, name);
    else
        return *seen |= bit, TRUE;
    return FALSE;
}

static gboolean parse_line(const char *line, BiqaLayer *layer, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    BiqaLayerKind kind;
    guint seen = 0;

    if (!words[0] || !biqa_layer_kind_from_name(words[0], &kind)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                    "\"%s\" is no layer kind this version knows", words[0] ? words[0] : "");
        return FALSE;
    }
    *layer = biqa_layer(kind);
    for (char **word = words + 1; *word; word++) {
        if (!parse_word(layer, *word, &seen, error))
            return FALSE;
    }
    return TRUE;
}

BiqaGraph *biqa_graph_parse(const char *const *lines, gsize n_lines, GError **error)
{
    g_autoptr(BiqaGraph) graph = biqa_graph_new();

    if (n_lines > BIQA_MAX_LAYERS) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_GRAPH, "a graph has at most %u layers",
                    BIQA_MAX_LAYERS);
        return NULL;
    }
    for (gsize i = 0; i < n_lines; i++) {
        BiqaLayer layer;
        if (!parse_line(lines[i], &layer, error)) {
            g_prefix_error(error, "layer %" G_GSIZE_FORMAT ": ", i);
            return NULL;
        }
        biqa_graph_add(graph, &layer);
    }
    return g_steal_pointer(&graph);
}

char **biqa_graph_format(const BiqaGraph *graph)
{
    char **lines = g_new0(char *, graph->n_layers + 1);
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        GString *line = g_string_new(biqa_layer_info(layer->kind)->name);
        for (guint f = 0; f < G_N_ELEMENTS(fields); f++) {
            if (!(fields[f].kinds & KIND(layer->kind)))
                continue;
            g_string_append_printf(line, " %s=", fields[f].name);
            fields[f].format(layer, line);
        }
        lines[i] = g_string_free(line, FALSE);
    }
    return lines;
}
