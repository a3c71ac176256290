/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saliency by simple priors. */
#include "annotate-saliency.h"
#include "annotate-fft.h"

#include <math.h>

#define SIDE TRAIN_FFT_SIDE
#define AREA (SIDE * SIDE)
#define OMEGA .021   /* centre of the band, cycles per pixel */
#define SIGMA_F 1.34 /* its width, in logarithms */
#define SIGMA_D 145. /* of the centre's pull, pixels */
#define SIGMA_C .001 /* of warmth, in shares of the range */
#define LEAST 1e-3f  /* a range of a* or b* below this is what rounding leaves of one colour */

/* (3, AREA): L*, a*, b* */
typedef float Lab[3][AREA];

static float linear(float share)
{
    return share <= .04045f ? share / 12.92f : powf((share + .055f) / 1.055f, 2.4f);
}

static float lightness(float share)
{
    return share > .008856f ? powf(share, 1 / 3.f) : (903.3f * share + 16) / 116;
}

/* sRGB to CIE L*a*b* with the white of D50, which is the authors' choice. */
static void convert(const TrainMap *const rgb[3], Lab *lab)
{
    static const float rows[3][3] = {
        {.4124564f, .3575761f, .1804375f},
        {.2126729f, .7151522f, .0721750f},
        {.0193339f, .1191920f, .9503041f},
    };
    static const float white[3] = {.9642120f, 1, .8251883f};
    for (guint i = 0; i < AREA; i++) {
        float c[3], f[3];
        for (guint k = 0; k < 3; k++)
            c[k] = linear((float)(rgb[k]->values[i] / 255));
        for (guint k = 0; k < 3; k++)
            f[k] =
                lightness((rows[k][0] * c[0] + rows[k][1] * c[1] + rows[k][2] * c[2]) / white[k]);
        (*lab)[0][i] = 116 * f[1] - 16;
        (*lab)[1][i] = 500 * (f[0] - f[1]);
        (*lab)[2][i] = 200 * (f[1] - f[2]);
    }
}

static void make_lab(const TrainImage *image, Lab *lab)
{
    static const double channels[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    TrainMap *rgb[3];
    for (guint k = 0; k < 3; k++) {
        g_autoptr(TrainMap) whole = train_map_mix(image, channels[k]);
        rgb[k] = train_map_resize(whole, SIDE, SIDE);
    }
    convert((const TrainMap *const *)rgb, lab);
    for (guint k = 0; k < 3; k++)
        train_map_free(rgb[k]);
}

/* exp(-(ln(f / OMEGA))^2 / (2 SIGMA_F^2)) up to half a cycle per pixel, f^2 = u^2 + v^2 */
static float response(guint u, guint v)
{
    const double square = (double)(u * u + v * v) / AREA;
    const double ln = .5 * log(square) - log(OMEGA);
    return square > 0 && square <= .25 ? (float)exp(-ln * ln / (2 * SIGMA_F * SIGMA_F)) : 0;
}

/* Frequencies 0 to SIDE / 2, then the negative ones. */
static void make_band(float *band)
{
    for (guint v = 0; v <= SIDE / 2; v++) {
        for (guint u = 0; u <= v; u++) {
            const guint rows[] = {v, (SIDE - v) % SIDE}, columns[] = {u, (SIDE - u) % SIDE};
            const float value = response(u, v);
            for (guint k = 0; k < 4; k++) {
                band[rows[k / 2] * SIDE + columns[k % 2]] = value;
                band[columns[k % 2] * SIDE + rows[k / 2]] = value;
            }
        }
    }
}

/* out = sqrt of the sum of squares of the three channels in the band. A real filter keeps a real
 * and an imaginary part apart, so two channels go through it at once. */
static void add_frequency(const Lab *lab, double *out)
{
    g_autofree float *band = g_new(float, AREA), *re = g_new(float, AREA), *im = g_new(float, AREA);
    make_band(band);
    for (guint k = 0; k < 3; k += 2) {
        for (guint i = 0; i < AREA; i++) {
            re[i] = (*lab)[k][i];
            im[i] = k ? 0 : (*lab)[1][i];
        }
        train_fft_filter(re, im, band);
        for (guint i = 0; i < AREA; i++)
            out[i] += (double)re[i] * re[i] + (double)im[i] * im[i];
    }
    for (guint i = 0; i < AREA; i++)
        out[i] = sqrt(out[i]);
}

/* exp(-((x - c)^2 + (y - c)^2) / SIGMA_D^2); the authors count pixels from 1 and have c = 128. */
static void weigh_place(double *values)
{
    double along[SIDE];
    for (gint i = 0; i < SIDE; i++) {
        const gint x = i + 1 - SIDE / 2;
        along[i] = exp(-x * x / (SIGMA_D * SIGMA_D));
    }
    for (guint i = 0; i < AREA; i++)
        values[i] *= along[i % SIDE] * along[i / SIDE];
}

/* 1 - exp(-(a^2 + b^2) / SIGMA_C^2), a and b in shares of their ranges */
static void weigh_colour(const Lab *lab, double *values)
{
    float low[3], scale[3];
    for (guint k = 1; k < 3; k++) {
        const float *v = (*lab)[k];
        float high = low[k] = v[0];
        for (guint i = 1; i < AREA; i++) {
            low[k] = MIN(low[k], v[i]);
            high = MAX(high, v[i]);
        }
        scale[k] = high - low[k] < LEAST ? 0 : 1 / (high - low[k]);
    }
    for (guint i = 0; i < AREA; i++) {
        const double a = ((*lab)[1][i] - low[1]) * scale[1], b = ((*lab)[2][i] - low[2]) * scale[2];
        const double warmth = (a * a + b * b) / (SIGMA_C * SIGMA_C);
        if (warmth < 40) /* above, nothing is left of the exponential */
            values[i] *= 1 - exp(-warmth);
    }
}

static void stretch(TrainMap *map)
{
    const gsize n = (gsize)map->width * map->height;
    double low = map->values[0], high = low;
    for (gsize i = 1; i < n; i++) {
        low = MIN(low, map->values[i]);
        high = MAX(high, map->values[i]);
    }
    const double scale = high > low ? 1 / (high - low) : 0;
    for (gsize i = 0; i < n; i++)
        map->values[i] = (map->values[i] - low) * scale;
}

TrainMap *train_saliency(const TrainImage *image)
{
    g_autofree Lab *lab = g_new(Lab, 1);
    g_autoptr(TrainMap) small = train_map_new(SIDE, SIDE);
    make_lab(image, lab);
    add_frequency((const Lab *)lab, small->values);
    weigh_place(small->values);
    weigh_colour((const Lab *)lab, small->values);
    TrainMap *saliency = train_map_resize(small, image->width, image->height);
    stretch(saliency);
    return saliency;
}
