/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Published data sets as they are downloaded: how each is told, and those whose list is text. */
#include "ratings-private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALTERNATIVES 5

typedef struct {
    const char *name;
    const char *lists[ALTERNATIVES];  /* any one of them tells the data set */
    const char *sheet[ALTERNATIVES];  /* what is published where that is no text; NULL: the list */
    const char *save;                 /* what of the sheet is to be saved */
    const char *images[ALTERNATIVES]; /* the folder with images, the first that is there */
    const char *references;           /* folder of references; NULL: there is none */
    TrainRatingScale scale;
    const TrainTable *table; /* NULL: read says it all */
    gboolean (*read)(TrainRatingsReader *reader, const TrainLayoutFiles *files, GError **error);
} Layout;

/* "1600", "jpeg 2000", "3" is dst_imgs/jpeg2000/1600.jpeg2000.3.png. */
static gboolean csiq_row(TrainRatingsReader *reader, const TrainTableRow *row, GError **error)
{
    static const struct {
        const char *type, *folder, *name;
    } types[] = {{"noise", "awgn", "AWGN"},
                 {"blur", "blur", "BLUR"},
                 {"contrast", "contrast", "contrast"},
                 {"fnoise", "fnoise", "fnoise"},
                 {"jpeg", "jpeg", "JPEG"},
                 {"jpeg 2000", "jpeg2000", "jpeg2000"}};
    const char *image = row->cell[TRAIN_COLUMN_IMAGE], *type = row->cell[TRAIN_COLUMN_TYPE];
    TrainRatingsRow rated = {.content = image};
    guint64 level;
    guint t = 0;

    while (type && t < G_N_ELEMENTS(types) && strcmp(types[t].type, type) != 0)
        t++;
    if (!type || t == G_N_ELEMENTS(types))
        return train_ratings_reader_fail(reader, row->line, error,
                                         "\"%s\" is no dst_type of CSIQ's", type ? type : "");
    if (!row->cell[TRAIN_COLUMN_LEVEL] ||
        !g_ascii_string_to_unsigned(row->cell[TRAIN_COLUMN_LEVEL], 10, 1, 9, &level, NULL))
        return train_ratings_reader_fail(reader, row->line, error, "there is no dst_lev");
    if (!train_ratings_reader_number(reader, row->line, "dmos", row->cell[TRAIN_COLUMN_SCORE],
                                     &rated.score, error) ||
        !train_ratings_reader_std(reader, row->line, row->cell[TRAIN_COLUMN_STD], &rated.std,
                                  error))
        return FALSE;
    g_autofree char *name =
        g_strdup_printf("%s/%s.%s.%u.png", types[t].folder, image, types[t].name, (guint)level);
    rated.name = name;
    rated.level = (guint)level;
    return train_ratings_reader_add(reader, row->line, &rated, error);
}

/* Of the raters' grades, which stand from the fourth column on with gaps; NaN of fewer than two. */
static double grades_std(char *const *cells)
{
    enum { FIRST = 3 };
    double sum = 0, squares = 0;
    guint n = 0;
    for (guint c = 0; cells[c]; c++) {
        char *end = NULL;
        const double grade = g_ascii_strtod(cells[c], &end);
        if (c < FIRST || end == cells[c] || *end || !isfinite(grade))
            continue;
        sum += grade;
        squares += grade * grade;
        n++;
    }
    return n < 2 ? NAN : sqrt(MAX(0, squares - sum * sum / n) / (n - 1));
}

/* Number 7 is DatabaseImage0007.JPG. */
static gboolean bid_row(TrainRatingsReader *reader, const TrainTableRow *row, GError **error)
{
    TrainRatingsRow rated = {.std = grades_std(row->cells)};
    double number;
    if (!train_ratings_reader_number(reader, row->line, "Image Number",
                                     row->cell[TRAIN_COLUMN_IMAGE], &number, error) ||
        !train_ratings_reader_number(reader, row->line, "Average Subjective Grade",
                                     row->cell[TRAIN_COLUMN_SCORE], &rated.score, error))
        return FALSE;
    if (number != floor(number) || number < 0 || number > 9999)
        return train_ratings_reader_fail(reader, row->line, error, "%g is no number of an image",
                                         number);
    g_autofree char *name = g_strdup_printf("DatabaseImage%04d.JPG", (int)number);
    rated.name = name;
    return train_ratings_reader_add(reader, row->line, &rated, error);
}

