/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file on the page: its row, and the chart, figures and pictures below it. */
#include "page-private.h"

#include "chart.h"
#include <math.h>
#include <string.h>

#define TIME_LABELS 5
#define SQUARE "viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\""

char *audit_page_time(guint64 time, guint64 whole)
{
    const guint64 s = time / 1000000000;

    if (whole < G_GUINT64_CONSTANT(10000000000))
        return g_strdup_printf("%.1f s", time / 1e9);
    if (s < 3600)
        return g_strdup_printf("%u:%02u", (guint)(s / 60), (guint)(s % 60));
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%02u:%02u", s / 3600, (guint)(s % 3600 / 60),
                           (guint)(s % 60));
}

void audit_page_add_score(GString *out, double score)
{
    if (isnan(score))
        g_string_append(out, "<span class=\"dim\">–</span>");
    else
        biqa_html_add(out, "<span class=\"s s%u\">%.1f</span>", (guint)(CLAMP(score, 0, 99.9) / 20),
                      score);
}

/* -- the row ------------------------------------------------------------------------------- */

static void add_key(GString *out, double value)
{
    if (isnan(value))
        g_string_append(out, "- ");
    else
        g_string_append_printf(out, "%.4g ", value);
}

static double hard_share(const AuditResult *result)
{
    return result->scored ? 100. * result->hard / result->scored : (double)NAN;
}

/* What the script sorts and filters by. */
static void add_keys(GString *out, const AuditPageRow *row)
{
    const AuditResult *result = row->result;

    biqa_html_add(out, "<tbody id=\"f%u\" data-f=\"%s%s%s%s\" data-k=\"", row->number,
                  audit_gate_fails(&row->totals->gate, result) ? "b" : "", result->hard ? "h" : "",
                  result->n_alarms ? "a" : "", result->state == AUDIT_PARTLY ? "p" : "");
    add_key(out, result->figures[AUDIT_MINIMUM]);
    add_key(out, result->figures[AUDIT_P5]);
    add_key(out, result->figures[AUDIT_MEDIAN]);
    add_key(out, result->figures[AUDIT_MEAN]);
    add_key(out, hard_share(result));
    g_string_append_printf(
        out, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\">",
        result->run_frames ? result->run_time + 1 : 0, result->n_alarms, result->duration);
}

static void add_name(GString *out, const AuditPageRow *row)
{
    g_autofree char *path = g_utf8_make_valid(row->result->entry->path, -1);
    const char *slash = strrchr(path, '/');
    g_autofree char *folder = slash ? g_strndup(path, (gsize)(slash - path) + 1) : g_strdup("");

    biqa_html_add(out,
                  "<td class=\"name\" title=\"%s\"><a href=\"#f%u\">%s</a><small>%s</small></td>",
                  path, row->number, slash ? slash + 1 : path, folder);
}

static void add_cell(GString *out, double value, const char *format)
{
    g_autofree char *text = NULL;

    if (!(value > 0)) {
        g_string_append(out, "<td class=\"dim\">–</td>");
        return;
    }
    text = g_strdup_printf(format, value);
    biqa_html_add(out, "<td>%s</td>", text);
}

static void add_time_cell(GString *out, gboolean there, guint64 ns)
{
    g_autofree char *text = there ? audit_page_time(ns, ns) : g_strdup("–");

    biqa_html_add(out, "<td%s>%s</td>", there ? "" : " class=\"dim\"", text);
}

static void add_summary(GString *out, const AuditPageRow *row)
{
    static const AuditFigure scores[] = {AUDIT_MINIMUM, AUDIT_P5, AUDIT_MEDIAN, AUDIT_MEAN};
    const AuditResult *result = row->result;

    g_string_append(out, "<tr class=\"r\">");
    add_name(out, row);
    g_string_append_printf(out, "<td><svg class=\"spark\" " SQUARE "><g id=\"t%u\">", row->number);
    audit_chart_add(out, result);
    g_string_append(out, "</g></svg></td>");
    for (guint i = 0; i < G_N_ELEMENTS(scores); i++) {
        g_string_append(out, "<td>");
        audit_page_add_score(out, result->figures[scores[i]]);
        g_string_append(out, "</td>");
    }
    add_cell(out, hard_share(result), "%.0f %%");
    add_time_cell(out, result->run_frames > 0, result->run_time);
    add_cell(out, result->n_alarms, "%.0f");
    add_time_cell(out, result->duration > 0, result->duration);
    g_string_append(out, "</tr>");
}

/* -- below it ------------------------------------------------------------------------------ */

static void add_time_axis(GString *out, const AuditResult *result)
{
    const guint64 start = result->timeline.n ? (guint64)result->timeline.bins[0].time * 1000000 : 0;

    if (result->duration == 0)
        return;
    g_string_append(out, "<div class=\"times\">");
    for (guint i = 0; i < TIME_LABELS; i++) {
        g_autofree char *text =
            audit_page_time(start + result->duration * i / (TIME_LABELS - 1), result->duration);
        biqa_html_add(out, "<span>%s</span>", text);
    }
    g_string_append(out, "</div>");
}

