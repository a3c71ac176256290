/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in, a file's result out, in memory that does not grow. */
#pragma once

#include "frame.h"
#include "result.h"

typedef struct {
    AuditResult *result; /* borrowed; filled as frames come */
    double below;        /* points; bound of the longest run; negative: none */
    gboolean alarm;      /* was on with the last frame */
    BiqaPool pool;
} AuditRecorder;

void audit_recorder_init(AuditRecorder *recorder, AuditResult *result, double below);
void audit_recorder_add(AuditRecorder *recorder, const AuditFrame *frame);

/* Puts the pooled figures into the result. */
void audit_recorder_finish(AuditRecorder *recorder);

/* ns of stream time; a frame without one is taken to be of 25 a second. */
guint64 audit_moment_time(const BiqaMoment *when);
