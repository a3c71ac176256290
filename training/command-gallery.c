/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train gallery */
#include "command.h"
#include "gallery.h"

#include <stdio.h>

static char *output, *scale;
static int pairs = 40, examples = 3, seed = 1;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "The page (DIR/gallery.html)", "FILE"},
    {"scale", 0, 0, G_OPTION_ARG_STRING, &scale,
     "absolute: each picture in five categories; comparison: the pair in seven steps (absolute)",
     "WORD"},
    {"pairs", 'n', 0, G_OPTION_ARG_INT, &pairs, "Pairs of a sitting, at most (40)", "N"},
    {"examples", 0, 0, G_OPTION_ARG_INT, &examples,
     "Examples before it, which do not count: at most a quarter of all pairs (3)", "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of who stands left (1)", "N"},
    {0},
};

static gboolean write_page(const TrainPairs *all, const TrainGalleryParams *params, GError **error)
{
    guint shown = 0;
    g_autofree char *page = train_gallery_page(all, params, &shown, error);
    g_autofree char *path =
        output ? g_strdup(output) : g_build_filename(all->folder, "gallery.html", NULL);
    if (!page || !g_file_set_contents(path, page, -1, error))
        return FALSE;
    printf("%s: %u of %u pairs\n", path, shown, all->pairs->len);
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    TrainGalleryParams params = {
        .pairs = (guint)MAX(pairs, 0), .examples = (guint)MAX(examples, 0), .seed = (guint64)seed};
    if (!train_command_check(argc, 1, 1, "one folder of gmad", error) ||
        !train_gallery_scale_parse(scale ? scale : "absolute", &params.scale, error))
        return 2;
    if (pairs < 1) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, "--pairs is at least 1");
        return 2;
    }
    g_autoptr(TrainPairs) all = train_pairs_load(argv[0], error);
    return all && write_page(all, &params, error) ? 0 : 1;
}

const TrainCommand train_command_gallery = {
    .name = "gallery",
    .summary = "Make a page in which people rate the pairs that gmad found",
    .arguments = "DIR",
    .description =
        "The page needs no network and no other file; it keeps what is rated and exports "
        "it as CSV, which\n`biqa-train ratings --raters` puts together.",
    .entries = entries,
    .run = run,
};
