/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many people's grades as one score a picture. */
#pragma once

#include "grades.h"

/* Of a picture, in points of 0..100. */
typedef struct {
    guint n;          /* raters; of comparisons: how many it was in */
    double mos;       /* mean opinion score */
    double std;       /* standard deviation of the raters; NAN where there is one */
    double low, high; /* of its 95 % confidence interval; NAN where there is one */
    guint group; /* of comparisons: only pictures of one group were compared, however indirectly */
} TrainOpinion;

typedef struct {
    guint n;             /* grades */
    double agreement;    /* Spearman's correlation with the mean of the others; of comparisons: the
                            share that goes with the scores, ties half; NAN: too little in common */
    const char *why_not; /* static: why the rater does not count; NULL: counts */
} TrainRater;

typedef struct {
    guint n_images, n_raters, n_groups;
    TrainOpinion *images; /* in the order of grades->images */
    TrainRater *raters;
    double alpha; /* Krippendorff's, for intervals, of the raters that count; NAN of comparisons */
} TrainOpinions;

/* Absolute grades: points = 25 (grade - 1), of a rater's grades of one picture the mean. Raters are
 * left out whom BT.500 screens out (TRAIN_WHY_OUTLIER): with mean m, deviation s and kurtosis b of
 * each picture, they are further than t = 2 s (b in 2..4; else sqrt(20) s) from m in more than one
 * picture of twenty, and about as often above as below (|P - Q| < .3 (P + Q)); and those who turn
 * against the others (TRAIN_WHY_AGAINST): a negative correlation over TRAIN_RATER_LEAST pictures or
 * more. The interval is mos +- 1.96 std / sqrt(n).
 *
 * Comparisons: Bradley and Terry's scores by maximum likelihood, only which picture is better
 * counts, a tie is half a win for both, and each pair that was compared gets half a win more for
 * both, so that no score is infinite. A difference of 12 sqrt(2) points is a standard deviation, as
 * in the trainer's sigma; every group has the mean 50. Deviations are of the estimate, from the
 * curvature of the likelihood. (transfer full) */
TrainOpinions *train_opinions_new(const TrainGrades *grades);
void train_opinions_free(TrainOpinions *opinions);

/* Writes a CSV list: image, mos, std, content, raters, low, high, group. Pictures whose raters are
 * all left out are not in it. */
gboolean train_opinions_save(const TrainOpinions *opinions, const TrainGrades *grades,
                             const char *path, GError **error);

#define TRAIN_RATER_LEAST 5
extern const char TRAIN_WHY_OUTLIER[], TRAIN_WHY_AGAINST[];

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainOpinions, train_opinions_free)
