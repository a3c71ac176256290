/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean, harmonic mean and extremes of a figure. */
#include "tally.h"

#include <math.h>

void biqa_tally_init(BiqaTally *tally)
{
    *tally = (BiqaTally){.minimum = INFINITY, .maximum = -INFINITY};
}

void biqa_tally_add(BiqaTally *tally, double value)
{
    if (isnan(value))
        return;
    tally->n++;
    tally->sum += value;
    tally->inverse += 1 / (value + 1);
    tally->minimum = MIN(tally->minimum, value);
    tally->maximum = MAX(tally->maximum, value);
}

double biqa_tally_mean(const BiqaTally *tally)
{
    return tally->n ? tally->sum / (double)tally->n : NAN;
}

double biqa_tally_minimum(const BiqaTally *tally)
{
    return tally->n ? tally->minimum : NAN;
}

double biqa_tally_maximum(const BiqaTally *tally)
{
    return tally->n ? tally->maximum : NAN;
}

double biqa_tally_harmonic_mean(const BiqaTally *tally)
{
    return tally->n ? (double)tally->n / tally->inverse - 1 : NAN;
}
