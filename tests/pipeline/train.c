/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From pictures to weights: biqa-train makes a tiny model in seconds; runs can be stopped, resumed,
 * asked for again and spread over threads without a bit of difference. */
#include "full-disk.h"
#include "model.h"
#include "workshop.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void test_train(void)
{
    g_autoptr(GError) error = NULL;
    workshop_run_well("train recipe.ini --out whole --threads 2", NULL);
    g_autoptr(BiqaModel) model = biqa_model_load("whole/model.gguf", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(model->name, ==, "tiny");
    g_assert_cmpstr(model->recipe, ==, workshop_recipe);
    g_assert_true(model->competitor_norm);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_assert_nonnull(model->params[b]);
    g_assert_cmpint(
        memcmp(model->params[0], model->params[1], model->graph->n_params * sizeof(float)), !=, 0);
}

static void test_threads(void)
{
    workshop_run_well("train recipe.ini --out one --threads 1", NULL);
    workshop_run_well("train recipe.ini --out three --threads 3", NULL);
    workshop_assert_same("whole/model.gguf", "one/model.gguf");
    workshop_assert_same("whole/model.gguf", "three/model.gguf");
}

/* Trains by that line, stopped after so many steps each time, 0 at the end, and then to the end. */
static void train_in_parts(const char *line, const guint *stops)
{
    for (; *stops; stops++) {
        g_autofree char *stopped = g_strdup_printf("%s --stop-after %u", line, *stops);
        workshop_run_stopped(stopped);
    }
    workshop_run_well(line, NULL);
}

/* Stopped in the middle of every stage, some of the stops beside the checkpoint's beat. */
static void test_resume(void)
{
    static const guint stops[] = {3, 11, 4, 9, 0};
    train_in_parts("train recipe.ini --out parts --resume", stops);
    workshop_assert_same("whole/model.gguf", "parts/model.gguf");
    g_unlink("parts/model.gguf");
    /* Nothing is left but to write it again. */
    workshop_run_well("train recipe.ini --out parts --resume", NULL);
    workshop_assert_same("whole/model.gguf", "parts/model.gguf");
}

/* The same with averaged weights and images drawn by disagreement, which a run has to remember;
 * and a mask that is renewed between two stops. */
static void test_average(void)
{
    static const guint stops[] = {5, 9, 9, 8, 0};
    g_autoptr(GString) averaged = g_string_new(workshop_recipe);
    g_string_replace(averaged, "kind=ohem", "kind=ohem\nviews=second\nmining=disagreement", 1);
    g_string_append(averaged, "[optimiser]\naverage=0.9\n");
    workshop_write("average.ini", averaged->str);
    workshop_run_well("train average.ini --out average", NULL);
    train_in_parts("train average.ini --out pieces --resume", stops);
    workshop_assert_same("average/model.gguf", "pieces/model.gguf");
}

/* A competitor of half the channels: stopped and resumed, scored by the element as by the trainer,
 * and a quarter of the 1x1 layer's multiplications. */
static void test_channels(void)
{
    g_autofree char *out = NULL;
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_string_append(text,
                    "[optimiser]\naverage=0.9\n[competitor]\nstructure=channels\nratio=0.5\n");
    workshop_write("channels.ini", text->str);
    workshop_run_well("train channels.ini --out half", NULL);
    workshop_run_stopped("train channels.ini --out rest --stop-after 26");
    workshop_run_well("train channels.ini --out rest --resume", NULL);
    workshop_assert_same("half/model.gguf", "rest/model.gguf");
    workshop_run_well("info half/model.gguf", &out);
    g_assert_nonnull(strstr(out, "0.5 of the channels of each map pruned"));
    workshop_compare("half", "reference");
    workshop_compare("half", "cpu");
    workshop_compare("half", "vulkan");
}

/* Runs biqa-train, which must say so many times that a stage is kept. */
static void resume_keeping(const char *line, guint kept)
{
    g_autofree char *err = NULL;
    guint n = 0;
    g_assert_cmpint(workshop_run(line, NULL, &err), ==, 0);
    for (const char *at = err; (at = strstr(at, ": unchanged, kept")); at++)
        n++;
    g_assert_cmpuint(n, ==, kept);
}

/* A later stage's keys change: what comes before is not run again, and the end is that of a run of
 * the new recipe from nothing. */
static void test_reuse(void)
{
    g_autoptr(GString) changed = g_string_new(workshop_recipe);
    g_autoptr(GString) renamed = g_string_new(workshop_recipe);
    g_string_replace(changed, "rate=0.005", "rate=0.004", 1);
    g_string_replace(renamed, "name=tiny", "name=wee", 1);
    g_string_append(renamed, "# a comment\n");
    workshop_write("changed.ini", changed->str);
    workshop_write("renamed.ini", renamed->str);
    workshop_run_well("train recipe.ini --out made", NULL);
    workshop_run_well("train changed.ini --out fresh", NULL);
    resume_keeping("train changed.ini --out made --resume", 2);
    workshop_assert_same("fresh/model.gguf", "made/model.gguf");
    resume_keeping("train recipe.ini --out made --resume", 3); /* the first one is still there */
    workshop_assert_same("whole/model.gguf", "made/model.gguf");
    resume_keeping("train renamed.ini --out made --resume", 3); /* nothing but the model's name */
    g_autoptr(BiqaModel) model = biqa_model_load("made/model.gguf", NULL);
    g_assert_cmpstr(model->name, ==, "wee");
    /* Stopped within the second stage, the third one changes: the second goes on where it was. */
    workshop_run_stopped("train recipe.ini --out early --stop-after 15");
    resume_keeping("train changed.ini --out early --resume", 1);
    workshop_assert_same("fresh/model.gguf", "early/model.gguf");
}

/* A finished run that is asked for again: nothing is done, or what somebody took away. */
static void test_again(void)
{
    g_autofree char *err = NULL, *more = NULL;
    workshop_run_well("train recipe.ini --out again", NULL);
    g_autoptr(GBytes) log = workshop_read("again/log.jsonl");
    g_assert_cmpint(workshop_run("train recipe.ini --out again", NULL, &err), ==, 0);
    g_assert_nonnull(strstr(err, "nothing to do"));
    g_autoptr(GBytes) later = workshop_read("again/log.jsonl");
    g_assert_true(g_bytes_equal(log, later));
    g_unlink("again/model.gguf");
    g_assert_cmpint(workshop_run("train recipe.ini --out again", NULL, &more), ==, 0);
    g_assert_null(strstr(more, "nothing to do"));
    workshop_assert_same("whole/model.gguf", "again/model.gguf");
}

/* A signal as soon as the first "stopped/checkpoint.gguf" is there. */
static void test_interrupt(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GSubprocess) child = g_subprocess_launcher_spawn(
        launcher, &error, g_getenv("BIQA_TRAIN"), "train", "recipe.ini", "--out", "stopped", NULL);
    g_assert_no_error(error);
    while (!g_file_test("stopped/checkpoint.gguf", G_FILE_TEST_EXISTS) &&
           g_subprocess_get_identifier(child))
        g_usleep(1000);
    g_subprocess_send_signal(child, SIGINT);
    g_subprocess_wait(child, NULL, &error);
    g_assert_no_error(error);
    /* 130, or 0 had it been done already; never a broken run. */
    g_assert_true(g_subprocess_get_exit_status(child) == 130 ||
                  g_subprocess_get_exit_status(child) == 0);
    workshop_run_well("train recipe.ini --out stopped --resume", NULL);
    workshop_assert_same("whole/model.gguf", "stopped/model.gguf");
}

