/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel.h"
#include "address.h"
#include <math.h>

/* A source that is silent for this part of the timeout is told to be stalled. */
#define STALLED_PART 5

static void connect_source(MonitorChannel *channel);

static void set_state(MonitorChannel *channel, MonitorState state, gint64 now)
{
    if (channel->state == state)
        return;
    channel->state = state;
    channel->rest.state = MAX(channel->rest.state, state); /* not to be lost before the next tick */
    channel->since = now;
}

/* -- incidents ----------------------------------------------------------------------------- */

static void close_incident(MonitorChannel *channel, guint64 *id, gint64 now)
{
    MonitorIncident *incident = monitor_incidents_find(channel->shared->incidents, *id);

    if (incident)
        incident->end = now;
    *id = 0;
}

/* An outage lasts from the death of a source to the next frame, whatever is tried in between. */
static void note_outage(MonitorChannel *channel, gint64 now)
{
    MonitorIncident *incident;

    if (channel->state != MONITOR_DOWN) {
        if (channel->outage_id)
            close_incident(channel, &channel->outage_id, now);
        return;
    }
    if (!channel->outage_id)
        channel->outage_id =
            monitor_incidents_open(channel->shared->incidents, MONITOR_OUTAGE, channel->name, now);
    incident = monitor_incidents_find(channel->shared->incidents, channel->outage_id);
    if (incident && g_strcmp0(incident->why, channel->why) != 0) {
        g_free(incident->why);
        incident->why = g_strdup(channel->why);
    }
}

static void note_alarm(MonitorChannel *channel, const MonitorSpan *second)
{
    MonitorIncident *incident;

    /* A second without a frame tells nothing, unless the filter that raised the alarm is gone. */
    if (monitor_span_frames(second) > 0 || !channel->source)
        channel->alarm = second->alarmed > 0;
    if (!channel->alarm) {
        if (channel->alarm_id)
            close_incident(channel, &channel->alarm_id, second->time);
        return;
    }
    if (!channel->alarm_id) {
        channel->alarms++;
        channel->alarm_id = monitor_incidents_open(channel->shared->incidents, MONITOR_ALARM,
                                                   channel->name, second->time);
    }
    incident = monitor_incidents_find(channel->shared->incidents, channel->alarm_id);
    if (incident)
        incident->worst = fmin(incident->worst, monitor_span_minimum(second));
}

/* -- attempts ------------------------------------------------------------------------------ */

static gboolean on_retry(gpointer data)
{
    MonitorChannel *channel = data;

    channel->retry = 0;
    channel->reconnects++;
    connect_source(channel);
    return G_SOURCE_REMOVE;
}

/* Adds what the attempt counted since it was last asked. */
static void collect(MonitorChannel *channel)
{
    MonitorSpan span;

    if (!channel->tally)
        return;
    monitor_tally_take(channel->tally, &span, channel->bins);
    monitor_span_merge(&channel->rest, &span);
}

/* Ends the attempt; why as in MonitorSourceParams. A source that ends after some frames is opened
 * again without a word: a file that is played round and round. */
static void lose(MonitorChannel *channel, const char *why)
{
    const gint64 first = channel->tally ? monitor_tally_first(channel->tally) : 0;
    const gint64 lived = first > 0 ? g_get_monotonic_time() - first : 0;
    const gboolean over = !why && channel->shared->settings->once;
    gint64 wait;

    if (!why && first == 0)
        why = "It ended before its first frame.";
    collect(channel);
    g_clear_pointer(&channel->source, monitor_source_free);
    g_clear_pointer(&channel->tally, monitor_tally_unref);
    g_free(channel->why);
    channel->why = g_strdup(why);
    set_state(channel,
              over  ? MONITOR_ENDED
              : why ? MONITOR_DOWN
                    : MONITOR_CONNECTING,
              g_get_real_time());
    note_outage(channel, g_get_real_time());
    if (over)
        return;
    wait = monitor_backoff_next(&channel->backoff, lived);
    channel->retry_at = g_get_monotonic_time() + wait;
    channel->retry = g_timeout_add((guint)(wait / 1000), on_retry, channel);
}

static void on_ended(const char *why, gpointer data)
{
    lose(data, why);
}

