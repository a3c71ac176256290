/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From pictures to scores: biqa-train makes a tiny model in seconds, the element gives the scores
 * that biqa-train gives; runs can be stopped, resumed and spread over threads without a bit of
 * difference. */
#include "drawing.h"
#include "metrics.h"
#include "model.h"
#include "said.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define PICTURES 6
#define RATED 40 /* enough to calibrate on and to halve */

static const char recipe[] =
    "[run]\nname=tiny\nseed=7\ncheckpoint-every=5\n"
    "[network]\nbatch-norm=true\n"
    "graph=input channels=3;"
    "conv inputs=0 channels=8 kernel=3x3 stride=2 padding=same;norm inputs=1;relu inputs=2;"
    "conv inputs=3 channels=8 kernel=3x3 groups=8 padding=1;norm inputs=4;relu6 inputs=5;"
    "conv inputs=6 channels=8 kernel=1x1;norm inputs=7;add inputs=3,8;clip inputs=9 lo=-1 hi=4;"
    "pool inputs=3,10 statistics=mean+deviation;linear inputs=11 channels=1\n"
    "[input]\nsize=48\nrank-size=32\ncrop-reduce=1;2\ncrop-x=0.5;0.25\ncrop-y=0.5;0.5\n"
    "[ranked]\nimages=pictures\ntypes=blur;noise\nside=64\nhold-out=p0.png\n"
    "[rated]\nratings=ratings.csv\nhold-out-modulus=1000\nvalidation-modulus=1000\n"
    "[stage rank]\nkind=rank\nsteps=12\ngroups=3\nrate=0.01\nrank-loss=hinge\n"
    "[stage tune]\nkind=tune\nsteps=8\nrated=6\ngroups=1\nrate=0.01\n"
    "[stage ohem]\nkind=ohem\nsteps=12\nrated=6\ngroups=1\nrate=0.005\nmask-refresh=4\n";

static char *folder;

