/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures of a frame and the head that looks at them. */
#include "uncertainty.h"

#include <math.h>

#define REACH 3.  /* deviations from the mean beyond which a figure says no more */
#define MOST 100. /* points that a score can be wrong */

typedef struct {
    const BiqaScale *scale;
    const BiqaResult *result;
    double score, competitor;
} Frame;

static double score(const Frame *frame)
{
    return frame->score;
}

static double score_squared(const Frame *frame)
{
    return (frame->score - 50) * (frame->score - 50) / 2500;
}

static double difference(const Frame *frame)
{
    return frame->score - frame->competitor;
}

static double disagreement(const Frame *frame)
{
    return log1p(fabs(frame->score - frame->competitor));
}

static double crop_disagreement(const Frame *frame)
{
    const BiqaResult *result = frame->result;
    double sum = 0;

    for (guint i = 0; i < result->n_crops; i++)
        sum += fabs((double)result->crops[BIQA_FULL][i] - result->crops[BIQA_COMPETITOR][i]);
    return log1p(fabs((double)frame->scale->scale) * sum / result->n_crops);
}

static double deviation(const float *values, guint n)
{
    double mean = 0, squares = 0;

    for (guint i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (guint i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / n);
}

/* Of each spot by itself, then the mean: a deviation grows with the number of values it is of, and
 * heads are fitted to pictures that have one spot. */
static double branch_spread(const Frame *frame, BiqaBranch branch)
{
    const BiqaResult *result = frame->result;
    const guint spots = MAX(result->n_spots, 1), n = result->n_crops / spots;
    double sum = 0;

    for (guint i = 0; i < spots; i++)
        sum += deviation(&result->crops[branch][i * n], n);
    return log1p(fabs((double)frame->scale->scale) * sum / spots);
}

static double spread(const Frame *frame)
{
    return branch_spread(frame, BIQA_FULL);
}

static double competitor_spread(const Frame *frame)
{
    return branch_spread(frame, BIQA_COMPETITOR);
}

static const struct {
    const char *name;
    double (*of)(const Frame *frame);
    gboolean competitors;
} infos[] = {
    [BIQA_FIGURE_SCORE] = {"score", score, FALSE},
    [BIQA_FIGURE_SCORE_SQUARED] = {"score-squared", score_squared, FALSE},
    [BIQA_FIGURE_DIFFERENCE] = {"difference", difference, TRUE},
    [BIQA_FIGURE_DISAGREEMENT] = {"disagreement", disagreement, TRUE},
    [BIQA_FIGURE_CROP_DISAGREEMENT] = {"crop-disagreement", crop_disagreement, TRUE},
    [BIQA_FIGURE_SPREAD] = {"spread", spread, FALSE},
    [BIQA_FIGURE_COMPETITOR_SPREAD] = {"competitor-spread", competitor_spread, TRUE},
};
G_STATIC_ASSERT(G_N_ELEMENTS(infos) == BIQA_N_FIGURES);

const char *biqa_figure_name(BiqaFigure figure)
{
    return infos[figure].name;
}

gboolean biqa_figure_is_competitors(BiqaFigure figure)
{
    return infos[figure].competitors;
}

gboolean biqa_figure_find(const char *name, BiqaFigure *figure)
{
    for (guint i = 0; i < BIQA_N_FIGURES; i++) {
        if (g_str_equal(infos[i].name, name)) {
            *figure = i;
            return TRUE;
        }
    }
    return FALSE;
}

void biqa_figures(const BiqaScale *scale, const BiqaResult *result, double figures[BIQA_N_FIGURES])
{
    const Frame frame = {
        .scale = scale,
        .result = result,
        .score = biqa_score(scale, biqa_result_raw(result, BIQA_FULL)),
        .competitor = biqa_score(scale, biqa_result_raw(result, BIQA_COMPETITOR)),
    };

    for (guint i = 0; i < BIQA_N_FIGURES; i++)
        figures[i] = infos[i].of(&frame);
}

double biqa_uncertainty(const BiqaUncertainty *head, const double figures[BIQA_N_FIGURES])
{
    double sum = head->bias;

    for (guint i = 0; i < head->n_terms; i++) {
        const BiqaTerm *term = &head->terms[i];
        const double z = (figures[term->figure] - term->mean) / term->deviation;

        sum += term->weight * CLAMP(z, -REACH, REACH);
    }
    return MIN(exp(sum), MOST);
}
