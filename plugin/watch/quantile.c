/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DDSketch over scores. */
#include "quantile.h"

#include <math.h>

#define HIGHEST 100.0

/* g = (1 + a) / (1 - a), so log g = 2 atanh(a). */
static double log_base(void)
{
    return 2 * atanh(BIQA_QUANTILE_ERROR);
}

/* Bucket 0 is of all that counts as 0; bucket b > 0 of (LOWEST g^(b - 1), LOWEST g^b]. */
static guint bucket_of(double value)
{
    const double power = log(value / BIQA_QUANTILE_LOWEST) / log_base();

    if (value < BIQA_QUANTILE_LOWEST)
        return 0;
    return (guint)CLAMP(ceil(power), 1, BIQA_QUANTILE_BUCKETS - 1);
}

/* The one value that is within a of everything in the bucket: 2 g^b / (g + 1). */
static double value_of(guint bucket)
{
    const double base = exp(log_base());

    return bucket ? BIQA_QUANTILE_LOWEST * 2 * exp(bucket * log_base()) / (base + 1) : 0;
}

void biqa_quantile_init(BiqaQuantile *sketch)
{
    *sketch = (BiqaQuantile){.minimum = INFINITY, .maximum = -INFINITY};
}

void biqa_quantile_add(BiqaQuantile *sketch, double value)
{
    g_return_if_fail(value >= 0 && value <= HIGHEST);
    sketch->n++;
    sketch->minimum = MIN(sketch->minimum, value);
    sketch->maximum = MAX(sketch->maximum, value);
    sketch->counts[bucket_of(value)]++;
}

void biqa_quantile_merge(BiqaQuantile *sketch, const BiqaQuantile *other)
{
    sketch->n += other->n;
    sketch->minimum = MIN(sketch->minimum, other->minimum);
    sketch->maximum = MAX(sketch->maximum, other->maximum);
    for (guint b = 0; b < BIQA_QUANTILE_BUCKETS; b++)
        sketch->counts[b] += other->counts[b];
}

double biqa_quantile_at(const BiqaQuantile *sketch, double q)
{
    guint64 below = 0;

    g_return_val_if_fail(q >= 0 && q <= 1, NAN);
    if (sketch->n == 0)
        return NAN;

    const guint64 rank = (guint64)floor(q * (double)(sketch->n - 1));
    guint bucket = 0;
    while ((below += sketch->counts[bucket]) <= rank)
        bucket++;
    /* Nothing lies outside what was seen, and the extremes are known exactly. */
    return CLAMP(value_of(bucket), sketch->minimum, sketch->maximum);
}
