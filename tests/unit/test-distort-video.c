/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the general tests of distortions do not show of those that video meets: which pixels change,
 * what a decoder without data shows, what a chain is made of; and the sheet that shows them. */
#include "distort-codec.h"
#include "distort-private.h"
#include "distort-support.h"
#include "seed.h"
#include "sheet.h"

#include <math.h>
#include <string.h>

/* Blobs that a camera can follow. */
static TrainImage *textured(guint width, guint height)
{
    TrainImage *image = train_image_new(width, height);
    for (guint i = 0; i < 3 * width * height; i++) {
        guint x = i / 3 % width, y = i / 3 / width;
        double shade = 128 + 50 * sin(x * .21) * cos(y * .17) + 40 * sin(x * .063 + y * .11);
        image->rgb[i] = (guint8)(shade + 10 * (i % 3));
    }
    return image;
}

static TrainImage *apply(const char *name, const TrainImage *image, double level, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    TrainImage *out = train_distortion_find(name)->apply(image, level, seed, &error);
    g_assert_no_error(error);
    return out;
}

static void assert_same(const TrainImage *a, const TrainImage *b)
{
    g_assert_cmpuint(a->width, ==, b->width);
    g_assert_cmpuint(a->height, ==, b->height);
    for (guint i = 0; i < 3 * a->width * a->height; i++) {
        if (a->rgb[i] != b->rgb[i])
            g_error("value %u: expected %u, got %u", i, b->rgb[i], a->rgb[i]);
    }
}

/* Whole pixels are moved as they are; on a ramp, a half of a pixel is half a step, and a zoom by
 * two halves the steps. */
static void test_moved(void)
{
    g_autoptr(TrainImage) image = textured(40, 24);
    g_autoptr(TrainImage) right = train_image_moved(image, (TrainMove){3, 0, 1}, 44, 26);
    g_autoptr(TrainImage) panned = train_image_grow(image, 3, 44, 26);
    assert_same(right, panned);

    for (guint i = 0; i < 3 * 40 * 24; i++)
        image->rgb[i] = (guint8)(2 * (i / 3 % 40) + 4 * (i / 120));
    g_autoptr(TrainImage) half = train_image_moved(image, (TrainMove){.5, .5, 1}, 40, 24);
    g_autoptr(TrainImage) near = train_image_moved(image, (TrainMove){.5, .5, 2}, 40, 24);
    for (guint y = 4; y < 20; y++) {
        for (guint x = 4; x < 36; x++) {
            g_assert_cmpuint(half->rgb[3 * (y * 40 + x)], ==, 2 * x + 4 * y + 3);
            /* (19.5 + (x - 19.5) / 2 + .5) * 2 + (11.5 + (y - 11.5) / 2 + .5) * 4, rounded */
            g_assert_cmpuint(near->rgb[3 * (y * 40 + x)], ==, (guint)(x + 2 * y + 45.5 + .5));
        }
    }
}

static void test_clip(void)
{
    g_autoptr(TrainImage) image = textured(40, 24);
    g_autoptr(GPtrArray) clip = train_moving_clip(image, (TrainMove){2, 0, 1}, 3, 40, 24);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(TrainImage) expected = train_image_grow(image, 2 * (2 - i), 40, 24);
        assert_same(clip->pdata[i], expected);
    }
}

/* As many as said, and with a larger share those and more. */
static void test_pick(void)
{
    static const double shares[] = {0, .01, .25, .5, 1};
    static const guint counts[] = {0, 1, 10, 20, 40};
    g_autofree gboolean *before = g_new0(gboolean, 40);
    for (guint s = 0; s < G_N_ELEMENTS(shares); s++) {
        gboolean *picked = train_draws_pick(3, 40, shares[s]);
        guint n = 0;
        for (guint i = 0; i < 40; i++) {
            n += picked[i];
            g_assert_true(picked[i] || !before[i]);
        }
        g_assert_cmpuint(n, ==, counts[s]);
        g_free(before);
        before = picked;
    }
}

/* The even lines stay, the odd ones are those of the moved picture. */
static void test_comb(void)
{
    g_autoptr(TrainImage) image = textured(40, 25);
    g_autoptr(TrainImage) moved = train_image_grow(image, 2, 40, 25);
    g_autoptr(TrainImage) out = apply("comb", image, 2, 1);
    for (guint y = 0; y < 25; y++) {
        const TrainImage *from = y % 2 ? moved : image;
        g_assert_cmpmem(out->rgb + 120 * y, 120, from->rgb + 120 * y, 120);
    }
}

