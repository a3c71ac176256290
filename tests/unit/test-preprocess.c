/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of every layout, mirroring, places and crops, against values worked out by hand and
 * against a slow twin. */
#include "preprocess.h"

#include <math.h>
#include <string.h>

static void test_mirror(void)
{
    const guint three[] = {1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1}; /* from -8 on */
    for (gint i = -8; i < 8; i++)
        g_assert_cmpuint(biqa_mirror(i, 3), ==, three[i + 8]);
    for (gint i = -5; i < 5; i++)
        g_assert_cmpuint(biqa_mirror(i, 1), ==, 0);
    g_assert_cmpuint(biqa_mirror(-1, 16), ==, 0);
    g_assert_cmpuint(biqa_mirror(-16, 16), ==, 15);
    g_assert_cmpuint(biqa_mirror(-17, 16), ==, 15);
    g_assert_cmpuint(biqa_mirror(16, 16), ==, 15);
    g_assert_cmpuint(biqa_mirror(31, 16), ==, 0);
    g_assert_cmpuint(biqa_mirror(32, 16), ==, 0);
}

static void assert_place(BiqaPlace place, gint x, gint y, guint reduce)
{
    g_assert_cmpint(place.x, ==, x);
    g_assert_cmpint(place.y, ==, y);
    g_assert_cmpuint(place.reduce, ==, reduce);
}

static void test_place(void)
{
    static const struct {
        BiqaCrop crop;
        guint size, width, height;
        BiqaPlace place;
    } cases[] = {
        {{1, .5f, .5f}, 224, 1920, 1080, {848, 428, 1}},
        {{16, 0, 1}, 224, 1920, 1080, {0, 184, 4}}, /* 1080 / 224 = 4, 1080 - 896 = 184 */
        {{4, .5f, 1}, 32, 100, 80, {18, 16, 2}},    /* 80 / 32 = 2; (100 - 64) / 2, 80 - 64 */
        {{3, .5f, .5f}, 16, 10, 7, {-3, -5, 1}},    /* -6 / 2, floor(-9 / 2) */
        {{2, 1, 0}, 16, 1, 16, {-15, 0, 1}},
        {{2, .25f, .75f}, 5, 12, 13, {0, 2, 2}}, /* floor(2 / 4), floor(9 / 4) */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BiqaPlace place =
            biqa_crop_place(&cases[i].crop, cases[i].size, cases[i].width, cases[i].height);
        g_test_message("case %u", i);
        assert_place(place, cases[i].place.x, cases[i].place.y, cases[i].place.reduce);
    }
}

#define IDENTITY                                                                                   \
    {                                                                                              \
        {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0},                                                  \
    }

static void assert_pixel(const BiqaFrame *frame, guint x, guint y, float a, float b, float c)
{
    float rgb[3];
    biqa_frame_pixel(frame, x, y, rgb);
    g_test_message("pixel %u, %u: expected %g %g %g, got %g %g %g", x, y, a, b, c, rgb[0], rgb[1],
                   rgb[2]);
    g_assert_true(rgb[0] == a && rgb[1] == b && rgb[2] == c);
}

/* 3 x 3 luma, 2 x 2 chroma: the last column and row have a chroma sample of their own. */
static void test_planar(void)
{
    const BiqaFrameFormat format = {
        .width = 3,
        .height = 3,
        .n_planes = 3,
        .plane_height = {3, 2, 2},
        .bytes = 1,
        .components = {{0, 0, 1, 0, 0}, {2, 0, 1, 1, 1}, {1, 0, 1, 1, 1}}, /* as YV12 */
        .matrix = IDENTITY,
    };
    const guint8 y[] = {1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9}, v[] = {31, 32, 0, 33, 34},
                 u[] = {21, 22, 23, 24};
    const BiqaFrame frame = {&format, {y, v, u}, {4, 3, 2}};
    assert_pixel(&frame, 0, 0, 1, 21, 31);
    assert_pixel(&frame, 1, 1, 5, 21, 31);
    assert_pixel(&frame, 2, 1, 6, 22, 32);
    assert_pixel(&frame, 1, 2, 8, 23, 33);
    assert_pixel(&frame, 2, 2, 9, 24, 34);
}

static void test_semi_planar(void)
{
    const BiqaFrameFormat format = {
        .width = 3,
        .height = 2,
        .n_planes = 2,
        .plane_height = {2, 1},
        .bytes = 2,
        .shift = 6,
        .components = {{0, 0, 2, 0, 0}, {1, 0, 4, 1, 1}, {1, 2, 4, 1, 1}}, /* as P010 */
        .matrix = {{.25f, 0, 0, 0}, {0, .25f, 0, 0}, {0, 0, .25f, 0}},
    };
    guint16 y[6], uv[4];
    for (guint i = 0; i < 6; i++)
        y[i] = GUINT16_TO_LE((100 + 4 * i) << 6);
    for (guint i = 0; i < 4; i++)
        uv[i] = GUINT16_TO_LE((1000 - 4 * i) << 6);
    const BiqaFrame frame = {&format, {(const guint8 *)y, (const guint8 *)uv}, {6, 8}};
    assert_pixel(&frame, 0, 0, 25, 250, 249);
    assert_pixel(&frame, 1, 1, 29, 250, 249);
    assert_pixel(&frame, 2, 1, 30, 248, 247);
}

