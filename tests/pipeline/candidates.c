/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqa-train gmad lets compete: moments of videos, lists of hard frames, files under other
 * names; and how it comes to one scale, and goes on where it was killed. */
#include "common-scale.h"
#include "csv.h"
#include "image.h"
#include "metrics.h"
#include "pairs.h"
#include "play.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define GMAD "gmad tiny/model.gguf --levels 1 --tolerance 100 "
#define EQUALS                                                                                     \
    "gmad tiny/model.gguf --levels 2 --tolerance 0 " /* pairs that a list calls equal              \
                                                      */

static TrainPairs *load(const char *folder)
{
    g_autoptr(GError) error = NULL;
    TrainPairs *pairs = train_pairs_load(folder, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->pairs->len, >, 0);
    return pairs;
}

static guint lines_of(const char *path)
{
    g_autoptr(GBytes) text = workshop_read(path);
    guint n = 0;
    for (gsize i = 0; i < g_bytes_get_size(text); i++)
        n += ((const char *)g_bytes_get_data(text, NULL))[i] == '\n';
    return n;
}

/* A folder with copies of the first n pictures. */
static void copy_pictures(const char *folder, guint n)
{
    g_assert_cmpint(g_mkdir(folder, 0777), ==, 0);
    for (guint i = 0; i < n; i++) {
        g_autofree char *from = g_strdup_printf("pictures/p%u.png", i);
        g_autofree char *to = g_strdup_printf("%s/p%u.png", folder, i);
        g_autoptr(GBytes) bytes = workshop_read(from);
        g_assert_true(g_file_set_contents(to, g_bytes_get_data(bytes, NULL),
                                          (gssize)g_bytes_get_size(bytes), NULL));
    }
}

/* -- videos -------------------------------------------------------------------------------- */

/* The pictures, one a second. */
static void make_clip(const char *path)
{
    g_autofree char *line =
        g_strdup_printf("multifilesrc location=pictures/p%%u.png caps=image/png,framerate=1/1 ! "
                        "pngdec ! videoconvert ! jpegenc quality=95 ! avimux ! filesink "
                        "location=%s",
                        path);
    play_line(line);
}

/* Mean absolute difference of two files' pixels. */
static double difference(const char *a, const char *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) one = train_image_load(a, &error);
    g_assert_no_error(error);
    g_autoptr(TrainImage) other = train_image_load(b, &error);
    g_assert_no_error(error);
    const guint n = 3 * one->width * one->height;
    double sum = 0;
    g_assert_cmpuint(n, ==, 3 * other->width * other->height);
    for (guint i = 0; i < n; i++)
        sum += abs(one->rgb[i] - other->rgb[i]);
    return sum / n;
}

/* The numbers of the pictures in the pairs that a judge defends, in the pairs' order, each pair's
 * smaller one first: "12 03". */
static char *defended_by(const TrainPairs *pairs, const char *judge, guint (*number)(const char *))
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i);
        const guint a = number(train_pairs_image(pairs, pair->images[0])->origin),
                    b = number(train_pairs_image(pairs, pair->images[1])->origin);
        if (g_str_equal(pair->defender, judge))
            g_string_append_printf(text, "%s%u%u", text->len ? " " : "", MIN(a, b), MAX(a, b));
    }
    return g_string_free(text, FALSE);
}

/* Of ".../clip.avi@3" 3, of ".../clip.avi" 0. */
static guint second_of(const char *origin)
{
    const char *moment = strrchr(origin, '@');
    return moment ? (guint)atoi(moment + 1) : 0;
}

/* Of ".../p3.png" 3. */
static guint picture_of(const char *origin)
{
    return (guint)atoi(strrchr(origin, '/') + 2);
}

/* Frames a second apart compete under PATH@SECONDS, somebody else's list knows them by that name,
 * and the pictures that come of them are the frames of those moments. */
