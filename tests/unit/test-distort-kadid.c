/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KADID-10k's types where the answer can be worked out by hand. */
#include "distort-private.h"
#include "distort-support.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

static TrainImage *plain(guint width, guint height, guint8 r, guint8 g, guint8 b)
{
    const guint8 rgb[] = {r, g, b};
    TrainImage *image = train_image_new(width, height);
    for (gsize i = 0; i < (gsize)width * height; i++)
        memcpy(image->rgb + 3 * i, rgb, 3);
    return image;
}

/* Grey, every column one more than the one before. */
static TrainImage *ramp(guint width, guint height)
{
    TrainImage *image = train_image_new(width, height);
    for (gsize i = 0; i < 3 * (gsize)width * height; i++)
        image->rgb[i] = (guint8)(i / 3 % width);
    return image;
}

static guint count_changed(const TrainImage *a, const TrainImage *b)
{
    guint n = 0;
    for (gsize i = 0; i < (gsize)a->width * a->height; i++)
        n += memcmp(a->rgb + 3 * i, b->rgb + 3 * i, 3) != 0;
    return n;
}

/* What one colour becomes; steps is how far each value may be from what is expected. */
static void assert_becomes(const char *name, guint level, const guint8 in[3], const guint8 out[3],
                           gint steps)
{
    g_autoptr(TrainImage) image = plain(9, 8, in[0], in[1], in[2]);
    g_autoptr(TrainImage) got = distort_at_level(name, image, level, 1);
    for (guint i = 0; i < 3 * 9 * 8; i++) {
        if (ABS(got->rgb[i] - out[i % 3]) > steps)
            g_error("%s level %u: value %u of (%u, %u, %u): expected %u, got %u", name, level, i,
                    in[0], in[1], in[2], out[i % 3], got->rgb[i]);
    }
}

/* Ratings are looked up by the number of the row. */
static void test_order(void)
{
    static const char *const names[] = {
        "blur",     "lens",           "motion",         "diffusion",      "shift",
        "palette",  "hsv-saturation", "lab-saturation", "jpeg2000",       "jpeg",
        "noise",    "colour-noise",   "impulse",        "multiplicative", "denoise",
        "brighten", "darken",         "mean",           "jitter",         "patches",
        "pixelate", "quantise",       "blocks",         "sharpen",        "contrast",
        NULL};
    guint n = 0;
    for (; train_distort_kadid[n].name; n++) {
        g_autofree char *name = g_strconcat("kadid-", names[n], NULL);
        g_assert_cmpstr(train_distort_kadid[n].name, ==, name);
        g_assert_cmpstr(train_distort_kadid[n].family, ==, "kadid");
        g_assert_true(train_distort_kadid[n].unordered == (n + 1 == 18 || n + 1 == 25));
    }
    g_assert_cmpuint(n, ==, 25);
}

