/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every format, colorimetry and range: against GStreamer's own conversion, and against values
 * that standards give. */
#include "error.h"
#include "gstframe.h"

#include <math.h>
#include <string.h>

static const GstVideoColorMatrix matrices[] = {
    GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_COLOR_MATRIX_BT709,     GST_VIDEO_COLOR_MATRIX_BT2020,
    GST_VIDEO_COLOR_MATRIX_FCC,   GST_VIDEO_COLOR_MATRIX_SMPTE240M,
};

static const GstVideoColorRange ranges[] = {
    GST_VIDEO_COLOR_RANGE_16_235,
    GST_VIDEO_COLOR_RANGE_0_255,
};

static const guint sizes[][2] = {{17, 19}, {1, 1}, {16, 16}, {33, 5}};

/* The formats of BIQA_GST_FORMATS; g_free() */
static GstVideoFormat *all_formats(guint *n)
{
    GValue list = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_LIST);
    g_assert_true(gst_value_deserialize(&list, BIQA_GST_FORMATS));
    *n = gst_value_list_get_size(&list);
    GstVideoFormat *formats = g_new(GstVideoFormat, *n);
    for (guint i = 0; i < *n; i++)
        formats[i] =
            gst_video_format_from_string(g_value_get_string(gst_value_list_get_value(&list, i)));
    g_value_unset(&list);
    return formats;
}

/* Every byte or 10-bit sample at random, those that no standard allows too. */
static GstBuffer *random_buffer(const GstVideoInfo *info, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, info->size, NULL);
    GstMapInfo map;
    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
    guint depth = GST_VIDEO_FORMAT_INFO_DEPTH(info->finfo, 0);
    guint shift = GST_VIDEO_FORMAT_INFO_SHIFT(info->finfo, 0);
    if (depth == 8) {
        for (gsize i = 0; i < map.size; i++)
            map.data[i] = (guint8)g_rand_int(rand);
    } else {
        for (gsize i = 0; i + 1 < map.size; i += 2)
            GST_WRITE_UINT16_LE(map.data + i, (g_rand_int(rand) & ((1u << depth) - 1)) << shift);
    }
    gst_buffer_unmap(buffer, &map);
    g_rand_free(rand);
    return buffer;
}

/* GStreamer's conversion to 16 bits a component, chroma taken as we take it. */
static void convert(const GstVideoFrame *from, GstVideoFrame *to)
{
    GstStructure *config =
        gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_CHROMA_MODE, GST_TYPE_VIDEO_CHROMA_MODE,
                          GST_VIDEO_CHROMA_MODE_NONE, GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
                          GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE, NULL);
    GstVideoConverter *converter = gst_video_converter_new(&from->info, &to->info, config);
    g_assert_nonnull(converter);
    gst_video_converter_frame(converter, from, to);
    gst_video_converter_free(converter);
}

/* GStreamer multiplies with coefficients in 1/256: three samples of at most 255, each off by at
 * most 1/512 of itself, and results cut to whole steps, once before and once after the matrix. */
#define BOUND (3 * 255 / 512. + 2)

static void compare(const GstVideoInfo *info, GstBuffer *buffer, guint32 seed)
{
    GstVideoInfo wide;
    gst_video_info_set_format(&wide, GST_VIDEO_FORMAT_ARGB64, info->width, info->height);
    GstBuffer *converted = gst_buffer_new_allocate(NULL, wide.size, NULL);
    GstVideoFrame from, to;
    g_assert_true(gst_video_frame_map(&from, info, buffer, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&to, &wide, converted, GST_MAP_READWRITE));
    convert(&from, &to);

    BiqaFrameFormat format;
    g_assert_true(biqa_gst_frame_format(info, &format, NULL));
    const BiqaFrame frame = biqa_gst_frame(&from, &format);
    for (guint i = 0; i < 3 * format.width * format.height; i++) {
        guint x = i / 3 % format.width, y = i / 3 / format.width;
        float rgb[3];
        biqa_frame_pixel(&frame, x, y, rgb);
        const guint16 *argb = (const guint16 *)((const guint8 *)to.data[0] +
                                                y * GST_VIDEO_FRAME_PLANE_STRIDE(&to, 0)) +
                              4 * x;
        double expected = argb[1 + i % 3] / 257.;
        if (fabs(rgb[i % 3] - expected) > BOUND)
            g_error("seed %u, %s, matrix %d, range %d, %u x %u, pixel (%u, %u) component %u: "
                    "GStreamer %g, got %g",
                    seed, info->finfo->name, info->colorimetry.matrix, info->colorimetry.range,
                    format.width, format.height, x, y, i % 3, expected, rgb[i % 3]);
    }
    gst_video_frame_unmap(&from);
    gst_video_frame_unmap(&to);
    gst_buffer_unref(converted);
}

/* GStreamer 1.22 converts no RGB of limited range, so that is left to the test of standards. */
static void compare_format(GstVideoFormat format, guint32 seed)
{
    for (guint r = 0; r < G_N_ELEMENTS(ranges); r++) {
        for (guint m = 0; m < G_N_ELEMENTS(matrices); m++) {
            for (guint s = 0; s < G_N_ELEMENTS(sizes); s++, seed++) {
                GstVideoInfo info;
                gst_video_info_set_format(&info, format, sizes[s][0], sizes[s][1]);
                if (!GST_VIDEO_INFO_IS_RGB(&info)) {
                    info.colorimetry.matrix = matrices[m];
                    info.colorimetry.range = ranges[r];
                }
                GstBuffer *buffer = random_buffer(&info, seed);
                compare(&info, buffer, seed);
                gst_buffer_unref(buffer);
            }
        }
    }
}