static void test_video(void)
{
    make_clip("clip.avi");
    workshop_write("vmaf.csv", "image,score\nclip.avi,90\nclip.avi@1,20\nclip.avi@2,20\n"
                               "clip.avi@3,90\nclip.avi@3.5,90\n");
    workshop_run_well(EQUALS "clip.avi --every 1 --scores vmaf=vmaf.csv --out video", NULL);
    g_assert_cmpuint(lines_of("video/scores.cache"), ==, WORKSHOP_PICTURES);
    g_autoptr(TrainPairs) pairs = load("video");
    g_autofree char *defended = defended_by(pairs, "vmaf", second_of);
    g_assert_cmpstr(defended, ==, "12 03");
    for (guint i = 0; i < pairs->images->len; i++) {
        const TrainPairImage *image = train_pairs_image(pairs, i);
        const guint second = second_of(image->origin);
        g_autofree char *file = g_build_filename("video", image->file, NULL);
        g_autofree char *frame = g_strdup_printf("pictures/p%u.png", second);
        g_autofree char *next = g_strdup_printf("pictures/p%u.png", second + 1);
        g_assert_true(g_str_has_suffix(image->content, "/clip.avi"));
        g_assert_cmpfloat(difference(file, frame), <, 8); /* what JPEG leaves of sharp colours */
        g_assert_cmpfloat(difference(file, next), >, 16);
    }
    workshop_run_well(GMAD "clip.avi --every 0 --against self --out still", NULL);
    g_assert_cmpuint(lines_of("still/scores.cache"), ==, 2); /* the first frame, two judges */
}

/* -- hard frames --------------------------------------------------------------------------- */

/* The element's list, as it writes it: pictures beside it that it does not name do not compete, and
 * a frame's content is where it came from. */
static void test_hard_frames(void)
{
    copy_pictures("hard", 5);
    workshop_write("hard/hard-frames.csv",
                   "file,source,time,score,competitor-score,disagreement,uncertainty,likeness\n"
                   "p0.png,rtsp://one,0.000,50,40,10,,00000000000000ff\n"
                   "p1.png,rtsp://one,7.000,50,40,10,,00000000000000fe\n"
                   "p2.png,\"file:///a,b.mp4\",0.000,50,40,10,,00000000000000fd\n"
                   "p3.png,,0.000,50,40,10,,00000000000000fc\n");
    workshop_write("said.csv", "image,score\nhard/p0.png,1\nhard/p1.png,9\nhard/p2.png,1\n"
                               "hard/p3.png,9\nhard/p4.png,1\n");
    workshop_run_well(EQUALS "hard --scores said=said.csv --out frames", NULL);
    g_assert_cmpuint(lines_of("frames/scores.cache"), ==, 4);
    g_autoptr(TrainPairs) pairs = load("frames");
    g_autofree char *defended = defended_by(pairs, "said", picture_of);
    g_assert_cmpstr(defended, ==, "02 13");
    for (guint i = 0; i < pairs->images->len; i++) {
        const TrainPairImage *image = train_pairs_image(pairs, i);
        const char *const contents[] = {"rtsp://one", "rtsp://one", "file:///a,b.mp4",
                                        image->origin};
        const guint picture = picture_of(image->origin);
        g_assert_cmpuint(picture, <, G_N_ELEMENTS(contents));
        g_assert_cmpstr(image->content, ==, contents[picture]);
    }
}

/* -- one scale ----------------------------------------------------------------------------- */

typedef struct {
    GPtrArray *files;
    GArray *scores;
} Scored;

/* What the model says of the files that a pattern finds. */
static Scored score_files(const char *pattern)
{
    Scored scored = {g_ptr_array_new_with_free_func(g_free),
                     g_array_new(FALSE, FALSE, sizeof(double))};
    g_autofree char *words = g_strdup_printf("score tiny/model.gguf %s", pattern);
    g_autofree char *out = NULL;
    workshop_run_well(words, &out);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(out), "\n", -1);
    for (guint i = 1; lines[i]; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        const double score = g_ascii_strtod(cells[1], NULL);
        g_ptr_array_add(scored.files, g_strdup(cells[0]));
        g_array_append_val(scored.scores, score);
    }
    return scored;
}

