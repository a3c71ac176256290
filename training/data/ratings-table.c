/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rated images in comma-separated values. */
#include "csv.h"
#include "ratings-private.h"

#include <math.h>
#include <string.h>

static gboolean is_blank(char *const *cells)
{
    for (; *cells; cells++) {
        if (**cells)
            return FALSE;
    }
    return TRUE;
}

/* Where the columns stand; FALSE where those that are needed do not. */
static gboolean find_columns(const TrainTable *table, char *const *cells, int column[])
{
    for (guint c = 0; c < TRAIN_N_COLUMNS; c++)
        column[c] = train_csv_column(cells, table->names[c]);
    return column[TRAIN_COLUMN_IMAGE] >= 0 && column[TRAIN_COLUMN_SCORE] >= 0;
}

static char *say_names(const TrainTable *table, TrainColumn column)
{
    const char *const *names = table->names[column];
    g_autofree char *others = names[1] ? g_strjoinv(", ", (char **)(gpointer)&names[1]) : NULL;
    return others ? g_strdup_printf("\"%s\" (or %s)", names[0], others)
                  : g_strdup_printf("\"%s\"", names[0]);
}

static gboolean fail_header(const TrainRatingsReader *reader, const TrainTable *table, guint line,
                            const int column[], GError **error)
{
    const TrainColumn lacks =
        column[TRAIN_COLUMN_IMAGE] < 0 ? TRAIN_COLUMN_IMAGE : TRAIN_COLUMN_SCORE;
    g_autofree char *names = say_names(table, lacks);
    return train_ratings_reader_fail(
        reader, line, error, "no column %s in the header; cells are separated by commas", names);
}

/* Returns the header's line, from 1; 0 and error where there is none. */
static guint read_header(TrainRatingsReader *reader, const TrainTable *table, char **lines,
                         int column[], GError **error)
{
    for (guint c = 0; c < TRAIN_N_COLUMNS; c++)
        column[c] = -1;
    for (guint i = 0; lines[i] && i <= table->skip; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        if (cells && find_columns(table, cells, column))
            return i + 1;
    }
    if (!lines[0] || (!*lines[0] && !lines[1]))
        train_ratings_reader_fail(reader, 1, error, "the file is empty");
    else
        fail_header(reader, table, 1, column, error);
    return 0;
}

static gboolean read_row(TrainRatingsReader *reader, const TrainTable *table, const int column[],
                         TrainTableRow *row, GError **error)
{
    const int n = (int)g_strv_length(row->cells);
    if (is_blank(row->cells))
        return TRUE;
    for (guint c = 0; c < TRAIN_N_COLUMNS; c++) {
        if (column[c] >= n)
            return train_ratings_reader_fail(reader, row->line, error, "too few columns");
        row->cell[c] = column[c] < 0 ? NULL : row->cells[column[c]];
    }
    return table->row(reader, row, error);
}

static gboolean read_rows(TrainRatingsReader *reader, const TrainTable *table, char **lines,
                          GError **error)
{
    int column[TRAIN_N_COLUMNS];
    const guint header = read_header(reader, table, lines, column, error);
    if (!header)
        return FALSE;
    for (guint i = header; lines[i]; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        TrainTableRow row = {.cells = cells, .line = i + 1};
        if (!cells)
            return train_ratings_reader_fail(reader, row.line, error, "a quote is not closed");
        if (!read_row(reader, table, column, &row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean train_ratings_read_table(TrainRatingsReader *reader, const TrainTable *table,
                                  const char *path, GError **error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* which spreadsheets put before UTF-8 */
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    const gboolean marked = g_str_has_prefix(text, mark);
    g_auto(GStrv) lines = g_strsplit(text + (marked ? strlen(mark) : 0), "\n", -1);
    for (char **line = lines; *line; line++)
        g_strchomp(*line);
    return read_rows(reader, table, lines, error);
}

/* "I01_02_03.png": the third part, of names that are so. */
static guint level_of(const char *name)
{
    g_autofree char *base = g_path_get_basename(name);
    g_auto(GStrv) parts = g_strsplit_set(base, "_.", -1);
    guint64 level;
    if (g_strv_length(parts) != 4 || g_ascii_toupper(*parts[0]) != 'I' ||
        !g_ascii_string_to_unsigned(parts[0] + 1, 10, 1, 99, NULL, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 1, 99, NULL, NULL) ||
        !g_ascii_string_to_unsigned(parts[2], 10, 1, 99, &level, NULL))
        return 0;
    return (guint)level;
}

gboolean train_ratings_plain_row(TrainRatingsReader *reader, const TrainTableRow *row,
                                 GError **error)
{
    const char *const *cell = row->cell;
    const char *content = cell[TRAIN_COLUMN_CONTENT];
    TrainRatingsRow rated = {.name = cell[TRAIN_COLUMN_IMAGE],
                             .content = content && *content ? content : NULL,
                             .level = level_of(cell[TRAIN_COLUMN_IMAGE])};
    g_autofree char *name = g_path_get_basename(rated.name);
    g_autofree char *shown = g_path_get_basename(rated.content ? rated.content : "");
    rated.pristine = rated.content && strcmp(name, shown) == 0;
    const gboolean squared = !cell[TRAIN_COLUMN_STD];
    if (!train_ratings_reader_number(reader, row->line, "score", cell[TRAIN_COLUMN_SCORE],
                                     &rated.score, error) ||
        !train_ratings_reader_std(reader, row->line,
                                  cell[squared ? TRAIN_COLUMN_VARIANCE : TRAIN_COLUMN_STD],
                                  &rated.std, error) ||
        !train_ratings_reader_times(reader, row->line, cell[TRAIN_COLUMN_TIMES], &rated.times,
                                    error))
        return FALSE;
    if (squared)
        rated.std = sqrt(rated.std);
    return train_ratings_reader_add(reader, row->line, &rated, error);
}
