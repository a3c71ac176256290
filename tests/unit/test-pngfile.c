/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kept frame is worth: the pixels in its PNG, its own copy, and what it looks like. */
#include "gstframe.h"
#include "likeness.h"
#include "pngfile.h"
#include "still.h"
#include "support.h"

#include <math.h>
#include <png.h>
#include <string.h>

/* A frame in memory that is its own, rows padded as GStreamer pads them. */
typedef struct {
    BiqaFrameFormat format;
    BiqaFrame frame;
    guint8 *bytes;
} Sample;

static void sample_init(Sample *sample, GstVideoFormat format, guint width, guint height)
{
    g_autoptr(GError) error = NULL;
    GstVideoInfo info;

    gst_video_info_set_format(&info, format, width, height);
    g_assert_true(biqa_gst_frame_format(&info, &sample->format, &error));
    sample->bytes = g_malloc0(info.size);
    sample->frame = (BiqaFrame){.format = &sample->format};
    for (guint i = 0; i < sample->format.n_planes; i++) {
        sample->frame.planes[i] = sample->bytes + GST_VIDEO_INFO_PLANE_OFFSET(&info, i);
        sample->frame.strides[i] = (gsize)GST_VIDEO_INFO_PLANE_STRIDE(&info, i);
    }
    for (gsize i = 0; i < info.size; i++)
        sample->bytes[i] = g_test_rand_int() & 255;
    if (sample->format.bytes == 2 && sample->format.shift == 0)
        for (gsize i = 1; i < info.size; i += 2)
            sample->bytes[i] &= 3; /* of 10 bits */
}

/* -- PNG ----------------------------------------------------------------------------------- */

typedef struct {
    const GByteArray *png;
    gsize at;
} Cursor;

static void read_bytes(png_structp png, png_bytep to, png_size_t size)
{
    Cursor *cursor = png_get_io_ptr(png);

    g_assert_cmpuint(cursor->at + size, <=, cursor->png->len);
    memcpy(to, cursor->png->data + cursor->at, size);
    cursor->at += size;
}

/* Rounding is off by half of a step at most, but for float's own rounding. */
static void check_rows(const BiqaFrame *frame, png_bytepp rows)
{
    for (guint y = 0; y < frame->format->height; y++)
        for (guint x = 0; x < frame->format->width; x++) {
            float rgb[3];

            biqa_frame_pixel(frame, x, y, rgb);
            for (guint c = 0; c < 3; c++)
                if (fabsf(rgb[c] - (float)rows[y][3 * x + c]) > .5f + 1e-4f)
                    g_error("(%u, %u) component %u: expected %g, got %u", x, y, c, (double)rgb[c],
                            rows[y][3 * x + c]);
        }
}

static void check_png(const BiqaFrame *frame)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    Cursor cursor = {.png = bytes};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);

    g_byte_array_append(bytes, (const guint8 *)"old", 3); /* is replaced */
    g_assert_true(biqa_png_encode(frame, bytes, &error));
    g_assert_no_error(error);
    png_set_read_fn(png, &cursor, read_bytes);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    g_assert_cmpuint(cursor.at, ==, bytes->len);
    g_assert_cmpuint(png_get_image_width(png, info), ==, frame->format->width);
    g_assert_cmpuint(png_get_image_height(png, info), ==, frame->format->height);
    g_assert_cmpuint(png_get_color_type(png, info), ==, PNG_COLOR_TYPE_RGB);
    g_assert_cmpuint(png_get_bit_depth(png, info), ==, 8);
    check_rows(frame, png_get_rows(png, info));
    png_destroy_read_struct(&png, &info, NULL);
}

static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_RGB,       GST_VIDEO_FORMAT_BGRx,  GST_VIDEO_FORMAT_NV12,
    GST_VIDEO_FORMAT_I420,      GST_VIDEO_FORMAT_YUY2,  GST_VIDEO_FORMAT_Y444,
    GST_VIDEO_FORMAT_YV12,      GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_P010_10LE,
    GST_VIDEO_FORMAT_I420_10LE,
};
static const guint sizes[][2] = {{1, 1}, {17, 19}, {64, 36}, {301, 2}};

