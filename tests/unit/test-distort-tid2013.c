/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TID2013's types against their formulas, on pictures where the answer is known. What all types
 * have in common is in test-distort.c. */
#include "distort-private.h"
#include "distort-support.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

typedef TrainImage *(*Apply)(const TrainImage *, double, guint64, GError **);

static TrainImage *run(Apply apply, const TrainImage *image, double level, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    TrainImage *out = apply(image, level, seed, &error);
    g_assert_no_error(error);
    return out;
}

static TrainImage *row(const char *name, const TrainImage *image, guint level)
{
    const TrainDistortion *type = train_distortion_find(name);
    g_assert_nonnull(type);
    return run(type->apply, image, type->levels[level - 1], 3);
}

static TrainImage *flat(guint width, guint height, guint8 r, guint8 g, guint8 b)
{
    TrainImage *image = train_image_new(width, height);
    const guint8 rgb[] = {r, g, b};
    train_distort_fill(image, (TrainRect){0, 0, width, height}, rgb);
    return image;
}

/* One row of greys. */
static TrainImage *greys(const guint8 *values, guint n)
{
    TrainImage *image = train_image_new(n, 1);
    for (guint i = 0; i < 3 * n; i++)
        image->rgb[i] = values[i / 3];
    return image;
}

static const guint8 *pixel(const TrainImage *image, guint x, guint y)
{
    return image->rgb + 3 * ((gsize)y * image->width + x);
}

static void assert_near(const char *what, double got, double expected, double bound)
{
    if (!(fabs(got - expected) <= bound))
        g_error("%s: expected %g within %g, got %g", what, expected, bound, got);
}

static void assert_rgb(const char *what, const guint8 *got, guint r, guint g, guint b)
{
    if (got[0] != r || got[1] != g || got[2] != b)
        g_error("%s: expected (%u, %u, %u), got (%u, %u, %u)", what, r, g, b, got[0], got[1],
                got[2]);
}

/* A row has these greys. */
static void assert_greys(const char *what, const TrainImage *image, const guint8 *values, guint n)
{
    g_assert_cmpuint(image->width, ==, n);
    for (guint x = 0; x < n; x++)
        assert_rgb(what, pixel(image, x, 0), values[x], values[x], values[x]);
}

/* Every row of RankIQA's table has its place. */
static void test_rows(void)
{
    static const char *const names[] = {
        "noise",   "colour-noise", "high-noise", "impulse",        "quantise",
        "blur",    "denoise",      "jpeg",       "jpeg2000",       "patches",
        "blocks",  "mean-up",      "mean-down",  "contrast-down",  "contrast-up",
        "palette", "saturation",   "aberration", "multiplicative",
    };
    const char *const family[] = {"tid2013", NULL};
    g_autoptr(GPtrArray) types = train_distortions_named(family, NULL);
    g_assert_cmpuint(types->len, ==, G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_strdup_printf("tid-%s", names[i]);
        g_assert_true(g_ptr_array_find(types, train_distortion_find(name), NULL));
    }
}

/* BT.601 of red; and back. */
static void test_ycbcr(void)
{
    g_autoptr(TrainImage) image = flat(2, 1, 255, 0, 0);
    TrainPlane plane;
    train_plane_init(&plane, image);
    train_plane_to_ycbcr(&plane);
    assert_near("Y", plane.values[0], 76.245, 1e-4);
    assert_near("Cb", plane.values[1], 128 - 76.245 / 1.772, 1e-4);
    assert_near("Cr", plane.values[2], 255.5, 1e-4);
    train_plane_to_rgb(&plane);
    assert_near("R", plane.values[3], 255, 1e-3);
    assert_near("G", plane.values[4], 0, 1e-3);
    assert_near("B", plane.values[5], 0, 1e-3);
    train_plane_clear(&plane);
}

static void test_mean(void)
{
    static const guint8 values[] = {0, 10, 100, 200, 250};
    static const guint8 up[] = {15, 25, 115, 215, 255}, down[] = {0, 0, 40, 140, 190};
    g_autoptr(TrainImage) image = greys(values, 5);
    g_autoptr(TrainImage) brighter = row("tid-mean-up", image, 1);
    g_autoptr(TrainImage) darker = row("tid-mean-down", image, 4);
    assert_greys("up", brighter, up, 5);
    assert_greys("down", darker, down, 5);
}

