/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean opinion scores, and who does not count. */
#include "opinions-private.h"

#include "metrics.h"
#include <math.h>

const char TRAIN_WHY_OUTLIER[] = "outlier after BT.500";
const char TRAIN_WHY_AGAINST[] = "against the others: turned round?";

/* (raters, images), NAN: not graded */
typedef struct {
    guint n_raters, n_images;
    double *points;
} Table;

static double at(const Table *table, guint rater, guint image)
{
    return table->points[(gsize)rater * table->n_images + image];
}

static Table fill_table(const TrainGrades *grades)
{
    Table table = {grades->raters->len, grades->images->len, NULL};
    const gsize n = (gsize)table.n_raters * table.n_images;
    g_autofree guint *count = g_new0(guint, n);
    table.points = g_new0(double, n);
    for (guint i = 0; i < grades->grades->len; i++) {
        const TrainGrade *grade = &g_array_index(grades->grades, TrainGrade, i);
        const gsize place = (gsize)grade->rater * table.n_images + grade->image;
        table.points[place] += 25 * (grade->grade - 1);
        count[place]++;
    }
    for (gsize i = 0; i < n; i++)
        table.points[i] = count[i] ? table.points[i] / count[i] : NAN;
    return table;
}

/* Moments of a picture's points over raters that count, without one of them. */
typedef struct {
    guint n;
    double mean, deviation, kurtosis;
} Moments;

static Moments measure(const Table *table, const TrainRater *raters, guint image, guint without)
{
    Moments moments = {0};
    double sum[3] = {0};
    for (guint r = 0; r < table->n_raters; r++) {
        const double value = at(table, r, image);
        if (r == without || raters[r].why_not || isnan(value))
            continue;
        moments.n++;
        sum[0] += value;
    }
    moments.mean = sum[0] / moments.n;
    for (guint r = 0; r < table->n_raters; r++) {
        const double d = at(table, r, image) - moments.mean;
        if (r == without || raters[r].why_not || isnan(d))
            continue;
        sum[1] += d * d;
        sum[2] += d * d * d * d;
    }
    moments.deviation = moments.n > 1 ? sqrt(sum[1] / (moments.n - 1)) : NAN;
    moments.kurtosis = sum[2] * moments.n / (sum[1] * sum[1]);
    return moments;
}

/* BT.500's screening of one rater against all moments. */
static gboolean is_outlier(const Table *table, const Moments *moments, guint rater)
{
    guint n = 0, above = 0, below = 0;
    for (guint i = 0; i < table->n_images; i++) {
        const double value = at(table, rater, i);
        const gboolean normal = moments[i].kurtosis >= 2 && moments[i].kurtosis <= 4;
        const double far = (normal ? 2 : sqrt(20)) * moments[i].deviation;
        if (isnan(value))
            continue;
        n++;
        above += far > 0 && value >= moments[i].mean + far;
        below += far > 0 && value <= moments[i].mean - far;
    }
    const double out = above + below;
    return out > .05 * n && fabs((double)above - below) < .3 * out;
}

static void screen(const Table *table, TrainRater *raters)
{
    g_autofree Moments *moments = g_new(Moments, table->n_images);
    g_autofree gboolean *outliers = g_new(gboolean, table->n_raters);
    for (guint i = 0; i < table->n_images; i++)
        moments[i] = measure(table, raters, i, G_MAXUINT);
    for (guint r = 0; r < table->n_raters; r++)
        outliers[r] = !raters[r].why_not && is_outlier(table, moments, r);
    for (guint r = 0; r < table->n_raters; r++) {
        if (outliers[r])
            raters[r].why_not = TRAIN_WHY_OUTLIER;
    }
}

