/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "workshop.h"

#include "command.h"
#include "drawing.h"
#include "removal.h"
#include "said.h"
#include <glib/gstdio.h>
#include <string.h>

#define STOPPED 130 /* the exit status */

const char workshop_recipe[] =
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

void workshop_write(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(name, text, -1, &error);
    g_assert_no_error(error);
}

static void make_data(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) ratings = g_string_new("image,mos\n");

    g_assert_cmpint(g_mkdir("pictures", 0777), ==, 0);
    for (guint i = 0; i < WORKSHOP_PICTURES; i++) {
        g_autoptr(TrainImage) image = drawing_new(i);
        g_autofree char *name = g_strdup_printf("p%u.png", i);
        g_autofree char *path = g_build_filename("pictures", name, NULL);
        train_image_save(image, path, &error);
        g_assert_no_error(error);
        g_string_append_printf(ratings, "pictures/%s,%u\n", name, 20 + 12 * i);
    }
    workshop_write("ratings.csv", ratings->str);
    workshop_write("recipe.ini", workshop_recipe);
}

char *workshop_enter(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("biqa-train-XXXXXX", &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_chdir(folder), ==, 0);
    make_data();
    return folder;
}

void workshop_leave(const char *folder)
{
    g_assert_cmpint(g_chdir("/"), ==, 0);
    tree_remove(folder);
}

int workshop_run(const char *line, char **out, char **err)
{
    g_autofree char *said = NULL, *told = NULL;
    const int status = command_run(".", line, &said, &told);
    if (out)
        *out = g_steal_pointer(&said);
    if (err)
        *err = g_steal_pointer(&told);
    return status;
}

void workshop_run_well(const char *line, char **out)
{
    g_autofree char *err = NULL;
    const int status = workshop_run(line, out, &err);
    if (status)
        g_error("biqa-train %s: exit status %d: %s", line, status, err);
}

void workshop_run_stopped(const char *line)
{
    const int status = workshop_run(line, NULL, NULL);
    if (status != STOPPED)
        g_error("biqa-train %s: exit status %d, not %d", line, status, STOPPED);
}

GBytes *workshop_read(const char *name)
{
    g_autoptr(GError) error = NULL;
    char *data = NULL;
    gsize size = 0;
    g_file_get_contents(name, &data, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(data, size);
}

void workshop_assert_same(const char *a, const char *b)
{
    g_autoptr(GBytes) first = workshop_read(a);
    g_autoptr(GBytes) second = workshop_read(b);
    g_assert_true(g_bytes_equal(first, second));
}

void workshop_refuse(const char *line, const char *word)
{
    g_autofree char *err = NULL;
    const int status = workshop_run(line, NULL, &err);
    g_assert_true(status == 1 || status == 2);
    if (!strstr(err, word))
        g_error("biqa-train %s: \"%s\" is not in: %s", line, word, err);
}

void workshop_compare_picture(const char *model, const char *picture, const char *backend)
{
    g_autofree char *line = g_strdup_printf("score %s %s", model, picture);
    g_autofree char *out = NULL;
    workshop_run_well(line, &out);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    compare_picture(backend, model, picture, lines[1]);
}

void workshop_compare(const char *run, const char *backend)
{
    g_autofree char *model = g_build_filename(run, "model.gguf", NULL);
    for (guint i = 0; i < WORKSHOP_PICTURES; i++) {
        g_autofree char *picture = g_strdup_printf("pictures/p%u.png", i);
        workshop_compare_picture(model, picture, backend);
    }
}