static void test_contrast(void)
{
    static const guint8 values[] = {0, 10, 100, 201};
    static const guint8 down[] = {0, 9, 85, 171}, up[] = {0, 18, 180, 255};
    g_autoptr(TrainImage) image = greys(values, 4);
    g_autoptr(TrainImage) flatter = row("tid-contrast-down", image, 1);
    g_autoptr(TrainImage) steeper = row("tid-contrast-up", image, 4);
    assert_greys("down", flatter, down, 4);
    assert_greys("up", steeper, up, 4);
}

/* Y = 124.2: each value v becomes Y + k (v - Y). */
static void test_saturation(void)
{
    static const guint8 expected[][3] = {
        {155, 115, 95}, {124, 124, 124}, {94, 134, 154}, {64, 144, 184}, {33, 153, 213}};
    g_autoptr(TrainImage) image = flat(3, 2, 200, 100, 50);
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        const guint8 *rgb = expected[level - 1];
        g_autoptr(TrainImage) out = row("tid-saturation", image, level);
        assert_rgb("saturation", pixel(out, 2, 1), rgb[0], rgb[1], rgb[2]);
    }
}

/* A white point: red goes 6 to the right, blue 3; then each is blurred with w = (e^-2, 1, e^-2) /
 * (1 + 2 e^-2) both ways: 255 * 0.7870^2 = 157.9, 255 * 0.7870 * 0.1065 = 21.4. */
static void test_aberration(void)
{
    static const guint places[] = {26, 20, 23};
    g_autoptr(TrainImage) image = flat(40, 21, 0, 0, 0);
    memset(image->rgb + 3 * (10 * 40 + 20), 255, 3);
    g_autoptr(TrainImage) out = row("tid-aberration", image, 2);
    for (guint c = 0; c < 3; c++) {
        for (guint x = 0; x < 40; x++) {
            guint off = x > places[c] ? x - places[c] : places[c] - x;
            g_assert_cmpuint(pixel(out, x, 10)[c], ==, off == 0 ? 158 : off == 1 ? 21 : 0);
            g_assert_cmpuint(pixel(out, x, 11)[c], ==, off == 0 ? 21 : off == 1 ? 3 : 0);
        }
    }
}

/* Of n values each becomes 0 and 255 with d / 2: six standard deviations of either count. */
static void test_impulse(void)
{
    const TrainDistortion *type = train_distortion_find("tid-impulse");
    g_autoptr(TrainImage) image = flat(200, 150, 128, 128, 128);
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = run(type->apply, image, type->levels[level], 11);
        double n = 3 * 200 * 150, share = type->levels[level] / 2, counts[256] = {0};
        for (guint i = 0; i < n; i++)
            counts[out->rgb[i]]++;
        double bound = 6 * sqrt(n * share * (1 - share));
        assert_near("pepper", counts[0], n * share, bound);
        assert_near("salt", counts[255], n * share, bound);
        g_assert_cmpfloat(counts[0] + counts[128] + counts[255], ==, n);
    }
}

typedef struct {
    double n, sum, squares;
} Moments;

static void moments_add(Moments *moments, double value)
{
    moments->n++;
    moments->sum += value;
    moments->squares += value * value;
}

/* Mean 0 and the variance of normal numbers, six standard deviations of either estimate. */
static void assert_moments(const char *what, const Moments *moments, double variance)
{
    assert_near(what, moments->sum / moments->n, 0, 6 * sqrt(variance / moments->n));
    assert_near(what, moments->squares / moments->n, variance, 6 * variance * sqrt(2 / moments->n));
}

/* Each factor has mean 1 and variance 0.05; rounding adds 1/12. Black stays black. */
static void test_multiplicative(void)
{
    g_autoptr(TrainImage) image = flat(200, 150, 50, 0, 50);
    g_autoptr(TrainImage) out = row("tid-multiplicative", image, 1);
    Moments moments = {0};
    for (guint i = 0; i < 200 * 150; i++) {
        g_assert_cmpuint(out->rgb[3 * i + 1], ==, 0);
        moments_add(&moments, out->rgb[3 * i] - 50.);
        moments_add(&moments, out->rgb[3 * i + 2] - 50.);
    }
    assert_moments("multiplicative", &moments, 50 * 50 * 0.05 + 1 / 12.);
}

/* At a variance that clips nothing, Y, Cb and Cr have the variance that it has on limited range,
 * and that of rounding R, G and B; and are independent. */