/* What has no order is not ranked, and nothing else is left out. */
static void test_ranked(void)
{
    const char *const family[] = {"kadid", NULL}, *const mean[] = {"kadid-mean", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) types = train_distortions_ranked(family, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(types->len, ==, 23);
    for (guint i = 0; i < types->len; i++)
        g_assert_false(((const TrainDistortion *)types->pdata[i])->unordered);
    g_assert_null(train_distortions_ranked(mean, &error));
    g_assert_nonnull(strstr(error->message, "kadid-mean"));
}

/* A disk of radius 1 about a pixel's middle covers all of it, of each neighbour
 * e = (pi - 1 - 4 c) / 4, of each corner c = pi / 12 - (sqrt 3 - 1) / 4. */
static void test_lens_point(void)
{
    double c = G_PI / 12 - (sqrt(3) - 1) / 4, e = (G_PI - 1 - 4 * c) / 4;
    const double shares[] = {c, e, c, e, 1, e, c, e, c};
    g_autoptr(TrainImage) image = plain(9, 7, 0, 0, 0);
    memset(image->rgb + 3 * (3 * 9 + 4), 255, 3);
    g_autoptr(TrainImage) out = distort_at_level("kadid-lens", image, 1, 1);
    for (gint i = 0; i < 9 * 7; i++) {
        gint dx = i % 9 - 4, dy = i / 9 - 3;
        gboolean inside = ABS(dx) <= 1 && ABS(dy) <= 1;
        double value = inside ? 255 * shares[3 * (dy + 1) + dx + 1] / G_PI : 0;
        /* half a step of rounding, and a thousandth of a pixel of what strips miss */
        g_assert_cmpfloat(fabs(out->rgb[3 * i] - value), <=, .5 + .255);
    }
}

/* Length 1 is a point. A longer line looks the same from either end, keeps the light, and is a
 * line of 9 pixels with up to one more around it: its second moment is between those of even lines
 * of 9 and 11 pixels. */
static void test_motion_point(void)
{
    g_autoptr(TrainImage) image = plain(21, 21, 0, 0, 0);
    memset(image->rgb + 3 * (10 * 21 + 10), 255, 3);
    g_autoptr(TrainImage) still = distort_at_level("kadid-motion", image, 1, 3);
    g_assert_cmpuint(count_changed(image, still), ==, 0);
    for (guint64 seed = 1; seed < 20; seed++) {
        g_autoptr(TrainImage) out = distort_at_level("kadid-motion", image, 5, seed);
        double sum = 0, moment = 0;
        for (gint i = 0; i < 21 * 21; i++) {
            gint dx = i % 21 - 10, dy = i / 21 - 10;
            g_assert_cmpuint(out->rgb[3 * i], ==, out->rgb[3 * (21 * 21 - 1 - i)]);
            sum += out->rgb[3 * i];
            moment += out->rgb[3 * i] * (double)(dx * dx + dy * dy);
        }
        g_assert_cmpfloat(fabs(sum - 255), <=, 15); /* 30 pixels, each rounded by half a step */
        g_assert_cmpfloat(moment / sum, >, 81 / 12.);
        g_assert_cmpfloat(moment / sum, <, 121 / 12.);
    }
}

/* Red, by CIE's definitions: L* 53.24, a* 80.09, b* 67.20; and there and back again. */
static void test_lab(void)
{
    g_autoptr(TrainImage) red = plain(2, 1, 255, 0, 0), image = train_image_new(16, 16);
    TrainPlane plane;
    train_plane_init(&plane, red);
    train_plane_to_lab(&plane);
    g_assert_cmpfloat(fabs(plane.values[0] - 53.24), <, .01);
    g_assert_cmpfloat(fabs(plane.values[1] - 80.09), <, .01);
    g_assert_cmpfloat(fabs(plane.values[2] - 67.20), <, .01);
    train_plane_clear(&plane);
    for (guint i = 0; i < 3 * 16 * 16; i++)
        image->rgb[i] = (guint8)(i * 97 + i / 7);
    g_autoptr(TrainImage) same = distort_at_level("kadid-lab-saturation", image, 1, 1);
    g_assert_cmpuint(count_changed(image, same), ==, 0);
}

static void test_saturation(void)
{
    static const guint8 brown[] = {200, 100, 50}, grey[] = {77, 77, 77};
    /* 200 - 0.4 100, 200 - 0.4 150; 200 + 0.4 100, 200 + 0.4 150 clipped */
    static const guint8 paler[] = {200, 160, 140}, none[] = {200, 200, 200},
                        opposite[] = {200, 240, 255};
    assert_becomes("kadid-hsv-saturation", 1, brown, paler, 0);
    assert_becomes("kadid-hsv-saturation", 4, brown, none, 0);
    assert_becomes("kadid-hsv-saturation", 5, brown, opposite, 0);
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        assert_becomes("kadid-hsv-saturation", level, grey, grey, 0);
        assert_becomes("kadid-lab-saturation", level, grey, grey, 0);
        assert_becomes("kadid-diffusion", level, grey, grey, 0);
    }
    assert_becomes("kadid-diffusion", 1, brown, brown, 1); /* the blur's sum of floats */
}

static void test_tones(void)
{
    static const guint8 black[] = {0, 0, 0}, white[] = {255, 255, 255}, dark[] = {51, 51, 51},
                        mid[] = {128, 128, 128}, some[] = {100, 100, 100};
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        const char *const fixed[] = {"kadid-brighten", "kadid-darken", "kadid-contrast"};
        for (guint i = 0; i < G_N_ELEMENTS(fixed); i++) {
            assert_becomes(fixed[i], level, black, black, 0);
            assert_becomes(fixed[i], level, white, white, 0);
        }
    }
    /* 0.2 + 0.4 0.2 0.8 = 0.264 of R, G, B; L* 21.25 becomes 27.94, which is 0.2585 of R, G, B;
     * (2 0.264 + 0.2585) / 3 = 0.2622 */
    assert_becomes("kadid-brighten", 2, dark, (const guint8[]){67, 67, 67}, 0);
    /* 0.50196 - 1.6 0.50196 0.49804 = 0.10197 */
    assert_becomes("kadid-darken", 5, mid, (const guint8[]){26, 26, 26}, 0);
    /* 0.39216 / 0.85; (0.39216 - 0.15) / 0.85 */
    assert_becomes("kadid-mean", 1, some, (const guint8[]){118, 118, 118}, 0);
    assert_becomes("kadid-mean", 3, some, some, 0);
    assert_becomes("kadid-mean", 5, some, (const guint8[]){73, 73, 73}, 0);
}

