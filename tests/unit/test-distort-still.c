/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What pictures and video meet besides: the types whose answer can be worked out by hand. */
#include "distort-private.h"
#include "distort-support.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

static TrainImage *plain(guint width, guint height, guint8 shade)
{
    TrainImage *image = train_image_new(width, height);
    memset(image->rgb, shade, 3 * (gsize)width * height);
    return image;
}

/* Grey, dark on the left and bright on the right. */
static TrainImage *edge(guint width, guint height, guint8 dark, guint8 bright)
{
    TrainImage *image = train_image_new(width, height);
    for (gsize i = 0; i < 3 * (gsize)width * height; i++)
        image->rgb[i] = i / 3 % width < width / 2 ? dark : bright;
    return image;
}

/* Grey, columns of 100 and a cosine of that amplitude and period. */
static TrainImage *wave(guint width, guint height, double amplitude, double period)
{
    TrainImage *image = train_image_new(width, height);
    for (gsize i = 0; i < 3 * (gsize)width * height; i++) {
        double phase = 2 * G_PI * (double)(i / 3 % width) / period;
        image->rgb[i] = (guint8)(100.5 + amplitude * cos(phase));
    }
    return image;
}

static void assert_shade(const char *name, guint level, guint8 in, guint8 expected)
{
    g_autoptr(TrainImage) image = plain(11, 7, in);
    g_autoptr(TrainImage) out = distort_at_level(name, image, level, 1);
    for (guint i = 0; i < 3 * 11 * 7; i++) {
        if (out->rgb[i] != expected)
            g_error("%s level %u: value %u of %u: expected %u, got %u", name, level, i, in,
                    expected, out->rgb[i]);
    }
}

/* Steps of 40: 90 lies nearest to 80, 110 to 120. Steps of 6: 100 to 102. */
static void test_banding(void)
{
    assert_shade("still-banding", 5, 90, 80);
    assert_shade("still-banding", 5, 110, 120);
    assert_shade("still-banding", 1, 100, 102);
}

/* Of each block luma stays and chroma is the mean of what it was. Values that no clipping meets,
 * so that only rounding is left: half a step of each channel. */
static void assert_chroma(const char *name, guint level, guint width, guint height)
{
    g_autoptr(TrainImage) image = train_image_new(13, 11);
    for (guint i = 0; i < 3 * 13 * 11; i++)
        image->rgb[i] = (guint8)(100 + i * 37 % 60);
    g_autoptr(TrainImage) out = distort_at_level(name, image, level, 1);
    TrainPlane before, after;
    train_plane_init(&before, image);
    train_plane_init(&after, out);
    train_plane_to_ycbcr(&before);
    train_plane_to_ycbcr(&after);
    for (guint i = 0; i < 13 * 11; i++) {
        guint left = i % 13 / width * width, top = i / 13 / height * height, n = 0;
        double sum = 0;
        for (guint y = top; y < MIN(top + height, 11); y++) {
            for (guint x = left; x < MIN(left + width, 13); x++, n++)
                sum += before.values[3 * (y * 13 + x) + 1];
        }
        g_assert_cmpfloat(fabs(after.values[3 * i] - before.values[3 * i]), <, .51);
        g_assert_cmpfloat(fabs(after.values[3 * i + 1] - sum / n), <, .51);
    }
    train_plane_clear(&before);
    train_plane_clear(&after);
}

static void test_chroma(void)
{
    assert_chroma("still-chroma-420", 1, 2, 2);
    assert_chroma("still-chroma-420", 2, 4, 4);
    assert_chroma("still-chroma-411", 1, 4, 1);
    assert_chroma("still-chroma-411", 3, 16, 1);
}

/* Largest distance from 100 away from the borders. */
static double amplitude_of(const TrainImage *image)
{
    double most = 0;
    for (guint x = 40; x + 40 < image->width; x++)
        most = MAX(most, fabs(image->rgb[3 * x] - 100.));
    return most;
}

