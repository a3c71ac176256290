/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bins to paths. */
#include "chart.h"

#include <math.h>

#define SIDE 1000
#define TICK 36 /* height of a hard frame's */

/* Where times and scores lie in the square. */
typedef struct {
    gint64 start, length; /* ms */
} Scale;

/* A path that goes on from where it is. */
typedef struct {
    GString *out;
    gboolean drawn; /* there is a point to go on from */
    int x, y;
} Pen;

static Scale scale_of(const AuditResult *result)
{
    const AuditTimeline *timeline = &result->timeline;
    const gint64 start = timeline->n ? timeline->bins[0].time : 0,
                 last = timeline->n ? timeline->bins[timeline->n - 1].time : 0;

    return (Scale){start, MAX((gint64)(result->duration / 1000000), last - start)};
}

static int place_x(const Scale *scale, gint64 time)
{
    if (scale->length <= 0)
        return SIDE / 2;
    return (int)lround(CLAMP((double)(time - scale->start) / scale->length, 0, 1) * SIDE);
}

static int place_y(double score)
{
    return (int)lround(SIDE * (1 - CLAMP(score, 0, 100) / 100));
}

/* Where a bin ends and the next one begins. */
static gint64 bin_end(const AuditTimeline *timeline, const Scale *scale, guint i)
{
    return i + 1 < timeline->n ? timeline->bins[i + 1].time : scale->start + scale->length;
}

static int bin_middle(const AuditTimeline *timeline, const Scale *scale, guint i)
{
    return place_x(scale, (timeline->bins[i].time + bin_end(timeline, scale, i)) / 2);
}

static void pen_to(Pen *pen, int x, int y)
{
    if (pen->drawn)
        g_string_append_printf(pen->out, "l%d %d", x - pen->x, y - pen->y);
    else
        g_string_append_printf(pen->out, "M%d %dh0", x, y); /* a dot, should nothing follow */
    pen->drawn = TRUE;
    pen->x = x;
    pen->y = y;
}

static void add_line(GString *out, const AuditTimeline *timeline, const Scale *scale,
                     gboolean lowest)
{
    Pen pen = {.out = out};

    for (guint i = 0; i < timeline->n; i++) {
        const AuditBin *bin = &timeline->bins[i];

        if (bin->scored)
            pen_to(&pen, bin_middle(timeline, scale, i),
                   place_y(lowest ? bin->low : audit_bin_mean(bin)));
        else
            pen.drawn = FALSE;
    }
}

static gboolean has_alarm(const AuditBin *bin)
{
    return bin->alarm > 0;
}

static gboolean is_no_picture(const AuditBin *bin)
{
    return bin->scored == 0 && bin->domain != BIQA_DOMAIN_PICTURE;
}

/* A rectangle over each stretch of bins that match; nothing, not even a path, where none does. */
static void add_bands(GString *out, const AuditTimeline *timeline, const Scale *scale,
                      gboolean (*matches)(const AuditBin *), const char *class)
{
    gboolean any = FALSE;

    for (guint i = 0; i < timeline->n; i++) {
        const guint first = i;

        if (!matches(&timeline->bins[i]))
            continue;
        while (i + 1 < timeline->n && matches(&timeline->bins[i + 1]))
            i++;
        if (!any)
            g_string_append_printf(out, "<path class=\"%s\" d=\"", class);
        any = TRUE;
        g_string_append_printf(out, "M%d 0V%dH%dV0z", place_x(scale, timeline->bins[first].time),
                               SIDE, place_x(scale, bin_end(timeline, scale, i)));
    }
    if (any)
        g_string_append(out, "\"/>");
}

static void add_ticks(GString *out, const AuditTimeline *timeline, const Scale *scale)
{
    gboolean any = FALSE;

    for (guint i = 0; i < timeline->n; i++) {
        if (!timeline->bins[i].hard)
            continue;
        g_string_append_printf(out, "%sM%d %dv-%d", any ? "" : "<path class=\"h\" d=\"",
                               bin_middle(timeline, scale, i), SIDE, TICK);
        any = TRUE;
    }
    if (any)
        g_string_append(out, "\"/>");
}

void audit_chart_add(GString *out, const AuditResult *result)
{
    const AuditTimeline *timeline = &result->timeline;
    const Scale scale = scale_of(result);

    add_bands(out, timeline, &scale, is_no_picture, "x");
    add_bands(out, timeline, &scale, has_alarm, "a");
    g_string_append(out, "<path class=\"m\" d=\"");
    add_line(out, timeline, &scale, FALSE);
    /* A picture's only point is a dot, which has to be seen. */
    g_string_append_printf(out, "\"/><path class=\"l%s\" d=\"", timeline->n == 1 ? " one" : "");
    add_line(out, timeline, &scale, TRUE);
    g_string_append(out, "\"/>");
    add_ticks(out, timeline, &scale);
}

void audit_chart_add_dot(GString *out, const AuditResult *result, guint64 time, double score)
{
    const Scale scale = scale_of(result);

    g_string_append_printf(out, "M%d %dh0", place_x(&scale, (gint64)(time / 1000000)),
                           place_y(score));
}
