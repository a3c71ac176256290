/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From raw outputs to scores and the hard flag. */
#include "verdict.h"

#include <math.h>

double biqa_score(const BiqaScale *scale, double raw)
{
    const double score = scale->offset + scale->scale * raw;
    /* Backends report a NaN as an error; CLAMP would let one through. */
    return isnan(score) ? 0. : CLAMP(score, 0., 100.);
}

BiqaVerdict biqa_verdict(const BiqaScale *scale, const BiqaResult *result, double hard_threshold)
{
    BiqaVerdict verdict = {
        .score = biqa_score(scale, result->raw[BIQA_FULL]),
        .competitor_score = biqa_score(scale, result->raw[BIQA_COMPETITOR]),
    };
    verdict.disagreement = fabs(verdict.score - verdict.competitor_score);
    verdict.hard = verdict.disagreement > hard_threshold;
    return verdict;
}
