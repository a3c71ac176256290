/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of [input]. */
#include "recipe-private.h"

#include <string.h>

/* Exactly n numbers, or any number up to n where *count is asked for. */
static gboolean read_list(GKeyFile *file, const char *key, guint n, double *values, guint *count,
                          GError **error)
{
    gsize length = 0;
    g_autofree double *list = g_key_file_get_double_list(file, "input", key, &length, error);
    if (!list)
        return FALSE;
    if (!length || length > n || (!count && length != n))
        return recipe_fail(error, "input", key, "the wrong number of values");
    memcpy(values, list, length * sizeof *list);
    if (count)
        *count = (guint)length;
    return TRUE;
}

static gboolean read_crops(GKeyFile *file, BiqaInput *input, GError **error)
{
    double reduce[BIQA_MAX_CROPS], x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];
    if (!g_key_file_has_key(file, "input", "crop-reduce", NULL))
        return TRUE;
    if (!read_list(file, "crop-reduce", BIQA_MAX_CROPS, reduce, &input->n_crops, error) ||
        !read_list(file, "crop-x", input->n_crops, x, NULL, error) ||
        !read_list(file, "crop-y", input->n_crops, y, NULL, error))
        return FALSE;
    for (guint i = 0; i < input->n_crops; i++) {
        if (!(reduce[i] >= 1 && reduce[i] <= 16 && x[i] >= 0 && x[i] <= 1 && y[i] >= 0 &&
              y[i] <= 1))
            return recipe_fail(error, "input", "crop-reduce",
                               "crops reduce by 1 to 16 and lie at 0 to 1");
        input->crops[i] = (BiqaCrop){(guint)reduce[i], (float)x[i], (float)y[i]};
    }
    return TRUE;
}

/* After the crops, which limit how many there may be. */
static gboolean read_spots(GKeyFile *file, BiqaInput *input, GError **error)
{
    const guint most = BIQA_MAX_CROPS / input->n_crops;
    double x[BIQA_MAX_CROPS], y[BIQA_MAX_CROPS];
    const gboolean has_x = g_key_file_has_key(file, "input", "spot-x", NULL);
    if (has_x != g_key_file_has_key(file, "input", "spot-y", NULL))
        return recipe_fail(error, "input", has_x ? "spot-y" : "spot-x", "missing");
    if (!has_x)
        return TRUE;
    if (!read_list(file, "spot-x", most, x, &input->n_spots, error) ||
        !read_list(file, "spot-y", input->n_spots, y, NULL, error))
        return FALSE;
    if (input->n_spots < 2)
        return recipe_fail(error, "input", "spot-x", "one spot is none: give two or more");
    for (guint i = 0; i < input->n_spots; i++) {
        if (!(x[i] >= 0 && x[i] <= 1 && y[i] >= 0 && y[i] <= 1))
            return recipe_fail(error, "input", "spot-x", "spots lie at 0 to 1");
        input->spots[i] = (BiqaSpot){(float)x[i], (float)y[i]};
    }
    return TRUE;
}

static gboolean read_colour(GKeyFile *file, const char *key, float values[3], GError **error)
{
    double list[3];
    if (!g_key_file_has_key(file, "input", key, NULL))
        return TRUE;
    if (!read_list(file, key, 3, list, NULL, error))
        return FALSE;
    for (guint i = 0; i < 3; i++)
        values[i] = (float)list[i];
    return TRUE;
}

gboolean recipe_read_input(GKeyFile *file, BiqaInput *input, GError **error)
{
    return read_crops(file, input, error) && read_spots(file, input, error) &&
           read_colour(file, "mean", input->mean, error) &&
           read_colour(file, "deviation", input->deviation, error);
}
