/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of biqa-monitor, one at a time: what it keeps, counts, waits, and shows of an address.
 */
#include "address.h"
#include "album.h"
#include "backoff.h"
#include "crew.h"
#include "incidents.h"
#include "lines.h"
#include "ring.h"
#include "tally.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* -- back-off ------------------------------------------------------------------------------ */

static void test_backoff(void)
{
    static const gint64 waits[] = {1, 2, 4, 8, 10, 10, 10};
    MonitorBackoff backoff, twin;

    monitor_backoff_init(&backoff, 1000, 10000, 7);
    monitor_backoff_init(&twin, 1000, 10000, 7);
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++) {
        const gint64 wait = monitor_backoff_next(&backoff, 0);
        g_assert_cmpint(wait, >=, waits[i] * 500);
        g_assert_cmpint(wait, <=, waits[i] * 1000);
        g_assert_cmpint(wait, ==, monitor_backoff_next(&twin, 0));
    }
    /* An attempt that lives for less than the wait before it does not start the count anew. */
    g_assert_cmpint(monitor_backoff_next(&backoff, 9999), >=, 5000);
    g_assert_cmpint(monitor_backoff_next(&backoff, 10000), <=, 1000);
    g_assert_cmpint(monitor_backoff_next(&backoff, 999), >=, 1000);
    monitor_backoff_clear(&backoff);
    monitor_backoff_clear(&twin);
}

static void test_backoff_apart(void)
{
    MonitorBackoff a, b;
    guint alike = 0;

    monitor_backoff_init(&a, G_USEC_PER_SEC, G_USEC_PER_SEC, g_str_hash("a"));
    monitor_backoff_init(&b, G_USEC_PER_SEC, G_USEC_PER_SEC, g_str_hash("b"));
    for (guint i = 0; i < 10; i++)
        alike += monitor_backoff_next(&a, 0) == monitor_backoff_next(&b, 0);
    g_assert_cmpuint(alike, <, 10);
    monitor_backoff_clear(&a);
    monitor_backoff_clear(&b);
}

/* -- rings --------------------------------------------------------------------------------- */

typedef struct {
    int number;
    guint *cleared;
} Item;

static void item_clear(gpointer data)
{
    Item *item = data;

    ++*item->cleared;
}

static void test_ring(void)
{
    guint cleared = 0;
    MonitorRing *ring = monitor_ring_new(3, sizeof(Item), item_clear);

    for (int i = 0; i < 8; i++) {
        Item *item = monitor_ring_push(ring);
        g_assert_cmpint(item->number, ==, 0);
        g_assert_null(item->cleared);
        *item = (Item){i, &cleared};
        g_assert_cmpuint(monitor_ring_length(ring), ==, MIN(i + 1, 3));
        for (int back = 0; back < MIN(i + 1, 3); back++) {
            const Item *other = monitor_ring_at(ring, back);
            g_assert_cmpint(other->number, ==, i - back);
        }
    }
    g_assert_cmpuint(cleared, ==, 5);
    monitor_ring_free(ring);
    g_assert_cmpuint(cleared, ==, 8);
}

static void test_incidents(void)
{
    g_autoptr(MonitorIncidents) incidents = monitor_incidents_new();
    const guint64 first = monitor_incidents_open(incidents, MONITOR_OUTAGE, "a", 5);

    g_assert_null(monitor_incidents_find(incidents, 0));
    g_assert_null(monitor_incidents_find(incidents, first + 1));
    monitor_incidents_find(incidents, first)->why = g_strdup("gone");
    for (guint i = 1; i < MONITOR_INCIDENTS; i++)
        monitor_incidents_open(incidents, MONITOR_ALARM, "b", 5 + i);
    g_assert_cmpstr(monitor_incidents_find(incidents, first)->why, ==, "gone");
    g_assert_cmpint(monitor_incidents_at(incidents, 0)->start, ==, 4 + MONITOR_INCIDENTS);
    monitor_incidents_open(incidents, MONITOR_ALARM, "c", 0);
    g_assert_null(monitor_incidents_find(incidents, first)); /* pushed out */
    g_assert_cmpuint(monitor_incidents_length(incidents), ==, MONITOR_INCIDENTS);
}

