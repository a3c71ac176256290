/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores by distortion type and level. */
#include "report-private.h"

#include <math.h>

typedef struct {
    double *types[BIQA_N_BRANCHES], mean[BIQA_N_BRANCHES]; /* SRCC with level */
    guint worst;
    double low, high; /* mean scores, for the shades */
} Figures;

static Figures measure(const TrainReport *report)
{
    Figures figures = {.low = 100};
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        figures.types[b] = g_new(double, report->levels->n_types);
        figures.mean[b] = train_levels_srcc(report->levels, b, figures.types[b]);
    }
    for (guint t = 0; t < report->levels->n_types; t++) {
        if (figures.types[BIQA_FULL][t] < figures.types[BIQA_FULL][figures.worst])
            figures.worst = t;
        for (guint level = 0; level <= TRAIN_LEVELS; level++) {
            const double mean = train_levels_mean(report->levels, BIQA_FULL, t, level);
            figures.low = fmin(figures.low, mean);
            figures.high = fmax(figures.high, mean);
        }
    }
    return figures;
}

static void add_level(GString *out, const TrainLevels *levels, const Figures *figures, guint at)
{
    const guint type = at / (TRAIN_LEVELS + 1), level = at % (TRAIN_LEVELS + 1);
    const double full = train_levels_mean(levels, BIQA_FULL, type, level),
                 competitor = train_levels_mean(levels, BIQA_COMPETITOR, type, level);
    const double share = level ? train_levels_in_order(levels, BIQA_FULL, type, level) : 1;
    biqa_html_add(out, "<td class=\"heat%s\" style=\"--v:%.2f\"", share < .5 ? " off" : "",
                  (full - figures->low) / fmax(figures->high - figures->low, 1));
    if (level)
        biqa_html_add(out, " title=\"%.0f of %u contents score below the level before\"",
                      share * levels->n_contents, levels->n_contents);
    biqa_html_add(out, ">%.1f<small>%+.1f</small></td>", full, competitor - full);
}

static void add_type(GString *out, const TrainReport *report, const Figures *figures, guint t)
{
    const TrainDistortion *type = g_ptr_array_index(report->types, t);
    biqa_html_add(out, "<tr><td title=\"%s\">%s</td><td class=\"%s\">%.3f</td><td>%.3f</td>",
                  type->title, type->name, t == figures->worst ? "worst" : "",
                  figures->types[BIQA_FULL][t], figures->types[BIQA_COMPETITOR][t]);
    for (guint level = 0; level <= TRAIN_LEVELS; level++)
        add_level(out, report->levels, figures, t * (TRAIN_LEVELS + 1) + level);
    g_string_append(out, "</tr>\n");
}

static void add_head(GString *out, const TrainReport *report, const Figures *figures)
{
    const guint worst = figures->worst;
    biqa_html_add(
        out,
        "<section id=\"levels\"><h2>Distortion types and levels</h2><p>SRCC of the score with the "
        "level, within each content and type: mean %.3f (competitor %.3f); worst type: %s, "
        "%.3f.</p>",
        figures->mean[BIQA_FULL], figures->mean[BIQA_COMPETITOR],
        ((const TrainDistortion *)g_ptr_array_index(report->types, worst))->name,
        figures->types[BIQA_FULL][worst]);
    biqa_html_add(out,
                  "<p class=\"dim\">%u contents, %s. A cell is the mean score of the full model "
                  "at that level, the small figure how far the competitor is from it; a frame "
                  "around it: less than half of the contents score below the level before.</p>",
                  report->levels->n_contents,
                  report->levels_held_out ? "held out from training"
                                          : "which training has seen: the recipe holds none out");
}

void train_report_levels(GString *out, const TrainReport *report)
{
    if (!report->levels || !report->levels->n_types)
        return;
    Figures figures = measure(report);
    add_head(out, report, &figures);
    g_string_append(out, "<div class=\"scroll\"><table><thead><tr><th>type</th><th>SRCC</th>"
                         "<th>competitor</th><th>reference</th>");
    for (guint level = 1; level <= TRAIN_LEVELS; level++)
        biqa_html_add(out, "<th>level %u</th>", level);
    g_string_append(out, "</tr></thead><tbody>\n");
    for (guint t = 0; t < report->levels->n_types; t++)
        add_type(out, report, &figures, t);
    g_string_append(out, "</tbody></table></div></section>\n");
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_free(figures.types[b]);
}
