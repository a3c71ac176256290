/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sampling a frame, and naming what needs no network to be named. */
#include "glance.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parts of a glance, in samples, and how much they differ across a cut. */
#define PART_WIDTH (BIQA_GLANCE_COLUMNS / 8)
#define PART_HEIGHT (BIQA_GLANCE_ROWS / 6)
#define PARTS 48
#define CUT 20

/* -- the sample ---------------------------------------------------------------------------- */

/* A hash of a cell (xorshift-multiply), the same in every frame. */
static guint32 cell_hash(guint32 x)
{
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

/* A place in cell of n cells over length: draw is the low 16 bits. */
static guint place(guint cell, guint n, guint length, guint32 draw)
{
    return (guint)(((guint64)cell << 16 | (draw & 0xffff)) * length / ((guint64)n << 16));
}

void biqa_glance_rows(guint height, guint rows[BIQA_GLANCE_ROWS])
{
    for (guint y = 0; y < BIQA_GLANCE_ROWS; y++)
        rows[y] = place(y, BIQA_GLANCE_ROWS, height, cell_hash(y) >> 16);
}

void biqa_glance_take(BiqaGlance *glance, const BiqaFrame *frame)
{
    const guint width = frame->format->width;
    guint columns[BIQA_GLANCE_COLUMNS], rows[BIQA_GLANCE_ROWS];
    float rgb[3][BIQA_GLANCE_COLUMNS];

    biqa_glance_rows(frame->format->height, rows);
    for (guint y = 0; y < BIQA_GLANCE_ROWS; y++) {
        for (guint x = 0; x < BIQA_GLANCE_COLUMNS; x++)
            columns[x] =
                place(x, BIQA_GLANCE_COLUMNS, width, cell_hash(y * BIQA_GLANCE_COLUMNS + x));
        biqa_frame_row(frame, rows[y], columns, BIQA_GLANCE_COLUMNS, rgb[0]);
        for (guint x = 0; x < BIQA_GLANCE_COLUMNS; x++) {
            const guint i = y * BIQA_GLANCE_COLUMNS + x;

            for (guint c = 0; c < 3; c++)
                glance->rgb[i][c] = (guint8)(rgb[c][x] + .5f);
            glance->luma[i] =
                (guint8)(.299f * rgb[0][x] + .587f * rgb[1][x] + .114f * rgb[2][x] + .5f);
        }
    }
}

/* -- figures of one frame ------------------------------------------------------------------ */

static gboolean near(const guint8 *a, const guint8 *b, int most)
{
    return abs(a[0] - b[0]) <= most && abs(a[1] - b[1]) <= most && abs(a[2] - b[2]) <= most;
}

static void figure_moments(const BiqaGlance *glance, BiqaGlanceFigures *figures)
{
    double sum = 0, squares = 0;

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        sum += glance->luma[i];
        squares += glance->luma[i] * glance->luma[i];
    }
    figures->mean = sum / BIQA_GLANCE_PIXELS;
    figures->deviation = sqrt(MAX(squares / BIQA_GLANCE_PIXELS - figures->mean * figures->mean, 0));
}

static guint8 median(const BiqaGlance *glance, guint channel)
{
    guint counts[256] = {0}, below = 0, value = 0;

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++)
        counts[glance->rgb[i][channel]]++;
    while ((below += counts[value]) <= BIQA_GLANCE_PIXELS / 2)
        value++;
    return (guint8)value;
}

static void figure_even(const BiqaGlance *glance, BiqaGlanceFigures *figures)
{
    const guint8 middle[3] = {median(glance, 0), median(glance, 1), median(glance, 2)};
    guint n = 0;

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++)
        n += near(glance->rgb[i], middle, 8);
    figures->even = (double)n / BIQA_GLANCE_PIXELS;
}

/* Which of the six saturated colours of colour bars a pixel has: each channel near the largest or
 * near the smallest, the two far apart. 1 (red) to 6 (cyan), 0 for none. A picture that was read
 * with the wrong range or matrix still has them. */
static guint bar_of(const guint8 rgb[3])
{
    const int most = MAX(rgb[0], MAX(rgb[1], rgb[2])), least = MIN(rgb[0], MIN(rgb[1], rgb[2]));
    const int slack = (most - least) / 4;
    guint bar = 0;

    if (most - least < 96)
        return 0;
    for (guint c = 0; c < 3; c++) {
        if (rgb[c] >= most - slack)
            bar |= 1u << c;
        else if (rgb[c] > least + slack)
            return 0;
    }
    return bar;
}

/* Only pixels near the mean of their colour count: what a generator draws has no shades. */
static void figure_bars(const BiqaGlance *glance, BiqaGlanceFigures *figures)
{
    guint sums[7][3] = {0}, counts[7] = {0}, alike[7] = {0};

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        const guint bar = bar_of(glance->rgb[i]);

        counts[bar]++;
        for (guint c = 0; c < 3; c++)
            sums[bar][c] += glance->rgb[i][c];
    }
    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        const guint bar = bar_of(glance->rgb[i]), n = MAX(counts[bar], 1);
        const guint8 mean[3] = {(guint8)(sums[bar][0] / n), (guint8)(sums[bar][1] / n),
                                (guint8)(sums[bar][2] / n)};

        alike[bar] += near(glance->rgb[i], mean, 24);
    }
    figures->bars = 0;
    figures->n_bars = 0;
    for (guint bar = 1; bar < 7; bar++) {
        figures->bars += (double)alike[bar] / BIQA_GLANCE_PIXELS;
        figures->n_bars += alike[bar] >= .03 * BIQA_GLANCE_PIXELS;
    }
}