static char *file_in(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void write_text(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_in(name);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static void make_data(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) ratings = g_string_new("image,mos\n");
    g_autofree char *pictures = file_in("pictures");

    g_assert_cmpint(g_mkdir(pictures, 0777), ==, 0);
    for (guint i = 0; i < PICTURES; i++) {
        g_autoptr(TrainImage) image = drawing_new(i);
        g_autofree char *name = g_strdup_printf("p%u.png", i);
        g_autofree char *path = g_build_filename(pictures, name, NULL);
        train_image_save(image, path, &error);
        g_assert_no_error(error);
        g_string_append_printf(ratings, "pictures/%s,%u\n", name, 20 + 12 * i);
    }
    write_text("ratings.csv", ratings->str);
    write_text("recipe.ini", recipe);
}

/* Runs biqa-train with the words of line in the folder; returns its exit status. */
static int run(const char *line, char **out, char **err, GSpawnChildSetupFunc setup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *command = g_strdup_printf("%s %s", g_getenv("BIQA_TRAIN"), line);
    g_auto(GStrv) argv = NULL;
    int status = 0;
    g_shell_parse_argv(command, NULL, &argv, &error);
    g_assert_no_error(error);
    g_spawn_sync(folder, argv, NULL, out ? G_SPAWN_DEFAULT : G_SPAWN_STDOUT_TO_DEV_NULL, setup,
                 NULL, out, err, &status, &error);
    g_assert_no_error(error);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run_well(const char *line, char **out)
{
    g_autofree char *err = NULL;
    const int status = run(line, out, &err, NULL);
    if (status)
        g_error("biqa-train %s: exit status %d: %s", line, status, err);
}

static GBytes *read_file(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_in(name);
    char *data = NULL;
    gsize size = 0;
    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(data, size);
}

static void assert_same_files(const char *a, const char *b)
{
    g_autoptr(GBytes) first = read_file(a);
    g_autoptr(GBytes) second = read_file(b);
    g_assert_true(g_bytes_equal(first, second));
}

static void test_train(void)
{
    g_autoptr(GError) error = NULL;
    run_well("train recipe.ini --out whole --threads 2", NULL);
    g_autofree char *path = file_in("whole/model.gguf");
    g_autoptr(BiqaModel) model = biqa_model_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(model->name, ==, "tiny");
    g_assert_cmpstr(model->recipe, ==, recipe);
    g_assert_true(model->competitor_norm);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_assert_nonnull(model->params[b]);
    g_assert_cmpint(
        memcmp(model->params[0], model->params[1], model->graph->n_params * sizeof(float)), !=, 0);
}

static void test_threads(void)
{
    run_well("train recipe.ini --out one --threads 1", NULL);
    run_well("train recipe.ini --out three --threads 3", NULL);
    assert_same_files("whole/model.gguf", "one/model.gguf");
    assert_same_files("whole/model.gguf", "three/model.gguf");
}

/* Stopped in the middle of every stage, some of the stops beside the checkpoint's beat. */
static void test_resume(void)
{
    static const char *const stops[] = {"3", "11", "4", "9"};
    for (guint i = 0; i < G_N_ELEMENTS(stops); i++) {
        g_autofree char *line =
            g_strdup_printf("train recipe.ini --out parts --resume --stop-after %s", stops[i]);
        g_assert_cmpint(run(line, NULL, NULL, NULL), ==, 130);
    }
    run_well("train recipe.ini --out parts --resume", NULL);
    assert_same_files("whole/model.gguf", "parts/model.gguf");
    g_autofree char *model = file_in("parts/model.gguf");
    g_unlink(model);
    run_well("train recipe.ini --out parts --resume",
             NULL); /* nothing left but to write it again */
    assert_same_files("whole/model.gguf", "parts/model.gguf");
}

/* The same with averaged weights and images drawn by disagreement, which a run has to remember;
 * and a mask that is renewed between two stops. */
static void test_average(void)
{
    static const char *const stops[] = {"5", "9", "9", "8"};
    g_autoptr(GString) averaged = g_string_new(recipe);
    g_string_replace(averaged, "kind=ohem", "kind=ohem\nviews=second\nmining=disagreement", 1);
    g_string_append(averaged, "[optimiser]\naverage=0.9\n");
    write_text("average.ini", averaged->str);
    run_well("train average.ini --out average", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(stops); i++) {
        g_autofree char *line =
            g_strdup_printf("train average.ini --out pieces --resume --stop-after %s", stops[i]);
        g_assert_cmpint(run(line, NULL, NULL, NULL), ==, 130);
    }
    run_well("train average.ini --out pieces --resume", NULL);
    assert_same_files("average/model.gguf", "pieces/model.gguf");
}

/* A signal as soon as the first checkpoint is there. */
static void test_interrupt(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *checkpoint = file_in("stopped/checkpoint.gguf");
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_subprocess_launcher_set_cwd(launcher, folder);
    g_autoptr(GSubprocess) child = g_subprocess_launcher_spawn(
        launcher, &error, g_getenv("BIQA_TRAIN"), "train", "recipe.ini", "--out", "stopped", NULL);
    g_assert_no_error(error);
    while (!g_file_test(checkpoint, G_FILE_TEST_EXISTS) && g_subprocess_get_identifier(child))
        g_usleep(1000);
    g_subprocess_send_signal(child, SIGINT);
    g_subprocess_wait(child, NULL, &error);
    g_assert_no_error(error);
    /* 130, or 0 had it been done already; never a broken run. */
    g_assert_true(g_subprocess_get_exit_status(child) == 130 ||
                  g_subprocess_get_exit_status(child) == 0);
    run_well("train recipe.ini --out stopped --resume", NULL);
    assert_same_files("whole/model.gguf", "stopped/model.gguf");
}

/* As a full disk: no file may grow beyond 4 KiB, less than a checkpoint. */
static void limit_files(gpointer data)
{
    const struct rlimit limit = {4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
}

static void test_full_disk(void)
{
    g_autofree char *err = NULL;
    g_assert_cmpint(run("train recipe.ini --out full --stop-after 3", NULL, NULL, NULL), ==, 130);
    g_autoptr(GBytes) before = read_file("full/checkpoint.gguf");
    g_assert_cmpint(run("train recipe.ini --out full --resume", NULL, &err, limit_files), ==, 1);
    g_assert_nonnull(strstr(err, "checkpoint.gguf"));
    g_autoptr(GBytes) after = read_file("full/checkpoint.gguf");
    g_assert_true(g_bytes_equal(before, after));
    run_well("train recipe.ini --out full --resume", NULL);
    assert_same_files("whole/model.gguf", "full/model.gguf");
}

/* Refused by its exit status, not by a crash. */
static void refuse(const char *line, const char *word)
{
    g_autofree char *err = NULL;
    const int status = run(line, NULL, &err, NULL);
    g_assert_true(status == 1 || status == 2);
    if (!strstr(err, word))
        g_error("biqa-train %s: \"%s\" is not in: %s", line, word, err);
}

/* A rate beyond all reason: the run stops, names and keeps the batch, and the checkpoint stays. */
static void test_bad_batch(void)
{
    g_autoptr(GString) text = g_string_new(recipe);
    g_autofree char *table = NULL;
    g_autofree char *path = file_in("wild/bad-batch/ranked.csv");
    g_string_replace(text, "rate=0.01\nrank-loss", "rate=10\nhead-rate=10000\nrank-loss", 1);
    g_string_append(text, "[optimiser]\nkind=sgd\nclip=1e9\ndecoupled=false\n");
    write_text("wild.ini", text->str);
    refuse("train wild.ini --out wild", "wild/bad-batch");
    g_assert_true(g_file_get_contents(path, &table, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 3 * 6 + 1); /* header, 3 groups, the last end */
    g_assert_nonnull(strstr(lines[1], ".png"));
    for (guint i = 0; i < 18; i++) {
        g_autofree char *name = g_strdup_printf("wild/bad-batch/ranked-%03u.png", i);
        g_autofree char *crop = file_in(name);
        g_autoptr(TrainImage) image = train_image_load(crop, NULL);
        g_assert_nonnull(image);
        g_assert_cmpuint(image->width, ==, 32);
    }
    g_autofree char *weights = file_in("wild/bad-batch/checkpoint.gguf");
    g_assert_true(g_file_test(weights, G_FILE_TEST_EXISTS));
}

#define HEAD ";pool inputs=1;linear inputs=2 channels=1\n"
#define NETWORK "[network]\ngraph=input channels=3;relu inputs=0" HEAD
#define RANKED "[ranked]\nimages=pictures\n"
#define STAGE "[stage a]\nkind=rank\ngroups=1\n"

/* Recipes whose parts are well formed and do not fit together. */
static void test_misfits(void)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"[network]\ngraph=input channels=1;relu inputs=0" HEAD RANKED STAGE, "3 channels"},
        {"[network]\ngraph=input channels=3;conv inputs=0 channels=2 kernel=9x9" HEAD
         "[input]\nsize=32\nrank-size=16\n" RANKED STAGE,
         NULL},
        {"[network]\ngraph=input channels=3;conv inputs=0 channels=2 kernel=31x31" HEAD
         "[input]\nsize=32\nrank-size=16\n" RANKED STAGE,
         "rank-size"},
        {NETWORK RANKED "hold-out=p0.png;p1.png;p2.png;p3.png;p4.png;p5.png\n" STAGE, "held out"},
        {NETWORK RANKED "types=\n" STAGE, "types"},
        {NETWORK RANKED "types=blur;glur\n" STAGE, "glur"},
        {NETWORK RANKED "types=blur;noise\ntail=1/1/1\n" STAGE, "add up to the recipe's 2"},
        {NETWORK RANKED "types=blur;noise\ntail=1/0/1\n" STAGE, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line =
            g_strdup_printf("train misfit.ini --out misfit%u --stop-after 1", i);
        write_text("misfit.ini", cases[i].text);
        if (cases[i].word)
            refuse(line, cases[i].word);
        else
            g_assert_cmpint(run(line, NULL, NULL, NULL), ==, 130);
    }
}

static void test_refusals(void)
{
    g_autofree char *empty = file_in("empty");
    g_assert_cmpint(g_mkdir(empty, 0777), ==, 0);
    write_text("text.ini", "[run]\nname=x\n[network]\ngraph=input channels=3;pool inputs=0;linear "
                           "inputs=1 channels=1\n"
                           "[ranked]\nimages=empty\n[stage a]\nkind=rank\ngroups=1\n");
    refuse("train text.ini --out x1", "holds no pictures");
    write_text("empty/note.txt", "not an image\n");
    refuse("train text.ini --out x2", "note.txt");
    refuse("train recipe.ini --out whole", "--resume");
    refuse("train missing.ini --out x3", "missing.ini");
    refuse("score whole/model.gguf pictures/none.png", "none.png");
    refuse("score recipe.ini pictures/p0.png", "recipe.ini");
    refuse("eval whole/model.gguf", "--ratings");
    refuse("paint", "paint");
    /* The same network by another recipe is another run. */
    g_autoptr(GString) other = g_string_new(recipe);
    g_string_replace(other, "seed=7", "seed=8", 1);
    write_text("other.ini", other->str);
    refuse("train other.ini --out whole --resume", "recipe has changed");
    /* So is the same recipe on other ratings. */
    g_autofree char *ratings = file_in("ratings.csv");
    g_autofree char *text = NULL;
    g_file_get_contents(ratings, &text, NULL, NULL);
    *strstr(text, ",32") = ';'; /* "p1.png;32" is no row */
    write_text("ratings.csv", text);
    refuse("train recipe.ini --out whole --resume", "ratings.csv");
    memcpy(strchr(text, ';'), ",33", 3);
    write_text("ratings.csv", text);
    refuse("train recipe.ini --out whole --resume", "ratings have changed");
    memcpy(strstr(text, ",33"), ",32", 3);
    write_text("ratings.csv", text);
}

/* What eval prints is what follows from the scores that score prints. */
static void test_eval(void)
{
    g_autofree char *scores = NULL;
    g_autofree char *out = NULL;
    double score[PICTURES], rating[PICTURES], srcc = 0, levels = 0;

    run_well("score whole/model.gguf pictures/p0.png pictures/p1.png pictures/p2.png "
             "pictures/p3.png pictures/p4.png pictures/p5.png",
             &scores);
    g_auto(GStrv) lines = g_strsplit(scores, "\n", -1);
    for (guint i = 0; i < PICTURES; i++) {
        score[i] = g_ascii_strtod(strchr(lines[i + 1], ',') + 1, NULL);
        rating[i] = 20 + 12 * i;
    }
    run_well("eval whole/model.gguf --ratings ratings.csv --pictures pictures --only p0.png "
             "--types blur --types h264",
             &out);
    g_assert_cmpint(sscanf(strstr(out, "full model"), "full model 6 %lf", &srcc), ==, 1);
    g_assert_cmpfloat_with_epsilon(srcc, train_srcc(score, rating, PICTURES), 5e-5); /* printed */
    g_assert_cmpint(sscanf(strstr(out, "full model: mean"), "full model: mean %lf", &levels), ==,
                    1);
    g_assert_cmpfloat(fabs(levels), <=, 1);
    g_assert_nonnull(strstr(out, "competitor: mean"));
    g_assert_nonnull(strstr(out, "\nh264 "));
}

static double number_at(JsonObject *object, const char *name)
{
    return json_object_get_double_member(object, name);
}

/* Two models and a list of scores, as JSON: everybody stands in it, the list of the rating itself
 * agrees wholly, the same model twice does not differ, and the CSV holds what was compared. */
static void test_eval_side_by_side(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    g_autofree char *path = file_in("eval.csv");
    g_autofree char *csv = NULL;
    write_text("upside-down.csv", "image,score\npictures/p0.png,9\np1.png,8\np2.png,7\n"
                                  "p3.png,6\np4.png,5\np5.png,4\nother.png,x\n");
    run_well("eval whole/model.gguf one/model.gguf --ratings ratings.csv --scores "
             "rated=ratings.csv --distances down=upside-down.csv --splits 4 --resamples 50 --json "
             "--csv eval.csv",
             &out);
    g_autoptr(JsonNode) root = json_from_string(out, &error);
    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(root);
    JsonArray *agreement = json_object_get_array_member(object, "agreement"),
              *differences = json_object_get_array_member(object, "differences");
    g_assert_cmpuint(json_array_get_length(agreement), ==, 6);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "splits")), ==, 6);
    for (guint i = 0; i < 2; i++) { /* the lists stand first */
        JsonObject *list = json_array_get_object_element(agreement, i);
        JsonObject *srcc = json_object_get_object_member(list, "srcc");
        g_assert_cmpfloat_with_epsilon(number_at(srcc, "value"), 1, 1e-12);
        g_assert_cmpfloat(number_at(list, "images"), ==, PICTURES);
    }
    /* 4 of them meet each other, and each full model its competitor. */
    g_assert_cmpuint(json_array_get_length(differences), ==, 6 + 2);
    JsonObject *twins = NULL;
    for (guint i = 0; i < json_array_get_length(differences); i++) {
        JsonObject *pair = json_array_get_object_element(differences, i);
        if (g_str_equal(json_object_get_string_member(pair, "first"), "whole/model.gguf") &&
            g_str_equal(json_object_get_string_member(pair, "second"), "one/model.gguf"))
            twins = pair;
    }
    g_assert_nonnull(twins);
    g_assert_cmpfloat(number_at(twins, "difference"), ==, 0);
    g_assert_cmpfloat(number_at(twins, "p"), ==, 1);
    g_file_get_contents(path, &csv, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 2 * PICTURES + 1);
    g_assert_true(g_str_has_prefix(lines[0], "model,image,rating,score,competitor-score,"));
    g_assert_nonnull(strstr(lines[1], "p0.png,20.0000,"));
    refuse("eval whole/model.gguf --ratings ratings.csv --scores x", "NAME=FILE");
    refuse("eval whole/model.gguf --ratings ratings.csv --scores x=recipe.ini", "recipe.ini");
    refuse("eval whole/model.gguf --pictures pictures --splits 3", "--ratings");
}

