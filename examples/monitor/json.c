/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"
#include "builder.h"
#include <math.h>

/* To a 64th: finer than any score is worth, and exact in binary, so that it is written in six
 * decimals at most. */
static double rounded(double value)
{
    return round(value * 64) / 64;
}

static void add_rounded(JsonBuilder *builder, const char *name, double value)
{
    biqa_json_add_number(builder, name, rounded(value));
}

/* Milliseconds since 1970: what a page calculates with. */
static void add_time(JsonBuilder *builder, const char *name, gint64 usec)
{
    json_builder_set_member_name(builder, name);
    if (usec > 0)
        json_builder_add_int_value(builder, usec / 1000);
    else
        json_builder_add_null_value(builder);
}

/* -- a line on stdout ---------------------------------------------------------------------- */

static char *iso_time(gint64 usec)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(usec / G_USEC_PER_SEC);
    g_autoptr(GDateTime) time = g_date_time_add(seconds, usec % G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%03dZ", text, (int)(usec % G_USEC_PER_SEC / 1000));
}

char *monitor_json_line(const MonitorChannel *channel)
{
    g_autoptr(JsonBuilder) builder = biqa_json_new();
    const MonitorSpan *second = &channel->second;
    g_autofree char *time = iso_time(second->time);
    g_autofree char *line = NULL;

    biqa_json_add_count(builder, "schema", MONITOR_SCHEMA);
    biqa_json_add_text(builder, "time", time);
    biqa_json_add_text(builder, "channel", channel->name);
    biqa_json_add_text(builder, "state", monitor_state_name(channel->state));
    if (isfinite(monitor_span_mean(second))) {
        add_rounded(builder, "mean-score", monitor_span_mean(second));
        add_rounded(builder, "minimum-score", monitor_span_minimum(second));
    }
    for (MonitorOrigin i = 0; i < MONITOR_N_ORIGINS; i++)
        biqa_json_add_count(builder, monitor_origin_name(i), second->frames[i]);
    biqa_json_add_count(builder, "scored", second->scored);
    biqa_json_add_count(builder, "hard", second->hard);
    biqa_json_add_flag(builder, "alarm", channel->alarm);
    if (second->domain)
        biqa_json_add_text(builder, "domain", second->domain);
    biqa_json_add_count(builder, "reconnects", channel->reconnects);
    if (channel->why)
        biqa_json_add_text(builder, "error", channel->why);
    line = biqa_json_finish(builder, FALSE);
    return g_strconcat(line, "\n", NULL);
}

/* -- the page's ---------------------------------------------------------------------------- */

/* A row of a chart; short, as there are hundreds. */
static void add_span(JsonBuilder *builder, const MonitorSpan *span)
{
    json_builder_begin_array(builder);
    json_builder_add_int_value(builder, span->time / 1000);
    biqa_json_add_value(builder, rounded(monitor_span_mean(span)));
    biqa_json_add_value(builder, rounded(monitor_span_minimum(span)));
    json_builder_add_int_value(builder, (gint64)span->hard);
    json_builder_add_int_value(builder, (gint64)span->scored);
    json_builder_add_int_value(builder, (gint64)span->frames[MONITOR_HELD]);
    json_builder_add_int_value(builder, (gint64)span->frames[MONITOR_SKIPPED]);
    json_builder_add_boolean_value(builder, span->alarmed > 0);
    json_builder_add_string_value(builder, monitor_state_name(span->state));
    json_builder_end_array(builder);
}

/* The latest number spans of ring, oldest first, and last, NULL for none. */
static void add_spans(JsonBuilder *builder, const char *name, const MonitorRing *ring, guint number,
                      const MonitorSpan *last)
{
    biqa_json_begin_array(builder, name);
    for (guint i = MIN(number, monitor_ring_length(ring)); i-- > 0;)
        add_span(builder, monitor_ring_at(ring, i));
    if (last)
        add_span(builder, last);
    json_builder_end_array(builder);
}

static void add_picture(JsonBuilder *builder, const MonitorPicture *picture)
{
    json_builder_begin_object(builder);
    biqa_json_add_count(builder, "id", picture->id);
    add_time(builder, "time", picture->time);
    add_rounded(builder, "score", picture->score);
    add_rounded(builder, "uncertainty", picture->uncertainty);
    json_builder_end_object(builder);
}

