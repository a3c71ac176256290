/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which domain frames are put in, drawn by rule at several sizes. (Test patterns of videotestsrc,
 * also compressed: tests/element/domains.c. Photographs: glance-census.) */
#include "glance.h"
#include "support.h"
#include <string.h>

#define MS G_GUINT64_CONSTANT(1000000)

typedef void (*Paint)(double x, double y, guint px, guint py, GRand *rand, double rgb[3]);

static void set(double rgb[3], double r, double g, double b)
{
    rgb[0] = r;
    rgb[1] = g;
    rgb[2] = b;
}

static void paint_black(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    double v = g_rand_double_range(rand, 0, 4);

    set(rgb, v, v, v);
}

static void paint_grey_of_black(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    set(rgb, 16, 16, 16); /* limited range read as full */
}

static void paint_flat(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    double v = g_rand_double_range(rand, -3, 3);

    set(rgb, 30 + v, 90 + v, 200 + v);
}

static void paint_bars(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    const guint corners[] = {7, 6, 3, 2, 5, 4, 1};
    guint corner = corners[(guint)(x * 7)];

    if (y > .75) {
        set(rgb, 255 * (x < .3), 255 * (x < .3), 255 * (x < .3)); /* the castellations' place */
        return;
    }
    set(rgb, corner & 4 ? 191 : 0, corner & 2 ? 191 : 0, corner & 1 ? 191 : 0);
}

static void paint_checkers(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    double v = (px + py) % 2 ? 230 : 20;

    set(rgb, v, v, v);
}

static void paint_big_checkers(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    set(rgb, (px / 8 + py / 8) % 2 ? 250 : 0, (px / 8 + py / 8) % 2 ? 0 : 250, 0);
}

/* Light and texture, as a photograph has. */
static void paint_scene(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    double light = 60 + 120 * x * (1 - y), grain = g_rand_double_range(rand, -25, 25);

    set(rgb, light + grain, .9 * light + grain, .6 * light + 40 * y + grain);
}

static void paint_dark(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    paint_scene(x, y, px, py, rand, rgb);
    for (guint c = 0; c < 3; c++)
        rgb[c] /= 10;
}

/* Black but for a window at night: 2 % of the picture. */
static void paint_night(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    double v = x > .4 && x < .5 && y > .3 && y < .5 ? 180 : 3;

    set(rgb, v, .9 * v, .7 * v);
}

static void paint_letterbox(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    paint_scene(x, y, px, py, rand, rgb);
    if (y < .13 || y > .87)
        set(rgb, 0, 0, 0);
}

/* White, with lines of black letters. */
static void paint_slide(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    gboolean ink = (guint)(y * 24) % 2 && x > .1 && x < .8 && g_rand_double(rand) < .35;

    set(rgb, ink ? 20 : 250, ink ? 20 : 250, ink ? 60 : 250);
}

/* The same between black pillars. */
static void paint_pillars(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    if (x < .33 || x > .67)
        set(rgb, 0, 0, 0);
    else
        paint_slide(x, y, px, py, rand, rgb);
}

/* Flat colours in outlines: sky, grass, a house of strong colours. */
static void paint_cartoon(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    if (y > .7)
        set(rgb, 60, 180, 50);
    else if (x > .3 && x < .6 && y > .3)
        set(rgb, y < .45 ? 220 : 250, y < .45 ? 30 : 220, 40);
    else if ((x - .8) * (x - .8) + (y - .2) * (y - .2) < .01)
        set(rgb, 255, 230, 0);
    else
        set(rgb, 90, 170, 255);
}

static const struct {
    const char *name;
    Paint paint;
    BiqaDomain domain;
} paintings[] = {
    {"black", paint_black, BIQA_DOMAIN_BLACK},
    {"limited black", paint_grey_of_black, BIQA_DOMAIN_BLACK},
    {"flat", paint_flat, BIQA_DOMAIN_FLAT},
    {"bars", paint_bars, BIQA_DOMAIN_TEST_CARD},
    {"checkers", paint_checkers, BIQA_DOMAIN_TEST_CARD},
    {"big checkers", paint_big_checkers, BIQA_DOMAIN_TEST_CARD},
    {"scene", paint_scene, BIQA_DOMAIN_PICTURE},
    {"dark", paint_dark, BIQA_DOMAIN_PICTURE},
    {"night", paint_night, BIQA_DOMAIN_PICTURE},
    {"letterbox", paint_letterbox, BIQA_DOMAIN_PICTURE},
    {"slide", paint_slide, BIQA_DOMAIN_PICTURE},
    {"pillars", paint_pillars, BIQA_DOMAIN_PICTURE},
    {"cartoon", paint_cartoon, BIQA_DOMAIN_PICTURE},
};

