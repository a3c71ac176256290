/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dealing contents to parts. */
#include "split.h"

#include "seed.h"
#include <math.h>
#include <string.h>

static const char *const part_names[TRAIN_N_PARTS] = {"training", "validation", "held-out"};

gboolean train_part_find(const char *name, TrainPart *part)
{
    for (guint p = 0; p < TRAIN_N_PARTS; p++)
        if (g_str_equal(name, part_names[p])) {
            *part = (TrainPart)p;
            return TRUE;
        }
    return FALSE;
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names that differ, sorted: what is drawn from does not depend on the order of the list. */
static GPtrArray *distinct(char *const *contents, guint n)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < n; i++) {
        if (g_hash_table_add(seen, contents[i]))
            g_ptr_array_add(names, contents[i]);
    }
    g_ptr_array_sort(names, compare);
    return names;
}

static void shuffle(GPtrArray *names, guint64 seed)
{
    guint64 state = train_seed(seed, 13, 0);
    for (guint i = 0; i + 1 < names->len; i++) {
        const guint j = i + train_draw(&state, names->len - i);
        gpointer name = names->pdata[i];
        names->pdata[i] = names->pdata[j];
        names->pdata[j] = name;
    }
}

static gboolean check(const double shares[TRAIN_N_PARTS], GError **error)
{
    double sum = 0;
    gboolean ok = TRUE;
    for (guint p = 0; p < TRAIN_N_PARTS; p++) {
        ok &= isfinite(shares[p]) && shares[p] >= 0;
        sum += shares[p];
    }
    if (ok && sum > 0 && isfinite(sum))
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "shares of a split are three numbers from 0 up, training, validation and "
                        "held out, and not all 0: as 70;10;20");
    return FALSE;
}

/* ends[p]: how many of the n names the parts up to p have. */
static gboolean measure(const TrainSplit *split, guint n, guint ends[TRAIN_N_PARTS], GError **error)
{
    const double *shares = split->shares, sum = shares[0] + shares[1] + shares[2];
    double before = 0;
    for (guint p = 0, begin = 0; p < TRAIN_N_PARTS; begin = ends[p++]) {
        before += shares[p];
        ends[p] = p + 1 < TRAIN_N_PARTS ? (guint)lround(n * before / sum) : n;
        if (ends[p] > begin || !(shares[p] > 0))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u contents are too few for shares %g;%g;%g: the %s part would be empty", n,
                    shares[0], shares[1], shares[2], part_names[p]);
        return FALSE;
    }
    return TRUE;
}

gboolean train_split_deal(const TrainSplit *split, char *const *contents, guint n, TrainPart *parts,
                          GError **error)
{
    guint ends[TRAIN_N_PARTS];
    g_autoptr(GPtrArray) names = distinct(contents, n);
    g_autoptr(GHashTable) part_of = g_hash_table_new(g_str_hash, g_str_equal);

    if (!check(split->shares, error) || !measure(split, names->len, ends, error))
        return FALSE;
    shuffle(names, split->seed);
    for (guint i = 0, p = 0; i < names->len; i++) {
        while (i >= ends[p])
            p++;
        g_hash_table_insert(part_of, names->pdata[i], GUINT_TO_POINTER(p));
    }
    for (guint i = 0; i < n; i++)
        parts[i] = (TrainPart)GPOINTER_TO_UINT(g_hash_table_lookup(part_of, contents[i]));
    return TRUE;
}

gboolean train_split_parse(const char *text, double shares[TRAIN_N_PARTS], GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, ";,", -1);
    gboolean ok = g_strv_length(words) == TRAIN_N_PARTS;
    for (guint p = 0; p < TRAIN_N_PARTS; p++) {
        char *end = NULL;
        shares[p] = ok ? g_ascii_strtod(g_strstrip(words[p]), &end) : NAN;
        ok = ok && end != words[p] && !*end;
    }
    if (!ok)
        shares[0] = NAN;
    return check(shares, error);
}