static void test_full_disk(void)
{
    g_autofree char *err = NULL;
    workshop_run_stopped("train recipe.ini --out full --stop-after 3");
    g_autoptr(GBytes) before = workshop_read("full/checkpoint.gguf");
    full_disk_begin(4096); /* less than a checkpoint */
    const int status = workshop_run("train recipe.ini --out full --resume", NULL, &err);
    full_disk_end();
    g_assert_cmpint(status, ==, 1);
    g_assert_nonnull(strstr(err, "checkpoint.gguf"));
    g_autoptr(GBytes) after = workshop_read("full/checkpoint.gguf");
    g_assert_true(g_bytes_equal(before, after));
    workshop_run_well("train recipe.ini --out full --resume", NULL);
    workshop_assert_same("whole/model.gguf", "full/model.gguf");
}

/* UNIQUE's learned standard deviation: a network of two outputs, a list with the raters' std. */
static void test_two_outputs(void)
{
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_autoptr(GString) ratings = g_string_new("image,mos,std\n");
    g_string_replace(text, "linear inputs=11 channels=1", "linear inputs=11 channels=2", 1);
    g_string_replace(text, "ratings.csv", "spread.csv", 1);
    g_string_replace(text, "rated=6", "variance=learned\nrated=6", 0);
    for (guint i = 0; i < WORKSHOP_PICTURES; i++)
        g_string_append_printf(ratings, "pictures/p%u.png,%u,%u\n", i, 20 + 12 * i, 9 + i % 3);
    workshop_write("spread.csv", ratings->str);
    workshop_write("two.ini", text->str);
    workshop_run_well("train two.ini --out two", NULL);
    workshop_run_stopped("train two.ini --out halves --stop-after 24");
    workshop_run_well("train two.ini --out halves --resume", NULL);
    workshop_assert_same("two/model.gguf", "halves/model.gguf");
    workshop_compare("two", "reference");
    workshop_compare("two", "vulkan");
    g_string_replace(text, "spread.csv", "ratings.csv", 1);
    workshop_write("no-std.ini", text->str);
    workshop_refuse("train no-std.ini --out no-std", "has no std");
    g_string_replace(text, "linear inputs=11 channels=2", "linear inputs=11 channels=1", 1);
    workshop_write("no-std.ini", text->str);
    workshop_refuse("train no-std.ini --out no-std", "two outputs");
}