static void add_pictures(JsonBuilder *builder, MonitorAlbum *album)
{
    g_auto(MonitorPicture) still = {0};

    biqa_json_begin_array(builder, "hard-frames");
    for (guint i = 0;; i++) {
        g_auto(MonitorPicture) picture = {0};
        if (!monitor_album_get(album, MONITOR_HARD, i, &picture))
            break;
        add_picture(builder, &picture);
    }
    json_builder_end_array(builder);
    if (monitor_album_get(album, MONITOR_STILL, 0, &still))
        biqa_json_add_count(builder, "still", still.id);
}

static void add_counts(JsonBuilder *builder, const MonitorChannel *channel)
{
    for (MonitorOrigin i = 0; i < MONITOR_N_ORIGINS; i++)
        biqa_json_add_count(builder, monitor_origin_name(i), channel->total.frames[i]);
    biqa_json_add_count(builder, "scored", channel->total.scored);
    biqa_json_add_count(builder, "hard", channel->total.hard);
    biqa_json_add_count(builder, "alarms", channel->alarms);
    biqa_json_add_count(builder, "reconnects", channel->reconnects);
}

static void add_channel(JsonBuilder *builder, const MonitorChannel *channel, guint seconds)
{
    json_builder_begin_object(builder);
    biqa_json_add_text(builder, "name", channel->name);
    biqa_json_add_text(builder, "address", channel->address);
    biqa_json_add_text(builder, "state", monitor_state_name(channel->state));
    add_time(builder, "since", channel->since);
    biqa_json_add_flag(builder, "alarm", channel->alarm);
    biqa_json_add_text(builder, "domain", channel->second.domain);
    biqa_json_add_text(builder, "error", channel->why);
    add_rounded(builder, "retry-in", monitor_channel_wait(channel) / 1e6);
    biqa_json_add_count(builder, "width", channel->format.width);
    biqa_json_add_count(builder, "height", channel->format.height);
    add_rounded(builder, "rate", channel->format.rate);
    add_counts(builder, channel);
    add_pictures(builder, channel->album);
    add_spans(builder, "seconds", channel->seconds, seconds, NULL);
    json_builder_end_object(builder);
}

static void add_incident(JsonBuilder *builder, const MonitorIncident *incident)
{
    json_builder_begin_object(builder);
    biqa_json_add_count(builder, "id", incident->id);
    biqa_json_add_text(builder, "kind", monitor_incident_kind_name(incident->kind));
    biqa_json_add_text(builder, "channel", incident->channel);
    add_time(builder, "start", incident->start);
    add_time(builder, "end", incident->end);
    add_rounded(builder, "worst", incident->worst);
    biqa_json_add_text(builder, "error", incident->why);
    json_builder_end_object(builder);
}

/* With the channels begun. (transfer full) */
static JsonBuilder *begin(const Monitor *monitor)
{
    JsonBuilder *builder = biqa_json_new();

    biqa_json_add_count(builder, "schema", MONITOR_SCHEMA);
    biqa_json_add_text(builder, "version", BIQA_VERSION);
    biqa_json_add_count(builder, "tick", monitor->tick);
    add_time(builder, "started", monitor->started);
    add_time(builder, "time", monitor->now);
    biqa_json_begin_array(builder, "channels");
    return builder;
}

char *monitor_json_channels(const Monitor *monitor, guint64 after)
{
    g_autoptr(JsonBuilder) builder = begin(monitor);
    const guint64 seconds = after < monitor->tick ? monitor->tick - after : 0;
    const MonitorIncidents *incidents = monitor->shared.incidents;

    for (guint i = 0; i < monitor->channels->len; i++)
        add_channel(builder, monitor->channels->pdata[i], (guint)MIN(seconds, MONITOR_SECONDS));
    json_builder_end_array(builder);
    biqa_json_begin_array(builder, "incidents");
    for (guint i = 0; i < monitor_incidents_length(incidents); i++)
        add_incident(builder, monitor_incidents_at(incidents, i));
    json_builder_end_array(builder);
    return biqa_json_finish(builder, FALSE);
}

char *monitor_json_day(const Monitor *monitor)
{
    g_autoptr(JsonBuilder) builder = begin(monitor);

    for (guint i = 0; i < monitor->channels->len; i++) {
        const MonitorChannel *channel = monitor->channels->pdata[i];
        json_builder_begin_object(builder);
        biqa_json_add_text(builder, "name", channel->name);
        add_spans(builder, "minutes", channel->minutes, MONITOR_MINUTES, &channel->minute);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    return biqa_json_finish(builder, FALSE);
}