static void test_colour_noise(void)
{
    double level = 1e-4, spans[] = {219 / 255., 224 / 255., 224 / 255.};
    /* sums of the squares of BT.601's rows */
    static const double rounding[] = {0.4470, 0.3882, 0.4319};
    g_autoptr(TrainImage) image = flat(200, 150, 128, 128, 128);
    g_autoptr(TrainImage) out = run(train_distort_colour_noise, image, level, 5);
    Moments moments[3] = {0}, product = {0};
    TrainPlane plane;
    train_plane_init(&plane, out);
    train_plane_to_ycbcr(&plane);
    for (guint i = 0; i < 3 * 200 * 150; i++)
        moments_add(&moments[i % 3], plane.values[i] - 128.);
    for (guint i = 0; i < 200 * 150; i++)
        moments_add(&product, (plane.values[3 * i] - 128.) * (plane.values[3 * i + 1] - 128.));
    train_plane_clear(&plane);
    for (guint c = 0; c < 3; c++)
        assert_moments("colour noise", &moments[c],
                       255 * 255 * level / (spans[c] * spans[c]) + rounding[c] / 12);
    double deviation = moments[0].squares / product.n;
    assert_near("Y and Cb", product.sum / product.n, 0, 6 * deviation / sqrt(product.n));
}

#define SIDE 160

/* Power of out - 128 at (u, v) cycles, over that of white noise of variance 1; mean over channels.
 * cosines: a period of SIDE steps. */
static double power_at(const TrainImage *out, const double *cosines, gint u, gint v)
{
    double power = 0;
    for (guint c = 0; c < 3; c++) {
        double re = 0, im = 0;
        for (gint i = 0; i < SIDE * SIDE; i++) {
            guint phase = (guint)(u * (i % SIDE) + v * (i / SIDE) + 99 * SIDE * SIDE) % SIDE;
            re += (out->rgb[3 * i + c] - 128.) * cosines[phase];
            im += (out->rgb[3 * i + c] - 128.) * cosines[(phase + SIDE / 4) % SIDE];
        }
        power += (re * re + im * im) / (3. * SIDE * SIDE);
    }
    return power;
}

/* White noise times 1 - exp(-D^2 / 200), squared, at D cycles a picture; and rounding. n
 * frequencies (one of each pair of opposite ones) and three channels are 3 n draws from exponential
 * distributions, whose deviations are their means: six of those of the mean. */
static void test_high_noise(void)
{
    static const gint rings[] = {8, 12, 20, 45};
    double variance = 0.001 * 255 * 255, cosines[SIDE];
    g_autoptr(TrainImage) image = flat(SIDE, SIDE, 128, 128, 128);
    g_autoptr(TrainImage) out = row("tid-high-noise", image, 1);
    for (guint i = 0; i < SIDE; i++)
        cosines[i] = cos(2 * G_PI * i / SIDE);
    for (guint ring = 0; ring < G_N_ELEMENTS(rings); ring++) {
        double power = 0, expected = 0, n = 0;
        for (gint u = 1; u <= rings[ring]; u++) {
            for (gint v = -rings[ring]; v <= rings[ring]; v++) {
                double gain = 1 - exp(-(u * u + v * v) / 200.);
                if (fabs(hypot(u, v) - rings[ring]) > 0.5)
                    continue;
                power += power_at(out, cosines, u, v);
                expected += gain * gain * variance + 1 / 12.;
                n++;
            }
        }
        g_test_message("%d cycles: expected %g, got %g", rings[ring], expected / n, power / n);
        assert_near("high-pass noise", power / n, expected / n, expected / n * 6 / sqrt(3 * n));
    }
}

/* Four clusters, three thresholds: each the greatest value of its cluster. */
static void test_otsu(void)
{
    gsize histogram[256] = {[10] = 3, [12] = 5, [100] = 4, [104] = 4, [180] = 7, [250] = 2};
    guint8 thresholds[TRAIN_OTSU_MAX];
    g_assert_cmpuint(train_otsu(histogram, 3, thresholds), ==, 3);
    g_assert_cmpuint(thresholds[0], ==, 12);
    g_assert_cmpuint(thresholds[1], ==, 104);
    g_assert_cmpuint(thresholds[2], ==, 180);
    g_assert_cmpuint(train_otsu(histogram, 9, thresholds), ==, 5);
}

static double class_cost(const gsize *histogram, guint a, guint b)
{
    double n = 0, mean = 0, cost = 0;
    for (guint v = a; v < b; v++) {
        n += (double)histogram[v];
        mean += (double)histogram[v] * v;
    }
    mean /= MAX(n, 1);
    for (guint v = a; v < b; v++)
        cost += (double)histogram[v] * (v - mean) * (v - mean);
    return cost;
}

