/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the run went: loss and validation correlation against steps. */
#include "report-private.h"

#include <math.h>

#define WIDE 1000
#define HIGH 300
#define NARROW 360
#define LOW 230
#define PIECES 40 /* a smoothed curve shows about so many means */
#define DOTS 20   /* fewer points than that are drawn as dots too */

static TrainBand *list_bands(const TrainRecipe *recipe)
{
    TrainBand *bands = g_new(TrainBand, recipe->n_stages);
    for (guint s = 0; s < recipe->n_stages; s++)
        bands[s] = (TrainBand){recipe->stages[s].name, train_run_log_start(recipe, s),
                               train_run_log_start(recipe, s + 1)};
    return bands;
}

static GArray *loss_points(const TrainRunLog *log, guint stage)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(TrainPoint));
    for (guint i = 0; i < log->steps->len; i++) {
        const TrainLogStep *step = &g_array_index(log->steps, TrainLogStep, i);
        const TrainPoint point = {step->at, step->loss, NULL, FALSE};
        if (step->stage == stage)
            g_array_append_val(points, point);
    }
    return points;
}

/* Means over half points on either side. */
static GArray *smooth(const GArray *raw, guint half)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(TrainPoint));
    for (guint i = 0; i < raw->len; i++) {
        TrainPoint point = g_array_index(raw, TrainPoint, i);
        double sum = point.y;
        guint n = 1;
        for (int side = -1; side <= 1; side += 2) {
            for (guint k = 1; k <= half; k++) {
                const guint at = i + (guint)side * k; /* below 0 wraps around to above len */
                if (at >= raw->len || !isfinite(g_array_index(raw, TrainPoint, at).y))
                    break;
                sum += g_array_index(raw, TrainPoint, at).y;
                n++;
            }
        }
        point.y = sum / n;
        g_array_append_val(points, point);
    }
    return points;
}

/* High enough for all but the very highest. */
static double loss_top(const GArray *points)
{
    g_autofree double *losses = g_new(double, points->len);
    guint n = 0;
    for (guint i = 0; i < points->len; i++) {
        const double y = g_array_index(points, TrainPoint, i).y;
        if (isfinite(y))
            losses[n++] = y;
    }
    const double top = train_quantile(losses, n, .98);
    return top > 0 ? 1.1 * top : 1;
}

static void add_loss(GString *out, const TrainReport *report, guint stage)
{
    g_autoptr(GArray) raw = loss_points(report->log, stage);
    if (!raw->len)
        return;
    g_autoptr(GArray) smoothed = smooth(raw, raw->len / PIECES);
    const TrainSeries series[] = {
        {"raw", (TrainPoint *)(void *)raw->data, raw->len, TRUE, FALSE},
        {"full", (TrainPoint *)(void *)smoothed->data, smoothed->len, TRUE, raw->len < DOTS},
    };
    const TrainChart chart = {.label = "Loss against steps",
                              .x_label = "step",
                              .y_label = "loss",
                              .width = NARROW,
                              .height = LOW,
                              .x_low = train_run_log_start(report->recipe, stage),
                              .x_high = train_run_log_start(report->recipe, stage + 1),
                              .y_high = loss_top(raw),
                              .series = series,
                              .n_series = G_N_ELEMENTS(series)};
    biqa_html_add(out, "<figure><h3>Loss of %s</h3>", report->recipe->stages[stage].name);
    train_svg_chart(out, &chart);
    g_string_append(out, "</figure>\n");
}

static GArray *look_points(const TrainRunLog *log, BiqaBranch branch)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(TrainPoint));
    for (guint i = 0; i < log->looks->len; i++) {
        const TrainLogLook *look = &g_array_index(log->looks, TrainLogLook, i);
        const TrainPoint point = {
            look->at, branch == BIQA_FULL ? look->srcc : look->competitor_srcc, NULL, FALSE};
        g_array_append_val(points, point);
    }
    return points;
}

static double lowest(const GArray *a, const GArray *b)
{
    double low = 1;
    for (guint i = 0; i < a->len; i++)
        low = fmin(low, fmin(g_array_index(a, TrainPoint, i).y, g_array_index(b, TrainPoint, i).y));
    return low;
}

static void add_looks(GString *out, const TrainReport *report)
{
    g_autofree TrainBand *bands = list_bands(report->recipe);
    g_autoptr(GArray) full = look_points(report->log, BIQA_FULL);
    g_autoptr(GArray) competitor = look_points(report->log, BIQA_COMPETITOR);
    const TrainSeries series[] = {
        {"competitor", (TrainPoint *)(void *)competitor->data, competitor->len, TRUE, TRUE},
        {"full", (TrainPoint *)(void *)full->data, full->len, TRUE, TRUE},
    };
    const TrainChart chart = {
        .label = "Validation SRCC against steps",
        .x_label = "step",
        .y_label = "SRCC",
        .width = WIDE,
        .height = HIGH,
        .x_high = train_run_log_start(report->recipe, report->recipe->n_stages),
        .y_low = MIN(.9, floor(10 * lowest(full, competitor)) / 10),
        .y_high = 1,
        .bands = bands,
        .n_bands = report->recipe->n_stages,
        .series = series,
        .n_series = G_N_ELEMENTS(series),
    };
    g_string_append(out, "<figure><h3>Validation SRCC</h3>");
    if (full->len) {
        g_string_append(out, "<div class=\"scroll\">");
        train_svg_chart(out, &chart);
        g_string_append(out, "</div>" TRAIN_REPORT_LEGEND "</p>");
    } else {
        g_string_append(out, "<p class=\"dim\">The log has none: the run has no validation part, "
                             "or no stage has ended.</p>");
    }
    g_string_append(out, "</figure>\n");
}

void train_report_curves(GString *out, const TrainReport *report)
{
    if (!report->log->steps->len)
        return;
    g_string_append(out, "<section id=\"curves\"><h2>How training went</h2>");
    add_looks(out, report);
    g_string_append(out, "<div class=\"three\">");
    for (guint s = 0; s < report->recipe->n_stages; s++)
        add_loss(out, report, s);
    g_string_append(out, "</div></section>\n");
}