static void test_album(void)
{
    g_autoptr(MonitorAlbum) album = monitor_album_new();

    g_assert_true(monitor_album_wants(album, MONITOR_HARD));
    g_assert_false(monitor_album_wants(album, MONITOR_HARD)); /* too soon */
    g_assert_true(monitor_album_wants(album, MONITOR_STILL)); /* not what hard frames wait for */
    for (guint i = 0; i < 2 * MONITOR_HARD_PICTURES; i++) {
        MonitorPicture picture = {.id = i, .jpeg = g_bytes_new_static("", 0)};
        monitor_album_add(album, MONITOR_HARD, &picture);
    }
    for (guint i = 0; i < MONITOR_HARD_PICTURES; i++) {
        g_auto(MonitorPicture) picture = {0};
        g_assert_true(monitor_album_get(album, MONITOR_HARD, i, &picture));
        g_assert_cmpuint(picture.id, ==, 2 * MONITOR_HARD_PICTURES - 1 - i);
    }
    g_assert_false(monitor_album_get(album, MONITOR_HARD, MONITOR_HARD_PICTURES, NULL));
    g_assert_false(monitor_album_get(album, MONITOR_STILL, 0, NULL));
}

/* -- counting ------------------------------------------------------------------------------ */

static MonitorReading reading(const char *text)
{
    g_autoptr(GstStructure) structure = gst_structure_from_string(text, NULL);
    MonitorReading reading;

    g_assert_nonnull(structure);
    monitor_reading_parse(structure, &reading);
    return reading;
}

static void test_reading(void)
{
    MonitorReading it =
        reading("m, origin=(string)inferred, score=(double)41.5, hard=(boolean)true,"
                "uncertainty=(double)9, alarm=(boolean)true,"
                "domain=(string)picture");

    g_assert_cmpint(it.origin, ==, MONITOR_INFERRED);
    g_assert_cmpfloat(it.score, ==, 41.5);
    g_assert_cmpfloat(it.uncertainty, ==, 9);
    g_assert_true(it.hard && it.alarm);
    it = reading("m, origin=(string)skipped, domain=(string)black");
    g_assert_cmpint(it.origin, ==, MONITOR_SKIPPED);
    g_assert_true(isnan(it.score) && isnan(it.uncertainty));
    g_assert_false(it.hard || it.alarm);
    g_assert_cmpstr(it.domain, ==, "black");
    /* What does not fit together is not told. */
    g_assert_cmpint(reading("m, origin=(string)inferred").origin, ==, MONITOR_SKIPPED);
    g_assert_cmpint(reading("m, origin=(string)inferred, score=(int)4").origin, ==,
                    MONITOR_SKIPPED);
    g_assert_cmpint(reading("m, origin=(string)new, score=(double)4").origin, ==, MONITOR_SKIPPED);
}

static MonitorReading scored(MonitorOrigin origin, double score, gboolean hard)
{
    return (MonitorReading){.origin = origin,
                            .score = score,
                            .fresh = origin == MONITOR_INFERRED,
                            .hard = hard,
                            .domain = "picture"};
}

static void add(MonitorSpan *span, MonitorOrigin origin, double score, gboolean hard)
{
    const MonitorReading it = scored(origin, score, hard);

    monitor_span_add(span, &it);
}

static void test_span(void)
{
    MonitorSpan span, later;

    monitor_span_init(&span);
    g_assert_true(isnan(monitor_span_mean(&span)) && isnan(monitor_span_minimum(&span)));
    add(&span, MONITOR_HELD, 50, TRUE);
    g_assert_cmpfloat(monitor_span_mean(&span), ==, 50); /* held, as nothing was scored */
    g_assert_cmpfloat(monitor_span_minimum(&span), ==, 50);
    g_assert_cmpuint(span.hard, ==, 0); /* nobody looked at that frame */
    add(&span, MONITOR_INFERRED, 60, FALSE);
    add(&span, MONITOR_INFERRED, 80, TRUE);
    g_assert_cmpfloat(monitor_span_mean(&span), ==, 70);
    g_assert_cmpfloat(monitor_span_minimum(&span), ==, 60);

    monitor_span_init(&later);
    later.time = 9;
    later.state = MONITOR_DOWN;
    add(&later, MONITOR_INFERRED, 10, TRUE);
    monitor_span_merge(&span, &later);
    g_assert_cmpfloat(monitor_span_mean(&span), ==, 50);
    g_assert_cmpfloat(monitor_span_minimum(&span), ==, 10);
    g_assert_cmpuint(monitor_span_frames(&span), ==, 4);
    g_assert_cmpuint(span.hard, ==, 2);
    g_assert_cmpint(span.state, ==, MONITOR_DOWN);
    g_assert_cmpint(span.time, ==, 9);

    /* Nothing after something changes nothing but the time. */
    monitor_span_init(&later);
    monitor_span_merge(&span, &later);
    g_assert_cmpfloat(span.held, ==, 10);
    g_assert_cmpstr(span.domain, ==, "picture");
    g_assert_cmpint(span.state, ==, MONITOR_DOWN);
}