/* No other pair of thresholds has less variance within. */
static void test_otsu_exhaustive(void)
{
    GRand *rand = g_rand_new_with_seed(4);
    for (guint round = 0; round < 20; round++) {
        gsize histogram[256] = {0};
        guint8 t[2];
        for (guint v = 100; v < 124; v++)
            histogram[v] = (gsize)g_rand_int_range(rand, 0, 50);
        g_assert_cmpuint(train_otsu(histogram, 2, t), ==, 2);
        double got = class_cost(histogram, 0, t[0] + 1u) +
                     class_cost(histogram, t[0] + 1u, t[1] + 1u) +
                     class_cost(histogram, t[1] + 1u, 256);
        double least = G_MAXDOUBLE;
        for (guint a = 100; a < 124; a++) {
            for (guint b = a + 1; b < 125; b++)
                least = MIN(least, class_cost(histogram, 0, a) + class_cost(histogram, a, b) +
                                       class_cost(histogram, b, 256));
        }
        assert_near("variance within", got, least, 1e-9 * least);
    }
    g_rand_free(rand);
}

static void test_quantise(void)
{
    static const guint8 values[] = {10, 12, 100, 104, 180, 250, 10, 104, 180, 180};
    static const guint8 expected[] = {0, 0, 104, 104, 180, 255, 0, 104, 180, 180};
    g_autoptr(TrainImage) image = greys(values, 10), grey = flat(4, 3, 90, 90, 90);
    g_autoptr(TrainImage) out = row("tid-quantise", image, 4); /* three thresholds */
    g_autoptr(TrainImage) same = row("tid-quantise", grey, 1);
    assert_greys("quantise", out, expected, 10);
    g_assert_cmpmem(same->rgb, 36, grey->rgb, 36);
}

static guint count_colours(const TrainImage *image)
{
    g_autoptr(GHashTable) set = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < image->width * image->height; i++) {
        const guint8 *p = image->rgb + 3 * i;
        g_hash_table_add(set, GUINT_TO_POINTER(1 + p[0] + 256u * p[1] + 65536u * p[2]));
    }
    return g_hash_table_size(set);
}

/* As many colours as the level says; and no change where there are no more. */
static void test_palette_size(void)
{
    const TrainDistortion *type = train_distortion_find("tid-palette");
    g_autoptr(TrainImage) image = train_image_new(128, 96);
    for (guint i = 0; i < 3 * 128 * 96; i++)
        image->rgb[i] = (guint8)(i % 3 == 0   ? 2 * (i / 3 % 128)
                                 : i % 3 == 1 ? 2 * (i / 3 / 128)
                                              : 255 - i / 3 % 128 - i / 3 / 128);
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = row("tid-palette", image, level);
        g_assert_cmpuint(count_colours(out), ==, (guint)type->levels[level - 1]);
        g_autoptr(TrainImage) again = row("tid-palette", out, level);
        g_assert_cmpmem(again->rgb, 3 * 128 * 96, out->rgb, 3 * 128 * 96);
    }
}

/* Greys 0, 60, 130, 190, 250, of which the first two must share 53, their mean: an even 60 becomes
 * 53 and 130 with 60 for its mean. What leaves it at three borders of 64 pixels is at most half of
 * the largest error, 38 (0.9 for each of its pixels), and rounding is half a step. */
static void test_palette_dither(void)
{
    static const guint ends[] = {512, 1712, 2912, 4096};
    static const guint8 values[] = {0, 130, 190, 250};
    g_autoptr(TrainImage) image = flat(128, 64, 60, 60, 60);
    for (guint i = 0, k = 0; i < 4096; i++) {
        k += i >= ends[k];
        memset(image->rgb + 3 * (128 * (i % 64) + 64 + i / 64), values[k], 3);
    }
    g_autoptr(TrainImage) out = row("tid-palette", image, 5);
    double sum = 0;
    for (guint y = 0; y < 64; y++) {
        for (guint x = 0; x < 64; x++) {
            guint value = pixel(out, x, y)[1];
            g_assert_true(value == 53 || value == 130);
            sum += value;
        }
    }
    assert_near("mean of what is dithered", sum / 4096, 60, 1.4);
}

/* Every pixel says where it is from. */
static TrainImage *coordinates(guint width, guint height)
{
    TrainImage *image = train_image_new(width, height);
    for (guint i = 0; i < width * height; i++) {
        image->rgb[3 * i] = (guint8)(i % width);
        image->rgb[3 * i + 1] = (guint8)(i / width);
    }
    return image;
}

