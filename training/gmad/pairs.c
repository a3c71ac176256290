/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs as files. */
#include "pairs.h"

#include "csv.h"
#include <math.h>
#include <string.h>

#define PAIRS "pairs.csv"
#define IMAGES "images.csv"

static const char pair_head[] =
    "pair,defender,attacker,level,better,worse,defender-better,defender-worse,attacker-better,"
    "attacker-worse";
static const char image_head[] = "image,content,origin";

enum { NUMBER, DEFENDER, ATTACKER, LEVEL, BETTER, WORSE, SCORES, COLUMNS = SCORES + 4 };

static void clear_image(gpointer data)
{
    TrainPairImage *image = data;
    g_free(image->file);
    g_free(image->content);
    g_free(image->origin);
}

static void clear_pair(gpointer data)
{
    TrainPair *pair = data;
    g_free(pair->defender);
    g_free(pair->attacker);
}

TrainPairs *train_pairs_new(const char *folder)
{
    TrainPairs *pairs = g_new0(TrainPairs, 1);
    pairs->folder = g_strdup(folder);
    pairs->images = g_array_new(FALSE, TRUE, sizeof(TrainPairImage));
    g_array_set_clear_func(pairs->images, clear_image);
    pairs->pairs = g_array_new(FALSE, TRUE, sizeof(TrainPair));
    g_array_set_clear_func(pairs->pairs, clear_pair);
    return pairs;
}

void train_pairs_free(TrainPairs *pairs)
{
    if (!pairs)
        return;
    g_array_unref(pairs->images);
    g_array_unref(pairs->pairs);
    g_free(pairs->folder);
    g_free(pairs);
}

guint train_pairs_add_image(TrainPairs *pairs, const TrainPairImage *image)
{
    g_array_append_val(pairs->images, *image);
    return pairs->images->len - 1;
}

void train_pairs_add(TrainPairs *pairs, const TrainPair *pair)
{
    TrainPair copy = *pair;
    copy.defender = g_strdup(pair->defender);
    copy.attacker = g_strdup(pair->attacker);
    g_array_append_val(pairs->pairs, copy);
}

/* -- writing ------------------------------------------------------------------------------- */

static void append_cell(GString *text, const char *cell)
{
    g_string_append_c(text, ',');
    train_csv_append(text, cell);
}

static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(text, ",%s", g_ascii_formatd(digits, sizeof digits, "%.4f", value));
}

static gboolean save(const TrainPairs *pairs, const char *name, const GString *text, GError **error)
{
    g_autofree char *path = g_build_filename(pairs->folder, name, NULL);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static void append_pair(GString *text, const TrainPairs *pairs, guint i)
{
    const TrainPair *pair = train_pairs_at(pairs, i);
    g_string_append_printf(text, "%u", i + 1);
    append_cell(text, pair->defender);
    append_cell(text, pair->attacker);
    g_string_append_printf(text, ",%u", pair->level);
    for (guint k = 0; k < 2; k++)
        append_cell(text, train_pairs_image(pairs, pair->images[k])->file);
    for (guint k = 0; k < 2; k++)
        append_number(text, pair->defended[k]);
    for (guint k = 0; k < 2; k++)
        append_number(text, pair->attacked[k]);
    g_string_append_c(text, '\n');
}

gboolean train_pairs_save(const TrainPairs *pairs, GError **error)
{
    g_autoptr(GString) list = g_string_new(pair_head);
    g_autoptr(GString) images = g_string_new(image_head);
    g_string_append_c(list, '\n');
    g_string_append_c(images, '\n');
    for (guint i = 0; i < pairs->pairs->len; i++)
        append_pair(list, pairs, i);
    for (guint i = 0; i < pairs->images->len; i++) {
        const TrainPairImage *image = train_pairs_image(pairs, i);
        train_csv_append(images, image->file);
        append_cell(images, image->content);
        append_cell(images, image->origin);
        g_string_append_c(images, '\n');
    }
    return save(pairs, IMAGES, images, error) && save(pairs, PAIRS, list, error);
}

/* -- reading ------------------------------------------------------------------------------- */

typedef struct {
    TrainPairs *pairs;
    GHashTable *files; /* of images -> number + 1 */
} Reader;

/* A line's cells into pairs; NULL, or what is wrong with it. */
typedef const char *(*ReadRow)(const Reader *reader, char **cells);

static const char *read_image(const Reader *reader, char **cells)
{
    const TrainPairImage image = {g_strdup(cells[0]), g_strdup(cells[1]), g_strdup(cells[2])};
    const guint i = train_pairs_add_image(reader->pairs, &image);
    g_hash_table_insert(reader->files, image.file, GUINT_TO_POINTER(i + 1));
    return NULL;
}

static const char *read_pair(const Reader *reader, char **cells)
{
    TrainPair pair = {.defender = cells[DEFENDER], .attacker = cells[ATTACKER]};
    double *const scores[] = {&pair.defended[0], &pair.defended[1], &pair.attacked[0],
                              &pair.attacked[1]};
    pair.level = (guint)g_ascii_strtoull(cells[LEVEL], NULL, 10);
    for (guint k = 0; k < 2; k++) {
        const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(reader->files, cells[BETTER + k]));
        if (!found)
            return "an image that is not in " IMAGES;
        pair.images[k] = found - 1;
    }
    for (guint k = 0; k < G_N_ELEMENTS(scores); k++) {
        char *end = NULL;
        *scores[k] = g_ascii_strtod(cells[SCORES + k], &end);
        if (end == cells[SCORES + k] || *end || !isfinite(*scores[k]))
            return "a score that is no number";
    }
    train_pairs_add(reader->pairs, &pair);
    return NULL;
}

static gboolean read_table(const Reader *reader, const char *name, const char *head, ReadRow row,
                           GError **error)
{
    g_autofree char *path = g_build_filename(reader->pairs->folder, name, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) wanted = g_strsplit(head, ",", -1);
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (i > 0 && !*g_strstrip(lines[i]))
            continue;
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        const char *wrong = NULL;
        if (!cells || g_strv_length(cells) != g_strv_length(wanted))
            wrong = "the wrong number of columns";
        else if (i == 0)
            wrong =
                g_str_equal(g_strstrip(lines[0]), head) ? NULL : "other columns than gmad writes";
        else
            wrong = row(reader, cells);
        if (!wrong)
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "\"%s\", line %u: %s", path, i + 1,
                    wrong);
        return FALSE;
    }
    return TRUE;
}

TrainPairs *train_pairs_load(const char *folder, GError **error)
{
    g_autoptr(TrainPairs) pairs = train_pairs_new(folder);
    g_autoptr(GHashTable) files = g_hash_table_new(g_str_hash, g_str_equal);
    const Reader reader = {pairs, files};
    if (!read_table(&reader, IMAGES, image_head, read_image, error) ||
        !read_table(&reader, PAIRS, pair_head, read_pair, error))
        return NULL;
    return g_steal_pointer(&pairs);
}
