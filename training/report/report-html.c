/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page. */
#include "report-private.h"

#include <math.h>

static void add_tile(GString *out, const char *title, const char *value, const char *note)
{
    biqa_html_add(out, "<div class=\"tile\"><span>%s</span><b>%s</b><span>%s</span></div>\n", title,
                  value, note);
}

static void add_validation_tiles(GString *out, const TrainReport *report)
{
    static const char *const titles[] = {
        [BIQA_FULL] = "Validation SRCC", [BIQA_COMPETITOR] = "Competitor SRCC"};
    for (guint b = 0; report->n && b < BIQA_N_BRANCHES; b++) {
        const TrainInterval interval = report->intervals[b].srcc;
        g_autofree char *value = g_strdup_printf("%.3f", report->agreement[b].srcc);
        g_autofree char *note = g_strdup_printf("95 %%: %.3f–%.3f", interval.low, interval.high);
        add_tile(out, titles[b], value, note);
    }
    if (!report->n && report->model->validation_srcc != 0) {
        g_autofree char *value = g_strdup_printf("%.3f", report->model->validation_srcc);
        add_tile(out, titles[BIQA_FULL], value, "as the model file says");
    }
    if (report->n) {
        g_autofree char *value = g_strdup_printf("%.1f", report->agreement[BIQA_FULL].rmse);
        add_tile(out, "RMSE", value, "points of 100, after the logistic");
    }
}

static void add_levels_tile(GString *out, const TrainReport *report)
{
    if (!report->levels || !report->levels->n_types)
        return;
    g_autofree double *types = g_new(double, report->levels->n_types);
    g_autofree char *value =
        g_strdup_printf("%.3f", train_levels_srcc(report->levels, BIQA_FULL, types));
    g_autofree char *note = g_strdup_printf("%u types, %u contents", report->levels->n_types,
                                            report->levels->n_contents);
    add_tile(out, "SRCC with level", value, note);
}

/* The middle one of what the log says. */
static double median_rate(const TrainRunLog *log)
{
    g_autofree double *rates = g_new(double, log->steps->len + 1);
    guint n = 0;
    for (guint i = 0; i < log->steps->len; i++) {
        const double rate = g_array_index(log->steps, TrainLogStep, i).images_per_second;
        if (isfinite(rate))
            rates[n++] = rate;
    }
    return train_quantile(rates, n, .5);
}

static void add_tiles(GString *out, const TrainReport *report)
{
    const BiqaModel *model = report->model;
    g_autofree char *flop = g_strdup_printf("%.0f M", biqa_model_flop(model) / 1e6);
    g_autofree char *params = g_strdup_printf("%.2f M", model->graph->n_params / 1e6);
    g_autofree char *steps =
        g_strdup_printf("%.0f", train_run_log_start(report->recipe, report->recipe->n_stages));
    g_autofree char *rate = g_strdup_printf("%.0f images a second", median_rate(report->log));
    g_autofree char *ratio =
        g_strdup_printf("competitor: %.0f %% pruned", 100 * model->pruning.ratio);

    g_string_append(out, "<div class=\"tiles\">\n");
    add_validation_tiles(out, report);
    add_levels_tile(out, report);
    add_tile(out, "Steps", steps, rate);
    add_tile(out, "FLOP a frame", flop, "both branches, all crops");
    add_tile(out, "Parameters", params, ratio);
    g_string_append(out, "</div>\n");
}

static void add_notes(GString *out, const TrainReport *report)
{
    if (!report->n && !report->levels)
        g_string_append(out, "<p class=\"dim\">Made without data: what needs a look at pictures is "
                             "left out. `biqa-train report RUN --data DATA` adds it.</p>");
    /* What the file says was measured by the same code on the same images. */
    const double said = report->model->validation_srcc, now = report->agreement[BIQA_FULL].srcc;
    if (report->n > 1 && fabs(said - now) > 1e-6)
        biqa_html_add(out,
                      "<p class=\"dim\">The model file says %.4f of its validation part, here it "
                      "is %.4f: the data are not those of the run.</p>",
                      said, now);
    if (report->log->unread)
        biqa_html_add(out, "<p class=\"dim\">%u lines of the log could not be read.</p>",
                      report->log->unread);
}

