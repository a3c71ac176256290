/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a score may be wrong: a small head on figures that the two networks give for a frame
 * anyway. docs/uncertainty.md says how it is fitted and how much it can tell. */
#pragma once

#include "verdict.h"

/* What a head may look at. Points are of the score scale. */
typedef enum {
    BIQA_FIGURE_SCORE,             /* the score */
    BIQA_FIGURE_SCORE_SQUARED,     /* ((score - 50) / 50)^2: how far from the middle */
    BIQA_FIGURE_DIFFERENCE,        /* score - competitor's score, with its sign */
    BIQA_FIGURE_DISAGREEMENT,      /* log(1 + |score - competitor's score|) */
    BIQA_FIGURE_CROP_DISAGREEMENT, /* log(1 + mean over the crops of |full - competitor|) */
    BIQA_FIGURE_SPREAD,            /* log(1 + the full model's deviation over a spot's crops) */
    BIQA_FIGURE_COMPETITOR_SPREAD, /* the competitor's */
    BIQA_N_FIGURES
} BiqaFigure;

const char *biqa_figure_name(BiqaFigure figure); /* "score-squared" */
gboolean biqa_figure_find(const char *name, BiqaFigure *figure);
/* Whether it needs the competitor. */
gboolean biqa_figure_is_competitors(BiqaFigure figure);

/* All figures of a frame. */
void biqa_figures(const BiqaScale *scale, const BiqaResult *result, double figures[BIQA_N_FIGURES]);

typedef struct {
    BiqaFigure figure;
    float mean, deviation; /* deviation > 0 */
    float weight;
} BiqaTerm;

/* uncertainty = min(exp(bias + sum of weight * z), 100) with
 * z = clamp((figure - mean) / deviation, -3, 3), so that a frame unlike all that the head was
 * fitted to gets no absurd answer. Zeroed: no head. */
typedef struct BiqaUncertainty {
    guint n_terms;
    BiqaTerm terms[BIQA_N_FIGURES];
    float bias;
    double hard_threshold; /* points of uncertainty */
    double coverage;       /* share of ratings that score -/+ quantile * uncertainty holds */
    double quantile;       /* > 0 */
    guint n_images;        /* the quantile is from; 0: there is none, and no interval */
} BiqaUncertainty;

/* Expected |score - rating| in points, 0..100; head has terms. */
double biqa_uncertainty(const BiqaUncertainty *head, const double figures[BIQA_N_FIGURES]);
