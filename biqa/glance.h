/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look at a frame that costs next to nothing: a sample of its pixels, the same for every size and
 * backend, and which domain it puts the frame in. Everything here is on R, G, B of 0..255. */
#pragma once

#include "domain.h"
#include "frame.h"

#define BIQA_GLANCE_COLUMNS 64
#define BIQA_GLANCE_ROWS 36
#define BIQA_GLANCE_PIXELS (BIQA_GLANCE_COLUMNS * BIQA_GLANCE_ROWS)

typedef struct {
    guint8 rgb[BIQA_GLANCE_PIXELS][3]; /* row by row: one pixel of each cell of a grid */
    guint8 luma[BIQA_GLANCE_PIXELS];   /* BT.601, for comparing only */
} BiqaGlance;

/* Each pixel lies at a place of its cell drawn from a hash of the cell, so that no pattern of the
 * frame keeps step with the grid. Frames smaller than the grid give some pixels twice. */
void biqa_glance_take(BiqaGlance *glance, const BiqaFrame *frame);

/* The rows that biqa_glance_take() reads of a frame of height rows. These alone, in their order,
 * make a frame (biqa_frame_format_pick()) of which it takes the same sample. */
void biqa_glance_rows(guint height, guint rows[BIQA_GLANCE_ROWS]);

/* What a frame looks like on its own. */
typedef struct {
    double mean, deviation; /* of luma */
    double even;            /* share of pixels within 8 of the median in every channel */
    double bars;            /* share of pixels in the saturated colours of colour bars ... */
    guint n_bars;           /* ... of which so many have 3 % of the pixels or more, 0..6 */
    double tones;           /* share of pixels whose luma is one of two, 48 or more apart */
    double minor;           /* share of the rarer of the two */
    double flips;           /* share of neighbours in a row of which one has this, one that */
} BiqaGlanceFigures;

void biqa_glance_figures(const BiqaGlance *glance, BiqaGlanceFigures *figures);

/* PICTURE, BLACK, FLAT or TEST_CARD. */
BiqaDomain biqa_glance_domain(const BiqaGlanceFigures *figures);

/* Mean absolute difference of two samples over all channels, 0..255. */
double biqa_glance_difference(const BiqaGlance *a, const BiqaGlance *b);

/* Whether two frames in a row are of different scenes: the means of parts of an eighth by a sixth
 * of the frame differ by 20 of 255 or more on average. What moves within a scene, noise and a fade
 * from frame to frame change them less; a cut from one dark picture to another may, too. */
gboolean biqa_glance_is_cut(const BiqaGlance *a, const BiqaGlance *b);

/* Watches for a picture that stands still. */
typedef struct {
    gboolean begun;
    guint64 since;     /* when the picture last changed, ns */
    BiqaGlance anchor; /* as it was then */
} BiqaFreeze;

void biqa_freeze_init(BiqaFreeze *freeze);

/* For how long (ns) the picture has been what it is at time; 0 where it changed, or time went back.
 * Changed: by more than .25 of 255 in the mean since it last did, so that a slow pan or fade is a
 * change as soon as it adds up to that. */
guint64 biqa_freeze_update(BiqaFreeze *freeze, const BiqaGlance *glance, guint64 time);
