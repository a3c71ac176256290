/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train distort */
#include "command.h"
#include "distort.h"
#include "sheet.h"

#include <stdio.h>

/* Side of a sheet's pictures, cut from the middle at full size. */
#define SHEET_SIDE 240

static char *output, *type, *sheet_path;
static int level, seed = 1;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder for the distorted pictures (here)",
     "DIR"},
    {"type", 'y', 0, G_OPTION_ARG_STRING, &type, "Only this type or family", "NAME"},
    {"level", 'l', 0, G_OPTION_ARG_INT, &level, "Only this level, 1 the mildest", "N"},
    {"sheet", 0, 0, G_OPTION_ARG_FILENAME, &sheet_path,
     "Draw all of it on one sheet instead: the picture's middle, and its levels", "FILE.png"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of whatever is random (1)", "N"},
    {0},
};

static void list_types(void)
{
    g_autoptr(GPtrArray) all = train_distortions();
    for (guint t = 0; t < all->len; t++) {
        const TrainDistortion *row = g_ptr_array_index(all, t);
        printf("%-12s %-20s %s; %s:", row->family, row->name, row->title, row->unit);
        for (guint l = 0; l < TRAIN_LEVELS; l++)
            printf(" %g", row->levels[l]);
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

static gboolean distort_file(const char *path, const GPtrArray *types, GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    g_autofree char *stem = g_path_get_basename(path);
    for (guint t = 0; image && t < types->len; t++) {
        for (guint at = 0; at < TRAIN_LEVELS; at++) {
            if (!(level && level != (int)at + 1) &&
                !write_level(image, stem, g_ptr_array_index(types, t), at, error))
                return FALSE;
        }
    }
    return image != NULL;
}

static TrainImage *load_middle(const char *path, GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    if (!image)
        return NULL;
    guint width = MIN(image->width, SHEET_SIDE), height = MIN(image->height, SHEET_SIDE);
    return train_image_cut(image, (image->width - width) / 2, (image->height - height) / 2, width,
                           height);
}

static gboolean add_row(TrainSheet *sheet, const TrainImage *image, const TrainDistortion *row,
                        GError **error)
{
    train_sheet_add(sheet, image, row->name);
    for (guint at = 0; at < TRAIN_LEVELS; at++) {
        g_autoptr(TrainImage) distorted = row->apply(image, row->levels[at], (guint64)seed, error);
        if (!distorted)
            return FALSE;
        g_autofree char *text = g_strdup_printf("%u: %g %s", at + 1, row->levels[at], row->unit);
        train_sheet_add(sheet, distorted, text);
    }
    return TRUE;
}

static gboolean draw_sheet(const char *path, const GPtrArray *types, GError **error)
{
    g_autoptr(TrainImage) image = load_middle(path, error);
    if (!image)
        return FALSE;
    g_autoptr(TrainSheet) sheet = train_sheet_new(1 + TRAIN_LEVELS, image->width, image->height);
    for (guint t = 0; t < types->len; t++) {
        if (!add_row(sheet, image, g_ptr_array_index(types, t), error))
            return FALSE;
    }
    g_autoptr(TrainImage) drawn = train_sheet_image(sheet);
    return train_image_save(drawn, sheet_path, error);
}

static int run(int argc, char **argv, GError **error)
{
    if (!argc) {
        list_types();
        return 0;
    }
    const char *const names[] = {type, NULL};
    g_autoptr(GPtrArray) types = train_distortions_named(type ? names : NULL, error);
    if (!types)
        return 2;
    if (level < 0 || level > TRAIN_LEVELS) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "levels are 1 to %d", TRAIN_LEVELS);
        return 2;
    }
    if (sheet_path && (argc != 1 || level)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "--sheet takes one picture and shows all levels of it: leave out %s",
                    level ? "--level" : "the others");
        return 2;
    }
    if (sheet_path)
        return draw_sheet(argv[0], types, error) ? 0 : 1;
    for (int i = 0; i < argc; i++) {
        if (!distort_file(argv[i], types, error))
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