static void compare_with_element(const char *made, const char *backend)
{
    g_autofree char *model = g_build_filename(folder, made, "model.gguf", NULL);
    for (guint i = 0; i < PICTURES; i++) {
        g_autofree char *line = g_strdup_printf("score %s/model.gguf pictures/p%u.png", made, i);
        g_autofree char *name = g_strdup_printf("pictures/p%u.png", i);
        g_autofree char *path = file_in(name);
        g_autofree char *out = NULL;
        run_well(line, &out);
        g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
        compare_picture(backend, model, path, lines[1]);
    }
}

static void test_element_vulkan(void)
{
    compare_with_element("whole", "vulkan");
}

static void test_element_reference(void)
{
    compare_with_element("whole", "reference");
}

/* Runs biqa-train, which must say so many times that a stage is kept. */
static void resume_keeping(const char *line, guint kept)
{
    g_autofree char *err = NULL;
    guint n = 0;
    g_assert_cmpint(run(line, NULL, &err, NULL), ==, 0);
    for (const char *at = err; (at = strstr(at, ": unchanged, kept")); at++)
        n++;
    g_assert_cmpuint(n, ==, kept);
}

/* A later stage's keys change: what comes before is not run again, and the end is that of a run of
 * the new recipe from nothing. */
static void test_reuse(void)
{
    g_autoptr(GString) changed = g_string_new(recipe);
    g_autoptr(GString) renamed = g_string_new(recipe);
    g_string_replace(changed, "rate=0.005", "rate=0.004", 1);
    g_string_replace(renamed, "name=tiny", "name=wee", 1);
    g_string_append(renamed, "# a comment\n");
    write_text("changed.ini", changed->str);
    write_text("renamed.ini", renamed->str);
    run_well("train recipe.ini --out made", NULL);
    run_well("train changed.ini --out fresh", NULL);
    resume_keeping("train changed.ini --out made --resume", 2);
    assert_same_files("fresh/model.gguf", "made/model.gguf");
    resume_keeping("train recipe.ini --out made --resume", 3); /* the first one is still there */
    assert_same_files("whole/model.gguf", "made/model.gguf");
    resume_keeping("train renamed.ini --out made --resume", 3); /* nothing but the model's name */
    g_autofree char *path = file_in("made/model.gguf");
    g_autoptr(BiqaModel) model = biqa_model_load(path, NULL);
    g_assert_cmpstr(model->name, ==, "wee");
    /* Stopped within the second stage, the third one changes: the second goes on where it was. */
    g_assert_cmpint(run("train recipe.ini --out early --stop-after 15", NULL, NULL, NULL), ==, 130);
    resume_keeping("train changed.ini --out early --resume", 1);
    assert_same_files("fresh/model.gguf", "early/model.gguf");
}

