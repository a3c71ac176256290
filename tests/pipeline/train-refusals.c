/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqa-train refuses, and what it leaves behind where training goes wrong. */
#include "image.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

/* A rate beyond all reason: the run stops, names and keeps the batch, and the checkpoint stays. */
static void test_bad_batch(void)
{
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_autofree char *table = NULL;
    g_string_replace(text, "rate=0.01\nrank-loss", "rate=10\nhead-rate=10000\nrank-loss", 1);
    g_string_append(text, "[optimiser]\nkind=sgd\nclip=1e9\ndecoupled=false\n");
    workshop_write("wild.ini", text->str);
    workshop_refuse("train wild.ini --out wild", "wild/bad-batch");
    g_assert_true(g_file_get_contents("wild/bad-batch/ranked.csv", &table, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 3 * 6 + 1); /* header, 3 groups, the last end */
    g_assert_nonnull(strstr(lines[1], ".png"));
    for (guint i = 0; i < 18; i++) {
        g_autofree char *name = g_strdup_printf("wild/bad-batch/ranked-%03u.png", i);
        g_autoptr(TrainImage) image = train_image_load(name, NULL);
        g_assert_nonnull(image);
        g_assert_cmpuint(image->width, ==, 32);
    }
    g_assert_true(g_file_test("wild/bad-batch/checkpoint.gguf", G_FILE_TEST_EXISTS));
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
        workshop_write("misfit.ini", cases[i].text);
        if (cases[i].word)
            workshop_refuse(line, cases[i].word);
        else
            workshop_run_stopped(line);
    }
}

/* A folder with a run of another recipe, or of this one half done, is not touched unasked. */
static void test_claimed(void)
{
    g_autoptr(GString) other = g_string_new(workshop_recipe);
    g_string_replace(other, "rate=0.005", "rate=0.004", 1);
    workshop_write("other.ini", other->str);
    workshop_refuse("train other.ini --out whole", "--resume");
    workshop_refuse("train other.ini --out whole", "--out");
    workshop_run_stopped("train recipe.ini --out half --stop-after 3");
    g_autoptr(GBytes) before = workshop_read("half/checkpoint.gguf");
    workshop_refuse("train recipe.ini --out half", "unfinished");
    g_autoptr(GBytes) after = workshop_read("half/checkpoint.gguf");
    g_assert_true(g_bytes_equal(before, after));
}

static void test_refusals(void)
{
    g_assert_cmpint(g_mkdir("empty", 0777), ==, 0);
    workshop_write("text.ini",
                   "[run]\nname=x\n[network]\ngraph=input channels=3;pool inputs=0;linear "
                   "inputs=1 channels=1\n"
                   "[ranked]\nimages=empty\n[stage a]\nkind=rank\ngroups=1\n");
    workshop_refuse("train text.ini --out x1", "holds no pictures");
    workshop_write("empty/note.txt", "not an image\n");
    workshop_refuse("train text.ini --out x2", "note.txt");
    workshop_refuse("train missing.ini --out x3", "missing.ini");
    workshop_refuse("score whole/model.gguf pictures/none.png", "none.png");
    workshop_refuse("score recipe.ini pictures/p0.png", "recipe.ini");
    workshop_refuse("eval whole/model.gguf", "--ratings");
    workshop_refuse("paint", "paint");
    /* The same network by another recipe is another run. */
    g_autoptr(GString) other = g_string_new(workshop_recipe);
    g_string_replace(other, "seed=7", "seed=8", 1);
    workshop_write("other.ini", other->str);
    workshop_refuse("train other.ini --out whole --resume", "recipe has changed");
    /* So is the same recipe on other ratings. */
    g_autofree char *text = NULL;
    g_file_get_contents("ratings.csv", &text, NULL, NULL);
    *strstr(text, ",32") = ';'; /* "p1.png;32" is no row */
    workshop_write("ratings.csv", text);
    workshop_refuse("train recipe.ini --out whole --resume", "ratings.csv");
    memcpy(strchr(text, ';'), ",33", 3);
    workshop_write("ratings.csv", text);
    workshop_refuse("train recipe.ini --out whole", "ratings have changed");
    workshop_refuse("train recipe.ini --out whole --resume", "ratings have changed");
    memcpy(strstr(text, ",33"), ",32", 3);
    workshop_write("ratings.csv", text);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = workshop_enter();
    workshop_run_well("train recipe.ini --out whole", NULL);
    g_test_add_func("/pipeline/claimed", test_claimed);
    g_test_add_func("/pipeline/refusals", test_refusals);
    g_test_add_func("/pipeline/bad-batch", test_bad_batch);
    g_test_add_func("/pipeline/misfits", test_misfits);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
