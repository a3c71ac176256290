/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model learns kinds of pictures one after the other: what it gains, that it loses nothing, and
 * what it refuses. */
#include "batch.h"
#include "drawing.h"
#include "image.h"
#include "metrics.h"
#include "ratings.h"
#include "score.h"
#include "support.h"
#include "task-backend.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATED 40
#define AGREEMENT .05 /* points of 100 */

/* A drawing that is the darker the worse it is rated, or the brighter. */
static void draw_rated(const char *kind, guint i, gboolean dark_is_bad)
{
    const double rating = 10 + 80. * (i * 7 % RATED) / RATED;
    const double share = .2 + .8 * (dark_is_bad ? rating : 100 - rating) / 100;
    g_autoptr(TrainImage) image = drawing_new(200 + i);
    g_autofree char *name = g_strdup_printf("%s%u.png", kind, i);
    g_autoptr(GError) error = NULL;

    for (gsize k = 0; k < 3 * (gsize)image->width * image->height; k++)
        image->rgb[k] = (guint8)(share * image->rgb[k]);
    train_image_save(image, name, &error);
    g_assert_no_error(error);
}

/* KIND.csv: the first n of the pictures. */
static void list_rated(const char *kind, const char *file, guint n)
{
    g_autoptr(GString) list = g_string_new("image,mos\n");

    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "%s%u.png,%g\n", kind, i, 10 + 80. * (i * 7 % RATED) / RATED);
    workshop_write(file, list->str);
}

/* The same: one picture under many names, rated as if they differed. */
static void list_same(const char *file)
{
    g_autoptr(GBytes) picture = workshop_read("dark0.png");
    g_autoptr(GString) list = g_string_new("image,mos\n");

    for (guint i = 0; i < RATED; i++) {
        g_autofree char *name = g_strdup_printf("same%u.png", i);

        g_file_set_contents(name, g_bytes_get_data(picture, NULL),
                            (gssize)g_bytes_get_size(picture), NULL);
        g_string_append_printf(list, "%s,%u\n", name, 10 + 2 * i);
    }
    workshop_write(file, list->str);
}

static void make_world(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5);
    g_autoptr(GError) error = NULL;

    biqa_model_save(model, "base.gguf", &error);
    g_assert_no_error(error);
    g_free(model->recipe);
    model->recipe = g_strdup("[tasks]\nadapt=false\n");
    biqa_model_save(model, "closed.gguf", &error);
    g_assert_no_error(error);
    for (guint i = 0; i < RATED; i++) {
        draw_rated("dark", i, TRUE);
        draw_rated("light", i, FALSE);
    }
    list_rated("dark", "dark.csv", RATED);
    list_rated("light", "light.csv", RATED);
}

static BiqaModel *load(const char *path)
{
    g_autoptr(GError) error = NULL;
    BiqaModel *model = biqa_model_load(path, &error);

    g_assert_no_error(error);
    return model;
}

/* Rank correlation of a task's own scores with the ratings of its list. */
static double srcc_of(const BiqaModel *model, guint task, const char *list)
{
    const BiqaModel view = biqa_model_task(model, task);
    g_autoptr(TrainScorer) scorer = train_scorer_new(&view);
    g_autoptr(TrainRatings) ratings = train_ratings_load(list, NULL);
    g_autofree BiqaVerdict *verdicts = g_new0(BiqaVerdict, ratings->n);
    g_autofree double *scores = g_new(double, ratings->n);
    TrainWorkers *workers = train_workers_new(1);

    g_assert_true(train_scorer_files(scorer, ratings->paths, ratings->n, workers, verdicts, NULL));
    train_workers_free(workers);
    for (guint i = 0; i < ratings->n; i++)
        scores[i] = verdicts[i].score;
    return train_srcc(scores, ratings->scores, ratings->n);
}

static void assert_same_arena(const BiqaModel *a, const float *x, const float *y)
{
    g_assert_cmpmem(x, a->graph->n_params * sizeof(float), y, a->graph->n_params * sizeof(float));
}

