/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The validation part, image by image. */
#include "report-private.h"

#include <math.h>

#define SIDE 360

double train_report_hardness(const BiqaVerdict *verdict)
{
    return isfinite(verdict->uncertainty) ? verdict->uncertainty : verdict->disagreement;
}

static const char *const titles[] = {
    [BIQA_FULL] = "Full model", [BIQA_COMPETITOR] = "Self-competitor"};
static const char *const styles[] = {[BIQA_FULL] = "full", [BIQA_COMPETITOR] = "competitor"};

static double score_of(const BiqaVerdict *verdict, BiqaBranch branch)
{
    return branch == BIQA_FULL ? verdict->score : verdict->competitor_score;
}

/* One dot an image: (x, y), named; titles are kept in names. */
static TrainPoint make_point(const TrainReport *report, guint i, GPtrArray *names)
{
    const BiqaVerdict *verdict = &report->verdicts[i];
    g_autofree char *file = g_path_get_basename(report->paths[i]);
    char *name = g_strdup_printf("%s: rated %.1f, full model %.1f, competitor %.1f", file,
                                 report->rated[i], verdict->score, verdict->competitor_score);
    g_ptr_array_add(names, name);
    return (TrainPoint){.title = name, .marked = verdict->hard};
}

static void add_chart(GString *out, TrainChart *chart, const TrainPoint *points, guint n,
                      const char *style)
{
    const TrainSeries series = {style, points, n, FALSE, TRUE};
    chart->width = chart->height = SIDE;
    chart->series = &series;
    chart->n_series = 1;
    train_svg_chart(out, chart);
}

static void add_branch(GString *out, const TrainReport *report, BiqaBranch branch)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree TrainPoint *points = g_new(TrainPoint, report->n);
    const TrainAgreement *a = &report->agreement[branch];
    const TrainAgreementIntervals *interval = &report->intervals[branch];
    TrainChart chart = {.label = "Predicted against rated",
                        .x_label = "rated",
                        .y_label = "predicted",
                        .x_high = 100,
                        .y_high = 100,
                        .diagonal = TRUE};

    for (guint i = 0; i < report->n; i++) {
        points[i] = make_point(report, i, names);
        points[i].x = report->rated[i];
        points[i].y = score_of(&report->verdicts[i], branch);
    }
    biqa_html_add(out, "<figure><h3>%s</h3>", titles[branch]);
    add_chart(out, &chart, points, report->n, styles[branch]);
    biqa_html_add(out,
                  "<figcaption>SRCC %.3f [%.3f, %.3f], PLCC %.3f [%.3f, %.3f], RMSE %.1f "
                  "points</figcaption></figure>\n",
                  a->srcc, interval->srcc.low, interval->srcc.high, a->plcc, interval->plcc.low,
                  interval->plcc.high, a->rmse);
}

/* Does what makes an image hard tell how wrong its score is? */
static void add_error(GString *out, const TrainReport *report)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree TrainPoint *points = g_new(TrainPoint, report->n);
    g_autofree double *hardness = g_new(double, report->n);
    g_autofree double *errors = g_new(double, report->n);
    const gboolean told = isfinite(report->verdicts[0].uncertainty);
    TrainChart chart = {.label = "Error against what the hard flag goes by",
                        .x_label = told ? "uncertainty" : "disagreement",
                        .y_label = "error",
                        .x_high = 1,
                        .y_high = 10};

    for (guint i = 0; i < report->n; i++) {
        hardness[i] = train_report_hardness(&report->verdicts[i]);
        errors[i] = fabs(report->verdicts[i].score - report->rated[i]);
        points[i] = make_point(report, i, names);
        points[i].x = hardness[i];
        points[i].y = errors[i];
        chart.x_high = fmax(chart.x_high, hardness[i]);
        chart.y_high = fmax(chart.y_high, errors[i]);
    }
    biqa_html_add(out, "<figure><h3>Does %s tell the error?</h3>", chart.x_label);
    add_chart(out, &chart, points, report->n, "full");
    biqa_html_add(out,
                  "<figcaption>Rank correlation of the two: %.2f. 0 would mean that the hard "
                  "flag tells nothing of the error.</figcaption></figure>\n",
                  train_srcc(hardness, errors, report->n));
}

void train_report_scatter(GString *out, const TrainReport *report)
{
    if (!report->n)
        return;
    biqa_html_add(out,
                  "<section id=\"scatter\"><h2>Predicted against rated</h2><p class=\"dim\">The "
                  "validation part, %u images: not trained on, but looked at while choosing. "
                  "Intervals: 95 %%, bootstrap over images.</p>",
                  report->n);
    g_string_append(out, TRAIN_REPORT_LEGEND " <span class=\"key hard\"></span>called hard</p>"
                                             "<div class=\"two\">");
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        add_branch(out, report, b);
    add_error(out, report);
    g_string_append(out, "</div></section>\n");
}
