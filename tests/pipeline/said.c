/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element against `biqa-train score`. */
#include "said.h"

#include "model.h"

#include <gst/gst.h>
#include <math.h>

#define AGREEMENT .05 /* points of 100: what the scores of element and trainer may differ by */

enum { SCORE, COMPETITOR, UNCERTAINTY, LOW, HIGH, N_FIELDS };
/* Their columns in what `score` prints, too. */
static const struct {
    const char *name;
    guint column;
} reported[N_FIELDS] = {[SCORE] = {"score", 1},
                        [COMPETITOR] = {"competitor-score", 2},
                        [UNCERTAINTY] = {"uncertainty", 5},
                        [LOW] = {"score-low", 6},
                        [HIGH] = {"score-high", 7}};

/* What the element says of a picture: the fields of its one message, NAN where one is not there. */
static void score_by_element(const char *backend, const char *model, const char *path,
                             double said[N_FIELDS])
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf(
        "filesrc location=\"%s\" ! decodebin ! biqafilter backend=%s model=\"%s\" ! "
        "fakesink",
        path, backend, model);
    g_autoptr(GstElement) pipeline = gst_parse_launch(line, &error);
    g_assert_no_error(error);
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    guint found = 0;
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (gboolean done = FALSE; !done;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
            bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
        const GstStructure *fields = gst_message_get_structure(message);
        g_assert_cmpint(GST_MESSAGE_TYPE(message), !=, GST_MESSAGE_ERROR);
        done = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
        if (!done && gst_structure_has_name(fields, "biqa")) {
            for (guint f = 0; f < N_FIELDS; f++)
                if (!gst_structure_get_double(fields, reported[f].name, &said[f]))
                    said[f] = NAN;
            found++;
        }
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    g_assert_cmpuint(found, ==, 1);
}

/* No figure of a head changes faster than the scores it is of, so u = exp(b + sum w z) changes by
 * at most u * sum |w| / deviation for each point that they do. */
static double tolerance(const BiqaUncertainty *head, guint field, double u)
{
    double slope = 0;
    for (guint k = 0; k < head->n_terms; k++)
        slope += u * fabs(head->terms[k].weight) / head->terms[k].deviation;
    if (field == SCORE || field == COMPETITOR)
        return AGREEMENT;
    return AGREEMENT * (field == UNCERTAINTY ? slope : 1 + head->quantile * slope) + 1e-4;
}

void compare_picture(const char *backend, const char *model, const char *path, const char *row)
{
    g_autoptr(BiqaModel) loaded = biqa_model_load(model, NULL);
    const BiqaUncertainty *head = &loaded->uncertainty;
    g_auto(GStrv) cells = g_strsplit(row, ",", -1);
    double said[N_FIELDS];

    score_by_element(backend, model, path, said);
    for (guint f = 0; f < N_FIELDS; f++) {
        const char *cell = cells[reported[f].column];
        g_test_message("%s, %s: element %.4f, biqa-train %s", path, reported[f].name, said[f],
                       cell);
        g_assert_cmpint(isnan(said[f]), ==, !*cell);
        if (!isnan(said[f]))
            g_assert_cmpfloat(fabs(said[f] - g_ascii_strtod(cell, NULL)), <=,
                              tolerance(head, f, said[UNCERTAINTY]));
    }
    g_assert_cmpint(isnan(said[HIGH]), ==, !head->n_images);
    g_assert_cmpfloat(said[SCORE], >, 0);
    g_assert_cmpfloat(said[SCORE], <, 100);
}