/* The luma, at least 48 from another (-1: any), that most pixels are within 12 of. */
static int commonest_luma(const guint counts[256], int other)
{
    guint best = 0;
    int luma = -1;

    for (int value = 0; value < 256; value++) {
        guint n = 0;

        if (other >= 0 && abs(value - other) < 48)
            continue;
        for (int i = MAX(value - 12, 0); i <= MIN(value + 12, 255); i++)
            n += counts[i];
        if (n > best) {
            best = n;
            luma = value;
        }
    }
    return luma;
}

/* Which of two tones each pixel has, and how often neighbours differ. */
static void figure_tones(const BiqaGlance *glance, BiqaGlanceFigures *figures)
{
    guint8 tone[BIQA_GLANCE_PIXELS];
    guint lumas[256] = {0}, counts[3] = {0}, flips = 0;

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++)
        lumas[glance->luma[i]]++;
    const int first = commonest_luma(lumas, -1), second = commonest_luma(lumas, first);
    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        tone[i] = abs(glance->luma[i] - first) <= 12    ? 1
                  : abs(glance->luma[i] - second) <= 12 ? 2
                                                        : 0;
        counts[tone[i]]++;
        flips += i % BIQA_GLANCE_COLUMNS != 0 && tone[i] * tone[i - 1] == 2;
    }
    figures->tones = (double)(counts[1] + counts[2]) / BIQA_GLANCE_PIXELS;
    figures->minor = (double)MIN(counts[1], counts[2]) / BIQA_GLANCE_PIXELS;
    figures->flips = (double)flips / (BIQA_GLANCE_PIXELS - BIQA_GLANCE_ROWS);
}

void biqa_glance_figures(const BiqaGlance *glance, BiqaGlanceFigures *figures)
{
    figure_moments(glance, figures);
    figure_even(glance, figures);
    figure_bars(glance, figures);
    figure_tones(glance, figures);
}

BiqaDomain biqa_glance_domain(const BiqaGlanceFigures *figures)
{
    /* One colour: what noise and compression leave of it. A dark scene has more to it than that. */
    if (figures->even >= .995 && figures->deviation < 2)
        return figures->mean <= 24 ? BIQA_DOMAIN_BLACK : BIQA_DOMAIN_FLAT;
    if (figures->bars >= .3 && figures->n_bars >= 5)
        return BIQA_DOMAIN_TEST_CARD;
    /* Checkers, rings, spokes: two flat tones, much of both, all over the picture. */
    if (figures->tones >= .85 && figures->minor >= .3 && figures->flips >= .1)
        return BIQA_DOMAIN_TEST_CARD;
    return BIQA_DOMAIN_PICTURE;
}

/* -- time ---------------------------------------------------------------------------------- */

double biqa_glance_difference(const BiqaGlance *a, const BiqaGlance *b)
{
    guint64 sum = 0;

    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        for (guint c = 0; c < 3; c++)
            sum += (guint64)abs(a->rgb[i][c] - b->rgb[i][c]);
    }
    return (double)sum / (3. * BIQA_GLANCE_PIXELS);
}

/* Sums over the parts of a glance, row by row. */
static void sum_parts(const BiqaGlance *glance, guint sums[PARTS][3])
{
    memset(sums, 0, PARTS * sizeof *sums);
    for (guint i = 0; i < BIQA_GLANCE_PIXELS; i++) {
        const guint column = i % BIQA_GLANCE_COLUMNS / PART_WIDTH;
        const guint row = i / BIQA_GLANCE_COLUMNS / PART_HEIGHT;

        for (guint c = 0; c < 3; c++)
            sums[8 * row + column][c] += glance->rgb[i][c];
    }
}

gboolean biqa_glance_is_cut(const BiqaGlance *a, const BiqaGlance *b)
{
    guint sums[2][PARTS][3];
    guint64 sum = 0;

    sum_parts(a, sums[0]);
    sum_parts(b, sums[1]);
    for (guint i = 0; i < PARTS; i++)
        for (guint c = 0; c < 3; c++)
            sum += (guint64)abs((int)sums[0][i][c] - (int)sums[1][i][c]);
    return sum >= (guint64)CUT * 3 * BIQA_GLANCE_PIXELS;
}

void biqa_freeze_init(BiqaFreeze *freeze)
{
    freeze->begun = FALSE;
}

guint64 biqa_freeze_update(BiqaFreeze *freeze, const BiqaGlance *glance, guint64 time)
{
    if (freeze->begun && time >= freeze->since &&
        biqa_glance_difference(glance, &freeze->anchor) <= .25)
        return time - freeze->since;
    freeze->begun = TRUE;
    freeze->since = time;
    freeze->anchor = *glance;
    return 0;
}
