/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rating-table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const TrainRatingLayout train_rating_kadid = {"KADID-10k", 81, 25, 1, 5};
const TrainRatingLayout train_rating_tid = {"TID2013", 25, 24, 0, 9};

static gsize place(const TrainRatingLayout *layout, guint reference, guint type, guint level)
{
    return ((gsize)reference * layout->types + type) * TRAIN_LEVELS + level;
}

static gsize count(const TrainRatingLayout *layout)
{
    return place(layout, layout->references, 0, 0);
}

/* The digits up to end, 1..limit, as an index from 0. */
static gboolean parse_part(const char **text, char end, guint limit, guint *index)
{
    guint value = 0, digits = 0;
    for (; g_ascii_isdigit(**text) && digits < 3; digits++, (*text)++)
        value = value * 10 + (guint)(**text - '0');
    if (!digits || value < 1 || value > limit || **text != end)
        return FALSE;
    (*text)++;
    *index = value - 1;
    return TRUE;
}

/* "I01_02_03.png" or "i01_02_3.bmp" */
static gboolean parse_name(const TrainRatingLayout *layout, const char *name, gsize *index)
{
    guint reference, type, level;
    if (g_ascii_toupper(*name++) != 'I' ||
        !parse_part(&name, '_', layout->references, &reference) ||
        !parse_part(&name, '_', layout->types, &type) ||
        !parse_part(&name, '.', TRAIN_LEVELS, &level))
        return FALSE;
    *index = place(layout, reference, type, level);
    return TRUE;
}

static gboolean parse_rating(const TrainRatingLayout *layout, const char *text, double *value)
{
    char *end;
    const double rating = g_ascii_strtod(text, &end);
    *value = 100 * (rating - layout->worst) / (layout->best - layout->worst);
    return end != text && !*end && *value >= 0 && *value <= 100;
}

static gboolean parse_line(TrainRatingTable *table, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
    const char *word[2] = {NULL};
    guint n = 0;
    for (char **w = words; *w; w++) {
        if (**w && n++ < 2)
            word[n - 1] = *w;
    }
    double value;
    gsize index;
    const TrainRatingLayout *layout = table->layout;
    if (n != 2 ||
        !((parse_name(layout, word[0], &index) && parse_rating(layout, word[1], &value)) ||
          (parse_name(layout, word[1], &index) && parse_rating(layout, word[0], &value)))) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "\"%s\" is not a name Irr_tt_ll.* of %s (%u references, %u types, %d levels) "
                    "and a rating of %g to %g",
                    line, layout->title, layout->references, layout->types, TRAIN_LEVELS,
                    layout->worst, layout->best);
        return FALSE;
    }
    if (!isnan(table->values[index])) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "\"%s\" rates a picture again", line);
        return FALSE;
    }
    table->values[index] = value;
    return TRUE;
}

static gboolean check_complete(const TrainRatingTable *table, GError **error)
{
    const TrainRatingLayout *layout = table->layout;
    for (gsize i = 0; i < count(layout); i++) {
        if (!isnan(table->values[i]))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "%s is not whole: no rating of I%02u_%02u_%02u", layout->title,
                    (guint)(i / TRAIN_LEVELS / layout->types) + 1,
                    (guint)(i / TRAIN_LEVELS % layout->types) + 1, (guint)(i % TRAIN_LEVELS) + 1);
        return FALSE;
    }
    return TRUE;
}

static gboolean parse_lines(TrainRatingTable *table, char **lines, GError **error)
{
    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
        if (*lines[i] && !parse_line(table, lines[i], error)) {
            g_prefix_error(error, "line %u: ", i + 1);
            return FALSE;
        }
    }
    return check_complete(table, error);
}

TrainRatingTable *train_rating_table_load(const char *path, const TrainRatingLayout *layout,
                                          GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &local)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot read the ratings of %s: %s",
                    layout->title, local->message);
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(TrainRatingTable) table = g_new0(TrainRatingTable, 1);
    table->layout = layout;
    table->values = g_new(double, count(layout));
    for (gsize i = 0; i < count(layout); i++)
        table->values[i] = NAN;
    if (!parse_lines(table, lines, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&table);
}

void train_rating_table_free(TrainRatingTable *table)
{
    if (!table)
        return;
    g_free(table->values);
    g_free(table);
}

double train_rating_table_at(const TrainRatingTable *table, guint reference, guint type,
                             guint level)
{
    g_assert(reference < table->layout->references && type < table->layout->types &&
             level < TRAIN_LEVELS);
    return table->values[place(table->layout, reference, type, level)];
}

double train_rating_table_mean(const TrainRatingTable *table, guint type, guint level)
{
    double sum = 0;
    for (guint r = 0; r < table->layout->references; r++)
        sum += train_rating_table_at(table, r, type, level);
    return sum / table->layout->references;
}
