/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawing without putting back. */
#include "lottery.h"

#include "seed.h"

static GArray *find_tickets(const TrainLottery *lottery)
{
    GArray *tickets = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < lottery->entries->entries->len; i++) {
        g_autofree char *name = train_entries_name(lottery->entries, i);
        if (!lottery->leave_out || !g_hash_table_contains(lottery->leave_out, name))
            g_array_append_val(tickets, i);
    }
    return tickets;
}

TrainPairs *train_lottery_run(const TrainLottery *lottery, TrainWorkers *workers, GError **error)
{
    g_autoptr(GArray) tickets = find_tickets(lottery);
    g_autoptr(TrainPairs) pairs = train_pairs_new(lottery->folder);
    g_autoptr(TrainAlbum) album = train_album_new(lottery->entries, pairs);
    guint64 state = train_seed(lottery->seed, 0, 0);
    for (guint k = 0; k < lottery->n && tickets->len; k++) {
        const guint ticket = train_draw(&state, tickets->len);
        const guint entry = g_array_index(tickets, guint, ticket);
        const guint view = train_entries_at(lottery->entries, entry)->view;
        g_array_remove_index(tickets, ticket);
        if (!train_entries_digest(lottery->entries, view, error))
            return NULL;
        train_album_take(album, entry);
    }
    return train_album_print(album, workers, error) && train_pairs_save(pairs, error)
               ? g_steal_pointer(&pairs)
               : NULL;
}