/* At half of all frequencies a quarter of the Nyquist frequency passes and three quarters do not;
 * sinc cut off after eight lobes ripples by a few hundredths. An edge overshoots by what Gibbs
 * found, 0.0895 of it, give or take the cut and the pixel grid. */
static void test_ringing(void)
{
    g_autoptr(TrainImage) slow = wave(160, 3, 80, 8), fast = wave(160, 3, 80, 8 / 3.);
    g_autoptr(TrainImage) slow_out = distort_at_level("still-ringing", slow, 2, 1);
    g_autoptr(TrainImage) fast_out = distort_at_level("still-ringing", fast, 2, 1);
    g_assert_cmpfloat(fabs(amplitude_of(slow_out) - 80), <=, 4);
    g_assert_cmpfloat(amplitude_of(fast_out), <=, 4);

    g_autoptr(TrainImage) step = edge(200, 3, 50, 150);
    g_autoptr(TrainImage) out = distort_at_level("still-ringing", step, 4, 1);
    guint8 most = 0, least = 255;
    for (guint x = 0; x < 200; x++) {
        most = MAX(most, out->rgb[3 * x]);
        least = MIN(least, out->rgb[3 * x]);
    }
    g_assert_cmpint(ABS(most - (150 + 9)), <=, 2);
    g_assert_cmpint(ABS(least - (50 - 9)), <=, 2);
}

/* Beside the edge the blur takes the Gaussian's weight on the other side of it; nine taps. */
static void test_halo(void)
{
    g_autoptr(TrainImage) image = edge(40, 4, 100, 140);
    g_autoptr(TrainImage) out = distort_at_level("still-halo", image, 2, 1);
    double sum = 0, beyond = 0;
    for (gint t = -4; t <= 4; t++) {
        sum += exp(-t * t / 4.5);
        beyond += t > 0 ? exp(-t * t / 4.5) : 0;
    }
    double halo = 1.6 * 40 * beyond / sum;
    g_assert_cmpfloat(fabs(out->rgb[3 * 19] - (100 - halo)), <=, .51);
    g_assert_cmpfloat(fabs(out->rgb[3 * 20] - (140 + halo)), <=, .51);
    g_assert_cmpuint(out->rgb[3 * 10], ==, 100);
    g_assert_cmpuint(out->rgb[3 * 30], ==, 140);
}

/* The light stays, and its middle too; nothing goes further than the path is long, and the path is
 * not a point. Each pixel may be rounded by half a step. */
static void test_shake_point(void)
{
    for (guint64 seed = 1; seed < 20; seed++) {
        g_autoptr(TrainImage) image = plain(41, 41, 0);
        memset(image->rgb + 3 * (20 * 41 + 20), 255, 3);
        g_autoptr(TrainImage) out = distort_at_level("still-shake", image, 2, seed);
        double sum = 0, x = 0, y = 0, n = 0;
        for (gint i = 0; i < 41 * 41; i++) {
            gint dx = i % 41 - 20, dy = i / 41 - 20;
            double value = out->rgb[3 * i];
            sum += value;
            x += value * dx;
            y += value * dy;
            n += value > 0;
            g_assert_true(value == 0 || hypot(dx, dy) < 8 + 1.5);
        }
        g_assert_cmpfloat(fabs(sum - 255), <=, .5 * n + 5);
        g_assert_cmpfloat(hypot(x, y) / sum, <, .35);
        g_assert_cmpfloat(n, >=, 7);
    }
}

/* 100 is 0.12744 of white's light. Half of it is 71.4, 1.6245 times that 125.6; half of it and half
 * of 0.7 is 172.2. */
static void test_light(void)
{
    assert_shade("still-under", 2, 100, 71);
    assert_shade("still-over", 2, 100, 126);
    assert_shade("still-over", 5, 200, 255);
    assert_shade("still-under", 5, 0, 0);
    assert_shade("still-fog", 3, 100, 172);
    assert_shade("still-flat", 1, 100, 107);
    assert_shade("still-flat", 1, 128, 128);
}

