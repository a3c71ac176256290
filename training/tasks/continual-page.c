/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of a sequence: one table of figures, one plot, and a table a method. */
#include "continual.h"
#include "html.h"
#include "report-private.h"
#include <math.h>

/* Colours of the methods, by day and night, and their keys in the legend. */
static const char *const classes[TRAIN_N_CONTINUAL] = {
    [TRAIN_CONTINUAL_GATED] = "full",      [TRAIN_CONTINUAL_ORACLE] = "oracle",
    [TRAIN_CONTINUAL_LAST] = "last",       [TRAIN_CONTINUAL_ONE] = "competitor",
    [TRAIN_CONTINUAL_KEEPING] = "keeping", [TRAIN_CONTINUAL_SEPARATE] = "apart",
    [TRAIN_CONTINUAL_JOINT] = "joint",
};

static const char colours[] =
    ":root{--oracle:#22863a;--last:#8a63d2;--keeping:#d6409f;--apart:#b08800;--joint:#6a737d}"
    ".key.keeping{background:var(--keeping)}svg .line.keeping{stroke:var(--keeping)}"
    "svg .dot.keeping{fill:var(--keeping)}"
    ".key.oracle{background:var(--oracle)}.key.last{background:var(--last)}"
    ".key.apart{background:var(--apart)}.key.joint{background:var(--joint)}"
    "svg .line.oracle{stroke:var(--oracle)}svg .line.last{stroke:var(--last)}"
    "svg .line.apart{stroke:var(--apart)}svg .line.joint{stroke:var(--joint)}"
    "svg .dot.oracle{fill:var(--oracle)}svg .dot.last{fill:var(--last)}"
    "svg .dot.apart{fill:var(--apart)}svg .dot.joint{fill:var(--joint)}";

/* To four decimals, of which none comes out as "-0.0000". */
static void add_figure(GString *out, double figure)
{
    g_string_append_printf(out, "<td>%.4f</td>", round(figure * 1e4) / 1e4 + 0.);
}

static void add_figures(GString *out, const TrainContinual *result)
{
    g_string_append(out, "<section><h2>Figures</h2><div class=\"scroll\"><table><tr><th></th>"
                         "<th>mean SRCC</th><th>plasticity</th><th>stability</th>"
                         "<th>forgetting</th></tr>\n");
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++) {
        const TrainContinualFigures figures = train_continual_figures(result, m);
        g_string_append_printf(out, "<tr><td>%s</td>", train_continual_name(m));
        add_figure(out, figures.mean);
        add_figure(out, figures.plasticity);
        add_figure(out, figures.stability);
        add_figure(out, figures.forgetting);
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table></div></section>\n");
}

static void add_plot(GString *out, const TrainContinual *result)
{
    TrainPoint points[TRAIN_N_CONTINUAL][TRAIN_CONTINUAL_MOST] = {0};
    TrainSeries series[TRAIN_N_CONTINUAL];
    double low = 0;

    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++) {
        for (guint t = 0; t < result->n; t++) {
            points[m][t].x = t + 1;
            points[m][t].y = train_continual_mean(result, m, t);
            points[m][t].title = train_continual_name(m);
            low = MIN(low, points[m][t].y);
        }
        series[m] = (TrainSeries){classes[m], points[m], result->n, TRUE, TRUE};
    }
    const TrainChart chart = {
        .label = "Mean SRCC over the tasks learned so far",
        .x_label = "tasks learned",
        .y_label = "mean SRCC",
        .width = 1040,
        .height = 380,
        .x_low = 1,
        .x_high = result->n,
        .y_low = low,
        .y_high = 1,
        .series = series,
        .n_series = TRAIN_N_CONTINUAL,
    };
    g_string_append(out, "<section><h2>After each task</h2>"
                         "<p class=\"dim\">Mean SRCC over the test parts of the tasks learned so "
                         "far.</p>\n");
    train_svg_chart(out, &chart);
    g_string_append(out, "<p class=\"legend\">");
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++)
        g_string_append_printf(out, "<span class=\"key %s\"></span>%s ", classes[m],
                               train_continual_name(m));
    g_string_append(out, "</p></section>\n");
}

static void add_table(GString *out, const TrainContinualParams *params,
                      const TrainContinual *result, TrainContinualMethod method)
{
    biqa_html_add(out, "<section><h2>%s</h2><div class=\"scroll\"><table><tr><th>SRCC after</th>",
                  train_continual_name(method));
    for (guint s = 0; s < result->n; s++)
        biqa_html_add(out, "<th>%s</th>", params->names[s]);
    g_string_append(out, "</tr>\n");
    for (guint t = 0; t < result->n; t++) {
        biqa_html_add(out, "<tr><td>%s</td>", params->names[t]);
        for (guint s = 0; s < result->n; s++) {
            if (s <= t)
                add_figure(out, result->srcc[method][t][s]);
            else
                g_string_append(out, "<td></td>");
        }
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table></div></section>\n");
}

char *train_continual_page(const TrainContinualParams *params, const TrainContinual *result)
{
    GString *out = g_string_new("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                                "<meta name=\"viewport\" content=\"width=device-width\">"
                                "<title>Learning task after task</title><style>");
    g_string_append(out, train_report_style());
    g_string_append(out, colours);
    g_string_append(out, "</style></head>\n<body><main><h1>Learning task after task</h1>\n");
    biqa_html_add(out, "<p class=\"dim\">%s, parts %s; in order: ", params->base, params->shares);
    for (guint t = 0; t < params->n; t++)
        biqa_html_add(out, "%s%s (%s)", t ? ", " : "", params->names[t], params->ratings[t]);
    g_string_append(out, "</p>\n");
    add_figures(out, result);
    add_plot(out, result);
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++)
        add_table(out, params, result, m);
    g_string_append(out, "</main></body></html>\n");
    return biqa_html_finish(out);
}