/* UNIQUE's learned standard deviation: a network of two outputs, a list with the raters' std. */
static void test_two_outputs(void)
{
    g_autoptr(GString) text = g_string_new(recipe);
    g_autoptr(GString) ratings = g_string_new("image,mos,std\n");
    g_string_replace(text, "linear inputs=11 channels=1", "linear inputs=11 channels=2", 1);
    g_string_replace(text, "ratings.csv", "spread.csv", 1);
    g_string_replace(text, "rated=6", "variance=learned\nrated=6", 0);
    for (guint i = 0; i < PICTURES; i++)
        g_string_append_printf(ratings, "pictures/p%u.png,%u,%u\n", i, 20 + 12 * i, 9 + i % 3);
    write_text("spread.csv", ratings->str);
    write_text("two.ini", text->str);
    run_well("train two.ini --out two", NULL);
    g_assert_cmpint(run("train two.ini --out halves --stop-after 24", NULL, NULL, NULL), ==, 130);
    run_well("train two.ini --out halves --resume", NULL);
    assert_same_files("two/model.gguf", "halves/model.gguf");
    compare_with_element("two", "reference");
    compare_with_element("two", "vulkan");
    g_string_replace(text, "spread.csv", "ratings.csv", 1);
    write_text("no-std.ini", text->str);
    refuse("train no-std.ini --out no-std", "has no std");
    g_string_replace(text, "linear inputs=11 channels=2", "linear inputs=11 channels=1", 1);
    write_text("no-std.ini", text->str);
    refuse("train no-std.ini --out no-std", "two outputs");
}

