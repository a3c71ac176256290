/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a recipe learns from: images that come more than once. */
#include "dataset.h"
#include "removal.h"
#include "support.h"

#include <gst/gst.h>
#include <string.h>

#define N_IMAGES 4

static void put(const char *folder, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static void put_image(const char *folder, const char *name)
{
    g_autoptr(TrainImage) image = train_image_new(8, 8);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    memset(image->rgb, 99, 3 * 8 * 8);
    g_assert_true(train_image_save(image, path, NULL));
}

/* Of the list in folder, of which no image is held out. */
static TrainDataset *load(const char *folder)
{
    static const char recipe_text[] =
        "[network]\ngraph=input channels=3;pool inputs=0;linear inputs=1 channels=1\n"
        "[input]\nsize=16\n"
        "[rated]\nratings=list.csv\nhold-out-modulus=1000\nvalidation-modulus=1000\n"
        "[stage one]\nkind=tune\nrated=2\n";
    const char *const folders[] = {folder, NULL};
    const TrainDatasetParams params = {.cache = folder};
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRecipe) recipe = train_recipe_parse(recipe_text, "recipe", folders, &error);
    g_assert_no_error(error);
    TrainWorkers *workers = train_workers_new(2);
    TrainDataset *dataset = train_dataset_load(recipe, &params, workers, &error);
    train_workers_free(workers);
    g_assert_no_error(error);
    return dataset;
}

static void count(const TrainDataset *dataset, guint counts[N_IMAGES])
{
    const GArray *part = dataset->parts[TRAIN_PART_TRAIN];
    memset(counts, 0, N_IMAGES * sizeof *counts);
    for (guint k = 0; k < part->len; k++)
        counts[g_array_index(part, guint, k)]++;
}

/* Each comes as often as its row says, once where it says nothing, and is decoded once; a list of
 * other times is another list. */
static void test_times(void)
{
    static const guint expected[N_IMAGES] = {3, 1, 1, 20};
    g_autofree char *folder = g_dir_make_tmp("biqa-dataset-XXXXXX", NULL);
    guint counts[N_IMAGES];
    for (guint i = 0; i < N_IMAGES; i++) {
        g_autofree char *name = g_strdup_printf("%u.png", i);
        put_image(folder, name);
    }
    put(folder, "list.csv", "image,mos,times\n0.png,1,3\n1.png,2,\n2.png,3,1\n3.png,4,20\n");
    g_autoptr(TrainDataset) dataset = load(folder);
    count(dataset, counts);
    for (guint i = 0; i < N_IMAGES; i++) {
        g_assert_cmpuint(counts[i], ==, expected[i]);
        g_assert_nonnull(dataset->images[i]);
    }

    put(folder, "list.csv", "image,mos\n0.png,1\n1.png,2\n2.png,3\n3.png,4\n");
    g_autoptr(TrainDataset) plain = load(folder);
    count(plain, counts);
    for (guint i = 0; i < N_IMAGES; i++)
        g_assert_cmpuint(counts[i], ==, 1);
    g_autofree char *one = train_dataset_digest(dataset);
    g_autofree char *other = train_dataset_digest(plain);
    g_assert_cmpstr(one, !=, other);

    folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/dataset/times", test_times);
    return g_test_run();
}
