/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-monitor on stations that broadcast over HLS, RTSP and SRT, and go off the air without a word
 * to those who watch. */
#include "monitor-fixture.h"
#include "station.h"

/* How long a source may be silent: for those whose protocol does not say that the other side is
 * gone. Nothing fails for being slower. */
#define TIMEOUT "10"

static void check_picture(Fixture *f)
{
    const MonitorChannel *channel = fixture_channel(f);

    g_assert_cmpint(channel->format.width, ==, 64);
    g_assert_cmpint(channel->format.height, ==, 48);
    g_assert_null(channel->why);
}

static gboolean has_score(Fixture *f)
{
    return fixture_is_live(f) && fixture_channel(f)->total.scored > 0;
}

/* As of a camera that is switched off and on again, beside a channel that is not. */
static void test_comes_back(Fixture *f, gconstpointer data)
{
    const StationKind kind = GPOINTER_TO_UINT(data);
    const char *missing = station_kind_missing(kind);
    g_autoptr(Station) station = station_new(kind);
    const MonitorIncident *outage;
    guint64 scored;

    fixture_start(f, "--timeout=" TIMEOUT " it=%s snow=test:snow", station_uri(station));
    if (missing) {
        g_autofree char *why = g_strdup_printf("there is no %s", missing);
        g_test_skip(why);
        return;
    }
    fixture_wait_until(f, "it is tried in vain", fixture_is_down);

    station_go_on_air(station);
    fixture_wait_until(f, "it lives", fixture_is_live);
    fixture_wait_until(f, "it has a score", has_score);
    check_picture(f);

    station_go_off_air(station);
    fixture_wait_until(f, "it dies", fixture_is_down);
    g_test_message("%s died of: %s", station_kind_name(kind), fixture_channel(f)->why);
    g_assert_nonnull(fixture_channel(f)->why);
    outage = monitor_incidents_at(f->monitor->shared.incidents, 0);
    g_assert_cmpint(outage->kind, ==, MONITOR_OUTAGE);
    g_assert_cmpstr(outage->channel, ==, "it");
    g_assert_cmpint(outage->end, ==, 0);
    scored = fixture_channel(f)->total.scored;

    station_go_on_air(station);
    fixture_wait_until(f, "it is back", fixture_is_live);
    check_picture(f);
    g_assert_cmpint(outage->end, >=, outage->start);
    g_assert_cmpuint(fixture_channel(f)->total.scored, >=, scored);
    g_assert_cmpuint(fixture_channel(f)->reconnects, >=, 2);

    f->shown = 1; /* the other one noticed nothing */
    fixture_wait_until(f, "the other lives", fixture_is_live);
    g_assert_cmpuint(fixture_channel(f)->reconnects, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    for (StationKind kind = 0; kind < STATION_N_KINDS; kind++) {
        g_autofree char *path = g_strdup_printf("/monitor/network/%s", station_kind_name(kind));

        g_test_add(path, Fixture, GUINT_TO_POINTER(kind), fixture_set_up, test_comes_back,
                   fixture_tear_down);
    }
    return g_test_run();
}
