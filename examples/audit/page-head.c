/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the page says of all files: figures at its head, the method at its foot. */
#include "page-private.h"

#include <math.h>

#define BAR_WIDTH 50 /* of 1000 */

static void add_tile(GString *out, const char *title, const char *note, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void add_tile(GString *out, const char *title, const char *note, const char *format, ...)
{
    g_autofree char *value = NULL;
    va_list args;

    va_start(args, format);
    value = g_strdup_vprintf(format, args);
    va_end(args);
    biqa_html_add(out, "<div class=\"tile\"><span>%s</span><b>%s</b><span>%s</span></div>\n", title,
                  value, note);
}

/* "4500", "45 000", "4.50 M": what a tile has room for. (transfer full) */
static char *count_text(guint64 count)
{
    if (count < 10000)
        return g_strdup_printf("%u", (guint)count);
    if (count < 1000000)
        return g_strdup_printf("%u\u202f%03u", (guint)(count / 1000), (guint)(count % 1000));
    return g_strdup_printf("%.2f\u202fM", (double)count / 1e6);
}

static void add_score_tiles(GString *out, const AuditTotals *totals)
{
    g_autofree char *harmonic =
        g_strdup_printf("harmonic mean %.1f", audit_totals_harmonic_mean(totals));
    g_autofree char *count = count_text(totals->hard);
    g_autofree char *hard = g_strdup_printf("%s frames to doubt", count);

    if (totals->scored == 0)
        return;
    add_tile(out, "Mean score", harmonic, "%.1f", audit_totals_mean(totals));
    add_tile(out, "Lowest score", "of any frame", "%.1f", totals->lowest);
    add_tile(out, "Hard", hard, "%.1f %%", 100. * totals->hard / totals->scored);
}

static void add_tiles(GString *out, const AuditTotals *totals)
{
    const guint trouble = totals->files - totals->states[AUDIT_MEASURED];
    g_autofree char *length = audit_page_time(totals->duration, totals->duration);
    g_autofree char *scored = count_text(totals->scored), *all = count_text(totals->frames),
                    *files = count_text(totals->files), *alarms = count_text(totals->alarms);
    g_autofree char *frames = g_strdup_printf("of %s in %s", all, length);
    g_autofree char *bound =
        isnan(totals->gate.bound)
            ? g_strdup("an alarm rang")
            : g_strdup_printf("%s below %g, or an alarm", audit_figure_title(totals->gate.figure),
                              totals->gate.bound);

    g_string_append(out, "<div class=\"tiles\">\n");
    add_tile(out, "Files", trouble ? "found" : "all measured", "%s", files);
    if (trouble)
        add_tile(out, "In trouble", "not measured to the end", "%u", trouble);
    if (totals->failing || !isnan(totals->gate.bound))
        add_tile(out, "Not passing", bound, "%u", totals->failing);
    add_tile(out, "Frames scored", frames, "%s", scored);
    add_score_tiles(out, totals);
    if (totals->alarms)
        add_tile(out, "Alarms", "in all files", "%s", alarms);
    g_string_append(out, "</div>\n");
}

static guint64 highest_bar(const AuditTotals *totals)
{
    guint64 most = 1;

    for (guint i = 0; i < AUDIT_HISTOGRAM; i++)
        most = MAX(most, totals->histogram[i]);
    return most;
}

/* How many frames have which score. */
static void add_histogram(GString *out, const AuditTotals *totals)
{
    const guint64 most = highest_bar(totals);

    if (totals->scored == 0)
        return;
    g_string_append(out,
                    "<section><h2>Scores of all frames</h2><div class=\"hist\"><svg viewBox=\"0 0 "
                    "1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"How many "
                    "frames have which score\">");
    for (guint i = 0; i < AUDIT_HISTOGRAM; i++) {
        const double height = 100. * totals->histogram[i] / most;

        biqa_html_add(out,
                      "<rect class=\"s%u\" x=\"%u\" y=\"%.1f\" width=\"%u\" height=\"%.1f\"><title>"
                      "%u to %u: %" G_GUINT64_FORMAT " frames</title></rect>",
                      i * 5 / AUDIT_HISTOGRAM, i * BAR_WIDTH + 2, 100 - height, BAR_WIDTH - 4,
                      height, i * 100 / AUDIT_HISTOGRAM, (i + 1) * 100 / AUDIT_HISTOGRAM,
                      totals->histogram[i]);
    }
    g_string_append(out, "</svg><div class=\"times\"><span>0 bad</span><span>20</span><span>40"
                         "</span><span>60</span><span>80</span><span>100 excellent</span></div>"
                         "</div></section>\n");
}

void audit_page_add_head(GString *out, const AuditTotals *totals, const AuditMethod *method)
{
    biqa_html_add(
        out,
        "<p class=\"dim\">How good the pictures look, from 0 (bad) to 100 (excellent), as "
        "judged without an original by %s with the model %s. Worst files first.</p>\n",
        method->element, method->model);
    add_tiles(out, totals);
    add_histogram(out, totals);
}

/* -- method -------------------------------------------------------------------------------- */

static void add_row(GString *out, const char *what, const char *value)
{
    if (value && *value)
        biqa_html_add(out, "<tr><th>%s</th><td>%s</td></tr>\n", what, value);
}

static const char reading[] =
    "<p>The chart of a file shows the lowest score of each stretch of time as a strong line and "
    "the "
    "mean as a faint one; so a single bad frame shows however long the file is. Ticks at the foot "
    "mark <b>hard</b> frames: those whose score may be far from what people would say. Red bands "
    "are "
    "alarms, grey ones are times with no picture to score: black, flat or frozen pictures, test "
    "cards, HDR. The dashed line is the bound that <i>Below</i> is measured against. Dots mark the "
    "frames whose pictures stand under the chart: the lowest scores and the hardest frames, at "
    "least "
    "two seconds from one another.</p>\n";

void audit_page_add_method(GString *out, const AuditTotals *totals, const AuditMethod *method)
{
    g_autofree char *settings = g_strjoinv("\n", method->settings),
                    *devices = g_strjoinv("\n", (char **)totals->devices->pdata);
    g_autofree char *bound = method->below >= 0 ? g_strdup_printf("%g", method->below) : NULL;
    g_autofree char *shard = method->shard.count > 1
                                 ? g_strdup_printf("%u of %u: other parts are elsewhere",
                                                   method->shard.index, method->shard.count)
                                 : NULL;

    g_string_append(out, "<section class=\"method\"><h2>How it was measured</h2>\n<table>");
    add_row(out, "Element", method->element);
    add_row(out, "Model", method->model);
    add_row(out, "Model’s file, SHA-256", method->model_digest);
    add_row(out, "Trained on", method->model_data);
    add_row(out, totals->devices->len > 1 ? "Devices" : "Device", devices);
    add_row(out, "Settings",
            *settings ? settings : "the element’s defaults: every frame is scored");
    add_row(out, "Bound of “Below”", bound);
    add_row(out, "Shard", shard);
    add_row(out, "Begun", method->started);
    g_string_append_printf(out, "</table>\n%s</section>\n", reading);
}
