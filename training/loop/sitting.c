/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stand-in at the gallery's page. */
#include "stand-in-private.h"

#include "csv.h"
#include "entries.h"
#include "seed.h"
#include <math.h>

typedef struct {
    const TrainStandIn *stand_in;
    const TrainPairs *pairs;
    double *points;
    GError **errors;
} Look;

/* The original as the picture was made of it: the side of a competition's pictures is their
 * longer one. */
static TrainImage *load_original(const char *path, const TrainImage *image, GError **error)
{
    char *const paths[] = {(char *)path, NULL};
    const TrainEntriesParams params = {.paths = paths, .side = MAX(image->width, image->height)};
    g_autoptr(TrainEntries) entries = train_entries_new(&params, error);
    return entries ? train_entries_look(entries, 0, error) : NULL;
}

static void look(guint i, gpointer data)
{
    const Look *looks = data;
    const TrainPairImage *picture = train_pairs_image(looks->pairs, i);
    GError **error = &looks->errors[i];
    g_autofree char *path = g_build_filename(looks->pairs->folder, picture->file, NULL);
    g_autoptr(TrainImage) image = train_image_load(path, error);
    g_autoptr(TrainImage) original = image ? load_original(picture->content, image, error) : NULL;
    if (!original)
        return;
    if (original->width == image->width && original->height == image->height)
        looks->points[i] = train_stand_in_points(
            looks->stand_in, train_stand_in_figure(looks->stand_in, original, image));
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "\"%s\" has another size than \"%s\"",
                    path, picture->content);
}

/* The first pair that shows each picture; of pictures without pairs, numbers of their own. */
static guint *number_pairs(const TrainPairs *pairs)
{
    guint *numbers = g_new(guint, pairs->images->len + 1);
    for (guint i = 0; i < pairs->images->len; i++)
        numbers[i] = pairs->pairs->len + i + 1;
    for (guint p = pairs->pairs->len; p-- > 0;) {
        for (guint k = 0; k < 2; k++)
            numbers[train_pairs_at(pairs, p)->images[k]] = p + 1;
    }
    return numbers;
}

/* A normal number: of twelve uniform ones, the sum's variance is 1. */
static double draw_normal(guint64 *state)
{
    double sum = -6;
    for (guint k = 0; k < 12; k++)
        sum += train_draw(state, 1 << 20) / (double)(1 << 20);
    return sum;
}

static void append_grades(GString *text, const TrainSitting *sitting, const TrainPairs *pairs,
                          guint i, guint pair, double points)
{
    const TrainPairImage *image = train_pairs_image(pairs, i);
    for (guint r = 0; r < sitting->raters; r++) {
        /* By the picture's name: who rates it again says the same. */
        guint64 state = train_seed(sitting->seed, r + 1, g_str_hash(image->file));
        const double opinion = 1 + points / 25 + sitting->noise * draw_normal(&state);
        g_string_append_printf(text, "stand-in-%u,absolute,1,%u,", r + 1, pair);
        train_csv_append(text, image->file);
        g_string_append_c(text, ',');
        train_csv_append(text, image->content);
        g_string_append_printf(text, ",,,%d\n", (int)CLAMP(round(opinion), 1, 5));
    }
}

gboolean train_sitting_write(const TrainSitting *sitting, const TrainPairs *pairs, const char *path,
                             TrainWorkers *workers, GError **error)
{
    const guint n = pairs->images->len;
    g_autofree double *points = g_new0(double, n + 1);
    g_autofree GError **errors = g_new0(GError *, n + 1);
    g_autofree guint *numbers = number_pairs(pairs);
    g_autoptr(GString) text =
        g_string_new("rater,scale,sitting,pair,image,content,other,other-content,grade\n");
    Look looks = {sitting->stand_in, pairs, points, errors};
    train_workers_run(workers, n, look, &looks);
    if (!train_workers_take_errors(errors, n, error))
        return FALSE;
    for (guint i = 0; i < n; i++)
        append_grades(text, sitting, pairs, i, numbers[i], points[i]);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}
