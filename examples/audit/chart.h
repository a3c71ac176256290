/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A timeline as SVG paths in a square of 1000 x 1000, 0 at the bottom and 100 at the top, to be
 * stretched to wherever it stands. Steps from point to point are whole numbers: a page of ten
 * thousand timelines has to be read by a browser. */
#pragma once

#include "result.h"

/* Appends <path> elements: class "a" where alarms were on, "x" where nothing was scored because it
 * was no picture, "m" the means, "l" the lowest scores, "h" a tick at the foot where frames were
 * hard. */
void audit_chart_add(GString *out, const AuditResult *result);

/* Appends the path of a dot (a line of no length, for round caps) where a frame is. */
void audit_chart_add_dot(GString *out, const AuditResult *result, guint64 time, double score);