/* Grey gets a colour, and keeps its luminance: within half a step of each channel, which is 0.8 %
 * of light at most here. */
static void test_cast(void)
{
    g_autoptr(TrainImage) image = plain(5, 4, 128);
    double light = train_srgb_decode(128 / 255.f);
    for (guint64 seed = 1; seed < 20; seed++) {
        g_autoptr(TrainImage) out = distort_at_level("still-cast", image, 3, seed);
        double r = train_srgb_decode(out->rgb[0] / 255.f);
        double g = train_srgb_decode(out->rgb[1] / 255.f);
        double b = train_srgb_decode(out->rgb[2] / 255.f);
        g_assert_cmpfloat(fabs((0.2126 * r + 0.7152 * g + 0.0722 * b) / light - 1), <, .008);
        /* 0.7 stops away from green, each half a step wrong */
        g_assert_cmpfloat(fabs(hypot(log2(r / g), log2(b / g)) - .7), <, .04);
    }
}

/* In middle grey green has the deviation of the level, and neighbours share what two Gaussians of
 * 0.8 pixels do at one pixel's distance, exp(-1 / (4 0.8^2)) = 0.677; black and white have none.
 * 30000 pixels of about seven each that are independent: six deviations of the estimates are 6 %
 * of the deviation and 0.06. */
static void test_grain(void)
{
    g_autoptr(TrainImage) image = plain(200, 150, 128);
    g_autoptr(TrainImage) out = distort_at_level("still-grain", image, 3, 3);
    double squares = 0, products = 0, n = 0;
    for (guint i = 0; i < 200 * 150; i++) {
        double here = out->rgb[3 * i + 1] - 128.;
        squares += here * here;
        n++;
        if (i % 200 != 199)
            products += here * (out->rgb[3 * i + 4] - 128.) * 200 / 199;
    }
    g_assert_cmpfloat(fabs(sqrt(squares / n) / 14 - 1), <, .06);
    g_assert_cmpfloat(fabs(products / squares - .677), <, .06);
    assert_shade("still-grain", 5, 0, 0);
    assert_shade("still-grain", 5, 255, 255);
}

/* Twice smaller and larger: a ramp stays one away from the borders, by half a step for Lanczos,
 * whose weights are not exact on ramps; the nearest of two pixels is the second, for both. */
static void test_scale(void)
{
    static const char *const names[] = {"still-scale-nearest", "still-scale-bilinear",
                                        "still-scale-bicubic", "still-scale-lanczos"};
    g_autoptr(TrainImage) image = train_image_new(60, 12);
    for (guint i = 0; i < 3 * 60 * 12; i++)
        image->rgb[i] = (guint8)(4 * (i / 3 % 60));
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(TrainImage) out = distort_at_level(names[n], image, 2, 1);
        for (guint x = 14; x < 46; x++) {
            guint from = n == 0 ? x | 1 : x;
            gint off = out->rgb[3 * (6 * 60 + x)] - 4 * (gint)from;
            if (ABS(off) > (n == 3 ? 1 : 0))
                g_error("%s: column %u: expected %u, got %u", names[n], x, 4 * from,
                        out->rgb[3 * (6 * 60 + x)]);
        }
        for (guint level = 1; level <= TRAIN_LEVELS; level++)
            assert_shade(names[n], level, 77, 77);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/unit/distort-still/banding", test_banding);
    g_test_add_func("/unit/distort-still/chroma", test_chroma);
    g_test_add_func("/unit/distort-still/ringing", test_ringing);
    g_test_add_func("/unit/distort-still/halo", test_halo);
    g_test_add_func("/unit/distort-still/shake", test_shake_point);
    g_test_add_func("/unit/distort-still/light", test_light);
    g_test_add_func("/unit/distort-still/cast", test_cast);
    g_test_add_func("/unit/distort-still/grain", test_grain);
    g_test_add_func("/unit/distort-still/scale", test_scale);
    return g_test_run();
}