/* Each line is one of the field's, none of which is far. */
static void test_bob(void)
{
    g_autoptr(TrainImage) image = textured(40, 25);
    g_autoptr(TrainImage) out = apply("bob", image, 2, 1);
    for (guint y = 0; y < 25; y++)
        g_assert_cmpmem(out->rgb + 120 * y, 120, image->rgb + 120 * (y / 2 * 2), 120);
}

static void test_blend(void)
{
    g_autoptr(TrainImage) image = textured(40, 25);
    g_autoptr(TrainImage) moved = train_image_moved(image, (TrainMove){3, 1, 1}, 40, 25);
    g_autoptr(TrainImage) out = apply("blend", image, 3, 1);
    for (guint i = 0; i < 3 * 40 * 25; i++)
        g_assert_cmpuint(out->rgb[i], ==, (image->rgb[i] + moved->rgb[i] + 1u) / 2);
}

/* How many parts of the size of block differ. */
static guint count_changed(const TrainImage *a, const TrainImage *b, guint width, guint height)
{
    guint n = 0;
    for (guint y = 0; y < a->height; y += height) {
        for (guint x = 0; x < a->width; x += width) {
            guint w = MIN(width, a->width - x), h = MIN(height, a->height - y);
            g_autoptr(TrainImage) one = train_image_cut(a, x, y, w, h);
            g_autoptr(TrainImage) two = train_image_cut(b, x, y, w, h);
            n += memcmp(one->rgb, two->rgb, 3 * (gsize)w * h) != 0;
        }
    }
    return n;
}

/* 24 macroblocks, 83 lines: so many change as were said. */
static void test_shares(void)
{
    g_autoptr(TrainImage) image = textured(60, 83);
    g_autoptr(TrainImage) frozen = apply("freeze", image, .25, 4);
    g_autoptr(TrainImage) dropped = apply("dropout", image, .1, 4);
    g_assert_cmpuint(count_changed(frozen, image, 16, 16), ==, 6);
    g_assert_cmpuint(count_changed(dropped, image, 60, 1), ==, 9);
}

static GstBuffer *perfect(GstBuffer *coded, guint index, gpointer data)
{
    *(guint *)data |= 1u << index;
    return coded;
}

static GstBuffer *silent(GstBuffer *coded, guint index, gpointer data)
{
    if (index == 0)
        return coded;
    gst_buffer_unref(coded);
    return NULL;
}

static const TrainCodec h264 = {
    .launch = "video/x-raw,format=I420 ! x264enc name=coder pass=quant quantizer=20 threads=1 "
              "tune=zerolatency ! avdec_h264 max-threads=1",
    .frames = 4,
    .block = 16,
    .move = {3, 0, 1},
};

/* A channel sees every coded frame, and one that changes nothing changes nothing. */
static void test_perfect_channel(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = textured(70, 50);
    guint seen = 0;
    TrainCodec codec = h264;
    g_autoptr(TrainImage) plain = train_codec_apply(&codec, image, &error);
    codec.channel = perfect;
    codec.data = &seen;
    g_autoptr(TrainImage) out = train_codec_apply(&codec, image, &error);
    g_assert_no_error(error);
    assert_same(out, plain);
    g_assert_cmpuint(seen, ==, 15);
}

/* Where all but the first frame is lost, that is what stays: 9 pixels away. */
static void test_silent_channel(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = textured(64, 48);
    g_autoptr(TrainImage) first = train_image_grow(image, 9, 64, 48);
    TrainCodec codec = h264;
    codec.channel = silent;
    g_autoptr(TrainImage) out = train_codec_apply(&codec, image, &error);
    g_assert_no_error(error);
    double near = distort_psnr(out, first), far = distort_psnr(out, image);
    g_test_message("%.1f dB to the first frame, %.1f dB to the last", near, far);
    g_assert_cmpfloat(near, >, 35);
    g_assert_cmpfloat(far, <, 25);
}

/* Without losses no seed matters, and the picture is better than with the fewest. */
static void test_slices(gconstpointer name)
{
    g_autoptr(TrainImage) image = textured(128, 96);
    g_autoptr(TrainImage) one = apply(name, image, 0, 1);
    g_autoptr(TrainImage) other = apply(name, image, 0, 2);
    g_autoptr(TrainImage) lossy = apply(name, image, .02, 1);
    assert_same(one, other);
    g_assert_cmpfloat(distort_psnr(one, image), >, 30);
    g_assert_cmpfloat(distort_psnr(one, image), >, distort_psnr(lossy, image));
}