static void scored_clear(Scored *scored)
{
    g_ptr_array_unref(scored->files);
    g_array_unref(scored->scores);
}

/* What the other judge says where the model says score: the same in other units. */
static double other_units(double score)
{
    return 5 + .01 * score;
}

/* The pictures have scores of the other's own, far apart. */
static double other_score(guint picture, const TrainLogistic *truth)
{
    return other_units(truth->middle + ((double)(picture * 7 % 5) - 2) * truth->width);
}

static void write_lists(const Scored *rated, const TrainLogistic *truth)
{
    g_autoptr(GString) ratings = g_string_new("image,mos\n");
    g_autoptr(GString) upside = g_string_new("image,mos\n");
    g_autoptr(GString) theirs = g_string_new("image,score\n");
    g_autoptr(GString) few = g_string_new("image,score\n");
    for (guint i = 0; i < rated->files->len; i++) {
        const char *file = g_ptr_array_index(rated->files, i);
        const double score = g_array_index(rated->scores, double, i);
        const double mos = train_logistic_value(truth, score);
        g_string_append_printf(ratings, "%s,%.8f\n", file, mos);
        g_string_append_printf(upside, "%s,%.8f\n", file, 100 - mos);
        g_string_append_printf(theirs, "%s,%.8f\n", file, other_units(score));
    }
    for (guint i = 0; i < WORKSHOP_PICTURES; i++) {
        g_string_append_printf(theirs, "pictures/p%u.png,%.8f\n", i, other_score(i, truth));
        g_string_append_printf(few, "pictures/p%u.png,%u\n", i, i * 7 % 5);
    }
    workshop_write("rated.csv", ratings->str);
    workshop_write("upside.csv", upside->str);
    workshop_write("theirs.csv", theirs->str);
    workshop_write("few.csv", few->str);
}

/* Where ratings follow a logistic of what a judge says, that logistic is the scale; who has not
 * seen the rated pictures gets the first judge's range, turned where they say distances. */
static void check_scale(const TrainPairs *pairs, const TrainLogistic *truth, const Scored *own)
{
    double low = INFINITY, high = -INFINITY;
    guint checked[3] = {0};
    for (guint i = 0; i < own->scores->len; i++) {
        const double mapped = train_logistic_value(truth, g_array_index(own->scores, double, i));
        low = MIN(low, mapped);
        high = MAX(high, mapped);
    }
    for (guint i = 0; i < 2 * pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i / 2);
        const guint picture = picture_of(train_pairs_image(pairs, pair->images[i % 2])->origin);
        const gboolean defends = g_str_equal(pair->defender, "model");
        const double said = (defends ? pair->defended : pair->attacked)[i % 2];
        const double other = (defends ? pair->attacked : pair->defended)[i % 2];
        const gboolean theirs = g_str_equal(defends ? pair->attacker : pair->defender, "theirs");
        const double unit = (other_score(picture, truth) - 5) / .01;
        g_assert_cmpfloat_with_epsilon(
            said, train_logistic_value(truth, g_array_index(own->scores, double, picture)), .05);
        if (theirs)
            g_assert_cmpfloat_with_epsilon(other, train_logistic_value(truth, unit), .05);
        else
            g_assert_true(other >= low - .05 && other <= high + .05);
        checked[theirs]++;
    }
    g_assert_cmpuint(checked[0], >, 0);
    g_assert_cmpuint(checked[1], >, 0);
}

