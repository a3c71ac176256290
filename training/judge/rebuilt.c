/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rebuilt.h"
#include "judge-rebuild.h"
#include "seed.h"

#include <errno.h>
#include <glib/gstdio.h>

enum { WIDTH = 512, HEIGHT = 384 }; /* of all TID2013's pictures */

typedef struct {
    const TrainRebuilt *params;
    GString *list; /* ratings.csv so far */
    guint n;
} Write;

guint train_rebuilt_reference(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    if (!g_str_has_prefix(name, "kodim") || !g_ascii_isdigit(name[5]) ||
        !g_ascii_isdigit(name[6]) || name[7] != '.')
        return 0;
    const guint number = (guint)(name[5] - '0') * 10 + (guint)(name[6] - '0');
    return number <= 24 ? number : 0; /* its 25th is not Kodak's */
}

static TrainImage *load_reference(const char *path, GError **error)
{
    g_autoptr(TrainImage) picture = train_image_load(path, error);
    if (!picture)
        return NULL;
    if (picture->width < WIDTH || picture->height < HEIGHT) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'%s' is %u x %u; rebuilding TID2013 takes %d x %d of it", path, picture->width,
                    picture->height, WIDTH, HEIGHT);
        return NULL;
    }
    return train_image_cut(picture, (picture->width - WIDTH) / 2, (picture->height - HEIGHT) / 2,
                           WIDTH, HEIGHT);
}

static gboolean write_picture(Write *write, const TrainImage *image, guint number, guint type,
                              guint level, GError **error)
{
    char rating[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *name = g_strdup_printf("i%02u_%02u_%u.png", number, type, level + 1);
    g_autofree char *path = g_build_filename(write->params->folder, name, NULL);
    const double mos = train_rating_table_at(write->params->tid, number - 1, type - 1, level);
    g_ascii_formatd(rating, sizeof rating, "%.3f", mos);
    g_string_append_printf(write->list, "%s,%s,kodim%02u\n", name, rating, number);
    write->n++;
    return train_image_save(image, path, error);
}

static gboolean write_type(Write *write, const TrainRebuildType *type, const TrainImage *reference,
                           guint number, GError **error)
{
    TrainRebuild rebuild = {type, reference, train_seed(write->params->seed, number, type->type)};
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) distorted = NULL;
        if (!train_rebuild(&rebuild, level, &distorted, error))
            return FALSE;
        if (distorted && !write_picture(write, distorted, number, type->type, level, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_wanted(const TrainRebuilt *params, const TrainRebuildType *type)
{
    return !params->type || params->type == type->type;
}

static gboolean write_content(Write *write, const char *path, GError **error)
{
    const guint number = train_rebuilt_reference(path);
    guint n;
    const TrainRebuildType *types = train_rebuild_types(&n);
    if (!number) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'%s' is no reference of TID2013; those are Kodak's photographs, kodimNN.*",
                    path);
        return FALSE;
    }
    g_autoptr(TrainImage) reference = load_reference(path, error);
    if (!reference)
        return FALSE;
    for (guint t = 0; t < n; t++) {
        if (is_wanted(write->params, &types[t]) &&
            !write_type(write, &types[t], reference, number, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_type(const TrainRebuilt *params, GError **error)
{
    guint n;
    const TrainRebuildType *types = train_rebuild_types(&n);
    for (guint t = 0; t < n; t++) {
        if (is_wanted(params, &types[t]))
            return TRUE;
    }
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "type %u of TID2013 is not rebuilt",
                params->type);
    return FALSE;
}

gboolean train_rebuilt_write(const TrainRebuilt *rebuilt, guint *n, GError **error)
{
    g_autoptr(GString) list = g_string_new("image,mos,content\n");
    Write write = {rebuilt, list};
    if (!check_type(rebuilt, error))
        return FALSE;
    if (g_mkdir_with_parents(rebuilt->folder, 0755) < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder '%s': %s",
                    rebuilt->folder, g_strerror(errno));
        return FALSE;
    }
    for (const char *const *picture = rebuilt->pictures; *picture; picture++) {
        if (!write_content(&write, *picture, error))
            return FALSE;
    }
    g_autofree char *path = g_build_filename(rebuilt->folder, "ratings.csv", NULL);
    *n = write.n;
    return g_file_set_contents(path, list->str, (gssize)list->len, error);
}