static void look(Paint paint, guint width, guint height, guint seed, BiqaGlance *glance)
{
    g_autofree guint8 *pixels = g_malloc(3 * (gsize)width * height);
    GRand *rand = g_rand_new_with_seed(seed);
    BiqaFrameFormat format;
    BiqaFrame frame = {&format, {pixels}, {3 * (gsize)width}};

    for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++) {
            double rgb[3];

            paint((x + .5) / width, (y + .5) / height, x, y, rand, rgb);
            for (guint c = 0; c < 3; c++)
                pixels[3 * ((gsize)y * width + x) + c] = (guint8)CLAMP(rgb[c], 0, 255);
        }
    }
    biqa_frame_format_rgb(&format, width, height);
    biqa_glance_take(glance, &frame);
    g_rand_free(rand);
}

static void test_domains(void)
{
    static const struct {
        guint width, height;
    } sizes[] = {{1280, 720}, {321, 241}, {64, 36}};

    for (guint i = 0; i < G_N_ELEMENTS(paintings); i++) {
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            BiqaGlance glance;
            BiqaGlanceFigures f;

            look(paintings[i].paint, sizes[s].width, sizes[s].height, 1, &glance);
            biqa_glance_figures(&glance, &f);
            g_test_message("%s %ux%u: mean %.1f deviation %.1f even %.3f bars %.3f (%u) tones "
                           "%.3f minor %.3f flips %.3f",
                           paintings[i].name, sizes[s].width, sizes[s].height, f.mean, f.deviation,
                           f.even, f.bars, f.n_bars, f.tones, f.minor, f.flips);
            g_assert_cmpstr(biqa_domain_name(biqa_glance_domain(&f)), ==,
                            biqa_domain_name(paintings[i].domain));
        }
    }
}

/* Sizes from one pixel: no read outside, for AddressSanitizer to see. */
static void test_small(void)
{
    BiqaGlance glance;
    BiqaGlanceFigures figures;

    for (guint size = 1; size < 20; size += 3) {
        look(paint_scene, size, 20 - size, 1, &glance);
        biqa_glance_figures(&glance, &figures);
        g_assert_cmpfloat(figures.mean, >, 0);
    }
}

static void test_freeze(void)
{
    g_autofree BiqaFreeze *freeze = g_new(BiqaFreeze, 1);
    BiqaGlance one, two;

    look(paint_scene, 320, 180, 1, &one);
    look(paint_scene, 320, 180, 2, &two);
    biqa_freeze_init(freeze);
    g_assert_cmpuint(biqa_freeze_update(freeze, &one, 100 * MS), ==, 0);
    g_assert_cmpuint(biqa_freeze_update(freeze, &one, 140 * MS), ==, 40 * MS);
    g_assert_cmpuint(biqa_freeze_update(freeze, &one, 2600 * MS), ==, 2500 * MS);
    g_assert_cmpuint(biqa_freeze_update(freeze, &two, 2640 * MS), ==, 0);
    g_assert_cmpuint(biqa_freeze_update(freeze, &two, 2680 * MS), ==, 40 * MS);
    g_assert_cmpuint(biqa_freeze_update(freeze, &two, 1000 * MS), ==, 0); /* a seek back */
    g_assert_cmpuint(biqa_freeze_update(freeze, &two, 1040 * MS), ==, 40 * MS);
}

/* The scene a little later: a camera that pans across it in a second, or a fade. */
static void paint_panned(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    paint_scene(x + 1 / 25., y, px, py, rand, rgb);
}

static void paint_dimmed(double x, double y, guint px, guint py, GRand *rand, double rgb[3])
{
    paint_scene(x, y, px, py, rand, rgb);
    for (guint c = 0; c < 3; c++)
        rgb[c] *= .9;
}

static void test_cut(void)
{
    static const struct {
        Paint paint;
        guint seed;
        gboolean cut;
    } cases[] = {{paint_scene, 2, FALSE},  {paint_panned, 1, FALSE}, {paint_dimmed, 1, FALSE},
                 {paint_night, 1, TRUE},   {paint_black, 1, TRUE},   {paint_cartoon, 1, TRUE},
                 {paint_pillars, 1, TRUE}, {paint_bars, 1, TRUE}};
    BiqaGlance one, other;

    look(paint_scene, 320, 180, 1, &one);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %u", i);
        look(cases[i].paint, 320, 180, cases[i].seed, &other);
        g_assert_cmpint(biqa_glance_is_cut(&one, &other), ==, cases[i].cut);
        g_assert_cmpint(biqa_glance_is_cut(&other, &one), ==, cases[i].cut);
    }
}

