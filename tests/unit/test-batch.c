/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which crops a ranked batch is made of. */
#include "batch.h"
#include "removal.h"
#include "support.h"

#include <gst/gst.h>
#include <string.h>

#define N_PICTURES 6
#define GROUPS 12
#define STRIDE (TRAIN_LEVELS + 1)

typedef struct {
    char *folder, *paths[N_PICTURES + 1];
    TrainWorkers *workers;
    TrainDataset dataset;
    TrainBatch *batch;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    static const char *const types[] = {"blur", "noise", "jpeg", "kadid-darken", NULL};
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("biqa-batch-XXXXXX", NULL);
    for (guint i = 0; i < N_PICTURES; i++) {
        g_autoptr(TrainImage) image = train_image_new(40, 40);
        g_autofree char *name = g_strdup_printf("%u.png", i);
        fixture->paths[i] = g_build_filename(fixture->folder, name, NULL);
        memset(image->rgb, 30 * (int)i, 3 * 40 * 40);
        g_assert_true(train_image_save(image, fixture->paths[i], NULL));
    }
    fixture->workers = train_workers_new(2);
    fixture->dataset.pool =
        train_pool_open(&(TrainPoolParams){.paths = (const char *const *)fixture->paths,
                                           .types = types,
                                           .side = 40,
                                           .cuts = 1,
                                           .sizes = 1,
                                           .cache = fixture->folder,
                                           .seed = 1},
                        fixture->workers, &error);
    g_assert_no_error(error);
    fixture->batch = train_batch_new(graph, graph->size, GROUPS * STRIDE, FALSE, fixture->workers);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    train_batch_free(fixture->batch);
    train_pool_free(fixture->dataset.pool);
    train_workers_free(fixture->workers);
    folder_remove(fixture->folder);
    for (guint i = 0; i < N_PICTURES; i++)
        g_free(fixture->paths[i]);
    g_free(fixture->folder);
}

/* With those who vote; the pool of set_up() has none. */
static void open_with_annotators(Fixture *fixture)
{
    static const char *const types[] = {"blur", "noise", NULL};
    static const char *const annotators[] = {"psnr", "mdsi", NULL};
    const TrainPoolParams params = {.paths = (const char *const *)fixture->paths,
                                    .types = types,
                                    .side = 40,
                                    .cuts = 1,
                                    .sizes = 1,
                                    .cache = fixture->folder,
                                    .annotators = annotators};
    g_autoptr(GError) error = NULL;
    train_pool_free(fixture->dataset.pool);
    fixture->dataset.pool = train_pool_open(&params, fixture->workers, &error);
    g_assert_no_error(error);
}

static void fill(Fixture *fixture, guint types_per_content)
{
    static const BiqaInput input = {
        .n_crops = 1, .crops = {{1, .5f, .5f}}, .deviation = {127.5f, 127.5f, 127.5f}};

    fixture->batch->types_per_content = types_per_content;
    train_batch_fill_ranked(fixture->batch, &fixture->dataset, &input, 3, fixture->workers);
}

static gboolean is_same_place(const TrainSample *a, const TrainSample *b)
{
    return a->content == b->content && a->place.x == b->place.x && a->place.y == b->place.y &&
           a->flipped == b->flipped;
}

/* A group is all levels of one type of one content, at one place. */
static void test_group(Fixture *fixture, gconstpointer data)
{
    const TrainSample *samples = fixture->batch->samples;

    fill(fixture, 1);
    for (guint i = 0; i < GROUPS * STRIDE; i++) {
        const TrainSample *first = &samples[i / STRIDE * STRIDE];
        g_test_message("sample %u", i);
        g_assert_true(is_same_place(&samples[i], first));
        g_assert_cmpuint(samples[i].type, ==, first->type);
        g_assert_cmpuint(samples[i].level, ==, i % STRIDE);
    }
}

/* Groups that share a content share its place too, and not the type; others share neither. */
static void test_types_per_content(Fixture *fixture, gconstpointer data)
{
    const TrainSample *samples = fixture->batch->samples;
    guint other_types = 0, other_places = 0;

    fill(fixture, 4);
    for (guint group = 1; group < GROUPS; group++) {
        const TrainSample *sample = &samples[group * STRIDE], *before = sample - STRIDE;
        if (group % 4 == 0) {
            other_places += !is_same_place(sample, before);
            continue;
        }
        g_assert_true(is_same_place(sample, before));
        other_types += sample->type != before->type;
    }
    g_assert_cmpuint(other_types, >=, 4); /* of nine, of which three in four differ */
    g_assert_cmpuint(other_places, ==, 2);
}

/* What the pool's annotators say of each sample, and that all may be compared. */
static void test_votes(Fixture *fixture, gconstpointer data)
{
    open_with_annotators(fixture);
    train_batch_take_votes(fixture->batch, 2);
    fill(fixture, 1);
    const TrainVotes votes = train_batch_votes(fixture->batch);
    g_assert_cmpuint(votes.n, ==, GROUPS * STRIDE);
    g_assert_cmpuint(votes.n_annotators, ==, 2);
    for (guint i = 0; i < votes.n; i++) {
        const TrainSample *sample = &fixture->batch->samples[i];
        g_assert_cmpuint(votes.group[i], ==, 0);
        for (guint k = 0; k < 2; k++)
            g_assert_cmpfloat(votes.quality[k * votes.n + i], ==,
                              (float)train_pool_figure(fixture->dataset.pool, sample->content,
                                                       sample->type, sample->level, k));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add("/batch/group", Fixture, NULL, set_up, test_group, tear_down);
    g_test_add("/batch/types-per-content", Fixture, NULL, set_up, test_types_per_content,
               tear_down);
    g_test_add("/batch/votes", Fixture, NULL, set_up, test_votes, tear_down);
    return g_test_run();
}
