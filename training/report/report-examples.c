/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images that one looks at first. */
#include "report-private.h"

#include "image.h"
#include <math.h>
#include <stdlib.h>

#define EXAMPLES 8
#define THUMBNAIL 330 /* pixels of the longer side, at most */
#define QUALITY 80

typedef struct {
    guint image;
    double key;
} Ranked;

static int fall(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key) - (x->key > y->key)
                            : (x->image > y->image) - (x->image < y->image);
}

static double error_of(const TrainReport *report, guint i)
{
    return fabs(report->verdicts[i].score - report->rated[i]);
}

static double hardness_of(const TrainReport *report, guint i)
{
    return train_report_hardness(&report->verdicts[i]);
}

static GBytes *make_thumbnail(const char *path, GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    if (!image)
        return NULL;
    const guint longer = MAX(image->width, image->height),
                factor =
                    MIN((longer + THUMBNAIL - 1) / THUMBNAIL, MIN(image->width, image->height));
    g_autoptr(TrainImage) small = train_image_reduce(image, MAX(1, factor));
    return train_image_jpeg(small, QUALITY, error);
}

/* A strip from 0 to 100 with what was rated and what was predicted. */
static void add_strip(GString *out, const BiqaVerdict *verdict, double rated)
{
    g_string_append(out, "<svg viewBox=\"0 0 220 22\" aria-hidden=\"true\"><line class=\"grid\" "
                         "x1=\"10\" x2=\"210\" y1=\"11\" y2=\"11\"/>");
    if (isfinite(verdict->score_low) && isfinite(verdict->score_high))
        biqa_html_add(out, "<line class=\"range\" x1=\"%.1f\" x2=\"%.1f\" y1=\"11\" y2=\"11\"/>",
                      10 + 2 * verdict->score_low, 10 + 2 * verdict->score_high);
    biqa_html_add(out,
                  "<rect class=\"truth\" x=\"%.1f\" y=\"2\" width=\"3\" height=\"18\"/>"
                  "<circle class=\"dot competitor\" cx=\"%.1f\" cy=\"11\" r=\"5\"/>"
                  "<circle class=\"dot full\" cx=\"%.1f\" cy=\"11\" r=\"5\"/></svg>",
                  8.5 + 2 * rated, 10 + 2 * verdict->competitor_score, 10 + 2 * verdict->score);
}

static gboolean add_example(GString *out, const TrainReport *report, guint i, GError **error)
{
    const BiqaVerdict *verdict = &report->verdicts[i];
    g_autofree char *name = g_path_get_basename(report->paths[i]);
    g_autoptr(GBytes) thumbnail = make_thumbnail(report->paths[i], error);
    if (!thumbnail)
        return FALSE;
    biqa_html_add(out, "<figure><img alt=\"%s\" src=\"", name);
    biqa_html_add_data(out, "image/jpeg", thumbnail);
    g_string_append(out, "\"/>");
    add_strip(out, verdict, report->rated[i]);
    biqa_html_add(out,
                  "<figcaption><span class=\"name\" title=\"%s\">%s</span>rated <b>%.1f</b>, "
                  "full <b>%.1f</b>, competitor <b>%.1f</b>%s</figcaption></figure>\n",
                  name, name, report->rated[i], verdict->score, verdict->competitor_score,
                  verdict->hard ? ", hard" : "");
    return TRUE;
}

typedef struct {
    const char *id, *title, *explanation;
    double (*key)(const TrainReport *report, guint image);
} Gallery;

static const Gallery galleries[] = {
    {"hardest", "Hardest", "Where the model doubts its own score most.", hardness_of},
    {"missed", "Worst missed", "Where the score is farthest from the rating.", error_of},
};

static gboolean add_gallery(GString *out, const TrainReport *report, const Gallery *gallery,
                            GError **error)
{
    g_autofree Ranked *order = g_new(Ranked, report->n);
    for (guint i = 0; i < report->n; i++)
        order[i] = (Ranked){i, gallery->key(report, i)};
    qsort(order, report->n, sizeof *order, fall);
    biqa_html_add(out, "<section id=\"%s\"><h2>%s</h2><p class=\"dim\">%s</p>", gallery->id,
                  gallery->title, gallery->explanation);
    g_string_append(out, TRAIN_REPORT_LEGEND " <span class=\"key truth\"></span>rated; the line "
                                             "goes from 0 to 100</p><div class=\"examples\">\n");
    for (guint k = 0; k < MIN(EXAMPLES, report->n); k++) {
        if (!add_example(out, report, order[k].image, error))
            return FALSE;
    }
    g_string_append(out, "</div></section>\n");
    return TRUE;
}

gboolean train_report_examples(GString *out, const TrainReport *report, GError **error)
{
    for (guint g = 0; report->n && g < G_N_ELEMENTS(galleries); g++) {
        if (!add_gallery(out, report, &galleries[g], error))
            return FALSE;
    }
    return TRUE;
}
