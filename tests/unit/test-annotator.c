/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full-reference judges: worked out by hand on pictures of a few pixels, and against other programs
 * on pictures made of integers. */
#include "annotate-fft.h"
#include "annotate-saliency.h"
#include "annotate.h"
#include "annotator.h"

#include <math.h>

/* piq 0.8.0 (PyTorch 1.13, double precision) keeps divisions from 0 by other constants than ours
 * (1e-8 in VIF), and eight digits of its values stand below. */
#define PEER 2e-7

#define assert_near(value, expected, tolerance)                                                    \
    assert_near_at(__LINE__, #value, value, expected, tolerance)

static void assert_near_at(int line, const char *what, double value, double expected,
                           double tolerance)
{
    if (fabs(value - expected) <= tolerance)
        return;
    g_test_message("line %d: %s: expected %.10g, got %.10g", line, what, expected, value);
    g_test_fail();
}

static TrainImage *flat(guint width, guint height, const guint8 rgb[3])
{
    TrainImage *image = train_image_new(width, height);
    for (guint i = 0; i < 3 * width * height; i++)
        image->rgb[i] = rgb[i % 3];
    return image;
}

static TrainImage *grey(guint width, guint height, guint8 value)
{
    return flat(width, height, (const guint8[3]){value, value, value});
}

static guint wave(gint t)
{
    return 4 * (guint)ABS(t % 64 - 32);
}

/* Waves of another direction in each channel, and a chequerboard of edges: 0..232. */
static TrainImage *pattern(guint width, guint height)
{
    TrainImage *image = train_image_new(width, height);
    guint8 *out = image->rgb;
    for (gint y = 0; y < (gint)height; y++) {
        for (gint x = 0; x < (gint)width; x++) {
            for (gint c = 0; c < 3; c++)
                *out++ = (guint8)(wave(x * (c + 1) + 2 * y) + wave(3 * y - x + 20 * c + 5120) / 2 +
                                  40 * ((x / 16 + y / 16) & 1));
        }
    }
    return image;
}

/* Between -reach and reach, flat. */
static TrainImage *add_noise(const TrainImage *in, int reach)
{
    TrainImage *out = train_image_copy(in);
    for (guint32 i = 0; i < 3 * in->width * in->height; i++) {
        const guint32 hash = i * 2654435761u >> 16;
        out->rgb[i] =
            (guint8)CLAMP(in->rgb[i] + (int)(hash % (guint)(2 * reach + 1)) - reach, 0, 255);
    }
    return out;
}

static TrainImage *noise(const TrainImage *in)
{
    return add_noise(in, 30);
}

/* Means of 5 x 5, edges repeated. */
static TrainImage *blur(const TrainImage *in)
{
    const gint width = (gint)in->width, height = (gint)in->height;
    TrainImage *out = train_image_copy(in);
    for (gint i = 0; i < 3 * width * height; i++) {
        const gint x = i / 3 % width, y = i / 3 / width;
        guint sum = 0;
        for (gint k = 0; k < 25; k++) {
            const gint u = CLAMP(x + k % 5 - 2, 0, width - 1);
            const gint v = CLAMP(y + k / 5 - 2, 0, height - 1);
            sum += in->rgb[3 * (v * width + u) + i % 3];
        }
        out->rgb[i] = (guint8)(sum / 25);
    }
    return out;
}

/* Pale red, and green in place of blue. */
static TrainImage *recolour(const TrainImage *in)
{
    TrainImage *out = train_image_copy(in);
    for (guint i = 0; i < 3 * in->width * in->height; i += 3) {
        out->rgb[i] = (guint8)(in->rgb[i] * 3 / 4 + 30);
        out->rgb[i + 2] = in->rgb[i + 1];
    }
    return out;
}

/* Each block of 8 x 8 as its mean. */
static TrainImage *blocks(const TrainImage *in)
{
    TrainImage *out = train_image_copy(in);
    for (guint i = 0; i < 3 * in->width * in->height; i++) {
        const guint x = i / 3 % in->width / 8 * 8, y = i / 3 / in->width / 8 * 8;
        const guint right = MIN(x + 8, in->width), bottom = MIN(y + 8, in->height);
        guint sum = 0;
        for (guint v = y; v < bottom; v++) {
            for (guint u = x; u < right; u++)
                sum += in->rgb[3 * (v * in->width + u) + i % 3];
        }
        out->rgb[i] = (guint8)(sum / ((right - x) * (bottom - y)));
    }
    return out;
}

static TrainImage *(*const makers[])(const TrainImage *in) = {noise, blur, recolour, blocks};

typedef struct {
    const char *name;
    guint width, height;
    double values[G_N_ELEMENTS(makers)];
} Peer;

static const Peer peers[] = {
    {"psnr", 200, 192, {26.44052826, 28.71252178, 31.18099992, 24.33738215}},
    {"psnr-colour", 200, 192, {23.24095195, 28.09692391, 17.20523163, 20.09166969}},
    {"ssim", 200, 192, {.76211330, .87877448, .97503485, .77310094}},
    {"ssim", 75, 51, {.76224129, .88466694, .97422705, .76022837}},
    {"ms-ssim", 256, 256, {.98183980, .96084533, .98418341, .94266430}},
    {"gmsd", 200, 192, {.02099059, .04089669, .04139575, .29535835}},
    {"mdsi", 200, 192, {.37155238, .35534279, .36950881, .55748247}},
    {"mdsi", 75, 51, {.36254864, .35357675, .36725517, .56295698}},
    {"mdsi", 520, 516, {.25831292, .26468619, .36986942, .58694992}},
    {"vif", 200, 192, {.45081877, .49432259, .66302868, .33325343}},
    {"vif", 75, 51, {.40901264, .46631904, .66118418, .31964488}},
    {"vsi", 256, 256, {.94662967, .96450280, .94080231, .86741431}},
};

/* Where piq does otherwise (sides that are odd at some scale, pictures reduced for VSI) or has
 * nothing (NLPD): from the papers' formulas in double precision with full two-dimensional windows,
 * zeros put between, matrices that resize and a library's FFT (NumPy 1.24, SciPy 1.10). VSI's
 * transforms and colours are in single precision here, 6e-8 of their largest value, several times
 * over; the others leave what eight digits do. */
#define FORMULA_SINGLE 2e-6
#define FORMULA 1e-8
static const Peer formulas[] = {
    {"ms-ssim", 200, 192, {.97892570, .96094197, .98414504, .94258837}},
    {"ms-ssim", 75, 51, {.96608401, .94737098, .97486585, .91333953}},
    {"ms-ssim", 21, 13, {.73067992, .94529081, .99033497, .58171217}},
    {"gmsd", 75, 51, {.02445283, .04060883, .03835119, .28666655}},
    {"gmsd", 21, 13, {.00878308, .02237807, .01126112, .31879705}},
    {"nlpd", 200, 192, {.23323490, .19796491, .16875564, .38904331}},
    {"nlpd", 75, 51, {.28226923, .20105160, .17981358, .47941020}},
    {"nlpd", 21, 13, {.39116342, .21468183, .13335463, .59730825}},
    {"vsi", 200, 192, {.94200536, .96474119, .94116494, .86617907}},
    {"vsi", 75, 51, {.94473165, .96379958, .93703182, .86578027}},
    {"vsi", 21, 13, {.96030233, .98415557, .91043348, .83359028}},
    {"vsi", 520, 516, {.99074309, .98259322, .93786831, .88961673}},
};

static void check_peers(const Peer *peers, guint n, double tolerance)
{
    for (guint i = 0; i < n; i++) {
        const Peer *peer = &peers[i];
        g_autoptr(TrainImage) reference = pattern(peer->width, peer->height);
        for (guint k = 0; k < G_N_ELEMENTS(makers); k++) {
            g_autoptr(TrainImage) distorted = makers[k](reference);
            const double value = train_annotator_find(peer->name)->measure(reference, distorted);
            g_test_message("%s of %u x %u, distortion %u", peer->name, peer->width, peer->height,
                           k);
            assert_near(value, peer->values[k],
                        g_str_equal(peer->name, "vsi") ? FORMULA_SINGLE : tolerance);
        }
    }
}

static void test_peers(void)
{
    check_peers(peers, G_N_ELEMENTS(peers), PEER);
}

static void test_formulas(void)
{
    check_peers(formulas, G_N_ELEMENTS(formulas), FORMULA);
}

static void test_psnr(void)
{
    g_autoptr(TrainImage) black = grey(3, 2, 0), white = grey(3, 2, 255);
    g_autoptr(TrainImage) green = flat(3, 2, (const guint8[3]){0, 5, 0});
    assert_near(train_annotate_psnr(black, white), 0, 1e-12);
    assert_near(train_annotate_psnr_colour(black, white), 0, 1e-12);
    assert_near(train_annotate_psnr(black, green), 20 * log10(255 / (5 * .587)), 1e-12);
    assert_near(train_annotate_psnr_colour(black, green), 10 * log10(255 * 255 / (25 / 3.)), 1e-12);
}

/* Pictures without detail differ in luminance alone. */
static void test_ssim(void)
{
    const double c1 = 2.55 * 2.55, luminance = (24000 + c1) / (10000 + 14400 + c1);
    g_autoptr(TrainImage) small = grey(20, 21, 100), small_lighter = grey(20, 21, 120);
    g_autoptr(TrainImage) large = grey(161, 170, 100), large_lighter = grey(161, 170, 120);
    assert_near(train_annotate_ssim(small, small_lighter), luminance, 1e-12);
    /* No room for a second scale, whose exponent would be .2856: all of them go to the first. */
    assert_near(train_annotate_ms_ssim(small, small_lighter), pow(luminance, 1.0001), 1e-12);
    assert_near(train_annotate_ms_ssim(large, large_lighter), pow(luminance, .1333), 1e-12);
}

/* Reduced by 2, rows are 0 0 90 90, with zeros outside: gradients 0 30 30 30 against none. */
static void test_gmsd(void)
{
    g_autoptr(TrainImage) black = grey(8, 2, 0), step = grey(8, 2, 90);
    for (guint i = 0; i < 48; i++)
        step->rgb[i] = i % 24 < 12 ? 0 : 90;
    const double alike = 170. / (900 + 170);
    assert_near(train_annotate_gmsd(black, step), sqrt(3) / 4 * (1 - alike), 1e-12);
    assert_near(train_annotate_gmsd(step, black), sqrt(3) / 4 * (1 - alike), 1e-12);
}

static double alike(double a, double b, double c)
{
    return (2 * a * b + c) / (a * a + b * b + c);
}

/* Two pixels, of which the second turns from black to a colour: the first sees the gradient, the
 * second the colour. */
static void test_mdsi(void)
{
    g_autoptr(TrainImage) black = grey(2, 1, 0), half = grey(2, 1, 0);
    half->rgb[3] = 200, half->rgb[4] = 100, half->rgb[5] = 50;
    const double gradient = (.2989 * 200 + .587 * 100 + .114 * 50) / 3;
    const double h = .3 * 200 + .04 * 100 - .35 * 50, m = .34 * 200 - .6 * 100 + .17 * 50;
    const double gs =
        alike(0, gradient, 140) + alike(gradient, gradient / 2, 55) - alike(0, gradient / 2, 55);
    const double first = pow(.6 * gs + .4, .25);
    const double second = pow(.6 + .4 * 550 / (h * h + m * m + 550), .25);
    assert_near(train_annotate_mdsi(black, half), pow(fabs(first - second) / 2, .25), 1e-12);
}

/* What has no detail keeps all of it; what loses all keeps none; less contrast keeps some, more
 * contrast more than all. */
static void test_vif(void)
{
    g_autoptr(TrainImage) flat_one = grey(64, 50, 77), flat_two = grey(64, 50, 200);
    g_autoptr(TrainImage) detail = pattern(64, 50), half = pattern(64, 50), twice = pattern(64, 50);
    for (guint i = 0; i < 3 * 64 * 50; i++) {
        detail->rgb[i] /= 2;
        half->rgb[i] /= 4;
    }
    assert_near(train_annotate_vif(flat_one, flat_two), 1, 0);
    assert_near(train_annotate_vif(flat_one, detail), 0, 0);
    assert_near(train_annotate_vif(detail, flat_one), 0, 1e-12);
    g_assert_cmpfloat(train_annotate_vif(detail, half), >, .5);
    g_assert_cmpfloat(train_annotate_vif(detail, half), <, .95);
    g_assert_cmpfloat(train_annotate_vif(detail, twice), >, 1.05);
}

/* Variances below the noise of the eye, covariances around 0; the figure is piq's. */
static void test_vif_faint(void)
{
    g_autoptr(TrainImage) reference = pattern(200, 192);
    for (guint i = 0; i < 3 * 200 * 192; i++)
        reference->rgb[i] = 100 + reference->rgb[i] / 16;
    g_autoptr(TrainImage) noisy = add_noise(reference, 6);
    assert_near(train_annotate_vif(reference, noisy), .56824852, PEER);
}

/* Two pixels are one level, the last: each over its constant and its share of the other. */
static void test_nlpd(void)
{
    g_autoptr(TrainImage) black = grey(2, 1, 0), pair = grey(2, 1, 51);
    for (guint i = 3; i < 6; i++)
        pair->rgb[i] = 102;
    const double left = .2 / (.2782 + .2215 * .4), right = .4 / (.2782 + .0717 * .2);
    assert_near(train_annotate_nlpd(black, pair), sqrt((left * left + right * right) / 2), 1e-12);
}

/* Without anything salient or steep only the colours are left, and all pixels count alike. */
static void test_vsi(void)
{
    const guint8 colour[3] = {200, 100, 50};
    g_autoptr(TrainImage) black = grey(1, 1, 0), one = flat(1, 1, colour);
    const double m = .3 * 200 + .04 * 100 - .35 * 50, n = .34 * 200 - .6 * 100 + .17 * 50;
    const double expected = pow(alike(0, m, 130) * alike(0, n, 130), .02);
    assert_near(train_annotate_vsi(black, one), expected, 1e-7); /* a power in single precision */
}

/* A picture of one colour has no place to look at; a spot does, and there. */
static void test_saliency(void)
{
    g_autoptr(TrainImage) image = flat(90, 60, (const guint8[3]){30, 60, 200});
    g_autoptr(TrainMap) nothing = train_saliency(image);
    for (guint i = 0; i < 90 * 60; i++)
        g_assert_cmpfloat(nothing->values[i], ==, 0);
    for (guint y = 25; y < 35; y++) {
        for (guint x = 50; x < 60; x++)
            image->rgb[3 * (y * 90 + x)] = 250;
    }
    g_autoptr(TrainMap) spot = train_saliency(image);
    double inside = 0, all = 0;
    for (guint i = 0; i < 90 * 60; i++) {
        g_assert_true(spot->values[i] >= 0 && spot->values[i] <= 1);
        all += spot->values[i];
        if (i % 90 >= 48 && i % 90 < 62 && i / 90 >= 23 && i / 90 < 37)
            inside += spot->values[i];
    }
    g_test_message("share inside: %g", inside / all);
    g_assert_cmpfloat(inside, >, .9 * all);
}

/* Of waves of 3 cycles across and 5 down, a filter that lets 3 across pass leaves one alone; the
 * imaginary part goes its own way. */
static void test_fft(void)
{
    const guint side = TRAIN_FFT_SIDE, area = side * side;
    g_autofree float *re = g_new(float, area), *im = g_new(float, area);
    g_autofree float *response = g_new0(float, area);
    response[3] = response[side - 3] = response[3 * side] = response[side * (side - 3)] = .5f;
    for (guint i = 0; i < area; i++) {
        const double x = 2 * G_PI * (i % side) / side, y = 2 * G_PI * (i / side) / side;
        re[i] = (float)(cos(3 * x) + sin(5 * y) + 7);
        im[i] = (float)(4 * sin(3 * y) + cos(4 * x + 3 * y));
    }
    train_fft_filter(re, im, response);
    for (guint i = 0; i < area; i++) {
        const double x = 2 * G_PI * (i % side) / side, y = 2 * G_PI * (i / side) / side;
        /* Sixteen stages there and sixteen back of values up to 12, 6e-8 each at worst. */
        assert_near(re[i], .5 * cos(3 * x), 32 * 12 * 6e-8);
        assert_near(im[i], .5 * 4 * sin(3 * y), 32 * 12 * 6e-8);
    }
}

static double perfect(const TrainAnnotator *one)
{
    if (g_str_has_prefix(one->name, "psnr"))
        return TRAIN_PSNR_MOST;
    return one->distance ? 0 : 1;
}

static const guint sizes[][2] = {{1, 1}, {1, 7}, {2, 2}, {3, 40}, {16, 11}, {41, 9}, {300, 2}};

/* Every judge, any size: a number, and the perfect one for the same picture. */
static void test_sizes(void)
{
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        const guint width = sizes[s][0], height = sizes[s][1];
        g_autoptr(TrainImage) reference = pattern(width, height), noisy = noise(reference);
        g_autoptr(TrainImage) black = grey(width, height, 0), white = grey(width, height, 255);
        TrainImage *const images[] = {reference, noisy, black, white};
        for (guint i = 0; i < n * 8; i++) {
            /* Each with itself and with the next. */
            const TrainImage *a = images[i % 4], *b = images[(i + i / 4 % 2) % 4];
            const double value = all[i / 8].measure(a, b);
            g_test_message("%s, %u x %u, %u: %g", all[i / 8].name, width, height, i % 8, value);
            g_assert_true(isfinite(value));
            if (a == b)
                assert_near(value, perfect(&all[i / 8]), 1e-9);
        }
    }
}