static void test_pixels(void)
{
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++)
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            Sample sample;

            sample_init(&sample, formats[f], sizes[s][0], sizes[s][1]);
            check_png(&sample.frame);
            g_free(sample.bytes);
        }
}

static void test_too_large(void)
{
    static const guint8 nothing[4];
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    BiqaFrameFormat format;
    BiqaFrame frame = {.format = &format, .planes = {nothing}};

    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        biqa_frame_format_rgb(&format, i ? 1000001 : 40000, i ? 1 : 40000);
        g_assert_false(biqa_png_encode(&frame, bytes, &error));
        assert_refused(error, BIQA_ERROR_SUPPORT, i ? "1000001x1" : "40000x40000");
    }
}

/* -- copies -------------------------------------------------------------------------------- */

/* A still is the frame's equal when the frame has gone, whatever was in it before. */
static void test_still(void)
{
    BiqaStill still = {0};

    for (guint f = 0; f < G_N_ELEMENTS(formats); f++)
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autofree float *expected = g_new(float, 3 * sizes[s][0] * sizes[s][1]);
            Sample sample;
            float got[3];
            gsize i = 0;

            sample_init(&sample, formats[f], sizes[s][0], sizes[s][1]);
            for (guint y = 0; y < sizes[s][1]; y++)
                for (guint x = 0; x < sizes[s][0]; x++, i++)
                    biqa_frame_pixel(&sample.frame, x, y, expected + 3 * i);
            biqa_still_set(&still, &sample.frame);
            g_free(sample.bytes);
            i = 0;
            for (guint y = 0; y < sizes[s][1]; y++)
                for (guint x = 0; x < sizes[s][0]; x++, i++) {
                    biqa_frame_pixel(&still.frame, x, y, got);
                    g_assert_cmpmem(got, sizeof got, expected + 3 * i, sizeof got);
                }
        }
    biqa_still_clear(&still);
}

/* -- likeness ------------------------------------------------------------------------------ */

/* A picture of soft hills, at any size; moved by a share of its width. */
static void draw(Sample *sample, guint width, guint height, double moved, double gain, guint seed)
{
    sample_init(sample, GST_VIDEO_FORMAT_RGB, width, height);
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            const double u = (double)x / width + moved, v = (double)y / height;
            const double value = 120 + 50 * sin(7 * u + seed) * cos(5 * v + 2 * seed) +
                                 40 * sin(11 * v - 3 * u * (seed + 1));

            memset(sample->bytes + y * sample->frame.strides[0] + 3 * x, (int)(gain * value), 3);
        }
}

static guint distance(Sample *a, Sample *b)
{
    const guint n = biqa_likeness_distance(biqa_likeness(&a->frame), biqa_likeness(&b->frame));

    g_free(b->bytes);
    return n;
}

static void test_likeness(void)
{
    Sample first, other;

    g_assert_cmpuint(biqa_likeness_distance(0, G_MAXUINT64), ==, 64);
    g_assert_cmpuint(biqa_likeness_distance(5, 4), ==, 1);
    draw(&first, 320, 180, 0, 1, 1);
    draw(&other, 320, 180, 0, 1, 1);
    g_assert_cmpuint(distance(&first, &other), ==, 0);
    draw(&other, 320, 180, .01, 1, 1); /* moved */
    g_assert_cmpuint(distance(&first, &other), <=, BIQA_LIKENESS_NEAR);
    draw(&other, 320, 180, 0, .7, 1); /* darker */
    g_assert_cmpuint(distance(&first, &other), <=, BIQA_LIKENESS_NEAR);
    draw(&other, 131, 75, 0, 1, 1); /* scaled */
    g_assert_cmpuint(distance(&first, &other), <=, BIQA_LIKENESS_NEAR);
    for (guint seed = 2; seed < 8; seed++) { /* something else */
        draw(&other, 320, 180, 0, 1, seed);
        g_assert_cmpuint(distance(&first, &other), >, BIQA_LIKENESS_NEAR);
    }
    g_free(first.bytes);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/png/pixels", test_pixels);
    g_test_add_func("/png/too-large", test_too_large);
    g_test_add_func("/png/still", test_still);
    g_test_add_func("/png/likeness", test_likeness);
    return g_test_run();
}