/* Rated pictures that nothing was trained on. */
static void make_rated(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) list = g_string_new("image,mos\n");
    for (guint i = 0; i < RATED; i++) {
        g_autoptr(TrainImage) image = drawing_new(100 + i);
        g_autofree char *name = g_strdup_printf("q%u.png", i);
        g_autofree char *path = file_in(name);
        train_image_save(image, path, &error);
        g_assert_no_error(error);
        g_string_append_printf(list, "%s,%u\n", name, 30 + 17 * i % 41);
    }
    write_text("more.csv", list->str);
}

/* A head fitted afterwards: the same scores, and element and trainer tell the same uncertainty. */
static void test_calibrate(void)
{
    g_autofree char *out = NULL, *judged = NULL, *json = NULL, *made = file_in("calibrated");
    make_rated();
    g_assert_cmpint(g_mkdir(made, 0777), ==, 0);
    run_well("calibrate whole/model.gguf --ratings more.csv --out calibrated/model.gguf --splits 2",
             &out);
    g_assert_nonnull(strstr(out, "halvings of 40"));
    compare_with_element("calibrated", "vulkan");
    compare_with_element("calibrated", "reference");
    run_well("calibrate whole/model.gguf --ratings more.csv --out again.gguf --threads 1", NULL);
    assert_same_files("calibrated/model.gguf", "again.gguf");
    run_well("eval calibrated/model.gguf --ratings more.csv", &judged);
    g_assert_nonnull(strstr(judged, "\nuncertainty "));
    run_well("eval calibrated/model.gguf --ratings more.csv --json --resamples 9", &json);
    g_assert_nonnull(strstr(json, "\"auroc\""));
    refuse("calibrate whole/model.gguf --ratings ratings.csv", "too few");
    refuse("calibrate whole/model.gguf --ratings more.csv --part 3/2", "3/2");
    refuse("calibrate whole/model.gguf", "--ratings");
}

