/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Axes, lines and dots. */
#include "svg.h"

#include "html.h"
#include <math.h>

#define LEFT 46
#define RIGHT 10
#define TOP 20
#define BOTTOM 38
#define TICKS 6

double train_svg_tick(double low, double high, guint n)
{
    static const double steps[] = {1, 2, 5, 10};
    g_return_val_if_fail(high > low && n, 1);
    const double power = pow(10, floor(log10((high - low) / n)));
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        /* A hair of room for 0.1 * 3 not being 0.3. */
        if ((high - low) / (steps[i] * power) <= n * (1 + 1e-9))
            return steps[i] * power;
    }
    return 10 * power;
}

static double place_x(const TrainChart *chart, double x)
{
    const double share = (x - chart->x_low) / (chart->x_high - chart->x_low);
    return LEFT + CLAMP(share, 0, 1) * (chart->width - LEFT - RIGHT);
}

static double place_y(const TrainChart *chart, double y)
{
    const double share = (y - chart->y_low) / (chart->y_high - chart->y_low);
    return chart->height - BOTTOM - CLAMP(share, 0, 1) * (chart->height - TOP - BOTTOM);
}

static void draw_bands(GString *out, const TrainChart *chart)
{
    for (guint b = 0; b < chart->n_bands; b++) {
        const double from = place_x(chart, chart->bands[b].from),
                     to = place_x(chart, chart->bands[b].to);
        biqa_html_add(out,
                      "<rect class=\"band%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                      "height=\"%u\"/><text class=\"band\" x=\"%.1f\" y=\"%d\" "
                      "text-anchor=\"middle\">%s</text>",
                      b % 2 ? " odd" : "", from, TOP, to - from, chart->height - TOP - BOTTOM,
                      (from + to) / 2, TOP - 6, chart->bands[b].label);
    }
}

static void draw_x_axis(GString *out, const TrainChart *chart)
{
    const guint bottom = chart->height - BOTTOM;
    const double step = train_svg_tick(chart->x_low, chart->x_high, TICKS);
    for (double k = ceil(chart->x_low / step - 1e-9); k * step <= chart->x_high + 1e-9 * step; k++)
        biqa_html_add(out,
                      "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%u\"/>"
                      "<text x=\"%.1f\" y=\"%u\" text-anchor=\"middle\">%g</text>",
                      place_x(chart, k * step), place_x(chart, k * step), TOP, bottom,
                      place_x(chart, k * step), bottom + 14, k * step + 0.); /* no -0 */
    biqa_html_add(out, "<text class=\"axis\" x=\"%u\" y=\"%u\" text-anchor=\"middle\">%s</text>",
                  (LEFT + chart->width - RIGHT) / 2, chart->height - 5, chart->x_label);
}

static void draw_y_axis(GString *out, const TrainChart *chart)
{
    const double step = train_svg_tick(chart->y_low, chart->y_high, TICKS);
    for (double k = ceil(chart->y_low / step - 1e-9); k * step <= chart->y_high + 1e-9 * step; k++)
        biqa_html_add(out,
                      "<line class=\"grid\" x1=\"%d\" x2=\"%u\" y1=\"%.1f\" y2=\"%.1f\"/>"
                      "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>",
                      LEFT, chart->width - RIGHT, place_y(chart, k * step),
                      place_y(chart, k * step), LEFT - 6, place_y(chart, k * step) + 4,
                      k * step + 0.);
    biqa_html_add(out,
                  "<text class=\"axis\" transform=\"translate(12 %u) rotate(-90)\" "
                  "text-anchor=\"middle\">%s</text>",
                  (TOP + chart->height - BOTTOM) / 2, chart->y_label);
}

static gboolean is_drawable(const TrainPoint *point)
{
    return isfinite(point->x) && isfinite(point->y);
}

static void draw_line(GString *out, const TrainChart *chart, const TrainSeries *series)
{
    gboolean open = FALSE;
    biqa_html_add(out, "<path class=\"line %s\" d=\"", series->style);
    for (guint i = 0; i < series->n; i++) {
        const TrainPoint *point = &series->points[i];
        if (is_drawable(point))
            biqa_html_add(out, "%c%.1f %.1f", open ? 'L' : 'M', place_x(chart, point->x),
                          place_y(chart, point->y));
        open = is_drawable(point);
    }
    g_string_append(out, "\"/>");
}

static void draw_dots(GString *out, const TrainChart *chart, const TrainSeries *series)
{
    for (guint i = 0; i < series->n; i++) {
        const TrainPoint *point = &series->points[i];
        if (!is_drawable(point))
            continue;
        biqa_html_add(out, "<circle class=\"dot %s%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\">",
                      series->style, point->marked ? " marked" : "", place_x(chart, point->x),
                      place_y(chart, point->y), series->line ? "2.5" : "3.5");
        if (point->title)
            biqa_html_add(out, "<title>%s</title>", point->title);
        g_string_append(out, "</circle>");
    }
}

void train_svg_chart(GString *out, const TrainChart *chart)
{
    biqa_html_add(out, "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"%s\">", chart->width,
                  chart->height, chart->label);
    draw_bands(out, chart);
    draw_x_axis(out, chart);
    draw_y_axis(out, chart);
    if (chart->diagonal) {
        const double low = MAX(chart->x_low, chart->y_low),
                     high = MIN(chart->x_high, chart->y_high);
        biqa_html_add(out,
                      "<line class=\"diagonal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                      "y2=\"%.1f\"/>",
                      place_x(chart, low), place_y(chart, low), place_x(chart, high),
                      place_y(chart, high));
    }
    for (guint s = 0; s < chart->n_series; s++) {
        if (chart->series[s].line)
            draw_line(out, chart, &chart->series[s]);
        if (chart->series[s].dots)
            draw_dots(out, chart, &chart->series[s]);
    }
    g_string_append(out, "</svg>\n");
}
