/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitor-support.h"
#include "play.h"
#include "support.h"
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <sys/prctl.h>

Stage *stage_new(void)
{
    g_autoptr(GError) error = NULL;
    BiqaModel *model = mini_model_new(3);
    Stage *stage = g_new0(Stage, 1);

    stage->folder = g_dir_make_tmp("biqa-monitor-XXXXXX", &error);
    g_assert_no_error(error);
    stage->model = tiny_model_save(model);
    stage->clip = g_build_filename(stage->folder, "clip.avi", NULL);
    biqa_model_free(model);
    return stage;
}

void stage_free(Stage *stage)
{
    stage_hide_clip(stage);
    g_unlink(stage->model);
    g_rmdir(stage->folder);
    g_free(stage->folder);
    g_free(stage->model);
    g_free(stage->clip);
    g_free(stage);
}

/* Runs a line that ends in an AVI file, which is there whole or not at all. */
static void make_clip(Stage *stage, const char *line)
{
    g_autofree char *draft = g_strconcat(stage->clip, ".draft", NULL);
    g_autofree char *whole = g_strdup_printf("%s ! avimux ! filesink location=%s", line, draft);
    play_line(whole);
    g_assert_cmpint(g_rename(draft, stage->clip), ==, 0);
}

void stage_show_clip(Stage *stage, guint frames)
{
    g_autofree char *line =
        g_strdup_printf("videotestsrc num-buffers=%u pattern=snow ! video/x-raw, width=64, "
                        "height=48, framerate=10/1 ! jpegenc",
                        frames);

    make_clip(stage, line);
}

void stage_show_sound(Stage *stage)
{
    make_clip(stage, "audiotestsrc num-buffers=5");
}

void stage_hide_clip(Stage *stage)
{
    g_unlink(stage->clip);
}

char *stage_arguments(const Stage *stage)
{
    return g_strdup_printf("biqa-monitor --retry-first=.05 --retry-limit=.2 --listen=127.0.0.1:0 "
                           "--set backend=reference --set model=%s ",
                           stage->model);
}

static void die_with_parent(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

GSubprocess *stage_spawn(GSubprocessLauncher *launcher, const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
    process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    g_assert_no_error(error);
    return process;
}
