/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures from files: what is read, and what is said of files that are no pictures. */
#include "image.h"
#include "pipeline.h"
#include "removal.h"
#include "support.h"

#include <string.h>

typedef struct {
    char *folder;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("biqa-image-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    folder_remove(fixture->folder);
    g_free(fixture->folder);
}

static char *path_of(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static TrainImage *random_image(guint width, guint height, guint32 seed)
{
    TrainImage *image = train_image_new(width, height);
    GRand *rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < 3 * width * height; i++)
        image->rgb[i] = (guint8)g_rand_int(rand);
    g_rand_free(rand);
    return image;
}

static void assert_same(const TrainImage *a, const TrainImage *b)
{
    g_assert_cmpuint(a->width, ==, b->width);
    g_assert_cmpuint(a->height, ==, b->height);
    gsize n = 3 * (gsize)a->width * a->height;
    g_assert_cmpmem(a->rgb, n, b->rgb, n);
}

/* Runs a launch line that ends in a file of that name in the folder. */
static char *launch(const Fixture *fixture, const char *name, const char *line)
{
    g_autoptr(GError) error = NULL;
    char *path = path_of(fixture, name);
    g_autofree char *whole = g_strdup_printf("%s ! filesink name=sink", line);
    GstElement *pipeline = train_pipeline_new(whole, &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_object_set(sink, "location", path, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    train_pipeline_wait(pipeline, GST_MESSAGE_EOS, &error);
    g_assert_no_error(error);
    train_pipeline_free(pipeline);
    return path;
}

static TrainImage *load(const char *path)
{
    g_autoptr(GError) error = NULL;
    TrainImage *image = train_image_load(path, &error);
    g_assert_no_error(error);
    return image;
}

static void test_parts(void)
{
    g_autoptr(TrainImage) image = train_image_new(5, 4);
    for (guint i = 0; i < 60; i++)
        image->rgb[i] = (guint8)i;
    g_autoptr(TrainImage) copy = train_image_copy(image);
    assert_same(copy, image);

    g_autoptr(TrainImage) cut = train_image_cut(image, 1, 2, 2, 2);
    const guint8 rows[] = {33, 34, 35, 36, 37, 38, 48, 49, 50, 51, 52, 53};
    g_assert_cmpmem(cut->rgb, 12, rows, 12);

    /* Pixels 3 apart in a row of 15: the mean of 0, 3, 15, 18 is 9; the fifth column is dropped. */
    g_autoptr(TrainImage) half = train_image_reduce(image, 2);
    const guint8 means[] = {9, 10, 11, 15, 16, 17, 39, 40, 41, 45, 46, 47};
    g_assert_cmpuint(half->width, ==, 2);
    g_assert_cmpuint(half->height, ==, 2);
    g_assert_cmpmem(half->rgb, 12, means, 12);

    BiqaFrameFormat format;
    const BiqaFrame frame = train_image_frame(image, &format);
    float rgb[3];
    biqa_frame_pixel(&frame, 4, 3, rgb);
    g_assert_true(rgb[0] == 57 && rgb[1] == 58 && rgb[2] == 59);
}

static void test_lossless(Fixture *fixture, gconstpointer data)
{
    static const guint sizes[][2] = {{1, 1}, {1, 7}, {17, 19}, {64, 48}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = path_of(fixture, "random.png");
        g_autoptr(TrainImage) image = random_image(sizes[i][0], sizes[i][1], i);
        train_image_save(image, path, &error);
        g_assert_no_error(error);
        g_autoptr(TrainImage) read = load(path);
        assert_same(read, image);
    }
}

/* A JPEG stays in its decoder's YCbCr, so that the trainer sees what the element will see. */
static void test_format(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        launch(fixture, "colours.jpg",
               "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=35,height=21 ! jpegenc");
    g_autoptr(TrainPicture) picture = train_picture_load(path, &error);
    g_assert_no_error(error);
    const BiqaFrame *frame = train_picture_frame(picture);
    g_assert_cmpuint(frame->format->n_planes, ==, 3);
    g_assert_cmpuint(frame->format->plane_height[1], ==, 11);

    g_autoptr(TrainImage) image = train_picture_image(picture);
    g_assert_cmpuint(image->width, ==, 35);
    g_assert_cmpuint(image->height, ==, 21);
    for (guint i = 0; i < 3 * 35 * 21; i++) {
        float rgb[3];
        biqa_frame_pixel(frame, i / 3 % 35, i / 3 / 35, rgb);
        g_assert_cmpuint(image->rgb[i], ==, (guint)(rgb[i % 3] + .5f));
    }
}

/* The first frame of a video of many is that of a video of one; its sound does not matter. */
static void test_video(Fixture *fixture, gconstpointer data)
{
#define VIDEO "videotestsrc pattern=blink num-buffers="
#define MUX                                                                                        \
    " ! jpegenc ! avimux name=mux audiotestsrc num-buffers=2 ! audio/x-raw,rate=8000 ! mux. mux."
    g_autofree char *one = launch(fixture, "one.avi", VIDEO "1" MUX);
    g_autofree char *many = launch(fixture, "many.avi", VIDEO "5" MUX);
    g_autoptr(TrainImage) first = load(one), read = load(many);
    assert_same(read, first);
}

static void assert_unreadable(const char *path, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(train_image_load(path, &error));
    g_test_message("%s", error->message);
    assert_refused(error, BIQA_ERROR_FILE, word);
    g_assert_nonnull(strstr(error->message, path));
}

static char *write_file(const Fixture *fixture, const char *name, const char *data, gssize n)
{
    char *path = path_of(fixture, name);
    g_assert_true(g_file_set_contents(path, data, n, NULL));
    return path;
}

static void test_unreadable(Fixture *fixture, gconstpointer data)
{
    g_autofree char *missing = path_of(fixture, "missing.png");
    g_autofree char *text = write_file(fixture, "text.png", "these are but words\n", -1);
    g_autofree char *empty = write_file(fixture, "empty.png", "", 0);
    g_autofree char *sound =
        launch(fixture, "sound.wav", "audiotestsrc num-buffers=2 ! audio/x-raw,rate=8000 ! wavenc");
    assert_unreadable(missing, "no such file");
    assert_unreadable(fixture->folder, "directory");
    assert_unreadable(text, "type");
    assert_unreadable(empty, "no data");
    assert_unreadable(sound, "stream");
}

/* A JPEG whose headers are overwritten is refused; one that is cut short may be read as far as it
 * goes, and must have its size then. */
static void test_corrupt(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = launch(fixture, "whole.jpg",
                                   "videotestsrc num-buffers=1 pattern=snow ! "
                                   "video/x-raw,width=64,height=64 ! jpegenc");
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));

    g_autofree char *cut = write_file(fixture, "cut.jpg", bytes, (gssize)n / 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) part = train_image_load(cut, &error);
    g_assert_true((part != NULL) != (error != NULL));
    if (part)
        g_assert_cmpuint(part->width, ==, 64);

    memset(bytes + 20, 0x5a, MIN(n - 20, 600));
    g_autofree char *broken = write_file(fixture, "broken.jpg", bytes, (gssize)n);
    assert_unreadable(broken, "cannot read a picture");
}

static gpointer load_many(gpointer path)
{
    TrainImage *image = NULL;
    for (guint i = 0; i < 8; i++) {
        train_image_free(image);
        image = load(path);
    }
    return image;
}

static void test_threads(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path =
        launch(fixture, "colours.jpg",
               "videotestsrc num-buffers=1 ! video/x-raw,width=99,height=65 ! jpegenc");
    g_autoptr(TrainImage) expected = load(path);
    GThread *threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("load", load_many, path);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autoptr(TrainImage) image = g_thread_join(threads[i]);
        assert_same(image, expected);
    }
}

static void test_missing_element(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(train_pipeline_new("fakesrc ! x264none ! fakesink", &error));
    assert_refused(error, BIQA_ERROR_SUPPORT, "x264none");
    g_assert_nonnull(strstr(error->message, "gstreamer1.0-plugins-ugly"));
}

#define ADD(path, func) g_test_add("/unit/image/" path, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/unit/image/parts", test_parts);
    ADD("lossless", test_lossless);
    ADD("format", test_format);
    ADD("video", test_video);
    ADD("unreadable", test_unreadable);
    ADD("corrupt", test_corrupt);
    ADD("threads", test_threads);
    g_test_add_func("/unit/image/missing-element", test_missing_element);
    return g_test_run();
}
