/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hard frames as the trainer takes them: what the element kept is a list of rated images, and the
 * pictures have the scores that the frames had. */
#include "command.h"
#include "drawing.h"
#include "play.h"
#include "removal.h"
#include "support.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* As many as wait for the disk at once, so that none is dropped however slow it is. */
#define FRAMES 4

/* R, G and B are rounded to 8 bits. That moves the scores of this model, whose scale is a twentieth
 * of the usual, by .002 at most. */
#define AGREEMENT .01 /* points of 100 */

static char *folder, *model;

static char *file_in(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void make_frames(void)
{
    for (guint i = 0; i < FRAMES; i++) {
        g_autofree char *name = g_strdup_printf("frame-%u.png", i);
        g_autofree char *path = file_in(name);
        g_autoptr(TrainImage) image = drawing_new(i);
        g_autoptr(GError) error = NULL;

        train_image_save(image, path, &error);
        g_assert_no_error(error);
    }
}

static void make_model(void)
{
    g_autoptr(BiqaModel) tiny = tiny_model_new(71);

    tiny->scale.scale = 1; /* no score at an end */
    model = tiny_model_save(tiny);
}

/* Runs the frames through the element, in a format, and leaves the hard ones in kept. */
static void keep(const char *format, const char *kept)
{
    g_autofree char *line = g_strdup_printf(
        "multifilesrc location=\"%s/frame-%%u.png\" caps=image/png,framerate=25/1 ! pngdec ! "
        "videoconvert ! video/x-raw,format=%s ! biqafilter backend=reference model=\"%s\" "
        "hard-threshold=0 hard-frames-interval=0 hard-frames=\"%s\" ! fakesink",
        folder, format, model, kept);

    play_line(line);
}

/* biqa-train with these words, in kept, succeeds and says all of said. (transfer full) */
static char *run(const char *kept, const char *words, const char *const *said)
{
    g_autofree char *err = NULL;
    char *out = NULL;

    g_assert_cmpint(command_run(kept, words, &out, &err), ==, 0);
    for (; *said; said++)
        if (!strstr(out, *said))
            g_error("\"%s\" is not said of \"%s\": %s", *said, words, out);
    return out;
}

/* The scores in the list against those of the pictures, line by line. */
static void check_scores(const char *kept)
{
    g_autofree char *path = g_build_filename(kept, "hard-frames.csv", NULL);
    g_autofree char *words = g_strdup_printf("score \"%s\" hard-000001.png hard-000002.png "
                                             "hard-000003.png hard-000004.png",
                                             model);
    g_autofree char *list = NULL;
    g_autofree char *out = run(kept, words, (const char *const[]){NULL});
    g_auto(GStrv) frames = NULL;
    g_auto(GStrv) pictures = g_strsplit(out, "\n", -1);

    g_assert_true(g_file_get_contents(path, &list, NULL, NULL));
    frames = g_strsplit(list, "\n", -1);
    for (guint i = 1; i <= FRAMES; i++) {
        g_auto(GStrv) frame = g_strsplit(frames[i], ",", -1);
        g_auto(GStrv) picture = g_strsplit(pictures[i], ",", -1);
        const double expected = g_ascii_strtod(frame[3], NULL);
        const double got = g_ascii_strtod(picture[1], NULL);

        g_test_message("%s: frame %.4f, picture %.4f", frame[0], expected, got);
        g_assert_cmpstr(frame[0], ==, picture[0]);
        g_assert_cmpfloat(fabs(expected - got), <=, AGREEMENT);
    }
}

/* Somebody rated the frames: their column counts, not the score. */
static void check_rated(const char *kept)
{
    g_autofree char *path = g_build_filename(kept, "hard-frames.csv", NULL);
    g_autofree char *rated = g_build_filename(kept, "rated.csv", NULL);
    g_autofree char *list = NULL;
    g_autofree char *said = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents(path, &list, NULL, NULL));
    lines = g_strsplit(g_strchomp(list), "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (i == 0)
            g_string_append_printf(text, "%s,mos\n", lines[i]);
        else
            g_string_append_printf(text, "%s,%u\n", lines[i], 10 * i);
    }
    g_assert_true(g_file_set_contents(rated, text->str, -1, NULL));
    said = run(kept, "ratings rated.csv",
               (const char *const[]){"mean 25.00, from 10.00 to 40.00", NULL});
    g_unlink(rated);
}

static void test_round_trip(gconstpointer format)
{
    g_autofree char *kept = file_in("kept");
    g_autofree char *words = g_strdup_printf("eval \"%s\" --ratings hard-frames.csv", model);
    g_autofree char *ratings = NULL;
    g_autofree char *eval = NULL;

    keep(format, kept);
    ratings =
        run(kept, "ratings hard-frames.csv",
            (const char *const[]){"images       4", "contents     1", "missing      0", NULL});
    eval = run(kept, words, (const char *const[]){"1.000", NULL});
    check_scores(kept);
    check_rated(kept);
    folder_remove(kept);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    folder = g_dir_make_tmp("harvest-XXXXXX", NULL);
    make_frames();
    make_model();
    g_test_add_data_func("/harvest/I420", "I420", test_round_trip);
    g_test_add_data_func("/harvest/RGB", "RGB", test_round_trip);
    g_test_add_data_func("/harvest/I420_10LE", "I420_10LE", test_round_trip);
    status = g_test_run();
    folder_remove(folder);
    g_unlink(model);
    g_free(folder);
    g_free(model);
    return status;
}