/* Two tasks that want opposite things of a picture. */
static void test_adapt(void)
{
    g_autofree char *out = NULL;
    workshop_run_well("adapt --base base.gguf --name dark dark.csv --base-images pictures "
                      "--out one.gguf --threads 1",
                      &out);
    g_assert_nonnull(strstr(out, "32 images, 32 centroids"));
    workshop_run_well("adapt --base one.gguf --name light light.csv --out two.gguf", NULL);
    g_autoptr(BiqaModel) base = load("base.gguf"), one = load("one.gguf"), two = load("two.gguf");

    g_assert_cmpuint(biqa_model_n_tasks(two), ==, 3);
    g_assert_cmpuint(two->tasks->items[0].n_centroids, ==, WORKSHOP_PICTURES);
    g_assert_cmpfloat(srcc_of(two, 1, "dark.csv"), >, .7);
    g_assert_cmpfloat(srcc_of(two, 2, "light.csv"), >, .7);
    g_assert_cmpfloat(srcc_of(two, 1, "light.csv"), <, 0);
    /* Nothing is forgotten, bit for bit. */
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        assert_same_arena(base, base->params[b], two->params[b]);
        assert_same_arena(base, one->tasks->items[1].params[b], two->tasks->items[1].params[b]);
    }
    g_assert_cmpfloat(srcc_of(one, 1, "dark.csv"), ==, srcc_of(two, 1, "dark.csv"));
}

static void test_head_is_of_unit_norm(void)
{
    g_autoptr(BiqaModel) model = load("two.gguf");
    const BiqaLayer *head = biqa_graph_output(model->graph);

    for (guint t = 1; t < 3; t++) {
        const float *weight = model->tasks->items[t].params[BIQA_FULL] + head->offset[0];
        double squares = 0;

        for (gsize i = 0; i < head->count[0] / head->channels; i++)
            squares += (double)weight[i] * weight[i];
        g_assert_cmpfloat_with_epsilon(squares, 1, 1e-5);
    }
}

/* The competitor of a task lacks what the model's does, and has normalisation of its own. */
static void test_competitor(void)
{
    g_autoptr(BiqaModel) model = load("two.gguf");
    const float *own = model->params[BIQA_COMPETITOR],
                *task = model->tasks->items[1].params[BIQA_COMPETITOR];
    guint norms = 0;

    for (guint i = 0; i < model->graph->n_layers; i++) {
        const BiqaLayer *layer = &model->graph->layers[i];

        if (layer->kind == BIQA_LAYER_CONV)
            g_assert_cmpmem(own + layer->offset[0], layer->count[0] * sizeof(float),
                            task + layer->offset[0], layer->count[0] * sizeof(float));
        else if (layer->kind == BIQA_LAYER_NORM)
            norms += own[layer->offset[2]] != task[layer->offset[2]];
    }
    g_assert_cmpuint(norms, >, 0);
}

static BiqaBackend *open_reference(gpointer user, const BiqaModel *view, const BiqaBackend *first,
                                   GError **error)
{
    return biqa_reference_open(view);
}

/* The trainer's gated score is the one that the plain backends make together, and each kind of
 * picture is mostly judged by its own task. */
static void test_gated(void)
{
    g_autoptr(BiqaModel) model = load("two.gguf");
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    const BiqaTaskOpener opener = {open_reference, NULL};
    g_autoptr(BiqaBackend) backend = biqa_task_backend_open(model, -1, &opener, NULL);
    double own = 0;

    for (guint i = 0; i < 6; i++) {
        g_autofree char *name = g_strdup_printf("%s%u.png", i % 2 ? "light" : "dark", 3 * i);
        g_autoptr(TrainPicture) picture = train_picture_load(name, NULL);
        const BiqaVerdict verdict = train_scorer_frame(scorer, train_picture_frame(picture));
        BiqaResult result;

        g_assert_true(biqa_backend_run(backend, train_picture_frame(picture), &result, NULL));
        g_assert_cmpfloat_with_epsilon(verdict.score, biqa_model_verdict(model, &result, -1).score,
                                       AGREEMENT);
        g_assert_cmpuint(verdict.n_tasks, ==, 3);
        for (guint t = 0; t < 3; t++)
            g_assert_cmpfloat_with_epsilon(verdict.tasks[t].weight, result.weights[0][t], 1e-3);
        own += verdict.tasks[1 + i % 2].weight / 6;
    }
    g_assert_cmpfloat(own, >, .5);
}