/* Pixels are their own or come from 5 further; what a level moves the next moves too. */
static void test_patches(void)
{
    g_autoptr(TrainImage) image = coordinates(200, 180), last = train_image_copy(image);
    g_autoptr(TrainImage) one = run(train_distort_patches, image, 1, 3);
    guint moved = 0;
    for (guint i = 0; i < 200 * 180; i++)
        moved += memcmp(one->rgb + 3 * i, image->rgb + 3 * i, 3) != 0;
    g_assert_cmpuint(moved, ==, 15 * 15);
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = row("tid-patches", image, level);
        guint more = 0;
        for (guint y = 0; y < 180; y++) {
            for (guint x = 0; x < 200; x++) {
                const guint8 *p = pixel(out, x, y);
                if (p[0] == x && p[1] == y) {
                    assert_rgb("level before", pixel(last, x, y), x, y, 0);
                    continue;
                }
                assert_rgb("moved pixel", p, x + 5, y + 5, 0);
                more += pixel(last, x, y)[0] == x;
            }
        }
        g_assert_cmpuint(more, >, 0);
        memcpy(last->rgb, out->rgb, 3 * 200 * 180);
    }
}

/* What is painted is the mean with RankIQA's red; blocks may lie over each other. */
static void test_blocks(void)
{
    static const guint reds[] = {0, 170, 150, 120, 120};
    const TrainDistortion *type = train_distortion_find("tid-blocks");
    g_autoptr(TrainImage) image = flat(300, 200, 20, 60, 40);
    for (guint i = 0; i < 300 * 200; i += 2)
        image->rgb[3 * i] = 220;
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = row("tid-blocks", image, level);
        guint painted = 0;
        for (guint i = 0; i < 300 * 200; i++) {
            guint red = out->rgb[3 * i];
            painted += red == reds[level - 1];
            if (red != reds[level - 1])
                assert_rgb("outside", out->rgb + 3 * i, i % 2 ? 20 : 220, 60, 40);
        }
        g_assert_cmpuint(painted, >, 32 * 32);
        g_assert_cmpuint(painted, <=, 32 * 32 * (guint)type->levels[level - 1]);
    }
}

/* Noise of 25 alone is 20.2 dB. On even colours a group of 16 blocks of 64 pixels keeps one
 * coefficient, 30 dB less, and one in 144 that is noise beyond 2.7 deviations: those hold 2.7^2 /
 * 144 and more, some 12 dB less. Edges cost some of it; 8 dB must be left. Nothing of a noise of
 * four times that deviation may be taken for it. */
static void test_denoise(void)
{
    g_autoptr(TrainImage) image = flat(96, 80, 90, 140, 110);
    const guint8 rgb[] = {170, 90, 60};
    train_distort_fill(image, (TrainRect){30, 20, 40, 30}, rgb);
    g_autoptr(TrainImage) clean = run(train_distort_denoise, image, 0, 1);
    g_autoptr(TrainImage) noisy = run(train_distort_denoise, image, 0.16, 1);
    g_autoptr(TrainImage) noise = run(train_distort_noise, image, 0.16, 1);
    g_test_message("%.2f dB, %.2f dB of %.2f dB", distort_psnr(clean, image),
                   distort_psnr(noisy, image), distort_psnr(noise, image));
    g_assert_cmpfloat(distort_psnr(clean, image), >, 20.2 + 8);
    g_assert_cmpfloat(distort_psnr(noisy, image), <, distort_psnr(noise, image) + 3);
}

static const struct {
    const char *path;
    GTestFunc func;
} tests[] = {
    {"/unit/distort-tid2013/rows", test_rows},
    {"/unit/distort-tid2013/ycbcr", test_ycbcr},
    {"/unit/distort-tid2013/mean", test_mean},
    {"/unit/distort-tid2013/contrast", test_contrast},
    {"/unit/distort-tid2013/saturation", test_saturation},
    {"/unit/distort-tid2013/aberration", test_aberration},
    {"/unit/distort-tid2013/impulse", test_impulse},
    {"/unit/distort-tid2013/multiplicative", test_multiplicative},
    {"/unit/distort-tid2013/colour-noise", test_colour_noise},
    {"/unit/distort-tid2013/high-noise", test_high_noise},
    {"/unit/distort-tid2013/otsu", test_otsu},
    {"/unit/distort-tid2013/otsu-exhaustive", test_otsu_exhaustive},
    {"/unit/distort-tid2013/quantise", test_quantise},
    {"/unit/distort-tid2013/palette-size", test_palette_size},
    {"/unit/distort-tid2013/palette-dither", test_palette_dither},
    {"/unit/distort-tid2013/patches", test_patches},
    {"/unit/distort-tid2013/blocks", test_blocks},
    {"/unit/distort-tid2013/denoise", test_denoise},
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].path, tests[i].func);
    return g_test_run();
}