static void test_all_lost(void)
{
    g_autoptr(TrainImage) image = textured(128, 96);
    g_autoptr(TrainImage) plain = apply("slice-loss", image, 0, 1);
    g_autoptr(TrainImage) out = apply("slice-loss", image, 1, 1);
    g_assert_cmpfloat(distort_psnr(out, image), <, distort_psnr(plain, image) - 5);
}

/* The largest that MPEG-2 takes, and what it does not. */
static void test_mpeg2_sizes(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) wide = textured(4080, 3);
    g_autoptr(TrainImage) high = textured(3, 4081);
    g_autoptr(TrainImage) out = apply("mpeg2", wide, 20, 1);
    g_assert_null(train_distortion_find("mpeg2")->apply(high, 20, 1, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_VALUE);
}

/* A chain is its steps, with its table's levels, each with a seed of its own. */
static void test_chain(void)
{
    g_autoptr(TrainImage) image = textured(70, 50);
    g_autoptr(TrainImage) blurred = apply("blur", image, 11, 1);
    g_autoptr(TrainImage) expected = apply("noise", blurred, .003, train_seed(8, 1, 0));
    g_autoptr(TrainImage) out = apply("blur-noise", image, 3, 8);
    assert_same(out, expected);
}

static void test_small_chain(void)
{
    g_autoptr(TrainImage) image = textured(70, 50);
    g_autoptr(TrainImage) small = train_distort_resize(image, 35, 25);
    g_autoptr(TrainImage) coded = apply("h264", small, 31, 1);
    g_autoptr(TrainImage) expected = train_distort_resize(coded, 70, 50);
    g_autoptr(TrainImage) out = apply("small-h264", image, 3, 8);
    assert_same(out, expected);
}

static gboolean has_ink(const TrainImage *sheet, guint x, guint y, guint width, guint height)
{
    g_autoptr(TrainImage) part = train_image_cut(sheet, x, y, width, height);
    return memchr(part->rgb, 255, 3 * (gsize)width * height) != NULL;
}

/* Three pictures in rows of two, each below its text; what is larger than a cell is cut. */
static void test_sheet(void)
{
    g_autoptr(TrainSheet) sheet = train_sheet_new(2, 40, 30);
    g_autoptr(TrainImage) image = train_image_new(50, 20);
    memset(image->rgb, 99, 3000);
    train_sheet_add(sheet, image, "a");
    train_sheet_add(sheet, image, "far too long for forty pixels");
    train_sheet_add(sheet, image, " ");
    g_autoptr(TrainImage) drawn = train_sheet_image(sheet);
    guint width = drawn->width / 2, height = drawn->height / 2, text = height - 30 - 6;
    g_assert_cmpuint(width, ==, 46);
    for (guint i = 0; i < 4; i++) {
        guint x = i % 2 * width, y = i / 2 * height;
        g_assert_true(has_ink(drawn, x, y, width, text) == (i < 2));
        g_autoptr(TrainImage) cell = train_image_cut(drawn, x + 3, y + text, 40, 20);
        for (guint k = 0; k < 3 * 40 * 20; k++)
            g_assert_true((cell->rgb[k] == 99) == (i < 3));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/unit/distort-video/moved", test_moved);
    g_test_add_func("/unit/distort-video/clip", test_clip);
    g_test_add_func("/unit/distort-video/pick", test_pick);
    g_test_add_func("/unit/distort-video/comb", test_comb);
    g_test_add_func("/unit/distort-video/bob", test_bob);
    g_test_add_func("/unit/distort-video/blend", test_blend);
    g_test_add_func("/unit/distort-video/shares", test_shares);
    g_test_add_func("/unit/distort-video/perfect-channel", test_perfect_channel);
    g_test_add_func("/unit/distort-video/silent-channel", test_silent_channel);
    g_test_add_data_func("/unit/distort-video/slice-loss", "slice-loss", test_slices);
    g_test_add_data_func("/unit/distort-video/slice-damage", "slice-damage", test_slices);
    g_test_add_func("/unit/distort-video/all-lost", test_all_lost);
    g_test_add_func("/unit/distort-video/mpeg2-sizes", test_mpeg2_sizes);
    g_test_add_func("/unit/distort-video/chain", test_chain);
    g_test_add_func("/unit/distort-video/small-chain", test_small_chain);
    g_test_add_func("/unit/distort-video/sheet", test_sheet);
    return g_test_run();
}