static void test_tasks_command(void)
{
    g_autofree char *list = NULL, *renamed = NULL;

    workshop_run_well("tasks two.gguf", &list);
    g_assert_nonnull(strstr(list, "\ndark "));
    g_assert_nonnull(strstr(list, "dark.csv (CSV list), 40 images"));
    workshop_run_well("tasks two.gguf --rename dark=night --out three.gguf", &renamed);
    g_assert_nonnull(strstr(renamed, "\nnight "));
    g_assert_null(strstr(renamed, "\ndark "));
    workshop_refuse("tasks three.gguf --rename night=light", "already");
    workshop_refuse("tasks three.gguf --rename night", "OLD=NEW");
    workshop_refuse("tasks three.gguf --remove dark", "no task \"dark\"");
    workshop_refuse("tasks three.gguf --remove base", "the model itself");
    workshop_run_well("tasks three.gguf --remove night", NULL);
    workshop_run_well("tasks three.gguf --remove light", NULL);
    workshop_assert_same("three.gguf", "base.gguf");
}

#define ADAPT "adapt --base two.gguf --name more "

/* How frames are weighed is the first task's to say. */
static void refuse_inputs(const char *inputs)
{
    g_autofree char *recipe = g_strdup_printf(
        "[tasks]\ninputs=%s\n[stage a]\nkind=tune\nrated=4\nhead-only=true\n", inputs);

    workshop_write("inputs.ini", recipe);
    workshop_refuse("adapt --base base.gguf --name dark dark.csv --without-base --out never.gguf "
                    "--recipe inputs.ini",
                    "in rising order");
}

static void test_refusals(void)
{
    g_autoptr(GBytes) before = workshop_read("two.gguf"), closed = workshop_read("closed.gguf");

    list_rated("dark", "few.csv", 19);
    workshop_refuse(ADAPT "few.csv", "19 rated images are too few");
    workshop_write("constant.csv", "image,mos\ndark0.png,50\ndark1.png,50\n");
    workshop_refuse(ADAPT "constant.csv", "alike");
    workshop_refuse(ADAPT "dark.csv --scale 1,5", "dark");
    workshop_refuse(ADAPT "dark.csv --scale 0,1000", "--scale");
    workshop_refuse(ADAPT "absent.csv", "absent.csv");
    workshop_refuse("adapt --base two.gguf --name light dark.csv", "already");
    workshop_refuse("adapt --base two.gguf --name auto dark.csv", "no name");
    workshop_refuse("adapt --base two.gguf dark.csv", "--name");
    workshop_refuse("adapt --base base.gguf --name dark dark.csv", "--base-images");
    workshop_refuse("adapt --base closed.gguf --name dark dark.csv --without-base", "adapt=false");
    workshop_write("wrong.ini", "[network]\nhidden=8\n[stage a]\nkind=tune\nrated=4\n");
    workshop_refuse(ADAPT "dark.csv --recipe wrong.ini", "[network]");
    workshop_write("wild.ini", "[optimiser]\nkind=sgd\nclip=1e9\n[stage a]\nkind=tune\nrated=8\n"
                               "rate=10\nhead-rate=10000\nfreeze-convolutions=true\n");
    workshop_refuse(ADAPT "dark.csv --recipe wild.ini", "no finite number");
    refuse_inputs("0;9");
    refuse_inputs("1;0");
    refuse_inputs("0;0");
    refuse_inputs("last");
    list_same("same.csv");
    workshop_refuse(ADAPT "same.csv", "have one score");
    g_autoptr(GBytes) after = workshop_read("two.gguf");
    g_assert_true(g_bytes_equal(before, after));
    g_autoptr(GBytes) still_closed = workshop_read("closed.gguf");
    g_assert_true(g_bytes_equal(closed, still_closed));
}

/* Keys of the recipe reach the file; the model is replaced where no other is named. */
static void test_recipe(void)
{
    workshop_run_well("tasks base.gguf --out here.gguf", NULL);
    workshop_write("small.ini",
                   "[tasks]\ncentroids=4\ntemperature=8\nleast-weight=0.25\n"
                   "inputs=0\n[stage a]\nkind=tune\nrated=4\nsteps=2\nhead-only=true\n");
    workshop_run_well(
        "adapt --base here.gguf --name dark dark.csv --without-base --recipe small.ini", NULL);
    g_autoptr(BiqaModel) model = load("here.gguf");
    g_assert_cmpuint(model->tasks->items[1].n_centroids, ==, 4);
    g_assert_cmpuint(model->tasks->items[0].n_centroids, ==, 0);
    g_assert_cmpfloat(model->tasks->gating.temperature, ==, 8);
    g_assert_cmpfloat(model->tasks->gating.least_weight, ==, .25);
    g_assert_cmpuint(model->tasks->gating.n_parts, ==, 1);
    g_assert_cmpuint(model->tasks->gating.parts[0], ==, 0);
    /* A head alone was learned: all normalisation is the model's. */
    for (guint i = 0; i < biqa_task_pool(model->graph); i++) {
        const BiqaLayer *layer = &model->graph->layers[i];
        g_assert_cmpmem(model->params[BIQA_FULL] + layer->offset[0],
                        layer->count[0] * sizeof(float),
                        model->tasks->items[1].params[BIQA_FULL] + layer->offset[0],
                        layer->count[0] * sizeof(float));
    }
}