/* The last loss that was written in a stage, NAN where none was. */
static double last_loss(const TrainRunLog *log, guint stage)
{
    double loss = NAN;
    for (guint i = 0; i < log->steps->len; i++) {
        const TrainLogStep *step = &g_array_index(log->steps, TrainLogStep, i);
        loss = step->stage == stage ? step->loss : loss;
    }
    return loss;
}

static double end_srcc(const TrainRunLog *log, guint stage)
{
    for (guint i = 0; i < log->looks->len; i++) {
        const TrainLogLook *look = &g_array_index(log->looks, TrainLogLook, i);
        if (look->stage == stage && look->stage_end)
            return look->srcc;
    }
    return NAN;
}

static void add_cell(GString *out, double value)
{
    if (isfinite(value))
        biqa_html_add(out, "<td>%.4f</td>", value);
    else
        g_string_append(out, "<td>–</td>");
}

static void add_stages(GString *out, const TrainReport *report)
{
    g_string_append(
        out, "<section id=\"run\"><h2>What was run</h2><div class=\"scroll\"><table><thead>"
             "<tr><th>stage</th><th class=\"left\">kind</th><th>steps</th><th>rate</th><th>ranked "
             "groups</th><th>rated crops</th><th>last loss</th><th>validation SRCC</th>"
             "</tr></thead><tbody>\n");
    for (guint s = 0; s < report->recipe->n_stages; s++) {
        const TrainStageRecipe *stage = &report->recipe->stages[s];
        biqa_html_add(
            out,
            "<tr><td>%s</td><td class=\"left\">%s</td><td>%u</td><td>%g</td><td>%u</td><td>%u</td>",
            stage->name, stage->kind, stage->steps, stage->rate, stage->groups, stage->rated);
        add_cell(out, last_loss(report->log, s));
        add_cell(out, end_srcc(report->log, s));
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody></table></div>\n");
    if (report->model->datasets[0]) {
        g_string_append(out, "<h3>Data</h3><ul>");
        for (char **data = report->model->datasets; *data; data++)
            biqa_html_add(out, "<li>%s</li>", *data);
        g_string_append(out, "</ul>");
    }
    biqa_html_add(out, "<details><summary>Recipe</summary><pre>%s</pre></details></section>\n",
                  report->recipe->text);
}

static void add_head(GString *out, const TrainReport *report)
{
    const BiqaModel *model = report->model;
    biqa_html_add(out,
                  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta "
                  "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
                  "<title>%s: training report</title><style>",
                  model->name);
    g_string_append(out, train_report_style());
    biqa_html_add(out, "</style></head>\n<body><main><h1>%s</h1>", model->name);
    if (model->description && *model->description)
        biqa_html_add(out, "<p>%s</p>", model->description);
    biqa_html_add(out,
                  "<p class=\"dim\">Training report of biqa-train " BIQA_VERSION
                  " · seed %" G_GUINT64_FORMAT " · licence: %s</p>\n",
                  model->seed, model->license ? model->license : "unknown");
}

char *train_report_html(const TrainReport *report, GError **error)
{
    GString *out = g_string_new(NULL);

    add_head(out, report);
    add_tiles(out, report);
    add_notes(out, report);
    train_report_curves(out, report);
    train_report_scatter(out, report);
    train_report_levels(out, report);
    if (!train_report_examples(out, report, error)) {
        g_string_free(out, TRUE);
        return NULL;
    }
    add_stages(out, report);
    g_string_append(out, "</main></body></html>\n");
    return biqa_html_finish(out);
}