static const TrainTable csiq = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"image"},
              [TRAIN_COLUMN_SCORE] = {"dmos"},
              [TRAIN_COLUMN_STD] = {"dmos_std"},
              [TRAIN_COLUMN_TYPE] = {"dst_type"},
              [TRAIN_COLUMN_LEVEL] = {"dst_lev"}},
    .skip = 10,
    .row = csiq_row,
};
static const TrainTable kadid = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"dist_img"},
              [TRAIN_COLUMN_SCORE] = {"dmos"},
              [TRAIN_COLUMN_VARIANCE] = {"var"},
              [TRAIN_COLUMN_CONTENT] = {"ref_img"}},
    .row = train_ratings_plain_row,
};
static const TrainTable koniq = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"image_name"},
              [TRAIN_COLUMN_SCORE] = {"MOS"},
              [TRAIN_COLUMN_STD] = {"SD"}},
    .row = train_ratings_plain_row,
};
static const TrainTable spaq = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"Image name"}, [TRAIN_COLUMN_SCORE] = {"MOS"}},
    .skip = 4,
    .row = train_ratings_plain_row,
};
static const TrainTable bid = {
    .names = {[TRAIN_COLUMN_IMAGE] = {"Image Number"},
              [TRAIN_COLUMN_SCORE] = {"Average Subjective Grade"}},
    .skip = 4,
    .row = bid_row,
};

