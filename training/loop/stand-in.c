/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A judge's figures as people's points. */
#include "stand-in.h"

#include "annotator.h"
#include "common-scale.h"
#include "judge.h"
#include "stand-in-private.h"
#include <math.h>

struct TrainStandIn {
    char *name;
    TrainJudge *judge;               /* NULL: an annotator */
    const TrainAnnotator *annotator; /* NULL: a judge */
    TrainLogistic scale;             /* of an annotator's figures */
};

double train_stand_in_figure(const TrainStandIn *stand_in, const TrainImage *reference,
                             const TrainImage *image)
{
    if (stand_in->judge)
        return train_judge_score(stand_in->judge, reference, image);
    const double value = stand_in->annotator->measure(reference, image);
    return stand_in->annotator->distance ? -value : value;
}

double train_stand_in_points(const TrainStandIn *stand_in, double figure)
{
    const double points = stand_in->judge ? figure : train_logistic_value(&stand_in->scale, figure);
    return CLAMP(points, 0, 100);
}

const char *train_stand_in_name(const TrainStandIn *stand_in)
{
    return stand_in->name;
}

/* -- its scale ----------------------------------------------------------------------------- */

typedef struct {
    const TrainStandIn *stand_in;
    const TrainRatings *rated;
    double *figures; /* NAN: no reference of the picture's size */
    GError **errors;
} Anchors;

static void measure_anchor(guint i, gpointer data)
{
    const Anchors *anchors = data;
    g_autofree char *path = train_ratings_reference(anchors->rated, i);
    anchors->figures[i] = NAN;
    if (!path || g_str_equal(path, anchors->rated->paths[i])) /* beside itself all look perfect */
        return;
    g_autoptr(TrainImage) reference = train_image_load(path, &anchors->errors[i]);
    g_autoptr(TrainImage) image =
        reference ? train_image_load(anchors->rated->paths[i], &anchors->errors[i]) : NULL;
    if (image && image->width == reference->width && image->height == reference->height)
        anchors->figures[i] = train_stand_in_figure(anchors->stand_in, reference, image);
}

/* Keeps the anchors that have a figure; returns their number. */
static guint keep_known(double *figures, double *points, guint n)
{
    guint known = 0;
    for (guint i = 0; i < n; i++) {
        if (isnan(figures[i]))
            continue;
        figures[known] = figures[i];
        points[known++] = points[i];
    }
    return known;
}

static gboolean fit_scale(TrainStandIn *stand_in, const TrainRatings *rated, TrainWorkers *workers,
                          GError **error)
{
    g_autofree double *figures = g_new(double, rated->n);
    g_autofree double *points = g_memdup2(rated->scores, rated->n * sizeof *points);
    g_autofree GError **errors = g_new0(GError *, rated->n);
    Anchors anchors = {stand_in, rated, figures, errors};
    train_workers_run(workers, rated->n, measure_anchor, &anchors);
    if (!train_workers_take_errors(errors, rated->n, error))
        return FALSE;
    const guint known = keep_known(figures, points, rated->n);
    if (known < TRAIN_STAND_IN_LEAST)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "ratings \"%s\": %u images have a reference of their size, and a scale for "
                    "\"%s\" takes %u; or let a fused judge rate",
                    rated->list, known, stand_in->name, TRAIN_STAND_IN_LEAST);
    else if (!train_logistic_fit(figures, points, known, &stand_in->scale))
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "ratings \"%s\": what \"%s\" says does not rise with them; let another judge "
                    "rate",
                    rated->list, stand_in->name);
    else
        return TRUE;
    return FALSE;
}

/* -- the stand-in -------------------------------------------------------------------------- */

TrainStandIn *train_stand_in_new(const char *what, const TrainRatings *rated, TrainWorkers *workers,
                                 GError **error)
{
    g_autoptr(TrainStandIn) stand_in = g_new0(TrainStandIn, 1);
    stand_in->name = g_strdup(what);
    stand_in->annotator = train_annotator_find(what);
    if (stand_in->annotator)
        return fit_scale(stand_in, rated, workers, error) ? g_steal_pointer(&stand_in) : NULL;
    if (!g_file_test(what, G_FILE_TEST_EXISTS)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" cannot rate: give the file of a fused judge or what `biqa-train "
                    "compare` prints, as vsi",
                    what);
        return NULL;
    }
    stand_in->judge = train_judge_load(what, error);
    return stand_in->judge ? g_steal_pointer(&stand_in) : NULL;
}

void train_stand_in_free(TrainStandIn *stand_in)
{
    if (!stand_in)
        return;
    train_judge_free(stand_in->judge);
    g_free(stand_in->name);
    g_free(stand_in);
}