/* 24 frames a second shown as 30: every fourth twice; and animation on fours. */
static void test_pulldown(void)
{
    g_autofree BiqaFreeze *freeze = g_new(BiqaFreeze, 1);
    guint64 longest = 0;

    biqa_freeze_init(freeze);
    for (guint i = 0; i < 60; i++) {
        BiqaGlance glance;

        look(paint_scene, 128, 72, i * 4 / 5, &glance);
        longest = MAX(longest, biqa_freeze_update(freeze, &glance, i * 33 * MS));
    }
    g_assert_cmpuint(longest, ==, 33 * MS);
}

/* One level of 255 in ten frames: each frame is like the one before, the tenth not like the first.
 */
static void test_slow_fade(void)
{
    g_autofree BiqaFreeze *freeze = g_new(BiqaFreeze, 1);
    BiqaGlance glance;
    guint64 longest = 0;

    biqa_freeze_init(freeze);
    look(paint_scene, 320, 180, 1, &glance);
    for (guint i = 0; i < 200; i++) {
        guint8 *bytes = glance.rgb[0];

        for (guint j = i % 10; j < sizeof glance.rgb; j += 10)
            bytes[j] = (guint8)MAX(bytes[j], 1) - 1;
        longest = MAX(longest, biqa_freeze_update(freeze, &glance, i * 40 * MS));
    }
    g_assert_cmpuint(longest, >, 0);
    g_assert_cmpuint(longest, <=, 3 * 40 * MS);
}

/* A frame of 4:2:0 in two planes, of noise. */
static BiqaFrame noise_new(BiqaFrameFormat *format, guint width, guint height, GRand *rand)
{
    const guint row = (width + 1) / 2 * 2, rows[2] = {height, (height + 1) / 2};
    BiqaFrame frame = {.format = format, .strides = {row, row}};

    *format = (BiqaFrameFormat){
        .width = width,
        .height = height,
        .n_planes = 2,
        .plane_height = {rows[0], rows[1]},
        .bytes = 1,
        .components = {{.plane = 0, .step = 1},
                       {.plane = 1, .step = 2, .shift_x = 1, .shift_y = 1},
                       {.plane = 1, .step = 2, .offset = 1, .shift_x = 1, .shift_y = 1}},
        .matrix = {{1, 0, .5f, 0}, {1, .25f, 0, -20}, {.75f, 0, .25f, 3}},
    };
    for (guint i = 0; i < 2; i++) {
        guint8 *data = g_malloc(row * rows[i]);

        for (gsize j = 0; j < row * rows[i]; j++)
            data[j] = (guint8)g_rand_int_range(rand, 0, 256);
        frame.planes[i] = data;
    }
    return frame;
}

static void noise_clear(BiqaFrame *frame)
{
    for (guint i = 0; i < 2; i++)
        g_free((guint8 *)frame->planes[i]);
}

/* Of a frame's rows that count, and nothing else, the same sample is taken. */
static void test_rows(void)
{
    static const guint sizes[][2] = {{16, 16}, {33, 17}, {20, 37}, {129, 250}, {64, 1081}};
    GRand *rand = g_rand_new_with_seed(9);

    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        guint rows[BIQA_GLANCE_ROWS];
        BiqaFrameFormat format, few;
        BiqaFrame frame = noise_new(&format, sizes[s][0], sizes[s][1], rand), part;
        BiqaGlance expected, got;

        biqa_glance_rows(format.height, rows);
        biqa_frame_format_pick(&few, &format, BIQA_GLANCE_ROWS);
        part = frame;
        part.format = &few;
        for (guint i = 0; i < 2; i++) {
            guint8 *data = g_malloc(BIQA_GLANCE_ROWS * frame.strides[i]);

            g_assert_cmpuint(few.plane_height[i], ==, BIQA_GLANCE_ROWS);
            for (guint y = 0; y < BIQA_GLANCE_ROWS; y++)
                memcpy(data + y * frame.strides[i],
                       frame.planes[i] + (rows[y] >> i) * frame.strides[i], frame.strides[i]);
            part.planes[i] = data;
        }
        biqa_glance_take(&expected, &frame);
        biqa_glance_take(&got, &part);
        g_test_message("%u x %u", sizes[s][0], sizes[s][1]);
        g_assert_cmpmem(&got, sizeof got, &expected, sizeof expected);
        noise_clear(&part);
        noise_clear(&frame);
    }
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/glance/domains", test_domains);
    g_test_add_func("/glance/small", test_small);
    g_test_add_func("/glance/rows", test_rows);
    g_test_add_func("/glance/freeze", test_freeze);
    g_test_add_func("/glance/pulldown", test_pulldown);
    g_test_add_func("/glance/cut", test_cut);
    g_test_add_func("/glance/slow-fade", test_slow_fade);
    return g_test_run();
}
