/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What competes: names, identities and pixels. */
#include "entries.h"

#include "score-cache.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* The number goes up whenever an entry starts to look different. */
#define VERSION "gmad-1"

void train_entries_free(TrainEntries *entries)
{
    if (!entries)
        return;
    g_array_unref(entries->views);
    g_array_unref(entries->entries);
    g_ptr_array_unref(entries->types);
    g_mutex_clear(&entries->lock);
    g_cond_clear(&entries->read);
    g_free(entries);
}

char *train_entries_name(const TrainEntries *entries, guint i)
{
    const TrainEntry *entry = train_entries_at(entries, i);
    const TrainView *view = train_entries_view(entries, entry->view);
    g_autoptr(GString) name = g_string_new(view->path);
    if (view->time > 0)
        g_string_append_printf(name, "@%g", view->time);
    if (entry->type >= 0) {
        const TrainDistortion *type = g_ptr_array_index(entries->types, entry->type);
        g_string_append_printf(name, ".%s.%u.png", type->name, entry->level);
    }
    return g_strdup(name->str);
}

static gboolean read_into(FILE *file, GChecksum *sum)
{
    g_autofree guint8 *block = g_malloc(1 << 16);
    for (gsize n; (n = fread(block, 1, 1 << 16, file)) > 0;)
        g_checksum_update(sum, block, (gssize)n);
    return !ferror(file);
}

gboolean train_view_digest(TrainView *view, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (view->digest)
        return TRUE;
    FILE *file = g_fopen(view->path, "rb");
    const gboolean ok = file && read_into(file, sum);
    if (file)
        fclose(file);
    if (ok)
        view->digest = g_strdup(g_checksum_get_string(sum));
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot read '%s'", view->path);
    return ok;
}

gboolean train_entries_digest(TrainEntries *entries, guint index, GError **error)
{
    TrainView *view = train_entries_view(entries, index);
    TrainView *first = train_entries_view(entries, view->file);
    gboolean ok = TRUE;
    g_mutex_lock(&entries->lock);
    while (first->reading)
        g_cond_wait(&entries->read, &entries->lock);
    if (!first->digest) {
        TrainView file = {.path = first->path};
        first->reading = TRUE;
        g_mutex_unlock(&entries->lock);
        ok = train_view_digest(&file, error);
        g_mutex_lock(&entries->lock);
        first->digest = file.digest;
        first->reading = FALSE;
        g_cond_broadcast(&entries->read);
    }
    if (!view->digest)
        view->digest = g_strdup(first->digest);
    g_mutex_unlock(&entries->lock);
    return ok;
}

char *train_entries_identity(const TrainEntries *entries, guint i)
{
    const TrainEntry *entry = train_entries_at(entries, i);
    const TrainView *view = train_entries_view(entries, entry->view);
    const TrainDistortion *type =
        entry->type < 0 ? NULL : g_ptr_array_index(entries->types, entry->type);
    g_assert(view->digest);
    return g_strdup_printf(VERSION " %s %.6f side=%u %s %s %u seed=%" G_GUINT64_FORMAT,
                           view->digest, view->time, entries->side,
                           view->original ? "original" : "picture", type ? type->name : "-",
                           entry->level, type && type->random ? entries->seed : 0);
}

TrainImage *train_entries_look(const TrainEntries *entries, guint index, GError **error)
{
    const TrainView *view = train_entries_view(entries, index);
    const guint side = entries->side;
    g_autoptr(TrainPicture) picture = train_picture_load_at(view->path, view->time, error);
    g_autoptr(TrainImage) image = picture ? train_picture_image(picture) : NULL;
    if (!image || !side)
        return g_steal_pointer(&image);
    const guint factor = MAX(1, MIN(image->width, image->height) / side);
    g_autoptr(TrainImage) reduced = train_image_reduce(image, factor);
    const guint width = MIN(reduced->width, side), height = MIN(reduced->height, side);
    return train_image_cut(reduced, (reduced->width - width) / 2, (reduced->height - height) / 2,
                           width, height);
}

TrainImage *train_entries_distort(const TrainEntries *entries, guint i, const TrainImage *image,
                                  GError **error)
{
    const TrainEntry *entry = train_entries_at(entries, i);
    if (entry->type < 0)
        return train_image_copy(image);
    /* Draws that follow from the picture, wherever it lies and whatever else competes. */
    const TrainDistortion *type = g_ptr_array_index(entries->types, entry->type);
    g_autofree char *identity = train_entries_identity(entries, i);
    const TrainScoreKey key = train_score_key(identity);
    guint64 seed;
    memcpy(&seed, key.bytes, sizeof seed);
    return type->apply(image, type->levels[entry->level - 1], GUINT64_FROM_LE(seed), error);
}

TrainImage *train_entries_image(TrainEntries *entries, guint i, GError **error)
{
    const guint view = train_entries_at(entries, i)->view;
    if (!train_entries_digest(entries, view, error))
        return NULL;
    g_autoptr(TrainImage) image = train_entries_look(entries, view, error);
    return image ? train_entries_distort(entries, i, image, error) : NULL;
}