/* The curve goes through (0.3, 0.25 - level / 4) and (0.7, 0.75 + level / 4), which lie halfway
 * between two values; over one step it is as good as straight. */
static void test_contrast_points(void)
{
    g_autoptr(TrainImage) image = ramp(256, 2);
    const TrainDistortion *type = train_distortion_find("kadid-contrast");
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = distort_at_level("kadid-contrast", image, level, 1);
        double a = type->levels[level - 1];
        double low = (out->rgb[3 * 76] + out->rgb[3 * 77]) / 2.;
        double high = (out->rgb[3 * 178] + out->rgb[3 * 179]) / 2.;
        g_assert_cmpfloat(fabs(low - 255 * (.25 - a / 4)), <=, .6); /* two values, each rounded */
        g_assert_cmpfloat(fabs(high - 255 * (.75 + a / 4)), <=, .6);
    }
}

/* Green alone moves, to the right and down, and only where there is an edge. */
static void test_shift(void)
{
    g_autoptr(TrainImage) image = plain(80, 60, 20, 30, 40);
    for (guint y = 0; y < 60; y++)
        memset(image->rgb + 3 * (y * 80 + 40), 200, 3 * 40);
    g_autoptr(TrainImage) out = distort_at_level("kadid-shift", image, 5, 4);
    guint darker = 0;
    for (guint i = 0; i < 80 * 60; i++) {
        guint x = i % 80;
        g_assert_cmpuint(out->rgb[3 * i], ==, image->rgb[3 * i]);
        g_assert_cmpuint(out->rgb[3 * i + 2], ==, image->rgb[3 * i + 2]);
        if (x < 40 || x >= 52)
            g_assert_cmpuint(out->rgb[3 * i + 1], ==, image->rgb[3 * i + 1]);
        darker += out->rgb[3 * i + 1] < image->rgb[3 * i + 1];
    }
    g_assert_cmpuint(darker, >=, 60); /* moved by 1 at least in every row */
}

/* KADID's number of blocks in its size, half of it in half of that. Blocks may lie on each other.
 */
static void test_blocks(void)
{
    g_autoptr(TrainImage) large = plain(512, 384, 1, 2, 3), small = plain(320, 320, 1, 2, 3);
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) a = distort_at_level("kadid-blocks", large, level, 1);
        g_autoptr(TrainImage) b = distort_at_level("kadid-blocks", small, level, 1);
        g_assert_cmpuint(count_changed(large, a), <=, 2 * level * 32 * 32);
        g_assert_cmpuint(count_changed(large, a), >=, 32 * 32);
        g_assert_cmpuint(count_changed(small, b), <=, level * 32 * 32);
        if (level == 1)
            g_assert_cmpuint(count_changed(small, b), ==, 32 * 32);
    }
}

/* Nothing new comes into the picture, and each column's values stay within 8 of it. */
static void test_patches(void)
{
    g_autoptr(TrainImage) image = ramp(250, 200);
    g_autoptr(TrainImage) out = distort_at_level("kadid-patches", image, 1, 1);
    guint n = (guint)(20 * 250 * 200 / (512. * 384) + .5), changed = count_changed(image, out);
    g_assert_cmpuint(changed, >, 0);
    g_assert_cmpuint(changed, <=, n * 16 * 16);
    for (guint i = 0; i < 250 * 200; i++)
        g_assert_cmpint(ABS(out->rgb[3 * i] - image->rgb[3 * i]), <=, 8 * (gint)n);
}

/* 0.95 - 0.5^0.6 of 100 columns is 29.02: 30 of them are left, each 3 or 4 wide. */
static void test_pixelate(void)
{
    g_autoptr(TrainImage) image = ramp(100, 4);
    g_autoptr(TrainImage) out = distort_at_level("kadid-pixelate", image, 5, 1);
    guint columns = 1;
    for (guint x = 1; x < 100; x++) {
        columns += out->rgb[3 * x] != out->rgb[3 * (x - 1)];
        g_assert_cmpint(ABS(out->rgb[3 * x] - (gint)x), <=, 3);
    }
    g_assert_cmpuint(columns, ==, 30);
}

/* On a ramp pixels land as far off as they are displaced, on average nowhere; what is flat stays
 * flat. A move of half a pixel has a variance of 0.25, and interpolation leaves q = 0.665 of that
 * of values that know nothing of each other (the mean of both axes' squared weights added up, over
 * a million normal numbers), more of those that do. So five moves have between 0.25 (1 + q + q^2 +
 * q^3
 * + q^4) = 0.65 and 1.25, rounding adds 1 / 12, and 0.04 is six deviations of the estimate. */
