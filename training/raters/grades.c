/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading raters' files. */
#include "grades.h"

#include "csv.h"
#include <string.h>

enum { RATER, SCALE, PAIR, IMAGE, CONTENT, OTHER, OTHER_CONTENT, GRADE, COLUMNS };

static const char *const names[COLUMNS][2] = {
    [RATER] = {"rater"},     [SCALE] = {"scale"},
    [PAIR] = {"pair"},       [IMAGE] = {"image"},
    [CONTENT] = {"content"}, [OTHER] = {"other"},
    [GRADE] = {"grade"},     [OTHER_CONTENT] = {"other-content"},
};

static const struct {
    const char *name;
    double low, high;
} scales[] = {{"absolute", 1, 5}, {"comparison", -3, 3}};

/* What a spreadsheet puts before a file that it saves as UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct {
    TrainGrades *grades;
    GHashTable *raters, *images; /* name -> index + 1 */
    GHashTable *given;           /* "rater pair image" -> index of the grade, plus 1 */
    guint file, line;
    int column[COLUMNS];
} Reader;

static gboolean fail(const Reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean fail(const Reader *reader, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "raters' file \"%s\", line %u: %s",
                (const char *)g_ptr_array_index(reader->grades->files, reader->file), reader->line,
                why);
    return FALSE;
}

/* The index of a name, which is new perhaps; *is_new says so. */
static guint find(GHashTable *known, GPtrArray *all, const char *name, gboolean *is_new)
{
    const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(known, name));
    *is_new = !found;
    if (found)
        return found - 1;
    char *copy = g_strdup(name);
    g_ptr_array_add(all, copy);
    g_hash_table_insert(known, copy, GUINT_TO_POINTER(all->len));
    return all->len - 1;
}

static guint find_image(const Reader *reader, const char *name, const char *content)
{
    gboolean is_new;
    const guint image = find(reader->images, reader->grades->images, name, &is_new);
    if (is_new)
        g_ptr_array_add(reader->grades->contents, g_strdup(*content ? content : name));
    return image;
}

static gboolean read_scale(const Reader *reader, const char *name, guint *scale, GError **error)
{
    TrainGrades *grades = reader->grades;
    for (*scale = 0; *scale < G_N_ELEMENTS(scales); ++*scale) {
        if (g_str_equal(name, scales[*scale].name))
            break;
    }
    if (*scale == G_N_ELEMENTS(scales))
        return fail(reader, error, "\"%s\" is no scale: absolute or comparison", name);
    if (grades->grades->len && (gboolean)*scale != grades->comparison)
        return fail(reader, error,
                    "scale \"%s\" after grades of the other: give one scale at a time", name);
    grades->comparison = *scale;
    return TRUE;
}

/* Whether two grades of a pair say the same; of comparisons the sides may have been changed. */
static gboolean agree(const TrainGrade *a, const TrainGrade *b)
{
    return a->image == b->image ? a->grade == b->grade : a->grade == -b->grade;
}

/* A grade that was given before is an error, which says where. A pair is compared once, whichever
 * of the two stands on the right. */
static gboolean check_new(const Reader *reader, const TrainGrade *grade, GError **error)
{
    const guint image = MIN(grade->image, grade->other);
    g_autofree char *key = g_strdup_printf("%u %u %u", grade->rater, grade->pair, image);
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(reader->given, key));
    if (!known) {
        g_hash_table_insert(reader->given, g_steal_pointer(&key),
                            GUINT_TO_POINTER(reader->grades->grades->len + 1));
        return TRUE;
    }
    const TrainGrade *before = &g_array_index(reader->grades->grades, TrainGrade, known - 1);
    return fail(reader, error,
                "rater \"%s\" graded this picture of pair %u before, %s, in \"%s\", "
                "line %u",
                (const char *)g_ptr_array_index(reader->grades->raters, grade->rater), grade->pair,
                agree(before, grade) ? "alike" : "otherwise",
                (const char *)g_ptr_array_index(reader->grades->files, before->file), before->line);
}

