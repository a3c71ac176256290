/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sRGB to CIE L*a*b* and back (IEC 61966-2-1, CIE 15; white D65). */
#include "distort-private.h"
#include <math.h>

/* Where f(t) of L*a*b* changes from a cube root to a line, (6 / 29)^3, and the line's slope. */
#define LINE_END (216 / 24389.f)
#define LINE_SLOPE (24389 / 27.f)

#define ENCODE_STEPS 8192

/* Linear RGB to XYZ over white, so that white is (1, 1, 1); and back. */
static const float to_xyz[3][3] = {
    {0.4339499f, 0.3762098f, 0.1898403f},
    {0.2126729f, 0.7151522f, 0.0721750f},
    {0.0177566f, 0.1094680f, 0.8727755f},
};
static const float from_xyz[3][3] = {
    {3.0799327f, -1.5371385f, -0.5428164f},
    {-0.9212585f, 1.8760108f, 0.0452475f},
    {0.0528874f, -0.2040259f, 1.1511385f},
};

static void multiply(const float matrix[3][3], const float in[3], float out[3])
{
    for (guint i = 0; i < 3; i++)
        out[i] = matrix[i][0] * in[0] + matrix[i][1] * in[1] + matrix[i][2] * in[2];
}

float train_srgb_decode(float v)
{
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

float train_srgb_encode(float v)
{
    return v <= 0.0031308f ? v * 12.92f : 1.055f * powf(v, 1 / 2.4f) - 0.055f;
}

static float bend(float t)
{
    return t > LINE_END ? cbrtf(t) : (LINE_SLOPE * t + 16) / 116;
}

static float unbend(float f)
{
    return f * f * f > LINE_END ? f * f * f : (116 * f - 16) / LINE_SLOPE;
}

/* Of the 256 values that pictures have. */
static void fill_decoded(float table[256])
{
    for (guint v = 0; v < 256; v++)
        table[v] = train_srgb_decode((float)v / 255);
}

/* Of v between 0 and 255. */
static float decode(const float table[256], float v)
{
    guint8 whole = (guint8)CLAMP(v, 0, 255);
    return v == whole ? table[whole] : train_srgb_decode(v / 255);
}

/* 255 times the curve at multiples of 1 / ENCODE_STEPS: lines between them miss it by less than a
 * hundredth of a step. */
static float *encoded_new(void)
{
    float *table = g_new(float, ENCODE_STEPS + 2);
    for (guint i = 0; i < ENCODE_STEPS + 2; i++)
        table[i] = 255 * train_srgb_encode((float)i / ENCODE_STEPS);
    return table;
}

static float encode(const float *table, float v)
{
    float at = CLAMP(v, 0, 1) * ENCODE_STEPS;
    guint i = (guint)at;
    return table[i] + (at - (float)i) * (table[i + 1] - table[i]);
}

void train_plane_to_lab(TrainPlane *plane)
{
    float table[256];
    fill_decoded(table);
    for (gsize i = 0; i < 3 * (gsize)plane->width * plane->height; i += 3) {
        float *v = plane->values + i, rgb[3], xyz[3];
        for (guint c = 0; c < 3; c++)
            rgb[c] = decode(table, v[c]);
        multiply(to_xyz, rgb, xyz);
        float x = bend(xyz[0]), y = bend(xyz[1]), z = bend(xyz[2]);
        v[0] = 116 * y - 16;
        v[1] = 500 * (x - y);
        v[2] = 200 * (y - z);
    }
}

void train_plane_from_lab(TrainPlane *plane)
{
    g_autofree float *table = encoded_new();
    for (gsize i = 0; i < 3 * (gsize)plane->width * plane->height; i += 3) {
        float *v = plane->values + i, rgb[3];
        float y = (v[0] + 16) / 116;
        const float xyz[3] = {unbend(y + v[1] / 500), unbend(y), unbend(y - v[2] / 200)};
        multiply(from_xyz, xyz, rgb);
        for (guint c = 0; c < 3; c++)
            v[c] = encode(table, rgb[c]);
    }
}