/* The lines of mos_std.txt; NULL where there is none, or with error. */
static char **tid_std(const TrainLayoutFiles *files)
{
    g_autofree char *path = g_build_filename(files->path, "mos_std.txt", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    g_strdelimit(text, "\r", '\n');
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    for (char **line = all; *line; line++) {
        if (*g_strstrip(*line))
            g_ptr_array_add(lines, g_strdup(*line));
    }
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_steal(lines, NULL);
}

/* "5.51429 I01_01_1.bmp" */
static gboolean tid_row(TrainRatingsReader *reader, guint at, const char *line, const char *std,
                        GError **error)
{
    char mos[32], name[32];
    guint reference, type, level;
    int end = 0;
    if (sscanf(line, "%31s %31s %n", mos, name, &end) != 2 || line[end] ||
        sscanf(name + 1, "%2u_%2u_%1u.", &reference, &type, &level) != 3)
        return train_ratings_reader_fail(reader, at, error,
                                         "\"%s\" is no rating and name Irr_tt_l.bmp", line);
    g_autofree char *content = g_strdup_printf("I%02u", reference);
    TrainRatingsRow rated = {.name = name, .content = content, .level = level};
    return train_ratings_reader_number(reader, at, "rating", mos, &rated.score, error) &&
           train_ratings_reader_std(reader, at, std, &rated.std, error) &&
           train_ratings_reader_add(reader, at, &rated, error);
}

static gboolean read_tid(TrainRatingsReader *reader, const TrainLayoutFiles *files, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(files->list, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) std = tid_std(files);
    const guint n_std = std ? g_strv_length(std) : 0;
    guint rows = 0;
    for (guint i = 0; lines[i]; i++) {
        if (!*g_strstrip(lines[i]))
            continue;
        if (!tid_row(reader, i + 1, lines[i], rows < n_std ? std[rows] : NULL, error))
            return FALSE;
        rows++;
    }
    if (std && n_std != rows)
        return train_ratings_reader_fail(reader, 0, error,
                                         "%u ratings, but mos_std.txt has %u lines", rows, n_std);
    return TRUE;
}

/* LIVE's realigned DMOS are z-scores that leave 0..100: -2.64 to 111.77 as published. */
static const Layout layouts[] = {
    {.name = "LIVE release 2",
     .lists = {"dmos_realigned.mat", "dmos.mat"},
     .images = {"."},
     .references = "refimgs",
     .scale = {112, -3},
     .read = train_ratings_read_live},
    {.name = "CSIQ",
     .lists = {"csiq.DMOS.csv", "csiq_DMOS.csv", "csiq_dmos.csv"},
     .sheet = {"csiq.DMOS.xlsx"},
     .save = "its sheet all_by_image as csiq.DMOS.csv",
     .images = {"dst_imgs"},
     .references = "src_imgs",
     .scale = {1, 0},
     .table = &csiq},
    {.name = "TID2013",
     .lists = {"mos_with_names.txt"},
     .images = {"distorted_images"},
     .references = "reference_images",
     .scale = {0, 9},
     .read = read_tid},
    {.name = "KADID-10k",
     .lists = {"dmos.csv"},
     .images = {"images"},
     .references = "images",
     .scale = {1, 5},
     .table = &kadid},
    {.name = "LIVE In the Wild Challenge",
     .lists = {"Data/AllMOS_release.mat", "AllMOS_release.mat"},
     .images = {"Images"},
     .scale = {0, 100},
     .read = train_ratings_read_clive},
    {.name = "KonIQ-10k",
     .lists = {"koniq10k_scores_and_distributions.csv"},
     .images = {"1024x768", "512x384"},
     .scale = {1, 5},
     .table = &koniq},
    {.name = "SPAQ",
     .lists = {"Annotations/MOS and Image attribute scores.csv",
               "MOS and Image attribute scores.csv"},
     .sheet = {"Annotations/MOS and Image attribute scores.xlsx",
               "MOS and Image attribute scores.xlsx"},
     .save = "it as \"MOS and Image attribute scores.csv\"",
     .images = {"TestImage"},
     .scale = {0, 100},
     .table = &spaq},
    {.name = "BID",
     .lists = {"DatabaseGrades.csv"},
     .sheet = {"DatabaseGrades.xls", "DatabaseGrades.xlsx"},
     .save = "it as DatabaseGrades.csv",
     .images = {"ImageDatabase", "."},
     .scale = {0, 5},
     .table = &bid},
};

/* The first of names that folder has, or NULL. (transfer full) */
static char *find(const char *folder, const char *const *names, GFileTest kind)
{
    for (; *names; names++) {
        g_autofree char *path =
            strcmp(*names, ".") == 0 ? g_strdup(folder) : g_build_filename(folder, *names, NULL);
        if (g_file_test(path, kind))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* list and images: the caller's, to be freed. NULL and error where it is none or not whole. */
static const Layout *recognise(const char *path, char **list, char **images, GError **error)
{
    for (guint k = 0; k < G_N_ELEMENTS(layouts); k++) {
        const Layout *layout = &layouts[k];
        *list = find(path, layout->lists, G_FILE_TEST_IS_REGULAR);
        g_autofree char *sheet = *list ? NULL : find(path, layout->sheet, G_FILE_TEST_IS_REGULAR);
        if (!*list && !sheet)
            continue;
        *images = find(path, layout->images, G_FILE_TEST_IS_DIR);
        if (*list && *images)
            return layout;
        if (*list)
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                        "ratings \"%s\": it is %s, but its folder %s with the images is not there",
                        path, layout->name, layout->images[0]);
        else
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                        "ratings \"%s\": a spreadsheet is not read; save %s beside it", sheet,
                        layout->save);
        return NULL;
    }
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint k = 0; k < G_N_ELEMENTS(layouts); k++)
        g_string_append_printf(known, "%s%s (%s)", k ? ", " : "", layouts[k].name,
                               layouts[k].lists[0]);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                "ratings \"%s\": the folder has none of the lists by which data sets are known: %s",
                path, known->str);
    return NULL;
}

TrainRatings *train_ratings_load_folder(const char *path, gboolean skip_missing, GError **error)
{
    g_autofree char *list = NULL;
    g_autofree char *images = NULL;
    const Layout *layout = recognise(path, &list, &images, error);
    if (!layout)
        return NULL;
    g_autofree char *references =
        layout->references ? g_build_filename(path, layout->references, NULL) : NULL;
    const TrainRatingsReaderParams params = {.layout = layout->name,
                                             .list = list,
                                             .unit =
                                                 g_str_has_suffix(list, ".mat") ? "entry" : "line",
                                             .folder = images,
                                             .references = references,
                                             .scale = layout->scale,
                                             .skip_missing = skip_missing};
    const TrainLayoutFiles files = {path, list, images};
    g_autoptr(TrainRatingsReader) reader = train_ratings_reader_new(&params);
    const gboolean ok = layout->table ? train_ratings_read_table(reader, layout->table, list, error)
                                      : layout->read(reader, &files, error);
    return ok ? train_ratings_reader_finish(reader, error) : NULL;
}
