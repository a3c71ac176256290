/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alarms: a stream of scores, a letter a frame, and what should happen when. */
#include "alarm.h"

#include <math.h>
#include <string.h>

#define FRAME G_GUINT64_CONSTANT(100) /* ns */

static const BiqaAlarmRule rule = {.below = 40, .release = 60, .hold = 3 * FRAME};

/* low, middle (between the thresholds), high, none */
static double score_of(char letter)
{
    switch (letter) {
    case 'l':
        return 20;
    case 'L':
        return 10;
    case 'm':
        return 50;
    case 'h':
        return 80;
    default:
        return NAN;
    }
}

static BiqaMoment moment(guint64 frame)
{
    return (BiqaMoment){frame, frame * FRAME, frame * FRAME, frame * FRAME, FRAME};
}

static const char event_letters[] = {
    [BIQA_ALARM_NOTHING] = '.', [BIQA_ALARM_START] = 'S', [BIQA_ALARM_END] = 'E'};

/* Steps through scores; returns events, a letter a frame and one for the end. (transfer full) */
static char *run(BiqaAlarm *alarm, const BiqaAlarmRule *with, const char *scores)
{
    GString *events = g_string_new(NULL);

    biqa_alarm_init(alarm);
    for (guint i = 0; scores[i]; i++) {
        const BiqaMoment when = moment(i);

        g_string_append_c(events,
                          event_letters[biqa_alarm_step(alarm, with, &when, score_of(scores[i]))]);
    }
    g_string_append_c(events, event_letters[biqa_alarm_finish(alarm)]);
    return g_string_free(events, FALSE);
}

static void check(const BiqaAlarmRule *with, const char *scores, const char *expected)
{
    BiqaAlarm alarm;
    g_autofree char *events = run(&alarm, with, scores);

    if (strcmp(events, expected))
        g_error("scores %s: expected %s, got %s", scores, expected, events);
    g_assert_false(biqa_alarm_is_on(&alarm));
}

static void test_hysteresis(void)
{
    check(&rule, "hhhhh", "......");
    check(&rule, "llhllh", "......."); /* never three in a row */
    check(&rule, "hlllh", "...S.E");
    check(&rule, "lllhhh", "..S..E.");
    check(&rule, "lllmmmmm", "..S.....E"); /* the middle does not end it */
    check(&rule, "mmmmm", "......");       /* nor start it */
    check(&rule, "lllhhlhhh", "..S.....E.");
    check(&rule, "lllhhhlll", "..S..E..SE"); /* again */
    check(&rule, "llmlll", ".....SE");
}

/* A frame without a score starts, holds and ends nothing. */
static void test_gaps(void)
{
    check(&rule, "ll-lll", ".....SE");
    check(&rule, "lll------", "..S......E");
    check(&rule, "lllhh-hhh", "..S.....E.");
    check(&rule, "-----", "......");
}

static void test_no_hold(void)
{
    const BiqaAlarmRule at_once = {.below = 40, .release = 60, .hold = 0};

    check(&at_once, "hlhlm", ".SES.E");
}

static void test_off(void)
{
    const BiqaAlarmRule off = {.below = -1, .release = -1, .hold = 0};

    check(&off, "lLhl", ".....");
}

/* A release below the threshold is taken as the threshold. */
static void test_release_default(void)
{
    const BiqaAlarmRule same = {.below = 40, .release = -1, .hold = 0};

    check(&same, "lLm", "S.E.");
}

static void test_story(void)
{
    BiqaAlarm alarm;
    g_autofree char *events = run(&alarm, &rule, "hllllLlhhhh");

    g_assert_cmpstr(events, ==, "...S.....E..");
    g_assert_cmpuint(alarm.story.number, ==, 1);
    g_assert_cmpuint(alarm.story.start.frame, ==, 1);
    g_assert_cmpuint(alarm.story.worst.frame, ==, 5);
    g_assert_cmpfloat(alarm.story.worst_score, ==, 10);
    g_assert_cmpuint(alarm.story.end.frame, ==, 7);
    g_assert_cmpuint(alarm.story.lasted, ==, 6 * FRAME);
    g_assert_cmpuint(alarm.story.frames, ==, 9);
    g_assert_cmpfloat(alarm.story.below, ==, 40);
}

/* The end of the stream is the end of the alarm, with the last frame's own length. */
static void test_story_at_end(void)
{
    BiqaAlarm alarm;
    g_autofree char *events = run(&alarm, &rule, "lllh");

    g_assert_cmpstr(events, ==, "..S.E");
    g_assert_cmpuint(alarm.story.end.frame, ==, 3);
    g_assert_cmpuint(alarm.story.lasted, ==, 4 * FRAME);
}

/* Frames without a time come one after the other; after a jump back it counts anew. */
static void test_times(void)
{
    BiqaMoment when = {0, BIQA_TIME_NONE, BIQA_TIME_NONE, BIQA_TIME_NONE, FRAME};
    BiqaAlarm alarm;

    biqa_alarm_init(&alarm);
    g_assert_cmpint(biqa_alarm_step(&alarm, &rule, &when, 1), ==, BIQA_ALARM_NOTHING);
    g_assert_cmpint(biqa_alarm_step(&alarm, &rule, &when, 1), ==, BIQA_ALARM_NOTHING);
    g_assert_cmpint(biqa_alarm_step(&alarm, &rule, &when, 1), ==, BIQA_ALARM_START);
    g_assert_cmpint(biqa_alarm_finish(&alarm), ==, BIQA_ALARM_END);

    when = moment(1000);
    g_assert_cmpint(biqa_alarm_step(&alarm, &rule, &when, 1), ==, BIQA_ALARM_NOTHING);
    for (guint i = 0; i < 3; i++) {
        when = moment(i);
        g_assert_cmpint(biqa_alarm_step(&alarm, &rule, &when, 1), ==,
                        i < 2 ? BIQA_ALARM_NOTHING : BIQA_ALARM_START);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alarm/hysteresis", test_hysteresis);
    g_test_add_func("/alarm/gaps", test_gaps);
    g_test_add_func("/alarm/no-hold", test_no_hold);
    g_test_add_func("/alarm/off", test_off);
    g_test_add_func("/alarm/release-default", test_release_default);
    g_test_add_func("/alarm/story", test_story);
    g_test_add_func("/alarm/story-at-end", test_story_at_end);
    g_test_add_func("/alarm/times", test_times);
    return g_test_run();
}
