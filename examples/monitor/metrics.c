/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics.h"
#include <math.h>

/* One sample a channel; NAN where the channel has none. */
typedef struct {
    const char *name, *type, *help;
    double (*value)(const MonitorChannel *channel);
} Metric;

static double up(const MonitorChannel *channel)
{
    return channel->state == MONITOR_LIVE;
}

static double alarm(const MonitorChannel *channel)
{
    return channel->alarm;
}

static double alarms(const MonitorChannel *channel)
{
    return (double)channel->alarms;
}

static double hard(const MonitorChannel *channel)
{
    return (double)channel->total.hard;
}

static double reconnects(const MonitorChannel *channel)
{
    return (double)channel->reconnects;
}

static double last_frame(const MonitorChannel *channel)
{
    return channel->last_frame > 0 ? channel->last_frame / 1e6 : NAN;
}

static double mean(const MonitorChannel *channel)
{
    return monitor_span_mean(&channel->second);
}

static double minimum(const MonitorChannel *channel)
{
    return monitor_span_minimum(&channel->second);
}

static const Metric metrics[] = {
    {"biqa_up", "gauge", "Whether frames come.", up},
    {"biqa_alarm", "gauge", "Whether an alarm is on.", alarm},
    {"biqa_alarms_total", "counter", "Alarms raised.", alarms},
    {"biqa_hard_frames_total", "counter", "Frames whose score deserves doubt.", hard},
    {"biqa_reconnects_total", "counter", "Attempts at the source but the first.", reconnects},
    {"biqa_last_frame_timestamp_seconds", "gauge", "When the last frame came.", last_frame},
    {"biqa_mean_score", "gauge", "Mean score of the last second, 0 to 100.", mean},
    {"biqa_minimum_score", "gauge", "Lowest score of the last second, 0 to 100.", minimum},
};

void monitor_metrics_add_label(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            g_string_append(out, "\\n");
        else if (*text == '\\' || *text == '"')
            g_string_append_printf(out, "\\%c", *text);
        else
            g_string_append_c(out, *text);
    }
}

static void add_head(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* name{channel="...",label="..."} value; label may be NULL. */
static void add_sample(GString *out, const char *name, const MonitorChannel *channel,
                       const char *label, const char *label_value, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "%s{channel=\"", name);
    monitor_metrics_add_label(out, channel->name);
    g_string_append_c(out, '"');
    if (label)
        g_string_append_printf(out, ",%s=\"%s\"", label, label_value);
    g_string_append_printf(out, "} %s\n", g_ascii_formatd(text, sizeof text, "%.15g", value));
}

static void add_frames(GString *out, const Monitor *monitor)
{
    add_head(out, "biqa_frames_total", "counter", "Frames, by where their score comes from.");
    for (guint i = 0; i < monitor->channels->len; i++) {
        const MonitorChannel *channel = monitor->channels->pdata[i];
        for (MonitorOrigin o = 0; o < MONITOR_N_ORIGINS; o++)
            add_sample(out, "biqa_frames_total", channel, "origin", monitor_origin_name(o),
                       (double)channel->total.frames[o]);
    }
}

/* The buckets are cumulative. */
static void add_scores(GString *out, const Monitor *monitor)
{
    add_head(out, "biqa_score", "histogram", "Scores of frames, 0 to 100.");
    for (guint i = 0; i < monitor->channels->len; i++) {
        const MonitorChannel *channel = monitor->channels->pdata[i];
        guint64 sum = 0;
        for (guint bin = 0; bin < MONITOR_N_BINS; bin++) {
            g_autofree char *bound = g_strdup_printf("%u", (bin + 1) * 100 / MONITOR_N_BINS);
            sum += channel->bins[bin];
            add_sample(out, "biqa_score_bucket", channel, "le", bound, (double)sum);
        }
        add_sample(out, "biqa_score_bucket", channel, "le", "+Inf", (double)sum);
        add_sample(out, "biqa_score_sum", channel, NULL, NULL, channel->total.sum);
        add_sample(out, "biqa_score_count", channel, NULL, NULL, (double)sum);
    }
}

char *monitor_metrics_text(const Monitor *monitor, guint64 lines_dropped)
{
    GString *out = g_string_new(NULL);

    for (guint m = 0; m < G_N_ELEMENTS(metrics); m++) {
        add_head(out, metrics[m].name, metrics[m].type, metrics[m].help);
        for (guint i = 0; i < monitor->channels->len; i++) {
            const MonitorChannel *channel = monitor->channels->pdata[i];
            const double value = metrics[m].value(channel);
            if (!isnan(value))
                add_sample(out, metrics[m].name, channel, NULL, NULL, value);
        }
    }
    add_frames(out, monitor);
    add_scores(out, monitor);
    add_head(out, "biqa_lines_dropped_total", "counter", "Lines that nobody read from stdout.");
    g_string_append_printf(out, "biqa_lines_dropped_total %" G_GUINT64_FORMAT "\n", lines_dropped);
    add_head(out, "biqa_monitor_info", "gauge", "The version of biqa-monitor.");
    g_string_append(out, "biqa_monitor_info{version=\"" BIQA_VERSION "\"} 1\n");
    return g_string_free(out, FALSE);
}
