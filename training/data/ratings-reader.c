/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of rated images, checked one by one and as a whole. */
#include "ratings-private.h"

#include <math.h>

#define STRONGEST 5

typedef struct {
    double sum;
    guint n;
} Mean;

struct _TrainRatingsReader {
    TrainRatingsReaderParams params;
    char *list, *folder, *references;
    GPtrArray *paths, *contents, *missing;
    GArray *scores, *spread, *times;
    gboolean has_contents, has_times;
    GHashTable *seen;    /* path -> its row's line */
    GHashTable *folders; /* path -> table of its files' names, lower case -> as they are */
    Mean pristine, distorted, level[STRONGEST + 1];
};

TrainRatingsReader *train_ratings_reader_new(const TrainRatingsReaderParams *params)
{
    TrainRatingsReader *reader = g_new0(TrainRatingsReader, 1);
    reader->params = *params;
    reader->list = g_strdup(params->list);
    reader->folder = g_strdup(params->folder);
    reader->references = g_strdup(params->references);
    reader->paths = g_ptr_array_new_with_free_func(g_free);
    reader->contents = g_ptr_array_new_with_free_func(g_free);
    reader->missing = g_ptr_array_new_with_free_func(g_free);
    reader->scores = g_array_new(FALSE, FALSE, sizeof(double));
    reader->spread = g_array_new(FALSE, FALSE, sizeof(double));
    reader->times = g_array_new(FALSE, FALSE, sizeof(guint));
    reader->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader->folders =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    return reader;
}

void train_ratings_reader_free(TrainRatingsReader *reader)
{
    if (!reader)
        return;
    g_free(reader->list);
    g_free(reader->folder);
    g_free(reader->references);
    g_clear_pointer(&reader->paths, g_ptr_array_unref);
    g_clear_pointer(&reader->contents, g_ptr_array_unref);
    g_clear_pointer(&reader->missing, g_ptr_array_unref);
    g_clear_pointer(&reader->scores, g_array_unref);
    g_clear_pointer(&reader->spread, g_array_unref);
    g_clear_pointer(&reader->times, g_array_unref);
    g_hash_table_unref(reader->seen);
    g_hash_table_unref(reader->folders);
    g_free(reader);
}

gboolean train_ratings_reader_fail(const TrainRatingsReader *reader, guint at, GError **error,
                                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *place =
        at ? g_strdup_printf(", %s %u", reader->params.unit, at) : g_strdup("");
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "ratings \"%s\"%s: %s", reader->list, place,
                why);
    return FALSE;
}

gboolean train_ratings_reader_number(const TrainRatingsReader *reader, guint at, const char *what,
                                     const char *text, double *value, GError **error)
{
    char *end = NULL;
    if (!text || !*text)
        return train_ratings_reader_fail(reader, at, error,
                                         "there is no %s; fill the gap or take the row out", what);
    *value = g_ascii_strtod(text, &end);
    if (end == text || *end || !isfinite(*value))
        return train_ratings_reader_fail(reader, at, error, "the %s \"%s\" is no number", what,
                                         text);
    return TRUE;
}

gboolean train_ratings_reader_std(const TrainRatingsReader *reader, guint at, const char *text,
                                  double *std, GError **error)
{
    char *end = NULL;
    *std = text && *text ? g_ascii_strtod(text, &end) : NAN;
    if (text && *text && (end == text || *end || !isfinite(*std) || *std < 0))
        return train_ratings_reader_fail(
            reader, at, error,
            "the std \"%s\" is no number from 0 up; leave it empty where it is not known", text);
    return TRUE;
}

gboolean train_ratings_reader_times(const TrainRatingsReader *reader, guint at, const char *text,
                                    guint *times, GError **error)
{
    guint64 number = 0;
    if (text && *text && !g_ascii_string_to_unsigned(text, 10, 1, TRAIN_MOST_TIMES, &number, NULL))
        return train_ratings_reader_fail(reader, at, error,
                                         "the times \"%s\" are no whole number from 1 to %d", text,
                                         TRAIN_MOST_TIMES);
    *times = (guint)number;
    return TRUE;
}

/* The names of a folder's files by their lower case: data sets made on Windows mix cases. */
static GHashTable *list_names(const char *folder)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        g_hash_table_insert(names, g_ascii_strdown(name, -1), g_strdup(name));
    return names;
}

/* The image's path, as it is or but for upper and lower case; NULL where there is none. */
static char *find_image(TrainRatingsReader *reader, const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_strdup(path);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *lower = g_ascii_strdown(base, -1);
    GHashTable *names = g_hash_table_lookup(reader->folders, folder);
    if (!names) {
        names = list_names(folder);
        g_hash_table_insert(reader->folders, g_strdup(folder), names);
    }
    const char *name = g_hash_table_lookup(names, lower);
    g_autofree char *found = name ? g_build_filename(folder, name, NULL) : NULL;
    return found && g_file_test(found, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&found) : NULL;
}

static void count(Mean *mean, double value)
{
    mean->sum += value;
    mean->n++;
}

static double mean_of(const Mean *mean)
{
    return mean->sum / mean->n;
}

