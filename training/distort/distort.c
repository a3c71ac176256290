/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of distortions, put together from its families. */
#include "distort-private.h"
#include <string.h>

static const TrainDistortion *const families[] = {
    train_distort_live,  train_distort_tid2013,      train_distort_kadid, train_distort_still,
    train_distort_video, train_distort_transmission, train_distort_chain,
};

GPtrArray *train_distortions(void)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint f = 0; f < G_N_ELEMENTS(families); f++) {
        for (const TrainDistortion *type = families[f]; type->name; type++)
            g_ptr_array_add(all, (gpointer)type);
    }
    return all;
}

const TrainDistortion *train_distortion_find(const char *name)
{
    g_autoptr(GPtrArray) all = train_distortions();
    for (guint i = 0; i < all->len; i++) {
        const TrainDistortion *type = g_ptr_array_index(all, i);
        if (strcmp(type->name, name) == 0)
            return type;
    }
    return NULL;
}

/* Adds what name means to types; FALSE where it means nothing. */
static gboolean add_named(GPtrArray *types, const GPtrArray *all, const char *name)
{
    gboolean found = FALSE;
    for (guint i = 0; i < all->len; i++) {
        const TrainDistortion *type = g_ptr_array_index(all, i);
        if (strcmp(type->name, name) != 0 && strcmp(type->family, name) != 0)
            continue;
        found = TRUE;
        if (!g_ptr_array_find(types, type, NULL))
            g_ptr_array_add(types, (gpointer)type);
    }
    return found;
}

GPtrArray *train_distortions_named(const char *const *names, GError **error)
{
    g_autoptr(GPtrArray) all = train_distortions();
    if (!names)
        return g_steal_pointer(&all);
    g_autoptr(GPtrArray) types = g_ptr_array_new();
    for (; *names; names++) {
        if (add_named(types, all, *names))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "there is no distortion \"%s\"; `biqa-train distort` lists them", *names);
        return NULL;
    }
    return g_steal_pointer(&types);
}

GPtrArray *train_distortions_ranked(const char *const *names, GError **error)
{
    GPtrArray *types = train_distortions_named(names, error);
    if (!types)
        return NULL;
    for (guint i = types->len; i-- > 0;) {
        if (((const TrainDistortion *)g_ptr_array_index(types, i))->unordered)
            g_ptr_array_remove_index(types, i);
    }
    if (types->len || !names || !names[0])
        return types;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "the levels of \"%s\" have no order; name a distortion that can be ranked",
                names[0]);
    g_ptr_array_unref(types);
    return NULL;
}