static void connect_source(MonitorChannel *channel)
{
    const MonitorShared *shared = channel->shared;
    g_autoptr(GError) error = NULL;
    MonitorSourceParams params = {
        .address = channel->input->address,
        .properties = channel->input->properties,
        .album = channel->album,
        .darkroom = shared->darkroom,
        .crew = shared->crew,
        .ended = on_ended,
        .data = channel,
    };

    channel->tally = params.tally = monitor_tally_new();
    channel->source = monitor_source_new(&params, &error);
    if (!channel->source) {
        g_autofree char *why = monitor_address_hide(channel->input->address, error->message);
        lose(channel, why);
    }
}

/* Looks at how the attempt goes: whether frames come, and whether there is still hope. */
static void watch(MonitorChannel *channel, const MonitorSpan *second)
{
    const gint64 timeout = channel->shared->settings->timeout;
    const gint64 silence = channel->tally ? monitor_tally_silence(channel->tally) : 0;

    if (monitor_span_frames(second) > 0) {
        channel->last_frame = second->time;
        /* Not where they are the last frames of the attempt before. */
        if (channel->tally && monitor_tally_first(channel->tally) > 0) {
            set_state(channel, MONITOR_LIVE, second->time);
            g_clear_pointer(&channel->why, g_free);
            monitor_source_get_format(channel->source, &channel->format);
        }
    }
    if (silence >= timeout) {
        g_autofree char *why = g_strdup_printf("No frame for %.0f s.", silence / 1e6);
        lose(channel, why);
    } else if (channel->state == MONITOR_LIVE && silence >= timeout / STALLED_PART) {
        set_state(channel, MONITOR_STALLED, second->time);
    }
}

/* -- for others ---------------------------------------------------------------------------- */

void monitor_channel_tick(MonitorChannel *channel, gint64 now)
{
    MonitorSpan second;

    collect(channel);
    second = channel->rest;
    second.time = now;
    monitor_span_init(&channel->rest);
    watch(channel, &second);
    note_outage(channel, now);
    note_alarm(channel, &second);
    second.state = MAX(second.state, channel->state);
    *(MonitorSpan *)monitor_ring_push(channel->seconds) = second;
    channel->second = second;
    monitor_span_merge(&channel->total, &second);

    /* Minutes of the wall clock, so that all channels change together. */
    if (channel->minute.time / (60 * G_USEC_PER_SEC) != now / (60 * G_USEC_PER_SEC)) {
        if (channel->minute.time > 0)
            *(MonitorSpan *)monitor_ring_push(channel->minutes) = channel->minute;
        monitor_span_init(&channel->minute);
    }
    monitor_span_merge(&channel->minute, &second);
}

gint64 monitor_channel_wait(const MonitorChannel *channel)
{
    return channel->retry ? MAX(0, channel->retry_at - g_get_monotonic_time()) : 0;
}

MonitorChannel *monitor_channel_new(const MonitorInput *input, const MonitorShared *shared)
{
    MonitorChannel *channel = g_new0(MonitorChannel, 1);

    channel->name = input->name;
    channel->address = monitor_address_shown(input->address);
    channel->input = input;
    channel->shared = shared;
    channel->state = MONITOR_CONNECTING;
    channel->since = g_get_real_time();
    channel->seconds = monitor_ring_new(MONITOR_SECONDS, sizeof(MonitorSpan), NULL);
    channel->minutes = monitor_ring_new(MONITOR_MINUTES, sizeof(MonitorSpan), NULL);
    channel->album = monitor_album_new();
    monitor_span_init(&channel->second);
    monitor_span_init(&channel->total);
    monitor_span_init(&channel->rest);
    monitor_span_init(&channel->minute);
    monitor_backoff_init(&channel->backoff, shared->settings->retry_first,
                         shared->settings->retry_limit, g_str_hash(input->name));
    connect_source(channel);
    return channel;
}

void monitor_channel_free(MonitorChannel *channel)
{
    g_clear_handle_id(&channel->retry, g_source_remove);
    monitor_source_free(channel->source);
    g_clear_pointer(&channel->tally, monitor_tally_unref);
    monitor_backoff_clear(&channel->backoff);
    monitor_ring_free(channel->seconds);
    monitor_ring_free(channel->minutes);
    monitor_album_unref(channel->album);
    g_free(channel->address);
    g_free(channel->why);
    g_free(channel);
}
