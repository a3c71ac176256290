/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train compare */
#include "annotator.h"
#include "command.h"

#include <stdio.h>
#include <string.h>

static char **with;

static const GOptionEntry entries[] = {
    {"with", 'w', 0, G_OPTION_ARG_STRING_ARRAY, &with, "Only this judge; may be given again",
     "NAME"},
    {0},
};

static gboolean add(GPtrArray *chosen, const char *name, GError **error)
{
    const TrainAnnotator *one = train_annotator_find(name);
    if (one) {
        g_ptr_array_add(chosen, (gpointer)one);
        return TRUE;
    }
    g_autoptr(GString) names = g_string_new(NULL);
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", all[i].name);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "there is no judge \"%s\"; there are %s", name,
                names->str);
    return FALSE;
}

/* Rows of the table: those named, or all. */
static GPtrArray *choose(GError **error)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    for (guint i = 0; !with && i < n; i++)
        g_ptr_array_add(chosen, (gpointer)&all[i]);
    for (char **name = with; name && *name; name++) {
        if (!add(chosen, *name, error))
            return NULL;
    }
    return g_steal_pointer(&chosen);
}

static gboolean same_size(const TrainImage *a, const TrainImage *b, char *const *names,
                          GError **error)
{
    if (a->width == b->width && a->height == b->height)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "%s has %u x %u pixels, its reference %s %u x %u: scale or crop one to the other's "
                "size first",
                names[1], b->width, b->height, names[0], a->width, a->height);
    return FALSE;
}

static gboolean compare(const TrainImage *reference, char *const *names, const GPtrArray *chosen,
                        GError **error)
{
    g_autoptr(TrainImage) picture = train_image_load(names[1], error);
    if (!picture || !same_size(reference, picture, names, error))
        return FALSE;
    printf("%s", names[1]);
    for (guint i = 0; i < chosen->len; i++) {
        const TrainAnnotator *one = g_ptr_array_index(chosen, i);
        printf(",%.6f", one->measure(reference, picture));
    }
    printf("\n");
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    g_autoptr(GPtrArray) chosen = choose(error);
    if (!chosen || !train_command_check(argc, 2, G_MAXINT, "a reference and pictures", error))
        return 2;
    g_autoptr(TrainImage) reference = train_image_load(argv[0], error);
    if (!reference)
        return 1;
    printf("file");
    for (guint i = 0; i < chosen->len; i++)
        printf(",%s", ((const TrainAnnotator *)g_ptr_array_index(chosen, i))->name);
    printf("\n");
    for (int i = 1; i < argc; i++) {
        if (!compare(reference, (char *const[]){argv[0], argv[i]}, chosen, error))
            return 1;
    }
    return 0;
}

const TrainCommand train_command_compare = {
    .name = "compare",
    .summary = "Measure pictures against the one they were made of, by formulas",
    .arguments = "REFERENCE PICTURE...",
    .description = "Prints CSV: file, then a column for each full-reference judge. Pictures and\n"
                   "reference have one size. docs/training.md says what the columns are.",
    .entries = entries,
    .run = run,
};