static void test_ratings(void)
{
    g_assert_cmpint(g_mkdir("rated", 0777), ==, 0);
    workshop_run_well("distort --out rated --type noise pictures/p0.png pictures/p1.png", NULL);
    workshop_run_well("distort --out rated --type blur pictures/p0.png "
                      "pictures/p1.png",
                      NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(names, "rated/p%u.png.%s.%u.png ", i / 10, i % 2 ? "blur" : "noise",
                               i / 2 % 5 + 1);
    Scored rated = score_files(names->str);
    Scored own = score_files("pictures/p0.png pictures/p1.png pictures/p2.png pictures/p3.png "
                             "pictures/p4.png pictures/p5.png");
    const double *scores = (const double *)(void *)rated.scores->data;
    const guint n = rated.scores->len;
    const TrainLogistic truth = {
        .worst = 10,
        .best = 90,
        .middle = train_quantile(scores, n, .5),
        .width = (train_quantile(scores, n, .9) - train_quantile(scores, n, .1)) / 4};
    write_lists(&rated, &truth);
    workshop_run_well(GMAD "pictures --ratings rated.csv --scores theirs=theirs.csv "
                           "--distances few=few.csv --out mapped",
                      NULL);
    g_autoptr(TrainPairs) pairs = load("mapped");
    check_scale(pairs, &truth, &own);
    workshop_refuse(GMAD "pictures --ratings upside.csv --scores theirs=theirs.csv --out mapped",
                    "do not rise");
    scored_clear(&rated);
    scored_clear(&own);
}

/* -- going on ------------------------------------------------------------------------------ */

/* Bytes count and names do not: a renamed file is known, a changed one is judged again. */
static void test_renamed(void)
{
    copy_pictures("moving", 4);
    workshop_run_well(GMAD "moving --against self --out kept", NULL);
    g_assert_cmpuint(lines_of("kept/scores.cache"), ==, 4 * 2);
    g_assert_cmpint(g_rename("moving/p0.png", "moving/elsewhere.png"), ==, 0);
    workshop_run_well(GMAD "moving --against self --out kept", NULL);
    g_assert_cmpuint(lines_of("kept/scores.cache"), ==, 4 * 2);
    g_autoptr(GBytes) other = workshop_read("pictures/p5.png");
    g_assert_true(g_file_set_contents("moving/p1.png", g_bytes_get_data(other, NULL),
                                      (gssize)g_bytes_get_size(other), NULL));
    workshop_run_well(GMAD "moving --against self --out kept", NULL);
    g_assert_cmpuint(lines_of("kept/scores.cache"), ==, 5 * 2);
    /* So is a judge under another name. */
    workshop_run_well(GMAD "moving --against competitor:tiny/model.gguf --out kept", NULL);
    g_assert_cmpuint(lines_of("kept/scores.cache"), ==, 5 * 2);
}

static GPid start(const char *words)
{
    g_autofree char *line = g_strdup_printf("%s %s", g_getenv("BIQA_TRAIN"), words);
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    GPid child;
    g_shell_parse_argv(line, NULL, &argv, &error);
    g_assert_no_error(error);
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error);
    g_assert_no_error(error);
    return child;
}

/* Whether a file comes to have n lines while the process lives. */
static void await_lines(const char *path, guint n, GPid child)
{
    while (!g_file_test(path, G_FILE_TEST_EXISTS) || lines_of(path) < n) {
        g_assert_cmpint(waitpid(child, NULL, WNOHANG), ==, 0);
        g_usleep(10000);
    }
}

/* Killed while it waits for the last candidate, a pipe that says nothing: what was judged before is
 * kept, is not judged again, and the outcome is the one of a run that nobody disturbed. */
static void test_killed(void)
{
    static const char words[] = GMAD "series/p0.png series/p1.png series/p2.png series/z.png "
                                     "--against self --threads 1 --out ";
    const guint judged = 3 * 2;
    int status;
    copy_pictures("series", 3);
    g_assert_cmpint(mkfifo("series/z.png", 0600), ==, 0);
    g_autofree char *cut = g_strconcat(words, "cut", NULL);
    const GPid child = start(cut);
    await_lines("cut/scores.cache", judged, child);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
    g_assert_false(g_file_test("cut/pairs.csv", G_FILE_TEST_EXISTS));
    g_autoptr(GBytes) before = workshop_read("cut/scores.cache");

    g_assert_cmpint(g_unlink("series/z.png"), ==, 0);
    g_autoptr(GBytes) last = workshop_read("pictures/p3.png");
    g_assert_true(g_file_set_contents("series/z.png", g_bytes_get_data(last, NULL),
                                      (gssize)g_bytes_get_size(last), NULL));
    for (guint run = 0; run < 2; run++) {
        g_autofree char *line = g_strconcat(words, run ? "whole" : "cut", NULL);
        workshop_run_well(line, NULL);
    }
    g_autoptr(GBytes) after = workshop_read("cut/scores.cache");
    g_assert_cmpuint(lines_of("cut/scores.cache"), ==, judged + 2);
    g_assert_cmpint(memcmp(g_bytes_get_data(before, NULL), g_bytes_get_data(after, NULL),
                           g_bytes_get_size(before)),
                    ==, 0);
    workshop_assert_same("cut/pairs.csv", "whole/pairs.csv");
    workshop_assert_same("cut/images.csv", "whole/images.csv");
}

