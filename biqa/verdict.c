/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From raw outputs to scores, their uncertainty and the hard flag. */
#include "verdict.h"

#include "uncertainty.h"

#include <math.h>

float biqa_result_raw(const BiqaResult *result, BiqaBranch branch)
{
    double sum = 0;

    for (guint i = 0; i < result->n_crops; i++)
        sum += result->crops[branch][i];
    return (float)(sum / result->n_crops);
}

double biqa_result_weight(const BiqaResult *result, guint task)
{
    const guint spots = MAX(result->n_spots, 1);
    double sum = 0;

    for (guint i = 0; i < spots; i++)
        sum += result->weights[i][task];
    return sum / spots;
}

double biqa_score(const BiqaScale *scale, double raw)
{
    const double score = scale->offset + scale->scale * raw;
    /* Backends report a NaN as an error; CLAMP would let one through. */
    return isnan(score) ? 0. : CLAMP(score, 0., 100.);
}

BiqaVerdict biqa_verdict(const BiqaScale *scale, const BiqaUncertainty *head,
                         const BiqaResult *result, double hard_threshold)
{
    BiqaVerdict verdict = {
        .score = biqa_score(scale, biqa_result_raw(result, BIQA_FULL)),
        .competitor_score = biqa_score(scale, biqa_result_raw(result, BIQA_COMPETITOR)),
        .uncertainty = NAN,
        .score_low = NAN,
        .score_high = NAN,
    };

    verdict.disagreement = fabs(verdict.score - verdict.competitor_score);
    if (head && head->n_terms > 0) {
        double figures[BIQA_N_FIGURES];

        biqa_figures(scale, result, figures);
        verdict.uncertainty = biqa_uncertainty(head, figures);
        if (head->n_images > 0) {
            verdict.score_low = MAX(verdict.score - head->quantile * verdict.uncertainty, 0.);
            verdict.score_high = MIN(verdict.score + head->quantile * verdict.uncertainty, 100.);
        }
    }
    verdict.hard =
        (isnan(verdict.uncertainty) ? verdict.disagreement : verdict.uncertainty) > hard_threshold;
    return verdict;
}