static gboolean read_grade(const Reader *reader, const char *text, guint scale, TrainGrade *grade,
                           GError **error)
{
    char *end = NULL;
    grade->grade = g_ascii_strtod(text, &end);
    if (end != text && !*end && grade->grade >= scales[scale].low &&
        grade->grade <= scales[scale].high)
        return TRUE;
    return fail(reader, error, "grade \"%s\": give a number %g to %g", text, scales[scale].low,
                scales[scale].high);
}

static gboolean read_row(const Reader *reader, char **cells, GError **error)
{
    const char *cell[COLUMNS];
    TrainGrade grade = {.other = TRAIN_NO_IMAGE, .file = reader->file, .line = reader->line};
    gboolean is_new;
    guint64 pair;
    guint scale;
    for (guint c = 0; c < COLUMNS; c++) {
        if (reader->column[c] >= (int)g_strv_length(cells))
            return fail(reader, error, "too few columns");
        cell[c] = cells[reader->column[c]];
    }
    if (!*cell[RATER] || !*cell[IMAGE])
        return fail(reader, error, "no %s", *cell[RATER] ? "image" : "rater");
    if (!g_ascii_string_to_unsigned(cell[PAIR], 10, 1, G_MAXUINT, &pair, NULL))
        return fail(reader, error, "\"%s\" is no number of a pair", cell[PAIR]);
    if (!read_scale(reader, cell[SCALE], &scale, error) ||
        !read_grade(reader, cell[GRADE], scale, &grade, error))
        return FALSE;
    if (scale && (!*cell[OTHER] || g_str_equal(cell[OTHER], cell[IMAGE])))
        return fail(reader, error, "a comparison takes another picture");
    grade.pair = (guint)pair;
    grade.rater = find(reader->raters, reader->grades->raters, cell[RATER], &is_new);
    grade.image = find_image(reader, cell[IMAGE], cell[CONTENT]);
    if (scale)
        grade.other = find_image(reader, cell[OTHER], cell[OTHER_CONTENT]);
    if (!check_new(reader, &grade, error))
        return FALSE;
    g_array_append_val(reader->grades->grades, grade);
    return TRUE;
}

static gboolean read_header(Reader *reader, char **cells, GError **error)
{
    for (guint c = 0; c < COLUMNS; c++) {
        reader->column[c] = train_csv_column(cells, names[c]);
        if (reader->column[c] < 0)
            return fail(reader, error, "no column \"%s\"", names[c][0]);
    }
    return TRUE;
}

static gboolean read_file(Reader *reader, const char *path, GError **error)
{
    const guint before = reader->grades->grades->len;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    const gboolean marked = g_str_has_prefix(text, BYTE_ORDER_MARK);
    g_auto(GStrv) lines = g_strsplit(text + marked * strlen(BYTE_ORDER_MARK), "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        reader->line = i + 1;
        if (i && !*g_strstrip(lines[i]))
            continue;
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        if (!cells)
            return fail(reader, error, "a quote is not closed");
        if (!(i ? read_row(reader, cells, error) : read_header(reader, cells, error)))
            return FALSE;
    }
    return reader->grades->grades->len > before || fail(reader, error, "there are no grades");
}

TrainGrades *train_grades_load(char *const *files, GError **error)
{
    g_autoptr(TrainGrades) grades = g_new0(TrainGrades, 1);
    g_autoptr(GHashTable) raters = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) images = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = {grades, raters, images, given};
    grades->files = g_ptr_array_new();
    grades->raters = g_ptr_array_new_with_free_func(g_free);
    grades->images = g_ptr_array_new_with_free_func(g_free);
    grades->contents = g_ptr_array_new_with_free_func(g_free);
    grades->grades = g_array_new(FALSE, FALSE, sizeof(TrainGrade));
    for (; *files; files++, reader.file++) {
        g_ptr_array_add(grades->files, *files);
        if (!read_file(&reader, *files, error))
            return NULL;
    }
    return g_steal_pointer(&grades);
}

void train_grades_free(TrainGrades *grades)
{
    if (!grades)
        return;
    g_ptr_array_unref(grades->files);
    g_ptr_array_unref(grades->raters);
    g_ptr_array_unref(grades->images);
    g_ptr_array_unref(grades->contents);
    g_array_unref(grades->grades);
    g_free(grades);
}