static void test_converter(void)
{
    guint n;
    g_autofree GstVideoFormat *formats = all_formats(&n);
    g_assert_cmpuint(n, ==, 16);
    for (guint i = 0; i < n; i++)
        compare_format(formats[i], 1000 * i);
}

/* R, G, B that a format makes of samples; float matrices of that size round by less than 1e-3. */
static void assert_colour(GstVideoFormat pixels, const char *colorimetry, gint height,
                          const guint samples[3], const double expected[3])
{
    GstVideoInfo info;
    BiqaFrameFormat format;
    gst_video_info_set_format(&info, pixels, 320, height);
    if (colorimetry)
        g_assert_true(gst_video_colorimetry_from_string(&info.colorimetry, colorimetry));
    else
        info.colorimetry = (GstVideoColorimetry){0};
    g_assert_true(biqa_gst_frame_format(&info, &format, NULL));
    for (guint i = 0; i < 3; i++) {
        const float *m = format.matrix[i];
        double got = m[0] * samples[0] + m[1] * samples[1] + m[2] * samples[2] + m[3];
        g_test_message("%s %s %d: component %u expected %g got %g", info.finfo->name,
                       colorimetry ? colorimetry : "unknown", height, i, expected[i], got);
        g_assert_cmpfloat_with_epsilon(got, expected[i], 1e-3);
    }
}

#define COLOUR(format, colorimetry, height, a, b, c, red, green, blue)                             \
    assert_colour(GST_VIDEO_FORMAT_##format, colorimetry, height, (const guint[]){a, b, c},        \
                  (const double[]){red, green, blue})

static void test_standards(void)
{
    COLOUR(I420, "bt601", 240, 16, 128, 128, 0, 0, 0);
    COLOUR(NV12, "bt709", 240, 235, 128, 128, 255, 255, 255);
    /* A step of 112 / 224 in Cr alone: R gains 2 (1 - Kr) / 2 of 255, G loses Kr (1 - Kr) / Kg. */
    COLOUR(I420, "bt601", 240, 16, 128, 240, .701 * 255, -.299 * .701 / .587 * 255, 0);
    COLOUR(Y444, "bt709", 240, 16, 128, 240, .7874 * 255, -.2126 * .7874 / .7152 * 255, 0);
    COLOUR(UYVY, "2:2:0:0", 240, 16, 128, 240, .7 * 255, -.3 * .7 / .59 * 255, 0); /* FCC */
    COLOUR(YUY2, "bt2020", 240, 16, 240, 128, 0, -.0593 * .9407 / .678 * 255, .9407 * 255);
    COLOUR(I420, "smpte240m", 240, 16, 240, 128, 0, -.087 * .913 / .701 * 255, .913 * 255);
    COLOUR(I420, "1:4:0:0", 240, 255, 128, 128, 255, 255, 255);
    COLOUR(I420, "1:4:0:0", 240, 0, 128, 255, 1.402 * 127, -2 * .299 * .701 / .587 * 127, 0);
    COLOUR(P010_10LE, "bt709", 240, 940, 512, 512, 255, 255, 255);
    COLOUR(I420_10LE, "bt709", 240, 64, 512, 512, 0, 0, 0);
    COLOUR(I420_10LE, "1:3:5:1", 240, 1023, 512, 512, 255, 255, 255);
    COLOUR(I420_10LE, "1:3:5:1", 240, 341, 512, 512, 85, 85, 85);
    COLOUR(GRAY8, "bt601", 240, 235, 235, 235, 255, 255, 255);
    COLOUR(GRAY8, "1:4:0:0", 240, 77, 77, 77, 77, 77, 77);
    COLOUR(RGB, "sRGB", 240, 1, 2, 3, 1, 2, 3);
    COLOUR(BGRx, "2:1:0:0", 240, 16, 235, 16, 0, 255, 0);
}

/* What nobody said: BT.709 for more than 576 lines, else BT.601; YUV is limited, RGB full. */
static void test_unknown(void)
{
    COLOUR(I420, NULL, 576, 16, 128, 240, .701 * 255, -.299 * .701 / .587 * 255, 0);
    COLOUR(I420, NULL, 578, 16, 128, 240, .7874 * 255, -.2126 * .7874 / .7152 * 255, 0);
    COLOUR(GRAY8, NULL, 576, 16, 16, 16, 0, 0, 0);
    COLOUR(RGBA, NULL, 576, 0, 128, 255, 0, 128, 255);
}

static void test_unsupported(void)
{
    GstVideoInfo info;
    BiqaFrameFormat format;
    g_autoptr(GError) error = NULL;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_v210, 16, 16);
    g_assert_false(biqa_gst_frame_format(&info, &format, &error));
    g_assert_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT);
    g_assert_nonnull(strstr(error->message, "v210"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/unit/gstframe/converter", test_converter);
    g_test_add_func("/unit/gstframe/standards", test_standards);
    g_test_add_func("/unit/gstframe/unknown", test_unknown);
    g_test_add_func("/unit/gstframe/unsupported", test_unsupported);
    return g_test_run();
}