/* Two files of one name meet by names of their own; with ratings beside the pairs, who was right in
 * each match is counted. */
static void test_versus(void)
{
    g_autoptr(GString) list = g_string_new("image,mos\n");
    g_autofree char *out = NULL;
    guint falsified = 0, upheld = 0, reversed = 0, n = 0;
    workshop_run_well("gmad first=tiny/model.gguf --against last=tiny/model.gguf --against self "
                      "--originals pictures --types noise --side 64 --levels 1 --tolerance 9 "
                      "--out versus",
                      NULL);
    g_autoptr(TrainPairs) pairs = load("versus");
    for (guint i = 0; i < pairs->images->len; i++)
        g_string_append_printf(list, "%s,%u\n", train_pairs_image(pairs, i)->file, 10 * (i % 4));
    for (guint i = 0; i < pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i);
        const int gap = 10 * (int)(pair->images[0] % 4) - 10 * (int)(pair->images[1] % 4);
        if (!g_str_equal(pair->defender, "first"))
            continue;
        n++;
        falsified += gap > 12;
        upheld += ABS(gap) < 12;
        reversed += gap < -12;
    }
    workshop_write("versus/mos.csv", list->str);
    workshop_run_well("ratings versus/mos.csv", &out);
    g_autofree char *row = g_strdup_printf("\n%-20s %-20s %6u %10u %7u %9u\n", "first",
                                           "competitor", n, falsified, upheld, reversed);
    g_assert_cmpuint(n, >, 0);
    if (!strstr(out, row))
        g_error("there is no row \"%s\" in: %s", row, out);
}

/* The study of what memory candidates take, on few of them. */
static void test_study(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    g_auto(GStrv) environment =
        g_environ_setenv(g_get_environ(), "TYPES", "noise jpeg tid-mean-up kadid-darken", TRUE);
    char *argv[] = {(char *)g_getenv("BIQA_CANDIDATES"),
                    (char *)g_getenv("BIQA_TRAIN"),
                    "tiny/model.gguf",
                    "pictures",
                    "study",
                    NULL};
    int status = 0;
    g_spawn_sync(NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error))
        g_error("%s: %s: %s", argv[0], error->message, err);
    g_auto(GStrv) parts = g_strsplit(out, "at most ", -1);
    g_assert_cmpuint(g_strv_length(parts), ==, 3);
    g_assert_cmpuint(g_ascii_strtoull(parts[1], NULL, 10), >, 0);
    g_assert_cmpuint(lines_of("study/random.csv"), ==, 1 + 21 * WORKSHOP_PICTURES);
    g_assert_cmpuint(lines_of("study/scores.cache"), ==, 2 * 21 * WORKSHOP_PICTURES);
    g_assert_nonnull(strstr(out, "random               model"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_autofree char *folder = workshop_enter();
    workshop_run_well("train recipe.ini --out tiny", NULL);
    g_test_add_func("/candidates/video", test_video);
    g_test_add_func("/candidates/hard-frames", test_hard_frames);
    g_test_add_func("/candidates/ratings", test_ratings);
    g_test_add_func("/candidates/renamed", test_renamed);
    g_test_add_func("/candidates/killed", test_killed);
    g_test_add_func("/candidates/study", test_study);
    g_test_add_func("/candidates/versus", test_versus);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