static void test_packed(void)
{
    const BiqaFrameFormat uyvy = {
        .width = 3,
        .height = 1,
        .n_planes = 1,
        .plane_height = {1},
        .bytes = 1,
        .components = {{0, 1, 2, 0, 0}, {0, 0, 4, 1, 0}, {0, 2, 4, 1, 0}},
        .matrix = IDENTITY,
    };
    const guint8 samples[] = {20, 1, 30, 2, 21, 3, 31, 4};
    const BiqaFrame frame = {&uyvy, {samples}, {8}};
    assert_pixel(&frame, 0, 0, 1, 20, 30);
    assert_pixel(&frame, 1, 0, 2, 20, 30);
    assert_pixel(&frame, 2, 0, 3, 21, 31);

    BiqaFrameFormat rgb;
    biqa_frame_format_rgb(&rgb, 2, 1);
    const BiqaFrame packed = {&rgb, {samples}, {6}};
    assert_pixel(&packed, 1, 0, 2, 21, 3);

    BiqaFrameFormat gray = rgb;
    gray.components[0] = gray.components[1] = gray.components[2] = (BiqaComponent){.step = 1};
    const BiqaFrame plain = {&gray, {samples}, {2}};
    assert_pixel(&plain, 0, 0, 20, 20, 20);
}

static void test_matrix(void)
{
    BiqaFrameFormat format;
    biqa_frame_format_rgb(&format, 1, 1);
    const float matrix[3][4] = {{1, 2, -1, 10}, {-1, 0, 0, 0}, {2, 2, 2, 0}};
    memcpy(format.matrix, matrix, sizeof matrix);
    const guint8 samples[] = {100, 50, 40};
    const BiqaFrame frame = {&format, {samples}, {3}};
    assert_pixel(&frame, 0, 0, 170, 0, 255); /* 100 + 100 - 40 + 10; clamped below; above */
}

static BiqaInput plain_input(guint size)
{
    return (BiqaInput){.size = size, .deviation = {1, 1, 1}};
}

/* A picture of one pixel fills any crop. */
static void test_one_pixel(void)
{
    BiqaFrameFormat format;
    biqa_frame_format_rgb(&format, 1, 1);
    const guint8 rgb[] = {10, 20, 30};
    const BiqaFrame frame = {&format, {rgb}, {3}};
    BiqaInput input = {.size = 5,
                       .n_crops = 2,
                       .crops = {{1, .5f, .5f}, {3, 0, 1}},
                       .mean = {8, 16, 24},
                       .deviation = {2, 4, 8}};
    const float expected[] = {1, 1, .75f};
    float output[2 * 3 * 25];
    biqa_preprocess(&input, &frame, 0, output);
    for (guint i = 0; i < G_N_ELEMENTS(output); i++)
        g_assert_cmpfloat(output[i], ==, expected[i / 25 % 3]);
}