/* The share that is said of an annotator in a line "NAME  SENSITIVITY  SPECIFICITY". */
static double said_of(const char *err, const char *name)
{
    const char *line = strstr(err, name);
    double sensitivity = 0;
    g_assert_nonnull(line);
    g_assert_cmpint(sscanf(line + strlen(name), "%lf", &sensitivity), ==, 1);
    return sensitivity;
}

/* The last record of the log of that event. */
static char *last_record(const char *name, const char *event)
{
    g_autoptr(GBytes) log = workshop_read(name);
    g_autofree char *text = g_strndup(g_bytes_get_data(log, NULL), g_bytes_get_size(log));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *word = g_strdup_printf("\"event\":\"%s\"", event);
    char *found = NULL;
    for (char **line = lines; *line; line++) {
        if (!strstr(*line, word))
            continue;
        g_free(found);
        found = g_strdup(*line);
    }
    g_assert_nonnull(found);
    return found;
}

/* Annotators' votes, in a stage of one network and in one of two: what was learned of them is part
 * of the run, logged, told at the end, and remembered where the run was stopped. */
static void test_votes(void)
{
    static const guint stops[] = {3, 11, 4, 9, 0};
    g_autofree char *err = NULL;
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_string_replace(text, "[rated]", "annotators=psnr;gmsd;vif\n[rated]", 1);
    g_string_replace(text, "groups=3", "groups=3\nvotes-weight=1\nreliability-rate=0.1", 1);
    g_string_replace(text, "rate=0.005", "rate=0.005\nvotes-weight=2", 1);
    workshop_write("votes.ini", text->str);
    g_assert_cmpint(workshop_run("train votes.ini --out votes", NULL, &err), ==, 0);
    train_in_parts("train votes.ini --out tally --resume", stops);
    workshop_assert_same("votes/model.gguf", "tally/model.gguf");
    workshop_assert_same("votes/checkpoint.gguf", "tally/checkpoint.gguf");
    g_autofree char *whole = last_record("votes/log.jsonl", "reliability");
    g_autofree char *parts = last_record("tally/log.jsonl", "reliability");
    g_assert_cmpstr(whole, ==, parts);
    g_assert_nonnull(strstr(whole, "\"gmsd_sensitivity\":"));
    g_assert_cmpfloat(said_of(err, "\nvif "), >, .5);
    g_assert_cmpfloat(said_of(err, "\nvif "), !=, .8); /* where it began */
    g_string_replace(text, "psnr;gmsd;vif", "psnr;gmsd", 1);
    workshop_write("fewer.ini", text->str);
    workshop_refuse("train fewer.ini --out votes --resume", "recipe has changed");
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = workshop_enter();
    g_test_add_func("/pipeline/train", test_train);
    g_test_add_func("/pipeline/threads", test_threads);
    g_test_add_func("/pipeline/resume", test_resume);
    g_test_add_func("/pipeline/average", test_average);
    g_test_add_func("/pipeline/channels", test_channels);
    g_test_add_func("/pipeline/reuse", test_reuse);
    g_test_add_func("/pipeline/again", test_again);
    g_test_add_func("/pipeline/interrupt", test_interrupt);
    g_test_add_func("/pipeline/full-disk", test_full_disk);
    g_test_add_func("/pipeline/two-outputs", test_two_outputs);
    g_test_add_func("/pipeline/votes", test_votes);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
