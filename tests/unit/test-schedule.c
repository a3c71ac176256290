/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frames are due. */
#include "gstbiqaschedule.h"
#include "support.h"

#define INTERVALS 2000

/* The due frame of each interval, counted from its first; fails unless each has exactly one. */
static void due_places(const GstBiqaPace *pace, guint *places)
{
    GstBiqaSchedule schedule;

    gst_biqa_schedule_init(&schedule);
    for (guint i = 0; i < INTERVALS; i++) {
        guint n = 0;

        for (guint j = 0; j < pace->interval; j++) {
            if (gst_biqa_schedule_due(&schedule, pace, (guint64)i * pace->interval + j, 0)) {
                places[i] = j;
                n++;
            }
        }
        g_assert_cmpuint(n, ==, 1);
    }
}

static void test_first(void)
{
    const GstBiqaPace pace = {.interval = 7};
    guint places[INTERVALS];

    due_places(&pace, places);
    for (guint i = 0; i < INTERVALS; i++)
        g_assert_cmpuint(places[i], ==, 0);
}

/* Places fill the interval evenly: a chi-square of 11 degrees of freedom, 31.3 at p = .001. */
static void test_jitter(void)
{
    const GstBiqaPace pace = {.interval = 12, .jitter = 1, .seed = 5};
    guint places[INTERVALS], again[INTERVALS], counts[12] = {0};
    double chi = 0, expected = INTERVALS / 12.;

    due_places(&pace, places);
    due_places(&pace, again);
    g_assert_cmpmem(places, sizeof places, again, sizeof again);
    for (guint i = 0; i < INTERVALS; i++)
        counts[places[i]]++;
    for (guint i = 0; i < 12; i++)
        chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    g_assert_cmpfloat(chi, <, 31.3);
}

static void test_seed(void)
{
    const GstBiqaPace one = {.interval = 12, .jitter = 1, .seed = 1};
    const GstBiqaPace two = {.interval = 12, .jitter = 1, .seed = 2};
    guint a[INTERVALS], b[INTERVALS], same = 0;

    due_places(&one, a);
    due_places(&two, b);
    for (guint i = 0; i < INTERVALS; i++)
        same += a[i] == b[i];
    g_assert_cmpuint(same, <, INTERVALS / 6); /* 1 / 12 by chance */
}

/* A group of 12 pictures sampled every 12 frames: without jitter always the same picture of it,
 * with half of it one of the first six. */
static void test_half(void)
{
    const GstBiqaPace pace = {.interval = 12, .jitter = .5, .seed = 9};
    guint places[INTERVALS], most = 0;

    due_places(&pace, places);
    for (guint i = 0; i < INTERVALS; i++)
        most = MAX(most, places[i]);
    g_assert_cmpuint(most, ==, 5);
}

static guint count_due(GstBiqaSchedule *schedule, const GstBiqaPace *pace, GstClockTime from,
                       GstClockTime step, guint n)
{
    guint due = 0;

    for (guint i = 0; i < n; i++)
        due += gst_biqa_schedule_due(schedule, pace, i, from + i * step);
    return due;
}

/* One a second, of any number of frames a second. */
static void test_time(void)
{
    static const guint rates[] = {1, 3, 24, 25, 30, 240};

    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        for (guint seed = 0; seed < 20; seed++) {
            const GstBiqaPace pace = {
                .interval = 1, .time = GST_SECOND, .jitter = seed / 19., .seed = seed};
            GstBiqaSchedule schedule;
            guint due;

            gst_biqa_schedule_init(&schedule);
            due = count_due(&schedule, &pace, 0, GST_SECOND / rates[i], 100 * rates[i]);
            g_test_message("%u a second, seed %u: %u", rates[i], seed, due);
            g_assert_cmpuint(due, <=, 100);
            g_assert_cmpuint(due, >=, 99); /* the last may have been drawn after its frame */
        }
    }
}

/* Frames farther apart than the interval are due, all but the first for certain. */
static void test_sparse(void)
{
    const GstBiqaPace pace = {.interval = 1, .time = GST_SECOND, .jitter = 1, .seed = 3};
    GstBiqaSchedule schedule;

    gst_biqa_schedule_init(&schedule);
    g_assert_cmpuint(count_due(&schedule, &pace, 0, 10 * GST_SECOND, 50), >=, 49);
}

/* Running time that goes back, as after a flush, is a new interval; no time: frames decide. */
static void test_broken_time(void)
{
    const GstBiqaPace pace = {.interval = 4, .time = GST_SECOND};
    GstBiqaSchedule schedule;
    guint due = 0;

    gst_biqa_schedule_init(&schedule);
    g_assert_true(gst_biqa_schedule_due(&schedule, &pace, 0, 100 * GST_SECOND));
    g_assert_false(gst_biqa_schedule_due(&schedule, &pace, 1, 100 * GST_SECOND + 1));
    g_assert_true(gst_biqa_schedule_due(&schedule, &pace, 2, 5 * GST_SECOND));
    for (guint i = 0; i < 40; i++)
        due += gst_biqa_schedule_due(&schedule, &pace, i, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint(due, ==, 10);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/first", test_first);
    g_test_add_func("/schedule/jitter", test_jitter);
    g_test_add_func("/schedule/seed", test_seed);
    g_test_add_func("/schedule/half", test_half);
    g_test_add_func("/schedule/time", test_time);
    g_test_add_func("/schedule/sparse", test_sparse);
    g_test_add_func("/schedule/broken-time", test_broken_time);
    return g_test_run();
}