/* Of a rater with the mean of the others that count. */
static double agreement(const Table *table, const TrainRater *raters, guint rater)
{
    g_autofree double *own = g_new(double, table->n_images);
    g_autofree double *others = g_new(double, table->n_images);
    guint n = 0;
    for (guint i = 0; i < table->n_images; i++) {
        const Moments moments = measure(table, raters, i, rater);
        if (isnan(at(table, rater, i)) || !moments.n)
            continue;
        own[n] = at(table, rater, i);
        others[n++] = moments.mean;
    }
    return n < TRAIN_RATER_LEAST ? NAN : train_srcc(own, others, n);
}

static void compare_raters(const Table *table, TrainRater *raters)
{
    for (guint r = 0; r < table->n_raters; r++)
        raters[r].agreement = agreement(table, raters, r);
}

/* Who is turned round spoils the mean that others are compared with: the worst goes first. */
static void leave_out_turned(const Table *table, TrainRater *raters)
{
    for (;;) {
        guint worst = G_MAXUINT, left = 0;
        compare_raters(table, raters);
        for (guint r = 0; r < table->n_raters; r++) {
            left += !raters[r].why_not;
            if (!raters[r].why_not && raters[r].agreement < 0 &&
                (worst == G_MAXUINT || raters[r].agreement < raters[worst].agreement))
                worst = r;
        }
        if (worst == G_MAXUINT || left < 3) /* of two, nobody knows who it is */
            return;
        raters[worst].why_not = TRAIN_WHY_AGAINST;
    }
}

/* 1 - observed / expected disagreement, both of squared differences (Krippendorff, for intervals
 * and any number of gaps). */
static double alpha(const Table *table, const TrainRater *raters)
{
    double observed = 0, n = 0, sum = 0, squares = 0;
    for (guint i = 0; i < table->n_images; i++) {
        const Moments moments = measure(table, raters, i, G_MAXUINT);
        if (moments.n < 2)
            continue;
        const double spread = moments.deviation * moments.deviation * (moments.n - 1);
        /* Over ordered pairs of values, sum (a - b)^2 = 2 n sum (a - mean)^2. */
        observed += 2 * moments.n * spread / (moments.n - 1);
        n += moments.n;
        sum += moments.n * moments.mean;
        squares += spread + moments.n * moments.mean * moments.mean;
    }
    const double expected = 2 * (n * squares - sum * sum) / (n - 1);
    return n > 1 && expected > 0 ? 1 - observed / expected : NAN;
}

void opinions_of_absolute(const TrainGrades *grades, TrainOpinions *opinions)
{
    const Table table = fill_table(grades);
    leave_out_turned(&table, opinions->raters);
    screen(&table, opinions->raters);
    compare_raters(&table, opinions->raters);
    opinions->alpha = alpha(&table, opinions->raters);
    for (guint i = 0; i < table.n_images; i++) {
        const Moments moments = measure(&table, opinions->raters, i, G_MAXUINT);
        const double half = 1.96 * moments.deviation / sqrt(moments.n);
        opinions->images[i] =
            (TrainOpinion){moments.n,           moments.mean,        moments.deviation,
                           moments.mean - half, moments.mean + half, 0};
    }
    opinions->n_groups = 1;
    g_free(table.points);
}

TrainOpinions *train_opinions_new(const TrainGrades *grades)
{
    TrainOpinions *opinions = g_new0(TrainOpinions, 1);
    opinions->n_images = grades->images->len;
    opinions->n_raters = grades->raters->len;
    opinions->images = g_new0(TrainOpinion, opinions->n_images);
    opinions->raters = g_new0(TrainRater, opinions->n_raters);
    opinions->alpha = NAN;
    for (guint i = 0; i < grades->grades->len; i++)
        opinions->raters[g_array_index(grades->grades, TrainGrade, i).rater].n++;
    if (grades->comparison)
        opinions_of_pairs(grades, opinions);
    else
        opinions_of_absolute(grades, opinions);
    return opinions;
}

void train_opinions_free(TrainOpinions *opinions)
{
    if (!opinions)
        return;
    g_free(opinions->images);
    g_free(opinions->raters);
    g_free(opinions);
}