static void test_jitter(void)
{
    static const guint8 colour[] = {12, 130, 250};
    g_autoptr(TrainImage) image = ramp(250, 100);
    g_autoptr(TrainImage) out = distort_at_level("kadid-jitter", image, 4, 1);
    double sum = 0, squares = 0, n = 0;
    for (guint i = 0; i < 250 * 100; i++) {
        double off = out->rgb[3 * i] - (double)image->rgb[3 * i];
        gboolean inside = i % 250 >= 10 && i % 250 < 240;
        sum += inside ? off : 0;
        squares += inside ? off * off : 0;
        n += inside;
    }
    g_assert_cmpfloat(fabs(sum / n), <, 6 * sqrt(1.25 / n));
    g_assert_cmpfloat(squares / n, >, .65 + 1 / 12. - .04);
    g_assert_cmpfloat(squares / n, <, 1.25 + 1 / 12. + .04);
    assert_becomes("kadid-jitter", 5, colour, colour, 0);
}

/* Lightness on either side of an edge between two greys: as far from the edge's middle as the
 * Gaussian's weight on the other side says. */
static void test_sharpen_edge(void)
{
    g_autoptr(TrainImage) image = plain(40, 4, 100, 100, 100);
    for (guint i = 0; i < 3 * 40 * 4; i++)
        image->rgb[i] = i / 3 % 40 < 20 ? 100 : 140;
    g_autoptr(TrainImage) out = distort_at_level("kadid-sharpen", image, 1, 1);
    TrainPlane before, after;
    train_plane_init(&before, image);
    train_plane_init(&after, out);
    train_plane_to_lab(&before);
    train_plane_to_lab(&after);
    double sum = 0, beyond = 0;
    for (gint t = -9; t <= 9; t++) {
        sum += exp(-t * t / 18.);
        beyond += t > 0 ? exp(-t * t / 18.) : 0;
    }
    double step = before.values[3 * 20] - before.values[3 * 19];
    double expected = before.values[3 * 19] - step * beyond / sum;
    /* half a step of rounding is 0.22 of lightness here */
    g_assert_cmpfloat(fabs(after.values[3 * 19] - expected), <, .25);
    g_assert_cmpfloat(fabs(after.values[3 * 5] - before.values[3 * 5]), <, .01);
    train_plane_clear(&before);
    train_plane_clear(&after);
}

static double deviation(const TrainImage *image, double mean)
{
    gsize n = 3 * (gsize)image->width * image->height;
    double squares = 0;
    for (gsize i = 0; i < n; i++)
        squares += (image->rgb[i] - mean) * (image->rgb[i] - mean);
    return sqrt(squares / (double)n);
}

/* Of noise that the denoiser was told of nearly nothing is left on grey; of more than it can be
 * told, a good part. */
static void test_denoise(void)
{
    g_autoptr(TrainImage) image = plain(64, 64, 128, 128, 128);
    g_autoptr(TrainImage) mild = distort_at_level("kadid-denoise", image, 1, 1);
    g_autoptr(TrainImage) strong = distort_at_level("kadid-denoise", image, 5, 1);
    g_assert_cmpfloat(deviation(mild, 128), <, 25.5 / 4);
    g_assert_cmpfloat(deviation(strong, 128), >, 12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/unit/distort-kadid/order", test_order);
    g_test_add_func("/unit/distort-kadid/ranked", test_ranked);
    g_test_add_func("/unit/distort-kadid/lens", test_lens_point);
    g_test_add_func("/unit/distort-kadid/motion", test_motion_point);
    g_test_add_func("/unit/distort-kadid/lab", test_lab);
    g_test_add_func("/unit/distort-kadid/saturation", test_saturation);
    g_test_add_func("/unit/distort-kadid/tones", test_tones);
    g_test_add_func("/unit/distort-kadid/contrast", test_contrast_points);
    g_test_add_func("/unit/distort-kadid/shift", test_shift);
    g_test_add_func("/unit/distort-kadid/blocks", test_blocks);
    g_test_add_func("/unit/distort-kadid/patches", test_patches);
    g_test_add_func("/unit/distort-kadid/pixelate", test_pixelate);
    g_test_add_func("/unit/distort-kadid/jitter", test_jitter);
    g_test_add_func("/unit/distort-kadid/sharpen", test_sharpen_edge);
    g_test_add_func("/unit/distort-kadid/denoise", test_denoise);
    return g_test_run();
}
