/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When quality is so bad for so long that somebody should know.
 *
 * An alarm starts once scores have stayed below one threshold for a while, and ends once they have
 * stayed at or above another, which is not lower, for as long. Two thresholds and a time keep a
 * score that hovers, or a single bad frame, from ringing all day. A frame without a score
 * interrupts both whiles: of what nobody looked at, nothing is assumed. */
#pragma once

#include "moment.h"

typedef struct {
    double below;   /* points; negative: there are no alarms */
    double release; /* points; taken as below where it is lower */
    guint64 hold;   /* ns of running time */
} BiqaAlarmRule;

typedef enum { BIQA_ALARM_NOTHING, BIQA_ALARM_START, BIQA_ALARM_END } BiqaAlarmEvent;

/* An alarm from its start to its end. */
typedef struct {
    guint64 number;   /* of the alarm, from 1 */
    double below;     /* the threshold that it went under */
    BiqaMoment start; /* first frame below it */
    BiqaMoment worst; /* frame of the lowest score so far */
    double worst_score;
    guint64 frames; /* with a score, so far */
    BiqaMoment end; /* first frame at or above the release, or the last frame there was; set at
                       the end */
    guint64 lasted; /* ns from start to end; at BIQA_ALARM_START, so far */
} BiqaAlarmStory;

typedef struct {
    enum { BIQA_ALARM_OFF, BIQA_ALARM_FALLING, BIQA_ALARM_ON, BIQA_ALARM_RISING } state;
    guint64 count;         /* of alarms that started */
    guint64 began, turned; /* when the fall and the rise began */
    guint64 clock;         /* when the last frame ends; all three ns of running time */
    BiqaMoment last;
    BiqaAlarmStory story; /* of the alarm that is on or, after BIQA_ALARM_END, was */
} BiqaAlarm;

void biqa_alarm_init(BiqaAlarm *alarm);

/* The next frame; score is NAN where it has none. Frames without a running time are taken to come
 * at the end of the one before. */
BiqaAlarmEvent biqa_alarm_step(BiqaAlarm *alarm, const BiqaAlarmRule *rule, const BiqaMoment *when,
                               double score);

/* The stream ends or jumps: BIQA_ALARM_END if an alarm was on. */
BiqaAlarmEvent biqa_alarm_finish(BiqaAlarm *alarm);

gboolean biqa_alarm_is_on(const BiqaAlarm *alarm);