static void test_tally(void)
{
    static const double scores[] = {0, .1, 10, 10.1, 99.9, 100};
    g_autoptr(MonitorTally) tally = monitor_tally_new();
    guint64 bins[MONITOR_N_BINS] = {0};
    MonitorSpan span;

    g_assert_cmpint(monitor_tally_first(tally), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(scores); i++) {
        const MonitorReading it = scored(MONITOR_INFERRED, scores[i], FALSE);
        monitor_tally_add(tally, &it);
    }
    monitor_tally_take(tally, &span, bins);
    g_assert_cmpuint(span.frames[MONITOR_INFERRED], ==, G_N_ELEMENTS(scores));
    g_assert_cmpuint(bins[0], ==, 3); /* a bound belongs to the bin below it */
    g_assert_cmpuint(bins[1], ==, 1);
    g_assert_cmpuint(bins[9], ==, 2);
    g_assert_cmpint(monitor_tally_first(tally), >, 0);
    monitor_tally_take(tally, &span, bins);
    g_assert_cmpuint(monitor_span_frames(&span), ==, 0);
    g_assert_cmpuint(bins[0], ==, 3);
}

/* A score that comes too late for its frame is told by the frames after it, and counts once. */
static void test_late(void)
{
    static const double scores[] = {30, 30, 50, 50, 50, 30};
    g_autoptr(MonitorTally) tally = monitor_tally_new();
    guint64 bins[MONITOR_N_BINS] = {0};
    MonitorReading it = scored(MONITOR_INFERRED, 30, FALSE);
    MonitorSpan span;

    monitor_tally_add(tally, &it);
    for (guint i = 0; i < G_N_ELEMENTS(scores); i++) {
        it = scored(MONITOR_HELD, scores[i], TRUE);
        monitor_tally_add(tally, &it);
    }
    monitor_tally_take(tally, &span, bins);
    g_assert_cmpuint(span.scored, ==, 3);
    g_assert_cmpuint(span.frames[MONITOR_INFERRED], ==, 1);
    g_assert_cmpuint(span.frames[MONITOR_HELD], ==, 6);
    g_assert_cmpuint(span.hard, ==, 2);
    g_assert_cmpfloat(span.sum, ==, 110);
    g_assert_cmpuint(bins[2], ==, 2);
    g_assert_cmpuint(bins[4], ==, 1);
}

/* Silence is the source's fault only where it could have given something. */
static void test_silence(void)
{
    g_autoptr(MonitorTally) tally = monitor_tally_new();
    const MonitorReading it = scored(MONITOR_INFERRED, 1, FALSE);

    g_usleep(2);
    g_assert_cmpint(monitor_tally_silence(tally), >, 0);
    monitor_tally_begin_work(tally);
    g_assert_cmpint(monitor_tally_silence(tally), ==, 0);
    monitor_tally_end_work(tally);
    g_usleep(2);
    g_assert_cmpint(monitor_tally_silence(tally), >, 0);
    monitor_tally_arrive(tally);
    g_usleep(2);
    g_assert_cmpint(monitor_tally_silence(tally), ==, 0); /* the filter has it in hand */
    monitor_tally_add(tally, &it);
    g_assert_cmpint(monitor_tally_silence(tally), >, 0);
}

/* -- the rest ------------------------------------------------------------------------------ */

