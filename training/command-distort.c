/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train distort */
#include "command.h"
#include "distort.h"
#include "sheet.h"

#include <stdio.h>

/* Side of a sheet's pictures, cut from the middle at full size. */
#define SHEET_SIDE 240

static char *output, *type, *sheet_path;
static char **parameters;
static int level, seed = 1;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder for the distorted pictures (here)",
     "DIR"},
    {"type", 'y', 0, G_OPTION_ARG_STRING, &type, "Only this type or family", "NAME"},
    {"level", 'l', 0, G_OPTION_ARG_INT, &level, "Only this level, 1 the mildest", "N"},
    {"parameter", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &parameters,
     "Instead of the levels of one type, this value of its parameter (repeatable)", "VALUE"},
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

/* What the type makes at that parameter; suffix tells the file. */
static gboolean write_picture(const TrainImage *image, const char *stem,
                              const TrainDistortion *distortion, double parameter,
                              const char *suffix, GError **error)
{
    g_autoptr(TrainImage) distorted = distortion->apply(image, parameter, (guint64)seed, error);
    g_autofree char *name = g_strdup_printf("%s.%s.%s.png", stem, distortion->name, suffix);
    g_autofree char *path = g_build_filename(output ? output : ".", name, NULL);
    if (!distorted || !train_image_save(distorted, path, error))
        return FALSE;
    printf("%s\n", path);
    return TRUE;
}

static gboolean write_levels(const TrainImage *image, const char *stem,
                             const TrainDistortion *distortion, GError **error)
{
    for (guint at = 0; at < TRAIN_LEVELS; at++) {
        g_autofree char *suffix = g_strdup_printf("%u", at + 1);
        if (!(level && level != (int)at + 1) &&
            !write_picture(image, stem, distortion, distortion->levels[at], suffix, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_parameters(const TrainImage *image, const char *stem,
                                 const TrainDistortion *distortion, GError **error)
{
    for (char **text = parameters; *text; text++) {
        g_autofree char *suffix = g_strconcat("p", *text, NULL);
        if (!write_picture(image, stem, distortion, g_ascii_strtod(*text, NULL), suffix, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean distort_file(const char *path, const GPtrArray *types, GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    g_autofree char *stem = g_path_get_basename(path);
    for (guint t = 0; image && t < types->len; t++) {
        const TrainDistortion *distortion = g_ptr_array_index(types, t);
        if (!(parameters ? write_parameters : write_levels)(image, stem, distortion, error))
            return FALSE;
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

/* Parameters make sense for one type, and no stronger than its last level nor milder than half of
 * its first. */
static gboolean check_parameters(const GPtrArray *types, GError **error)
{
    if (types->len != 1 || level) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "--parameter goes with the --type of one distortion, without --level");
        return FALSE;
    }
    const double *levels = ((const TrainDistortion *)types->pdata[0])->levels;
    double low = levels[0], high = levels[0];
    for (guint l = 1; l < TRAIN_LEVELS; l++) {
        low = MIN(low, levels[l]);
        high = MAX(high, levels[l]);
    }
    low = MIN(low, low / 2);
    for (char **text = parameters; *text; text++) {
        char *end = NULL;
        const double value = g_ascii_strtod(*text, &end);
        if (end != *text && !*end && value >= low && value <= high)
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "--parameter %s: give a number %g to %g",
                    *text, low, high);
        return FALSE;
    }
    return TRUE;
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
    if (parameters && !check_parameters(types, error))
        return 2;
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
    .description =
        "Files are named PICTURE.TYPE.LEVEL.png, or PICTURE.TYPE.pVALUE.png with --parameter.",
    .entries = entries,
    .run = run,
};