static gboolean map_score(TrainRatingsReader *reader, guint at, const TrainRatingsRow *row,
                          double *score, GError **error)
{
    const TrainRatingScale *scale = &reader->params.scale;
    const double low = MIN(scale->worst, scale->best), high = MAX(scale->worst, scale->best);
    if (!(row->score >= low && row->score <= high))
        return train_ratings_reader_fail(reader, at, error, "the score %g is not between %g and %g",
                                         row->score, low, high);
    *score = (row->score - scale->worst) * (100 / (scale->best - scale->worst));
    if (!isnan(row->std) && !(isfinite(row->std) && row->std >= 0))
        return train_ratings_reader_fail(reader, at, error, "the std %g is no number from 0 up",
                                         row->std);
    count(row->pristine ? &reader->pristine : &reader->distorted, *score);
    if (row->level && row->level <= STRONGEST)
        count(&reader->level[row->level], *score);
    return TRUE;
}

static void append(TrainRatingsReader *reader, char *path, double score, const TrainRatingsRow *row)
{
    const TrainRatingScale *scale = &reader->params.scale;
    const double std = row->std * (100 / fabs(scale->best - scale->worst));
    g_ptr_array_add(reader->paths, path);
    g_ptr_array_add(reader->contents, g_strdup(row->content ? row->content : path));
    g_array_append_val(reader->scores, score);
    g_array_append_val(reader->spread, std);
    const guint times = MAX(row->times, 1);
    g_array_append_val(reader->times, times);
    reader->has_times |= row->times != 0;
    reader->has_contents |= row->content != NULL;
}

gboolean train_ratings_reader_add(TrainRatingsReader *reader, guint at, const TrainRatingsRow *row,
                                  GError **error)
{
    double score = 0;
    if (!map_score(reader, at, row, &score, error))
        return FALSE;
    if (row->drop)
        return TRUE;
    if (!*row->name)
        return train_ratings_reader_fail(reader, at, error, "no image is named");
    g_autofree char *path = g_path_is_absolute(row->name)
                                ? g_strdup(row->name)
                                : g_build_filename(reader->folder, row->name, NULL);
    g_autofree char *found = find_image(reader, path);
    if (!found && !reader->params.skip_missing)
        return train_ratings_reader_fail(reader, at, error, "there is no image \"%s\"", path);
    const guint before = GPOINTER_TO_UINT(g_hash_table_lookup(reader->seen, found ? found : path));
    if (before)
        return train_ratings_reader_fail(reader, at, error,
                                         "\"%s\" is rated twice, before in %s %u", row->name,
                                         reader->params.unit, before);
    g_hash_table_insert(reader->seen, g_strdup(found ? found : path), GUINT_TO_POINTER(at));
    if (found)
        append(reader, g_steal_pointer(&found), score, row);
    else
        g_ptr_array_add(reader->missing, g_steal_pointer(&path));
    return TRUE;
}

/* A scale upside down is the one mistake that training would not notice. */
static gboolean check_direction(const TrainRatingsReader *reader, GError **error)
{
    static const char cure[] = "is the direction turned round?";
    const Mean *weakest = &reader->level[1], *strongest = &reader->level[STRONGEST];
    if (reader->pristine.n && reader->distorted.n &&
        mean_of(&reader->pristine) < mean_of(&reader->distorted))
        return train_ratings_reader_fail(
            reader, 0, error, "pristine pictures are rated %.1f of 100, distorted ones %.1f: %s",
            mean_of(&reader->pristine), mean_of(&reader->distorted), cure);
    if (weakest->n && strongest->n && mean_of(weakest) < mean_of(strongest))
        return train_ratings_reader_fail(
            reader, 0, error,
            "the weakest distortions are rated %.1f of 100, the strongest %.1f: %s",
            mean_of(weakest), mean_of(strongest), cure);
    return TRUE;
}

static gboolean check_all(const TrainRatingsReader *reader, GError **error)
{
    const double *scores = (const double *)(const void *)reader->scores->data;
    const guint n = reader->scores->len;
    gboolean same = n > 1;
    if (!n && reader->missing->len)
        return train_ratings_reader_fail(reader, 0, error, "none of its %u images is there",
                                         reader->missing->len);
    if (!n)
        return train_ratings_reader_fail(reader, 0, error, "no image is rated");
    for (guint i = 1; i < n && same; i++)
        same = scores[i] == scores[0];
    if (same)
        return train_ratings_reader_fail(
            reader, 0, error, "all %u images are rated alike: there is nothing to learn", n);
    return check_direction(reader, error);
}

static char **steal_strings(GPtrArray **strings)
{
    g_ptr_array_add(*strings, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(strings), FALSE);
}

static double *steal_numbers(GArray **numbers)
{
    return (double *)(void *)g_array_free(g_steal_pointer(numbers), FALSE);
}

/* Whether any std was said. */
static gboolean has_spread(const TrainRatingsReader *reader)
{
    for (guint i = 0; i < reader->spread->len; i++) {
        if (!isnan(g_array_index(reader->spread, double, i)))
            return TRUE;
    }
    return FALSE;
}

TrainRatings *train_ratings_reader_finish(TrainRatingsReader *reader, GError **error)
{
    if (!check_all(reader, error))
        return NULL;
    TrainRatings *ratings = g_new0(TrainRatings, 1);
    ratings->n = reader->paths->len;
    ratings->list = g_strdup(reader->list);
    ratings->references = g_strdup(reader->references);
    ratings->layout = reader->params.layout;
    ratings->scale = reader->params.scale;
    ratings->paths = steal_strings(&reader->paths);
    ratings->missing = steal_strings(&reader->missing);
    ratings->scores = steal_numbers(&reader->scores);
    if (has_spread(reader))
        ratings->spread = steal_numbers(&reader->spread);
    if (reader->has_times)
        ratings->times = (guint *)(void *)g_array_free(g_steal_pointer(&reader->times), FALSE);
    if (reader->has_contents)
        ratings->contents = steal_strings(&reader->contents);
    return ratings;
}