/* A run fits its head to the validation part: 22 of the 40 names have an odd SHA-256. */
static void test_head_of_run(void)
{
    g_autoptr(GString) text = g_string_new(recipe);
    g_autofree char *path = file_in("head/model.gguf");
    g_string_replace(text, "ratings.csv", "more.csv", 1);
    g_string_replace(text, "validation-modulus=1000", "validation-modulus=2", 1);
    write_text("head.ini", text->str);
    run_well("train head.ini --out head", NULL);
    g_autoptr(BiqaModel) model = biqa_model_load(path, NULL);
    g_assert_cmpuint(model->uncertainty.n_images, ==, 22);
    g_assert_cmpuint(model->uncertainty.n_terms, ==, 4);
}

static void remove_folder(void)
{
    g_autofree char *command = NULL;
    g_autofree char *quoted = g_shell_quote(folder);
    command = g_strdup_printf("rm -rf %s", quoted);
    g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
    g_free(folder);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("biqa-train-XXXXXX", NULL);
    make_data();
    g_test_add_func("/pipeline/train", test_train);
    g_test_add_func("/pipeline/threads", test_threads);
    g_test_add_func("/pipeline/resume", test_resume);
    g_test_add_func("/pipeline/average", test_average);
    g_test_add_func("/pipeline/reuse", test_reuse);
    g_test_add_func("/pipeline/interrupt", test_interrupt);
    g_test_add_func("/pipeline/full-disk", test_full_disk);
    g_test_add_func("/pipeline/eval", test_eval);
    g_test_add_func("/pipeline/eval-side-by-side", test_eval_side_by_side);
    g_test_add_func("/pipeline/refusals", test_refusals);
    g_test_add_func("/pipeline/bad-batch", test_bad_batch);
    g_test_add_func("/pipeline/misfits", test_misfits);
    g_test_add_func("/pipeline/element-vulkan", test_element_vulkan);
    g_test_add_func("/pipeline/element-reference", test_element_reference);
    g_test_add_func("/pipeline/calibrate", test_calibrate);
    g_test_add_func("/pipeline/head-of-run", test_head_of_run);
    g_test_add_func("/pipeline/two-outputs", test_two_outputs);
    const int status = g_test_run();
    remove_folder();
    return status;
}
