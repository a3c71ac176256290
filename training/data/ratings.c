/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rated images. */
#include "ratings-private.h"

#include <math.h>
#include <string.h>

static const TrainRatingScale percent = {0, 100};

static const TrainTable list_table = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"image", "path", "file"},
              [TRAIN_COLUMN_SCORE] = {"mos", "score"},
              [TRAIN_COLUMN_STD] = {"std"},
              [TRAIN_COLUMN_TIMES] = {"times"},
              [TRAIN_COLUMN_CONTENT] = {"content", "reference", "source"}},
    .row = train_ratings_plain_row,
};

static TrainRatings *load_list(const char *path, const TrainRatingsParams *params, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    const TrainRatingsReaderParams reading = {
        .layout = "CSV list",
        .list = path,
        .unit = "line",
        .folder = folder,
        .references = folder,
        .scale = params->scale ? *params->scale : percent,
        .skip_missing = params->skip_missing,
    };
    g_autoptr(TrainRatingsReader) reader = train_ratings_reader_new(&reading);
    return train_ratings_read_table(reader, &list_table, path, error)
               ? train_ratings_reader_finish(reader, error)
               : NULL;
}

TrainRatings *train_ratings_open(const char *path, const TrainRatingsParams *params, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR))
        return load_list(path, params, error);
    if (!params->scale)
        return train_ratings_load_folder(path, params->skip_missing, error);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "ratings \"%s\": a published data set has its own scale; give scale and direction "
                "with a CSV list only",
                path);
    return NULL;
}

TrainRatings *train_ratings_load(const char *path, GError **error)
{
    const TrainRatingsParams params = {0};
    return train_ratings_open(path, &params, error);
}

void train_ratings_free(TrainRatings *ratings)
{
    if (!ratings)
        return;
    g_strfreev(ratings->paths);
    g_strfreev(ratings->contents);
    g_strfreev(ratings->missing);
    g_free(ratings->scores);
    g_free(ratings->spread);
    g_free(ratings->times);
    g_free(ratings->list);
    g_free(ratings->references);
    g_free(ratings);
}

static gboolean parse_ends(const char *ends, TrainRatingScale *scale)
{
    g_auto(GStrv) words = g_strsplit_set(ends, ";,", -1);
    double *values[] = {&scale->worst, &scale->best};
    if (g_strv_length(words) != G_N_ELEMENTS(values))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        char *end = NULL;
        *values[i] = g_ascii_strtod(g_strstrip(words[i]), &end);
        if (end == words[i] || *end || !isfinite(*values[i]))
            return FALSE;
    }
    return scale->worst < scale->best;
}

gboolean train_rating_scale_parse(const char *ends, const char *direction, TrainRatingScale *scale,
                                  GError **error)
{
    *scale = percent;
    if (ends && !parse_ends(ends, scale)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" is no scale: give its two ends, the lower one first, as 1;5", ends);
        return FALSE;
    }
    if (direction && strcmp(direction, "lower") == 0) {
        *scale = (TrainRatingScale){scale->best, scale->worst};
    } else if (direction && strcmp(direction, "higher") != 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" is no direction: say which ratings are better, higher or lower",
                    direction);
        return FALSE;
    }
    return TRUE;
}

/* SHA-256 of name, as a number, modulo modulus. */
static guint remainder_of(const char *name, guint modulus)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    guint64 rest = 0;

    g_checksum_update(sum, (const guchar *)name, -1);
    g_checksum_get_digest(sum, digest, &length);
    for (gsize i = 0; i < length; i++)
        rest = (rest * 256 + digest[i]) % modulus;
    return (guint)rest;
}

guint train_ratings_part(const char *path, guint modulus)
{
    g_autofree char *name = g_path_get_basename(path);
    return remainder_of(name, modulus);
}

guint train_ratings_part_of(const TrainRatings *ratings, guint i, guint modulus)
{
    g_return_val_if_fail(i < ratings->n, 0);
    return train_ratings_part(ratings->contents ? ratings->contents[i] : ratings->paths[i],
                              modulus);
}

gboolean train_ratings_split(const TrainRatings *ratings, const TrainSplit *split, TrainPart *parts,
                             GError **error)
{
    if (train_split_deal(split, ratings->contents ? ratings->contents : ratings->paths, ratings->n,
                         parts, error))
        return TRUE;
    g_prefix_error(error, "ratings \"%s\": ", ratings->list);
    return FALSE;
}

guint train_ratings_n_contents(const TrainRatings *ratings)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; ratings->contents && i < ratings->n; i++)
        g_hash_table_add(seen, ratings->contents[i]);
    return ratings->contents ? g_hash_table_size(seen) : ratings->n;
}

static void swap_strings(char **strings, guint i, guint j)
{
    char *string = strings[i];
    strings[i] = strings[j];
    strings[j] = string;
}

static void swap_numbers(double *numbers, guint i, guint j)
{
    const double number = numbers[i];
    numbers[i] = numbers[j];
    numbers[j] = number;
}

void train_ratings_swap(TrainRatings *ratings, guint i, guint j)
{
    g_return_if_fail(i < ratings->n && j < ratings->n);
    swap_strings(ratings->paths, i, j);
    swap_numbers(ratings->scores, i, j);
    if (ratings->contents)
        swap_strings(ratings->contents, i, j);
    if (ratings->spread)
        swap_numbers(ratings->spread, i, j);
    if (ratings->times) {
        const guint times = ratings->times[i];
        ratings->times[i] = ratings->times[j];
        ratings->times[j] = times;
    }
}

char *train_ratings_reference(const TrainRatings *ratings, guint i)
{
    static const char *const ends[] = {"", ".png", ".bmp", ".PNG", ".BMP"};
    for (guint k = 0; ratings->contents && ratings->references && k < G_N_ELEMENTS(ends); k++) {
        g_autofree char *name = g_strconcat(ratings->contents[i], ends[k], NULL);
        g_autofree char *path = g_path_is_absolute(name)
                                    ? g_strdup(name)
                                    : g_build_filename(ratings->references, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}
