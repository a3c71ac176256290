/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Charts as inline SVG. Colours are the page's: shapes have classes, no colours of their own. */
#pragma once

#include <glib.h>

typedef struct {
    double x, y;
    const char *title; /* said when the pointer rests on it; NULL: nothing */
    gboolean marked;   /* drawn as a ring */
} TrainPoint;

typedef struct {
    const char *style; /* CSS class */
    const TrainPoint *points;
    guint n;
    gboolean line, dots; /* at least one */
} TrainSeries;

/* A stretch of the x axis with a name. */
typedef struct {
    const char *label;
    double from, to;
} TrainBand;

typedef struct {
    const char *label; /* for who cannot see it */
    const char *x_label, *y_label;
    guint width, height;                 /* units of the drawing, about pixels */
    double x_low, x_high, y_low, y_high; /* low < high */
    gboolean diagonal;                   /* draws y = x */
    const TrainBand *bands;
    guint n_bands;
    const TrainSeries *series; /* later ones on top */
    guint n_series;
} TrainChart;

/* Appends the chart. Points that are not finite break a line; those outside are moved to the
 * border. */
void train_svg_chart(GString *out, const TrainChart *chart);

/* A step of 1, 2 or 5 times a power of ten that cuts low..high (low < high) into at most n
 * pieces. */
double train_svg_tick(double low, double high, guint n);
