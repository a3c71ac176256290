/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Radix-2 transforms of columns, all columns of a block at once, so that the inner loops are plain
 * vectors. There (decimation in frequency) the order of frequencies comes out bit-reversed, back
 * (decimation in time) it goes in so: nothing is ever sorted. */
#include "annotate-fft.h"

#include <math.h>

#define SIDE TRAIN_FFT_SIDE
#define BITS 8
#define TILE 16
#define BLOCK 32 /* columns: 256 rows of both parts stay in the second-level cache */

G_STATIC_ASSERT(1 << BITS == SIDE);

typedef struct {
    float cosine[SIDE / 2], sine[SIDE / 2]; /* of 2 pi k / SIDE */
} Circle;

static void circle_init(Circle *circle)
{
    for (guint k = 0; k < SIDE / 2; k++) {
        circle->cosine[k] = (float)cos(2 * G_PI * k / SIDE);
        circle->sine[k] = (float)sin(2 * G_PI * k / SIDE);
    }
}

/* Rows a and b of a block. */
typedef struct {
    float *restrict ar, *restrict ai, *restrict br, *restrict bi;
} Rows;

/* (a, b) = (a + b, (a - b) (c - i s)) */
static void butterfly(Rows r, float c, float s)
{
    for (guint x = 0; x < BLOCK; x++) {
        const float re = r.ar[x] - r.br[x], im = r.ai[x] - r.bi[x];
        r.ar[x] += r.br[x];
        r.ai[x] += r.bi[x];
        r.br[x] = c * re + s * im;
        r.bi[x] = c * im - s * re;
    }
}

/* (a, b) = (a + b (c + i s), a - b (c + i s)) */
static void butterfly_back(Rows r, float c, float s)
{
    for (guint x = 0; x < BLOCK; x++) {
        const float re = c * r.br[x] - s * r.bi[x], im = c * r.bi[x] + s * r.br[x];
        r.br[x] = r.ar[x] - re;
        r.bi[x] = r.ai[x] - im;
        r.ar[x] += re;
        r.ai[x] += im;
    }
}

/* All pairs of rows that are `half` apart, of the block that starts at re and im. */
static void stage(float *re, float *im, const Circle *circle, guint half,
                  void (*pair)(Rows, float, float))
{
    for (guint a = 0; a < SIDE; a++) {
        if (a & half)
            continue;
        const guint k = a % half * (SIDE / 2 / half), low = a * SIDE, high = (a + half) * SIDE;
        pair((Rows){re + low, im + low, re + high, im + high}, circle->cosine[k], circle->sine[k]);
    }
}

static void forward(float *re, float *im, const Circle *circle)
{
    for (guint x = 0; x < SIDE; x += BLOCK) {
        for (guint half = SIDE / 2; half; half /= 2)
            stage(re + x, im + x, circle, half, butterfly);
    }
}

static void back(float *re, float *im, const Circle *circle)
{
    for (guint x = 0; x < SIDE; x += BLOCK) {
        for (guint half = 1; half < SIDE; half *= 2)
            stage(re + x, im + x, circle, half, butterfly_back);
    }
}

/* In tiles: rows are a power of two apart, so that a whole column would fall into one cache set. */
static void transpose(float *values)
{
    for (guint tile = 0; tile < SIDE * SIDE / (TILE * TILE); tile++) {
        const guint top = tile / (SIDE / TILE) * TILE, left = tile % (SIDE / TILE) * TILE;
        for (guint y = top; y < top + TILE; y++) {
            for (guint x = left; x < MIN(left + TILE, y); x++) {
                const float swap = values[y * SIDE + x];
                values[y * SIDE + x] = values[x * SIDE + y];
                values[x * SIDE + y] = swap;
            }
        }
    }
}

static guint reverse(guint i)
{
    guint reversed = 0;
    for (guint bit = 0; bit < BITS; bit++)
        reversed |= (i >> bit & 1) << (BITS - 1 - bit);
    return reversed;
}

void train_fft_filter(float *re, float *im, const float *response)
{
    Circle circle;
    circle_init(&circle);
    forward(re, im, &circle);
    transpose(re);
    transpose(im);
    forward(re, im, &circle);
    for (guint y = 0; y < SIDE; y++) {
        const float *row = response + reverse(y) * SIDE;
        for (guint x = 0; x < SIDE; x++) {
            const float share = row[reverse(x)] / (SIDE * SIDE);
            re[y * SIDE + x] *= share;
            im[y * SIDE + x] *= share;
        }
    }
    back(re, im, &circle);
    transpose(re);
    transpose(im);
    back(re, im, &circle);
}