/* 2 * (8 * 8 + 16 * 16) = 640 pixels is where others begin to be worth a look. */
static void test_spots(void)
{
    BiqaInput input = {.size = 8,
                       .n_crops = 2,
                       .crops = {{1, .5f, .5f}, {2, .5f, 1}},
                       .n_spots = 2,
                       .spots = {{0, 1}, {1, .5f}}};
    const struct {
        guint width, height, spots;
    } sizes[] = {{20, 32, 1}, {20, 33, 2}, {8, 80, 2}, {8, 16, 1}, {1, 1, 1}, {4000, 2000, 2}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        g_assert_cmpuint(biqa_input_spots(&input, sizes[i].width, sizes[i].height), ==,
                         sizes[i].spots);
    assert_place(biqa_input_place(&input, 0, 0, 20, 32), 6, 12, 1); /* its own */
    assert_place(biqa_input_place(&input, 1, 0, 20, 32), 2, 16, 2);
    assert_place(biqa_input_place(&input, 0, 0, 20, 33), 0, 25, 1);
    assert_place(biqa_input_place(&input, 1, 0, 20, 33), 0, 17, 2);
    assert_place(biqa_input_place(&input, 0, 1, 20, 33), 12, 12, 1);
    assert_place(biqa_input_place(&input, 1, 1, 20, 33), 4, 8, 2);
    input.n_spots = 0;
    g_assert_cmpuint(biqa_input_spots(&input, 4000, 2000), ==, 1);
    assert_place(biqa_input_place(&input, 0, 0, 20, 33), 6, 12, 1);
}

/* 3 x 2 gray values 0 10 20 / 30 40 50, every crop worked out by hand. */
static void test_small(void)
{
    guint8 rgb[18];
    for (guint i = 0; i < 18; i++)
        rgb[i] = (guint8)(i / 3 * 10);
    BiqaFrameFormat format;
    biqa_frame_format_rgb(&format, 3, 2);
    const BiqaFrame frame = {&format, {rgb}, {9}};
    const BiqaInput input = plain_input(4);
    float output[3 * 16];

    const float whole[] = {0,  0,  10, 20, 0,  0,  10, 20, /* from (-1, -1) on, mirrored */
                           30, 30, 40, 50, 30, 30, 40, 50};
    biqa_preprocess_crop(&input, &frame, (BiqaPlace){-1, -1, 1}, 4, output);
    for (guint i = 0; i < 48; i++)
        g_assert_cmpfloat(output[i], ==, whole[i % 16]);

    /* 2 x 2 means from (-1, 0): columns 0 0 | 1 2 | 2 1 | 0 0, rows 0 1 | 1 0. */
    const float halved[] = {15, 30, 30, 15};
    biqa_preprocess_crop(&input, &frame, (BiqaPlace){-1, 0, 2}, 4, output);
    for (guint i = 0; i < 48; i++)
        g_assert_cmpfloat(output[i], ==, halved[i % 4]);
}

/* The definition, pixel by pixel, in doubles. magnitude receives the bound's sum of |terms|. */
static double slow_value(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place, guint c,
                         guint v, guint u, double *magnitude)
{
    double sum = 0;
    for (guint k = 0; k < place.reduce * place.reduce; k++) {
        float rgb[3];
        gint x = place.x + (gint)(u * place.reduce + k % place.reduce);
        gint y = place.y + (gint)(v * place.reduce + k / place.reduce);
        biqa_frame_pixel(frame, biqa_mirror(x, frame->format->width),
                         biqa_mirror(y, frame->format->height), rgb);
        sum += rgb[c];
    }
    double mean = sum / (place.reduce * place.reduce);
    *magnitude = (mean + fabs(input->mean[c])) / input->deviation[c];
    return (mean - input->mean[c]) / input->deviation[c];
}

static void compare_crop(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place,
                         guint size, guint32 seed)
{
    g_autofree float *output = g_new(float, 3 * size * size);
    biqa_preprocess_crop(input, frame, place, size, output);
    /* A sum of K floats, a quotient, a difference, a quotient. */
    double roundings = place.reduce * place.reduce + 3;
    for (guint i = 0; i < 3 * size * size; i++) {
        double magnitude;
        double expected = slow_value(input, frame, place, i / (size * size), i / size % size,
                                     i % size, &magnitude);
        double bound = roundings * ldexp(1, -24) * magnitude;
        if (fabs(output[i] - expected) > bound) {
            g_error("seed %u, %u x %u picture, crop of %u from (%d, %d) by %u, value %u: expected "
                    "%.9g, got %.9g",
                    seed, frame->format->width, frame->format->height, size, place.x, place.y,
                    place.reduce, i, expected, output[i]);
        }
    }
}

static void test_twin(void)
{
    static const guint sizes[][2] = {{1, 1},  {1, 16},  {16, 16}, {17, 19},
                                     {33, 7}, {64, 48}, {61, 67}};
    const BiqaInput input = {.mean = {123.675f, 116.28f, 103.53f},
                             .deviation = {58.395f, 57.12f, 57.375f}};
    for (guint32 seed = 0; seed < G_N_ELEMENTS(sizes) * 4; seed++) {
        guint width = sizes[seed / 4][0], height = sizes[seed / 4][1];
        g_autofree guint8 *rgb = g_malloc(3 * width * height);
        GRand *rand = g_rand_new_with_seed(seed);
        for (guint i = 0; i < 3 * width * height; i++)
            rgb[i] = (guint8)g_rand_int(rand);
        BiqaFrameFormat format;
        biqa_frame_format_rgb(&format, width, height);
        /* Fractions in the conversion, so that sums do round. */
        for (guint i = 0; i < 3; i++)
            format.matrix[i][(i + 1) % 3] = (float)g_rand_double_range(rand, -.5, .5);
        const BiqaFrame frame = {&format, {rgb}, {3 * width}};
        for (guint reduce = 1; reduce <= 5; reduce++) {
            guint size = (guint)g_rand_int_range(rand, 1, 24);
            BiqaPlace place = {g_rand_int_range(rand, -40, 40), g_rand_int_range(rand, -40, 40),
                               reduce};
            compare_crop(&input, &frame, place, size, seed);
        }
        g_rand_free(rand);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unit/preprocess/mirror", test_mirror);
    g_test_add_func("/unit/preprocess/place", test_place);
    g_test_add_func("/unit/preprocess/spots", test_spots);
    g_test_add_func("/unit/preprocess/planar", test_planar);
    g_test_add_func("/unit/preprocess/semi-planar", test_semi_planar);
    g_test_add_func("/unit/preprocess/packed", test_packed);
    g_test_add_func("/unit/preprocess/matrix", test_matrix);
    g_test_add_func("/unit/preprocess/one-pixel", test_one_pixel);
    g_test_add_func("/unit/preprocess/small", test_small);
    g_test_add_func("/unit/preprocess/twin", test_twin);
    return g_test_run();
}