/* Normalisation is measured on the task's pictures, and where nothing is learned that changes no
 * score. */
static void test_statistics(void)
{
    guint measured = 0;

    workshop_write("still.ini", "[stage a]\nkind=tune\nrated=4\nsteps=1\nrate=1e-9\n"
                                "freeze-convolutions=true\n");
    workshop_run_well("adapt --base base.gguf --name dark dark.csv --without-base "
                      "--recipe still.ini --out still.gguf",
                      NULL);
    g_autoptr(BiqaModel) model = load("still.gguf");
    const BiqaModel own = biqa_model_task(model, 0), task = biqa_model_task(model, 1);
    g_autoptr(TrainScorer) before = train_scorer_new(&own), after = train_scorer_new(&task);
    for (guint i = 0; i < model->graph->n_layers; i++) {
        const BiqaLayer *layer = &model->graph->layers[i];
        if (layer->kind == BIQA_LAYER_NORM)
            measured +=
                own.params[BIQA_FULL][layer->offset[2]] != task.params[BIQA_FULL][layer->offset[2]];
    }
    g_assert_cmpuint(measured, >, 0);
    for (guint i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("dark%u.png", i);
        g_autoptr(TrainPicture) picture = train_picture_load(name, NULL);
        const BiqaFrame *frame = train_picture_frame(picture);
        /* Raw outputs: a model made here has a scale of its own, the trainer always the same. */
        const double raw =
            (train_scorer_frame(before, frame).score - own.scale.offset) / own.scale.scale;
        g_assert_cmpfloat_with_epsilon(raw, train_raw_score(train_scorer_frame(after, frame).score),
                                       1e-3);
    }
}

typedef struct {
    double mean, plasticity, stability, forgetting;
} Figures;

/* The row of a way in what `continual` prints. */
static Figures figures_of(const char *out, const char *way)
{
    const char *row = strstr(out, way);
    Figures figures;

    g_assert_nonnull(row);
    g_assert_cmpint(sscanf(row + strlen(way), "%lf %lf %lf %lf", &figures.mean, &figures.plasticity,
                           &figures.stability, &figures.forgetting),
                    ==, 4);
    return figures;
}

/* A sequence of two: what is learned by tasks is not forgotten, and the page has it all. */
static void test_continual(void)
{
    g_autofree char *out = NULL, *page = NULL;

    workshop_refuse("continual --base base.gguf dark=dark.csv", "2 to 15");
    workshop_refuse("continual --base base.gguf dark=dark.csv light.csv", "NAME=RATINGS");
    workshop_refuse("continual --base two.gguf a=dark.csv b=light.csv", "has tasks already");
    workshop_write("short.ini",
                   "[stage head]\nkind=tune\nhead-only=true\nsteps=30\nrated=12\nrate=0.003\n"
                   "[stage norm]\nkind=ohem\nfreeze-convolutions=true\nsteps=40\nrated=12\n"
                   "rate=0.003\n");
    workshop_run_well("continual --base base.gguf --recipe short.ini dark=dark.csv light=light.csv "
                      "--page page.html",
                      &out);
    const Figures oracle = figures_of(out, "oracle head"), gated = figures_of(out, "gated heads"),
                  one = figures_of(out, "one head, fine-tuned"),
                  keeping = figures_of(out, "one head, without forgetting");
    g_assert_nonnull(strstr(out, "joint training"));
    g_assert_cmpfloat(oracle.forgetting, ==, 0);
    g_assert_cmpfloat(oracle.stability, ==, 1);
    g_assert_cmpfloat(oracle.mean, >, .5);
    g_assert_cmpfloat(gated.plasticity, <=, 1);
    /* Keeping to former scores is the opposite of what the second task asks. */
    g_assert_cmpfloat(keeping.stability, >, one.stability);
    g_assert_cmpfloat(keeping.plasticity, <, one.plasticity);
    g_assert_true(g_file_get_contents("page.html", &page, NULL, NULL));
    g_assert_nonnull(strstr(page, "<svg"));
    g_assert_nonnull(strstr(page, "separate heads, shared fine-tuning"));
}

