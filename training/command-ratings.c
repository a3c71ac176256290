/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train ratings */
#include "command.h"
#include "csv.h"
#include "metrics.h"
#include "ratings-pixels.h"
#include "replay.h"
#include "tally.h"

#include <math.h>
#include <stdio.h>

#define NAMED 5     /* missing files that are named */
#define COMPARED 60 /* images held against their references */

static TrainScaleOptions scale;
static char *csv;
static gboolean raters;

static const GOptionEntry entries[] = {
    TRAIN_SCALE_ENTRIES(scale),
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &csv,
     "Write a CSV list on 0..100 of the images that are there", "FILE"},
    {"raters", 0, 0, G_OPTION_ARG_NONE, &raters,
     "Each PATH is a rater's file from a gallery: put them together, as mean opinion scores", NULL},
    {0},
};

static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(text, ',');
    if (!isnan(value)) /* nothing where it is not known */
        g_string_append(text, g_ascii_dtostr(digits, sizeof digits, value));
}

static gboolean write_csv(const TrainRatings *ratings, GError **error)
{
    g_autoptr(GString) text = g_string_new("image,mos");
    g_string_append(text, ratings->spread ? ",std" : "");
    g_string_append(text, ratings->contents ? ",content\n" : "\n");
    for (guint i = 0; i < ratings->n; i++) {
        g_autofree char *path = g_canonicalize_filename(ratings->paths[i], NULL);
        train_csv_append(text, path);
        append_number(text, ratings->scores[i]);
        if (ratings->spread)
            append_number(text, ratings->spread[i]);
        if (ratings->contents) {
            g_string_append_c(text, ',');
            train_csv_append(text, ratings->contents[i]);
        }
        g_string_append_c(text, '\n');
    }
    return g_file_set_contents(csv, text->str, (gssize)text->len, error);
}

static double mean_of(const double *values, guint n)
{
    double sum = 0;
    guint known = 0;
    for (guint i = 0; i < n; i++) {
        sum += isnan(values[i]) ? 0 : values[i];
        known += !isnan(values[i]);
    }
    return sum / known;
}

static void print_missing(char *const *missing)
{
    const guint n = g_strv_length((char **)missing);
    printf("missing      %u\n", n);
    for (guint i = 0; i < MIN(n, NAMED); i++)
        printf("             %s\n", missing[i]);
    if (n > NAMED)
        printf("             and %u more\n", n - NAMED);
}

static void print_ratings(const TrainRatings *ratings)
{
    const TrainRatingScale *ends = &ratings->scale;
    printf("layout       %s\nlist         %s\nimages       %u\n", ratings->layout, ratings->list,
           ratings->n);
    if (ratings->contents)
        printf("contents     %u\n", train_ratings_n_contents(ratings));
    else
        printf("contents     not known: every image counts as one of its own\n");
    printf("scale        %g (worst) to %g (best), made 0 to 100\n", ends->worst, ends->best);
    printf("scores       mean %.2f, from %.2f to %.2f\n", mean_of(ratings->scores, ratings->n),
           train_quantile(ratings->scores, ratings->n, 0),
           train_quantile(ratings->scores, ratings->n, 1));
    if (ratings->spread)
        printf("std          mean %.2f points\n", mean_of(ratings->spread, ratings->n));
    else
        printf("std          not known\n");
    print_missing(ratings->missing);
}

static gboolean check_pixels(const TrainRatings *ratings, GError **error)
{
    guint n;
    double srcc;
    if (!train_ratings_check_pixels(ratings, COMPARED, &n, &srcc, error))
        return FALSE;
    if (n < 2)
        printf("psnr         not known: no references of the images' sizes\n");
    else
        printf("psnr         SRCC %.2f with the scores, of %u images\n", srcc, n);
    return TRUE;
}

static void print_tallies(const GArray *tallies)
{
    printf("%-20s %-20s %6s %10s %7s %9s\n", "defender", "attacker", "rated", "falsified", "upheld",
           "reversed");
    for (guint i = 0; i < tallies->len; i++) {
        const TrainTally *row = &g_array_index(tallies, TrainTally, i);
        printf("%-20s %-20s %6u %10u %7u %9u\n", row->defender, row->attacker, row->rated,
               row->falsified, row->upheld, row->reversed);
    }
}

/* Of a list beside the pairs that were rated, who was right in them. */
static gboolean print_matches(const TrainRatings *ratings, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(ratings->list);
    g_autofree char *list = g_build_filename(folder, "pairs.csv", NULL);
    if (!g_file_test(list, G_FILE_TEST_EXISTS))
        return TRUE;
    g_autoptr(TrainPairs) pairs = train_pairs_load(folder, error);
    if (!pairs)
        return FALSE;
    g_autofree double *rated = train_replay_ratings(pairs, ratings);
    g_autoptr(GArray) tallies = train_tally_new(pairs, rated);
    print_tallies(tallies);
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams params = {.skip_missing = TRUE};
    if (raters)
        return train_command_check(argc, 1, G_MAXINT, "raters' files", error)
                   ? train_ratings_of_raters(argv, csv, error)
                   : 2;
    if (!train_command_check(argc, 1, 1, "one list or folder", error) ||
        !train_scale_options_parse(&scale, &params, error))
        return 2;
    g_autoptr(TrainRatings) ratings = train_ratings_open(argv[0], &params, error);
    if (!ratings)
        return 1;
    print_ratings(ratings);
    if (!check_pixels(ratings, error) || !print_matches(ratings, error))
        return 1;
    return !csv || write_csv(ratings, error) ? 0 : 1;
}

const TrainCommand train_command_ratings = {
    .name = "ratings",
    .summary = "Say what a list of ratings, a data set's folder or raters' files hold",
    .arguments = "PATH...",
    .description =
        "docs/data-sets.md lists the layouts that are known, docs/gmad.md says how raters' files "
        "are put\ntogether: write the list beside pairs.csv, so that its images are found. Of such "
        "a "
        "list it says who\nwas right in the pairs.",
    .entries = entries,
    .run = run,
};
