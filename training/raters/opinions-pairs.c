/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores from comparisons (Bradley and Terry, Biometrika 1952), by Hunter's minorisation (Annals of
 * Statistics 2004): strength_i = wins_i / sum_j n_ij / (strength_i + strength_j). */
#include "opinions-private.h"

#include <math.h>

#define ROUNDS 10000
#define STILL 1e-10

/* The logistic is within .01 of the normal distribution function of 1.702 times its width, so this
 * many points are one unit of log strength where 12 sqrt(2) are a standard deviation. */
#define POINTS (12 * G_SQRT2 / 1.702)

/* Two pictures that were compared, each pair of them once. */
typedef struct {
    guint a, b;
    double wins[2]; /* of a, of b */
} Duel;

static guint64 key_of(guint a, guint b)
{
    return (guint64)MIN(a, b) << 32 | MAX(a, b);
}

static GArray *collect(const TrainGrades *grades)
{
    GArray *duels = g_array_new(FALSE, FALSE, sizeof(Duel));
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < grades->grades->len; i++) {
        const TrainGrade *grade = &g_array_index(grades->grades, TrainGrade, i);
        const guint64 key = key_of(grade->image, grade->other);
        const double share = grade->grade > 0 ? 1 : grade->grade < 0 ? 0 : .5;
        guint found = GPOINTER_TO_UINT(g_hash_table_lookup(known, &key));
        if (!found) {
            const Duel duel = {grade->image, grade->other, {.5, .5}};
            g_array_append_val(duels, duel);
            found = duels->len;
            g_hash_table_insert(known, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(found));
        }
        Duel *duel = &g_array_index(duels, Duel, found - 1);
        const guint winner = duel->a != grade->image;
        duel->wins[winner] += share;
        duel->wins[!winner] += 1 - share;
    }
    return duels;
}

/* Numbers of groups, from 0 in the order of their first pictures. */
static void find_groups(const GArray *duels, TrainOpinions *opinions)
{
    const guint n = opinions->n_images;
    gboolean changed = TRUE;
    for (guint i = 0; i < n; i++)
        opinions->images[i].group = i;
    while (changed) {
        changed = FALSE;
        for (guint d = 0; d < duels->len; d++) {
            const Duel *duel = &g_array_index(duels, Duel, d);
            guint *a = &opinions->images[duel->a].group, *b = &opinions->images[duel->b].group;
            changed |= *a != *b;
            *a = *b = MIN(*a, *b);
        }
    }
    g_autofree guint *number = g_new(guint, n);
    for (guint i = 0; i < n; i++) {
        const guint first = opinions->images[i].group;
        if (first == i)
            number[i] = opinions->n_groups++;
        opinions->images[i].group = number[first];
    }
}

/* Every group's mean log strength becomes 0. */
static void centre(const TrainOpinions *opinions, double *strength)
{
    g_autofree double *sum = g_new0(double, opinions->n_groups);
    g_autofree guint *count = g_new0(guint, opinions->n_groups);
    for (guint i = 0; i < opinions->n_images; i++) {
        sum[opinions->images[i].group] += log(strength[i]);
        count[opinions->images[i].group]++;
    }
    for (guint i = 0; i < opinions->n_images; i++) {
        const guint group = opinions->images[i].group;
        strength[i] *= exp(-sum[group] / count[group]);
    }
}

/* One step for all pictures; how far the farthest moved, in log strength. */
static double improve(const GArray *duels, guint n, double *strength)
{
    g_autofree double *wins = g_new0(double, n);
    g_autofree double *weight = g_new0(double, n);
    double farthest = 0;
    for (guint d = 0; d < duels->len; d++) {
        const Duel *duel = &g_array_index(duels, Duel, d);
        const double share =
            (duel->wins[0] + duel->wins[1]) / (strength[duel->a] + strength[duel->b]);
        wins[duel->a] += duel->wins[0];
        wins[duel->b] += duel->wins[1];
        weight[duel->a] += share;
        weight[duel->b] += share;
    }
    for (guint i = 0; i < n; i++) {
        const double next = wins[i] / weight[i];
        farthest = MAX(farthest, fabs(log(next / strength[i])));
        strength[i] = next;
    }
    return farthest;
}

/* 1 over the likelihood's curvature along each score alone. */
static void estimate_deviations(const GArray *duels, const double *strength,
                                TrainOpinions *opinions)
{
    g_autofree double *curvature = g_new0(double, opinions->n_images);
    for (guint d = 0; d < duels->len; d++) {
        const Duel *duel = &g_array_index(duels, Duel, d);
        const double p = strength[duel->a] / (strength[duel->a] + strength[duel->b]);
        const double n = duel->wins[0] + duel->wins[1] - 1; /* without what was added */
        curvature[duel->a] += n * p * (1 - p);
        curvature[duel->b] += n * p * (1 - p);
        opinions->images[duel->a].n += (guint)(n + .5);
        opinions->images[duel->b].n += (guint)(n + .5);
    }
    for (guint i = 0; i < opinions->n_images; i++) {
        TrainOpinion *image = &opinions->images[i];
        image->mos = CLAMP(50 + POINTS * log(strength[i]), 0, 100);
        image->std = POINTS / sqrt(curvature[i]);
        image->low = image->mos - 1.96 * image->std;
        image->high = image->mos + 1.96 * image->std;
    }
}

static void compare_raters(const TrainGrades *grades, TrainOpinions *opinions)
{
    g_autofree double *agreed = g_new0(double, opinions->n_raters);
    for (guint i = 0; i < grades->grades->len; i++) {
        const TrainGrade *grade = &g_array_index(grades->grades, TrainGrade, i);
        const double side = grade->grade * (opinions->images[grade->image].mos -
                                            opinions->images[grade->other].mos);
        agreed[grade->rater] += side > 0 ? 1 : side < 0 ? 0 : .5;
    }
    for (guint r = 0; r < opinions->n_raters; r++)
        opinions->raters[r].agreement = agreed[r] / opinions->raters[r].n;
}

void opinions_of_pairs(const TrainGrades *grades, TrainOpinions *opinions)
{
    g_autoptr(GArray) duels = collect(grades);
    g_autofree double *strength = g_new(double, opinions->n_images);
    for (guint i = 0; i < opinions->n_images; i++)
        strength[i] = 1;
    find_groups(duels, opinions);
    for (guint k = 0; k < ROUNDS && improve(duels, opinions->n_images, strength) > STILL; k++)
        centre(opinions, strength);
    centre(opinions, strength);
    estimate_deviations(duels, strength, opinions);
    compare_raters(grades, opinions);
}
