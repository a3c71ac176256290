/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the windows of a map lie, and what a cell says. */
#include "gstframe.h"
#include "map.h"
#include "support.h"

static void test_grid(void)
{
    static const struct {
        guint width, height, columns, rows;
    } cases[] = {
        {1280, 720, 5, 3},  {720, 1280, 3, 5}, {1920, 1080, 5, 3}, {640, 480, 4, 3},
        {480, 640, 3, 4},   {500, 500, 4, 4},  {16, 16, 4, 4},     {1920, 800, 6, 2},
        {4000, 100, 16, 1}, {1, 9999, 1, 16},  {7680, 4320, 5, 3},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint columns = 0, rows = 0;

        biqa_map_grid(cases[i].width, cases[i].height, &columns, &rows);
        if (columns != cases[i].columns || rows != cases[i].rows)
            g_error("%ux%u: expected %u x %u cells, got %u x %u", cases[i].width, cases[i].height,
                    cases[i].columns, cases[i].rows, columns, rows);
    }
}

static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_I420,      GST_VIDEO_FORMAT_NV12,  GST_VIDEO_FORMAT_Y42B,
    GST_VIDEO_FORMAT_YUY2,      GST_VIDEO_FORMAT_UYVY,  GST_VIDEO_FORMAT_BGRx,
    GST_VIDEO_FORMAT_RGB,       GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_Y444,
    GST_VIDEO_FORMAT_P010_10LE,
};

/* A frame of noise; format and bytes are to live as long. */
static BiqaFrame make_frame(GstVideoFormat video, guint width, guint height,
                            BiqaFrameFormat *format, guint8 **bytes)
{
    BiqaFrame frame = {.format = format};
    GstVideoInfo info;

    gst_video_info_set_format(&info, video, width, height);
    g_assert_true(biqa_gst_frame_format(&info, format, NULL));
    *bytes = g_malloc(info.size);
    for (gsize i = 0; i < info.size; i++)
        (*bytes)[i] = g_test_rand_int() & 255;
    for (guint i = 0; i < format->n_planes; i++) {
        frame.planes[i] = *bytes + GST_VIDEO_INFO_PLANE_OFFSET(&info, i);
        frame.strides[i] = (gsize)GST_VIDEO_INFO_PLANE_STRIDE(&info, i);
    }
    return frame;
}

/* Pixel (0, 0) of window has the first pixels of the frame's rows and columns from (x, y) on. */
static void check_pixels(const BiqaFrame *frame, const BiqaFrame *window, guint x, guint y)
{
    for (guint v = 0; v < window->format->height; v++)
        for (guint u = 0; u < window->format->width; u++) {
            float expected[3], got[3];

            biqa_frame_pixel(frame, x + u, y + v, expected);
            biqa_frame_pixel(window, u, v, got);
            g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
        }
}

/* Windows reach every border and lie evenly; a frame smaller than a window is one whole. */
static void test_windows(void)
{
    static const struct {
        guint width, height, size, columns, rows;
        guint x[5], y[4]; /* of each column and row */
    } cases[] = {
        {124, 74, 24, 5, 3, {0, 24, 50, 74, 100}, {0, 24, 50}},
        {100, 60, 24, 5, 3, {0, 18, 38, 56, 76}, {0, 18, 36}},
        {40, 40, 25, 4, 4, {0, 4, 10, 14}, {0, 4, 10, 14}},
        {17, 19, 24, 4, 4, {0, 0, 0, 0}, {0, 0, 0, 0}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint f = 0; f < G_N_ELEMENTS(formats); f++)
            for (guint cell = 0; cell < cases[i].columns * cases[i].rows; cell++) {
                const guint column = cell % cases[i].columns, row = cell / cases[i].columns;
                BiqaFrameFormat whole, part;
                g_autofree guint8 *bytes = NULL;
                const BiqaFrame frame =
                    make_frame(formats[f], cases[i].width, cases[i].height, &whole, &bytes);
                const BiqaFrame window = biqa_map_window(&frame, cases[i].size, column, row, &part);

                g_assert_cmpuint(part.width, ==, MIN(cases[i].size, cases[i].width));
                g_assert_cmpuint(part.height, ==, MIN(cases[i].size, cases[i].height));
                check_pixels(&frame, &window, cases[i].x[column], cases[i].y[row]);
            }
}

/* A cell says what the model's one crop says of the window; the model itself is left alone. */
static void test_scores(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    const BiqaModel twin = biqa_map_model(model);
    g_autoptr(BiqaBackend) backend = biqa_reference_open(&twin);
    g_autofree guint8 *bytes = NULL;
    BiqaFrameFormat format, part;
    const BiqaFrame frame = make_frame(GST_VIDEO_FORMAT_I420, 100, 60, &format, &bytes);
    BiqaMap map;

    g_assert_cmpuint(model->input.n_crops, ==, 2);
    g_assert_true(biqa_map_run(&map, model, backend, &frame, NULL));
    g_assert_cmpuint(map.columns, ==, 5);
    g_assert_cmpuint(map.rows, ==, 3);
    for (guint i = 0; i < 15; i++) {
        const BiqaFrame window = biqa_map_window(&frame, model->input.size, i % 5, i / 5, &part);
        BiqaResult result;

        g_assert_true(biqa_backend_run(backend, &window, &result, NULL));
        g_assert_cmpuint(result.n_crops, ==, 1);
        g_assert_cmpfloat(map.scores[i], ==,
                          biqa_score(&model->scale, (double)result.crops[BIQA_FULL][0]));
        g_assert_cmpfloat(map.scores[i], !=, map.scores[(i + 1) % 15]);
    }
}

/* A frame whose planes lie in no memory has no map, and no error. */
static void test_no_planes(void)
{
    BiqaFrameFormat format;
    const BiqaFrame frame = {.format = &format};
    g_autoptr(BiqaModel) model = tiny_model_new(3);
    BiqaMap map = {.columns = 9};

    biqa_frame_format_rgb(&format, 100, 60);
    g_assert_true(biqa_map_run(&map, model, NULL, &frame, NULL));
    g_assert_cmpuint(map.columns, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/map/grid", test_grid);
    g_test_add_func("/map/windows", test_windows);
    g_test_add_func("/map/scores", test_scores);
    g_test_add_func("/map/no-planes", test_no_planes);
    return g_test_run();
}