#define BRIEFLY "continual --base base.gguf --recipe small.ini "
#define KEEPING BRIEFLY "--keep kept "

/* Models in folder kept. */
static guint count_kept(void)
{
    g_autoptr(GDir) dir = g_dir_open("kept", 0, NULL);
    guint n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir))
        n++;
    return n;
}

/* What was learned is found again: tasks and joint training by any order, the rest by this one. */
static void test_continual_kept(void)
{
    g_autofree char *first = NULL, *again = NULL, *reversed = NULL;
    const guint n = 2 + 2 + 1 + 1 + 1; /* tasks, one head after each, keeping, separate, joint */

    workshop_run_well(BRIEFLY "dark=dark.csv light=light.csv", &first);
    workshop_run_well(KEEPING "dark=dark.csv light=light.csv", NULL);
    g_assert_cmpuint(count_kept(), ==, n);
    workshop_run_well(KEEPING "dark=dark.csv light=light.csv", &again);
    g_assert_cmpuint(count_kept(), ==, n);
    g_assert_cmpstr(first, ==, again);
    workshop_run_well(KEEPING "light=light.csv dark=dark.csv", &reversed);
    g_assert_cmpuint(count_kept(), ==, n + 2 + 1 + 1);
    g_assert_cmpfloat(figures_of(reversed, "oracle head").plasticity, ==,
                      figures_of(first, "oracle head").plasticity);
    /* How tasks are weighed is kept in them, and in nothing else. */
    g_autoptr(GBytes) small = workshop_read("small.ini");
    g_autoptr(GString) warm =
        g_string_new_len(g_bytes_get_data(small, NULL), (gssize)g_bytes_get_size(small));
    g_string_replace(warm, "temperature=8", "temperature=9", 1);
    workshop_write("warm.ini", warm->str);
    workshop_run_well("continual --base base.gguf --recipe warm.ini --keep kept "
                      "dark=dark.csv light=light.csv",
                      NULL);
    g_assert_cmpuint(count_kept(), ==, n + 2 + 1 + 1 + 2);
}

/* The ways that train convolutions can have stages of their own; tasks then stay as they are. */
static void test_continual_others(void)
{
    g_autofree char *same = NULL, *others = NULL;

    workshop_write("others.ini",
                   "[stage a]\nkind=tune\nrated=12\nsteps=30\nrate=0.01\nsquared-weight=1\n");
    workshop_run_well(BRIEFLY "dark=dark.csv light=light.csv", &same);
    workshop_run_well(BRIEFLY "--others others.ini dark=dark.csv light=light.csv", &others);
    g_assert_cmpfloat(figures_of(others, "oracle head").mean, ==,
                      figures_of(same, "oracle head").mean);
    g_assert_cmpfloat(figures_of(others, "one head, fine-tuned").mean, !=,
                      figures_of(same, "one head, fine-tuned").mean);
    workshop_write("seed.ini", "[rated]\nsplit-seed=2\n[stage a]\nkind=tune\nrated=4\nsteps=1\n");
    workshop_refuse(BRIEFLY "--others seed.ini dark=dark.csv light=light.csv", "split-seed");
}

/* A file that is no model of the base's is named, and not taken. */
static void test_continual_foreign(void)
{
    g_autoptr(GDir) dir = g_dir_open("kept", 0, NULL);
    g_autoptr(GBytes) foreign = workshop_read("two.gguf");

    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename("kept", name, NULL);
        g_assert_true(g_file_set_contents(path, g_bytes_get_data(foreign, NULL),
                                          (gssize)g_bytes_get_size(foreign), NULL));
    }
    workshop_refuse(KEEPING "dark=dark.csv light=light.csv", "not what was kept");
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tasks/adapt", test_adapt);
    g_test_add_func("/tasks/unit-norm", test_head_is_of_unit_norm);
    g_test_add_func("/tasks/competitor", test_competitor);
    g_test_add_func("/tasks/gated", test_gated);
    g_test_add_func("/tasks/refusals", test_refusals);
    g_test_add_func("/tasks/recipe", test_recipe);
    g_test_add_func("/tasks/command", test_tasks_command);
    g_test_add_func("/tasks/statistics", test_statistics);
    g_test_add_func("/tasks/continual", test_continual);
    g_test_add_func("/tasks/continual-kept", test_continual_kept);
    g_test_add_func("/tasks/continual-others", test_continual_others);
    g_test_add_func("/tasks/continual-foreign", test_continual_foreign);
    g_autofree char *folder = workshop_enter();
    make_world();
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