static void test_address(void)
{
    static const struct {
        const char *address, *shown;
    } cases[] = {
        {"rtsp://camera.example/stream", "rtsp://camera.example/stream"},
        {"rtsp://user:pa@ss@camera.example:554/a@b", "rtsp://camera.example:554/a@b"},
        {"https://cdn.example/live.m3u8?token=secret", "https://cdn.example/live.m3u8"},
        {"https://cdn.example?u=a@b", "https://cdn.example"},
        {"srt://host.example:7000?passphrase=secret#x", "srt://host.example:7000"},
        {"/videos/a clip.mp4", "/videos/a clip.mp4"},
        {"test:ball", "test:ball"},
        {"launch:rtspsrc location=rtsp://u:secret@h ! decodebin", "launch:rtspsrc"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = monitor_address_shown(cases[i].address);
        g_autofree char *text = g_strdup_printf("Cannot open %s.", cases[i].address);
        g_autofree char *hidden = monitor_address_hide(cases[i].address, text);
        g_autofree char *expected = g_strdup_printf("Cannot open %s.", cases[i].shown);
        g_assert_cmpstr(shown, ==, cases[i].shown);
        g_assert_cmpstr(hidden, ==, expected);
    }
}

static void count_up(gpointer data, gpointer user_data)
{
    g_atomic_int_inc((int *)data);
}

static void wait_for(gpointer data, gpointer user_data)
{
    GMutex *gate = data;

    g_mutex_lock(gate);
    g_mutex_unlock(gate);
}

static void test_crew(void)
{
    MonitorCrew *crew = monitor_crew_new();
    int calls = 0;

    for (guint i = 0; i < 20; i++)
        monitor_crew_do(crew, count_up, &calls);
    g_assert_true(monitor_crew_free(crew, 60 * G_USEC_PER_SEC));
    g_assert_cmpint(calls, ==, 20);
}

/* One task that hangs neither holds up the others nor the end. */
static void test_crew_hangs(void)
{
    MonitorCrew *crew = monitor_crew_new();
    int calls = 0;
    GMutex gate;

    g_mutex_init(&gate);
    g_mutex_lock(&gate);
    monitor_crew_do(crew, wait_for, &gate);
    monitor_crew_do(crew, count_up, &calls);
    while (g_atomic_int_get(&calls) == 0)
        g_usleep(100);
    g_assert_false(monitor_crew_free(crew, 1));
    g_mutex_unlock(&gate);
    g_assert_true(monitor_crew_free(crew, 60 * G_USEC_PER_SEC));
    g_mutex_clear(&gate);
}

static void test_lines(void)
{
    char text[16] = "";
    int ends[2];
    MonitorLines *lines;

    g_assert_cmpint(pipe(ends), ==, 0);
    lines = monitor_lines_new(ends[1]);
    monitor_lines_add(lines, g_strdup("one\n"));
    monitor_lines_add(lines, g_strdup("two\n"));
    monitor_lines_free(lines);
    close(ends[1]);
    g_assert_cmpint(read(ends[0], text, sizeof text), ==, 8);
    g_assert_cmpstr(text, ==, "one\ntwo\n");
    close(ends[0]);
}

/* A reader that does not read costs lines, not memory, and holds nothing up. */
static void test_lines_stalled(void)
{
    g_autofree char *sink = g_malloc(1 << 20);
    MonitorLines *lines;
    int ends[2];

    g_assert_cmpint(pipe(ends), ==, 0);
    lines = monitor_lines_new(ends[1]);
    for (guint i = 0; i < 20000; i++)
        monitor_lines_add(lines, g_strdup("this is a line that nobody reads\n"));
    g_assert_cmpuint(monitor_lines_dropped(lines), >, 0);
    /* The reader comes back, for as long as it takes to see a line. */
    g_assert_cmpint(read(ends[0], sink, 1 << 20), >=, 33);
    g_assert_true(g_str_has_prefix(sink, "this is a line that nobody reads\n"));
    close(ends[0]);
    monitor_lines_free(lines);
    close(ends[1]);
}

static void test_lines_closed(void)
{
    MonitorLines *lines;
    int ends[2];

    g_assert_cmpint(pipe(ends), ==, 0);
    close(ends[0]);
    lines = monitor_lines_new(ends[1]);
    for (guint i = 0; i < 3; i++)
        monitor_lines_add(lines, g_strdup("line\n"));
    while (monitor_lines_dropped(lines) < 3)
        g_usleep(100);
    monitor_lines_free(lines);
    close(ends[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/monitor/backoff", test_backoff);
    g_test_add_func("/monitor/backoff/apart", test_backoff_apart);
    g_test_add_func("/monitor/ring", test_ring);
    g_test_add_func("/monitor/incidents", test_incidents);
    g_test_add_func("/monitor/album", test_album);
    g_test_add_func("/monitor/reading", test_reading);
    g_test_add_func("/monitor/span", test_span);
    g_test_add_func("/monitor/tally", test_tally);
    g_test_add_func("/monitor/late", test_late);
    g_test_add_func("/monitor/silence", test_silence);
    g_test_add_func("/monitor/address", test_address);
    g_test_add_func("/monitor/crew", test_crew);
    g_test_add_func("/monitor/crew/hangs", test_crew_hangs);
    g_test_add_func("/monitor/lines", test_lines);
    g_test_add_func("/monitor/lines/stalled", test_lines_stalled);
    g_test_add_func("/monitor/lines/closed", test_lines_closed);
    return g_test_run();
}
