/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train distort */
#include "command.h"
#include "distort.h"

#include <stdio.h>

static char *output, *type;
static int level, seed = 1;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder for the distorted pictures (here)",
     "DIR"},
    {"type", 'y', 0, G_OPTION_ARG_STRING, &type, "Only this type", "NAME"},
    {"level", 'l', 0, G_OPTION_ARG_INT, &level, "Only this level, 1 the mildest", "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of whatever is random (1)", "N"},
    {0},
};

static void list_types(void)
{
    guint n = 0;
    const TrainDistortion *all = train_distortions(&n);
    for (guint t = 0; t < n; t++) {
        printf("%-10s %s; %s:", all[t].name, all[t].title, all[t].unit);
        for (guint l = 0; l < TRAIN_LEVELS; l++)
            printf(" %g", all[t].levels[l]);
        printf("\n");
    }
}

static gboolean write_level(const TrainImage *image, const char *stem,
                            const TrainDistortion *distortion, guint at, GError **error)
{
    g_autoptr(TrainImage) distorted =
        distortion->apply(image, distortion->levels[at], (guint64)seed, error);
    g_autofree char *name = g_strdup_printf("%s.%s.%u.png", stem, distortion->name, at + 1);
    g_autofree char *path = g_build_filename(output ? output : ".", name, NULL);
    if (!distorted || !train_image_save(distorted, path, error))
        return FALSE;
    printf("%s\n", path);
    return TRUE;
}

static gboolean distort_file(const char *path, GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    g_autofree char *stem = g_path_get_basename(path);
    guint n = 0;
    const TrainDistortion *all = train_distortions(&n);

    for (guint t = 0; image && t < n; t++) {
        if (type && !g_str_equal(type, all[t].name))
            continue;
        for (guint at = 0; at < TRAIN_LEVELS; at++) {
            if (!(level && level != (int)at + 1) && !write_level(image, stem, &all[t], at, error))
                return FALSE;
        }
    }
    return image != NULL;
}

static int run(int argc, char **argv, GError **error)
{
    if (!argc) {
        list_types();
        return 0;
    }
    if (type && !train_distortion_find(type)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "there is no type \"%s\"; `biqa-train distort` lists them", type);
        return 2;
    }
    if (level < 0 || level > TRAIN_LEVELS) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "levels are 1 to %d", TRAIN_LEVELS);
        return 2;
    }
    for (int i = 0; i < argc; i++) {
        if (!distort_file(argv[i], error))
            return 1;
    }
    return 0;
}

const TrainCommand train_command_distort = {
    .name = "distort",
    .summary = "Write distorted versions of pictures, or list the distortions",
    .arguments = "[PICTURE...]",
    .description = "Files are named PICTURE.TYPE.LEVEL.png.",
    .entries = entries,
    .run = run,
};
