/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When quality is so bad for so long that somebody should know. */
#include "alarm.h"

#include <math.h>

void biqa_alarm_init(BiqaAlarm *alarm)
{
    *alarm = (BiqaAlarm){.state = BIQA_ALARM_OFF};
}

gboolean biqa_alarm_is_on(const BiqaAlarm *alarm)
{
    return alarm->state == BIQA_ALARM_ON || alarm->state == BIQA_ALARM_RISING;
}

static void follow(BiqaAlarm *alarm, const BiqaMoment *when, double score)
{
    BiqaAlarmStory *story = &alarm->story;

    if (isnan(score))
        return;
    story->frames++;
    if (score < story->worst_score) {
        story->worst_score = score;
        story->worst = *when;
    }
}

static BiqaAlarmEvent end(BiqaAlarm *alarm, guint64 time)
{
    alarm->story.lasted = time - alarm->began;
    alarm->state = BIQA_ALARM_OFF;
    return BIQA_ALARM_END;
}

static BiqaAlarmEvent step_off(BiqaAlarm *alarm, const BiqaAlarmRule *rule, const BiqaMoment *when,
                               double score, guint64 now)
{
    if (!(score < rule->below)) {
        alarm->state = BIQA_ALARM_OFF;
        return BIQA_ALARM_NOTHING;
    }
    if (alarm->state == BIQA_ALARM_OFF) {
        alarm->state = BIQA_ALARM_FALLING;
        alarm->began = now;
        alarm->story =
            (BiqaAlarmStory){.below = rule->below, .start = *when, .worst_score = INFINITY};
    }
    follow(alarm, when, score);
    if (alarm->clock - alarm->began < rule->hold)
        return BIQA_ALARM_NOTHING;
    alarm->state = BIQA_ALARM_ON;
    alarm->story.number = ++alarm->count;
    alarm->story.lasted = alarm->clock - alarm->began;
    return BIQA_ALARM_START;
}

static BiqaAlarmEvent step_on(BiqaAlarm *alarm, const BiqaAlarmRule *rule, const BiqaMoment *when,
                              double score, guint64 now)
{
    follow(alarm, when, score);
    if (!(score >= MAX(rule->release, rule->below))) {
        alarm->state = BIQA_ALARM_ON;
        return BIQA_ALARM_NOTHING;
    }
    if (alarm->state == BIQA_ALARM_ON) {
        alarm->state = BIQA_ALARM_RISING;
        alarm->turned = now;
        alarm->story.end = *when;
    }
    if (alarm->clock - alarm->turned < rule->hold)
        return BIQA_ALARM_NOTHING;
    return end(alarm, alarm->turned);
}

BiqaAlarmEvent biqa_alarm_step(BiqaAlarm *alarm, const BiqaAlarmRule *rule, const BiqaMoment *when,
                               double score)
{
    const guint64 now = when->running_time == BIQA_TIME_NONE ? alarm->clock : when->running_time;

    alarm->clock = now + (when->duration == BIQA_TIME_NONE ? 0 : when->duration);
    alarm->last = *when;
    /* Running time may go backward where a segment does: then a while counts from here. */
    alarm->began = MIN(alarm->began, now);
    alarm->turned = MIN(alarm->turned, now);
    return biqa_alarm_is_on(alarm) ? step_on(alarm, rule, when, score, now)
                                   : step_off(alarm, rule, when, score, now);
}

BiqaAlarmEvent biqa_alarm_finish(BiqaAlarm *alarm)
{
    if (!biqa_alarm_is_on(alarm)) {
        alarm->state = BIQA_ALARM_OFF;
        return BIQA_ALARM_NOTHING;
    }
    /* Had it begun to rise, it did not rise for long enough: it lasted to the end. */
    alarm->story.end = alarm->last;
    return end(alarm, alarm->clock);
}
