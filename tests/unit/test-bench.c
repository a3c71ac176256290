/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Benchmarks run, and every figure is one. */
#include "bench.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>

static const char text[] =
    "[network]\ngraph=input channels=3;conv inputs=0 channels=4 kernel=3x3;norm inputs=1;"
    "pool inputs=2;linear inputs=3 channels=1\n"
    "[input]\nsize=24\nrank-size=16\n[ranked]\nimages=none\n"
    "[stage a]\nkind=rank\ngroups=1\n";

static TrainRecipe *recipe_new(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    const int fd = g_file_open_tmp("biqa-bench-XXXXXX.ini", &path, &error);
    g_assert_no_error(error);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    TrainRecipe *recipe = train_recipe_load(path, NULL, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return recipe;
}

static void test_rows(void)
{
    static const struct {
        const char *what;
        guint size, n;
    } expected[] = {{"step", 16, 6},       {"ohem step", 16, 6}, {"step", 24, 24},
                    {"ohem step", 24, 24}, {"decode", 500, 8},   {"distort", 320, 0},
                    {"crop", 24, 32}};
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRecipe) recipe = recipe_new();
    TrainWorkers *workers = train_workers_new(2);
    g_autoptr(TrainBench) bench = train_bench(recipe, 0., workers, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(bench->products, >, 0);
    g_assert_cmpuint(bench->threads, ==, 2);
    g_assert_cmpuint(bench->rows->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < bench->rows->len; i++) {
        const TrainBenchRow *row = &g_array_index(bench->rows, TrainBenchRow, i);
        g_assert_cmpstr(row->what, ==, expected[i].what);
        g_assert_cmpuint(row->size, ==, expected[i].size);
        g_assert_true(!expected[i].n || row->n == expected[i].n);
        g_assert_true(isfinite(row->images) && row->images > 0);
        g_assert_true(isfinite(row->cpu) && row->cpu > 0);
        g_assert_true(i < 4 ? row->share > 0 : isnan(row->share));
    }
    train_workers_free(workers);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bench/rows", test_rows);
    return g_test_run();
}