/* Each judge likes each picture less than the one before. */
static void test_order(void)
{
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    g_autoptr(TrainImage) reference = pattern(97, 90);
    for (guint i = 0; i < n; i++) {
        double last = perfect(&all[i]);
        for (guint level = 1; level <= 4; level++) {
            g_autoptr(TrainImage) noisy = add_noise(reference, 4 << level);
            const double value = all[i].measure(reference, noisy);
            g_test_message("%s at %u: %g", all[i].name, level, value);
            g_assert_true(all[i].distance ? value > last : value < last);
            last = value;
        }
    }
}

static void test_find(void)
{
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    for (guint i = 0; i < n; i++)
        g_assert_true(train_annotator_find(all[i].name) == &all[i]);
    g_assert_null(train_annotator_find("ssi"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unit/annotator/psnr", test_psnr);
    g_test_add_func("/unit/annotator/ssim", test_ssim);
    g_test_add_func("/unit/annotator/gmsd", test_gmsd);
    g_test_add_func("/unit/annotator/mdsi", test_mdsi);
    g_test_add_func("/unit/annotator/vif", test_vif);
    g_test_add_func("/unit/annotator/vif-faint", test_vif_faint);
    g_test_add_func("/unit/annotator/nlpd", test_nlpd);
    g_test_add_func("/unit/annotator/vsi", test_vsi);
    g_test_add_func("/unit/annotator/saliency", test_saliency);
    g_test_add_func("/unit/annotator/fft", test_fft);
    g_test_add_func("/unit/annotator/peers", test_peers);
    g_test_add_func("/unit/annotator/formulas", test_formulas);
    g_test_add_func("/unit/annotator/sizes", test_sizes);
    g_test_add_func("/unit/annotator/order", test_order);
    g_test_add_func("/unit/annotator/find", test_find);
    return g_test_run();
}