static void add_chart(GString *out, const AuditPageRow *row)
{
    const AuditResult *result = row->result;

    g_string_append(out,
                    "<div class=\"chart\"><div class=\"scores\"><span>100</span><span>80</span>"
                    "<span>60</span><span>40</span><span>20</span><span>0</span></div>"
                    "<div class=\"plot\"><svg " SQUARE " role=\"img\" aria-label=\"Scores over "
                    "time\">");
    if (row->below >= 0)
        g_string_append_printf(out, "<path class=\"b\" d=\"M0 %dh1000\"/>",
                               (int)lround(1000 - 10 * row->below));
    g_string_append_printf(out, "<use href=\"#t%u\"/>", row->number);
    for (guint i = 0; i < result->n_thumbnails; i++) {
        const AuditThumbnail *picture = &result->thumbnails[i];

        g_string_append_printf(out, "<path class=\"dot%s\" d=\"", picture->hard ? " dh" : "");
        audit_chart_add_dot(out, result, picture->time, picture->score);
        g_string_append(out, "\"/>");
    }
    g_string_append(out, "</svg>");
    add_time_axis(out, result);
    g_string_append(out, "</div></div>");
}

static void add_figure(GString *out, const char *title, const char *value)
{
    biqa_html_add(out, "<div><dt>%s</dt><dd>%s</dd></div>", title, value);
}

static void add_scores(GString *out, const AuditResult *result)
{
    for (guint i = 0; i < AUDIT_N_FIGURES; i++) {
        g_autofree char *value =
            isnan(result->figures[i]) ? g_strdup("–") : g_strdup_printf("%.1f", result->figures[i]);
        add_figure(out, audit_figure_title(i), value);
    }
}

static void add_frames(GString *out, const AuditResult *result)
{
    g_autofree char *size = g_strdup_printf("%d × %d", result->width, result->height);
    g_autofree char *frames = g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                                              result->scored, result->frames);
    g_autofree char *hard = g_strdup_printf("%" G_GUINT64_FORMAT, result->hard);

    add_figure(out, "picture", size);
    add_figure(out, "frames scored", frames);
    add_figure(out, "of them hard", hard);
    for (guint i = BIQA_DOMAIN_PICTURE + 1; i < BIQA_N_DOMAINS; i++) {
        g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, result->domains[i]);
        if (result->domains[i])
            add_figure(out, biqa_domain_name(i), count);
    }
}

static void add_run(GString *out, const AuditPageRow *row)
{
    const AuditResult *result = row->result;
    g_autofree char *title = g_strdup_printf("longest below %g", row->below);
    g_autofree char *start = audit_page_time(result->run_start, result->duration),
                    *time = audit_page_time(result->run_time, result->run_time);
    g_autofree char *value = result->run_frames
                                 ? g_strdup_printf("%" G_GUINT64_FORMAT " frames, %s from %s",
                                                   result->run_frames, time, start)
                                 : g_strdup("never");

    if (row->below >= 0)
        add_figure(out, title, value);
}

static void add_alarms(GString *out, const AuditResult *result)
{
    if (result->n_told == 0)
        return;
    g_string_append(out, "<p class=\"alarms\"><b>Alarms</b>");
    for (guint i = 0; i < result->n_told; i++) {
        const AuditAlarm *alarm = &result->alarms[i];
        g_autofree char *start = audit_page_time(alarm->start, result->duration),
                        *end = audit_page_time(alarm->end, result->duration);

        biqa_html_add(out, " <span>%s – %s", start, end);
        if (!isnan(alarm->score))
            biqa_html_add(out, ", lowest %.1f", alarm->score);
        g_string_append(out, "</span>");
    }
    if (result->n_alarms > result->n_told)
        biqa_html_add(out, " and %" G_GUINT64_FORMAT " more", result->n_alarms - result->n_told);
    g_string_append(out, "</p>");
}

static void add_pictures(GString *out, const AuditPageRow *row)
{
    const AuditResult *result = row->result;

    if (result->n_thumbnails == 0)
        return;
    if (!row->pictures) {
        g_string_append(out, "<p class=\"dim\">Its pictures are in the results file; this page "
                             "holds those of the files above.</p>");
        return;
    }
    g_string_append(out, "<div class=\"pictures\">");
    for (guint i = 0; i < result->n_thumbnails; i++) {
        const AuditThumbnail *picture = &result->thumbnails[i];
        g_autofree char *time = audit_page_time(picture->time, result->duration);

        biqa_html_add(out,
                      "<figure><img loading=\"lazy\" alt=\"\" src=\"data:image/jpeg;base64,%s\"/>"
                      "<figcaption>",
                      picture->jpeg);
        audit_page_add_score(out, picture->score);
        biqa_html_add(out, " %s%s", time, picture->hard ? " · hard" : "");
        if (!isnan(picture->uncertainty))
            biqa_html_add(out, " <small>uncertain by %.1f</small>", picture->uncertainty);
        g_string_append(out, "</figcaption></figure>");
    }
    g_string_append(out, "</div>");
}

static void add_details(GString *out, const AuditPageRow *row)
{
    const AuditResult *result = row->result;

    g_string_append(out, "<tr class=\"d\"><td colspan=\"10\"><div class=\"detail\">");
    if (result->state == AUDIT_PARTLY)
        biqa_html_add(out,
                      "<p class=\"warn\">Broken off after %" G_GUINT64_FORMAT " frames: %s</p>",
                      result->frames, result->reason ? result->reason : "");
    add_chart(out, row);
    add_alarms(out, result);
    add_pictures(out, row);
    g_string_append(out, "<dl>");
    add_scores(out, result);
    add_run(out, row);
    add_frames(out, result);
    g_string_append(out, "</dl></div></td></tr></tbody>\n");
}

void audit_page_add_row(GString *out, const AuditPageRow *row)
{
    add_keys(out, row);
    add_summary(out, row);
    add_details(out, row);
}

void audit_page_add_trouble(GString *out, const AuditResult *result)
{
    g_autofree char *path = g_utf8_make_valid(result->entry->path, -1);

    biqa_html_add(out, "<tr><td>%s</td><td>%s</td></tr>\n", path,
                  result->reason ? result->reason : "");
}
