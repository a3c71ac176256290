/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing frames, and the thread that writes them. */
#include "harvest.h"
#include "likeness.h"
#include "pngfile.h"
#include "still.h"

#include <math.h>

/* Frames that look alike count as one unless their scores are as far apart as this: the same
 * picture in another quality is worth a rating of its own. Points. */
#define SAME_SCORE 5.

/* A place in the queue. */
typedef struct {
    BiqaStill still;
    BiqaHarvestRow row; /* source is owned */
} Slot;

struct BiqaHarvest {
    BiqaHarvestParams params; /* folder is not kept */
    GThread *thread;

    /* For the thread that offers alone: */
    gboolean begun; /* last is set */
    guint64 last;   /* clock of the last frame that was let through */

    /* For the harvest's thread alone: */
    BiqaHarvestFolder *folder;
    GByteArray *png;
    gboolean failing;

    GMutex mutex;
    GCond changed; /* of what follows, which the mutex guards */
    Slot slots[BIQA_HARVEST_QUEUE];
    guint first, n_waiting; /* a slot stays in the queue until it is written */
    GArray *known;          /* of BiqaHarvestRow: likeness and score of what is kept or waits */
    BiqaHarvestCounts counts;
    gboolean full, quit;
};

const char *biqa_harvest_fate_name(BiqaHarvestFate fate)
{
    static const char *const names[BIQA_HARVEST_N_FATES] = {
        [BIQA_HARVEST_WRITTEN] = "written",   [BIQA_HARVEST_WAITING] = "waiting",
        [BIQA_HARVEST_TOO_SOON] = "too-soon", [BIQA_HARVEST_ALIKE] = "alike",
        [BIQA_HARVEST_BUSY] = "busy",         [BIQA_HARVEST_FULL] = "full",
        [BIQA_HARVEST_FAILED] = "failed",
    };

    g_return_val_if_fail(fate < BIQA_HARVEST_N_FATES, NULL);
    return names[fate];
}

/* -- writing ------------------------------------------------------------------------------- */

static BiqaHarvestFate write_slot(BiqaHarvest *self, const Slot *slot, GError **error)
{
    const BiqaHarvestParams *params = &self->params;

    if (!biqa_png_encode(&slot->still.frame, self->png, error))
        return BIQA_HARVEST_FAILED;
    if (biqa_harvest_folder_files(self->folder) >= params->max_files ||
        biqa_harvest_folder_bytes(self->folder) + self->png->len > params->max_bytes) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                    "%" G_GUINT64_FORMAT " files of %" G_GUINT64_FORMAT " bytes",
                    biqa_harvest_folder_files(self->folder),
                    biqa_harvest_folder_bytes(self->folder));
        return BIQA_HARVEST_FULL;
    }
    if (!biqa_harvest_folder_add(self->folder, &slot->row, self->png, error))
        return BIQA_HARVEST_FAILED;
    return BIQA_HARVEST_WRITTEN;
}

/* What was not written may come again. Under the mutex. */
static void forget(BiqaHarvest *self, const BiqaHarvestRow *row)
{
    for (guint i = self->known->len; i-- > 0;) {
        const BiqaHarvestRow *known = &g_array_index(self->known, BiqaHarvestRow, i);

        if (known->likeness == row->likeness && known->score == row->score) {
            g_array_remove_index_fast(self->known, i);
            return;
        }
    }
}

static void tell(BiqaHarvest *self, BiqaHarvestFate fate, const GError *error)
{
    const gboolean news = (fate == BIQA_HARVEST_FAILED && !self->failing) ||
                          (fate == BIQA_HARVEST_FULL && !self->full);

    if (news && self->params.trouble)
        self->params.trouble(self->params.data, fate, error);
    self->failing = fate == BIQA_HARVEST_FAILED;
}

/* Writes the first slot of the queue. The mutex is held, but not meanwhile. */
static void write_first(BiqaHarvest *self)
{
    Slot *slot = &self->slots[self->first];
    g_autoptr(GError) error = NULL;
    BiqaHarvestFate fate;

    g_mutex_unlock(&self->mutex);
    fate = write_slot(self, slot, &error);
    tell(self, fate, error);
    g_mutex_lock(&self->mutex);
    self->counts.frames[fate]++;
    self->full |= fate == BIQA_HARVEST_FULL;
    if (fate != BIQA_HARVEST_WRITTEN)
        forget(self, &slot->row);
    self->first = (self->first + 1) % BIQA_HARVEST_QUEUE;
    self->n_waiting--;
    g_cond_broadcast(&self->changed);
}

static gpointer work(gpointer data)
{
    BiqaHarvest *self = data;

    g_mutex_lock(&self->mutex);
    while (!self->quit || self->n_waiting > 0) {
        if (self->n_waiting > 0)
            write_first(self);
        else
            g_cond_wait(&self->changed, &self->mutex);
    }
    g_mutex_unlock(&self->mutex);
    return NULL;
}

/* -- choosing ------------------------------------------------------------------------------ */

gboolean biqa_harvest_expects(const BiqaHarvest *self, guint64 clock)
{
    return !self->begun || clock < self->last || clock - self->last >= self->params.interval;
}

/* Under the mutex. */
static gboolean is_known(const BiqaHarvest *self, const BiqaHarvestRow *row)
{
    for (guint i = 0; i < self->known->len; i++) {
        const BiqaHarvestRow *known = &g_array_index(self->known, BiqaHarvestRow, i);

        if (fabs(known->score - row->score) < SAME_SCORE &&
            biqa_likeness_distance(known->likeness, row->likeness) <= BIQA_LIKENESS_NEAR)
            return TRUE;
    }
    return FALSE;
}

/* The slot to copy row's frame to, which the harvest's thread does not look at yet; NULL where
 * *fate says why it is not to be kept. */
static Slot *reserve(BiqaHarvest *self, const BiqaHarvestRow *row, BiqaHarvestFate *fate)
{
    Slot *slot = NULL;

    g_mutex_lock(&self->mutex);
    if (self->full)
        *fate = BIQA_HARVEST_FULL;
    else if (is_known(self, row))
        *fate = BIQA_HARVEST_ALIKE;
    else if (self->n_waiting == BIQA_HARVEST_QUEUE)
        *fate = BIQA_HARVEST_BUSY;
    else
        slot = &self->slots[(self->first + self->n_waiting) % BIQA_HARVEST_QUEUE];
    g_mutex_unlock(&self->mutex);
    return slot;
}

static void commit(BiqaHarvest *self, const Slot *slot)
{
    g_mutex_lock(&self->mutex);
    g_array_append_val(self->known, slot->row);
    self->n_waiting++;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
}

static BiqaHarvestFate enqueue(BiqaHarvest *self, const BiqaFrame *frame,
                               const BiqaHarvestNote *note)
{
    const BiqaVerdict *verdict = note->verdict;
    BiqaHarvestRow row = {
        .time = note->time,
        .score = verdict->score,
        .competitor_score = verdict->competitor_score,
        .disagreement = verdict->disagreement,
        .uncertainty = verdict->uncertainty,
        .likeness = biqa_likeness(frame),
    };
    BiqaHarvestFate fate = BIQA_HARVEST_WAITING;
    Slot *slot = reserve(self, &row, &fate);

    if (!slot)
        return fate;
    g_free((char *)slot->row.source);
    slot->row = row;
    slot->row.source = g_strdup(note->source);
    biqa_still_set(&slot->still, frame);
    commit(self, slot);
    return fate;
}

BiqaHarvestFate biqa_harvest_offer(BiqaHarvest *self, const BiqaFrame *frame,
                                   const BiqaHarvestNote *note)
{
    BiqaHarvestFate fate = BIQA_HARVEST_TOO_SOON;

    if (biqa_harvest_expects(self, note->clock))
        fate = enqueue(self, frame, note);
    if (fate == BIQA_HARVEST_WAITING) {
        self->begun = TRUE;
        self->last = note->clock;
        return fate;
    }
    g_mutex_lock(&self->mutex);
    self->counts.frames[fate]++;
    g_mutex_unlock(&self->mutex);
    return fate;
}

/* -- life ---------------------------------------------------------------------------------- */

BiqaHarvest *biqa_harvest_open(const BiqaHarvestParams *params, GError **error)
{
    BiqaHarvestFolder *folder = biqa_harvest_folder_open(params->folder, error);
    const GArray *found;
    BiqaHarvest *self;

    if (!folder)
        return NULL;
    found = biqa_harvest_folder_found(folder);
    self = g_new0(BiqaHarvest, 1);
    self->params = *params;
    self->params.folder = NULL;
    self->folder = folder;
    self->png = g_byte_array_new();
    self->known = g_array_new(FALSE, FALSE, sizeof(BiqaHarvestRow));
    g_array_append_vals(self->known, found->data, found->len);
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    self->thread = g_thread_new("biqa-harvest", work, self);
    return self;
}

void biqa_harvest_close(BiqaHarvest *self)
{
    g_mutex_lock(&self->mutex);
    self->quit = TRUE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
    g_clear_pointer(&self->thread, g_thread_join);
    g_clear_pointer(&self->folder, biqa_harvest_folder_free);
}

void biqa_harvest_free(BiqaHarvest *self)
{
    if (!self)
        return;
    biqa_harvest_close(self);
    for (guint i = 0; i < BIQA_HARVEST_QUEUE; i++) {
        biqa_still_clear(&self->slots[i].still);
        g_free((char *)self->slots[i].row.source);
    }
    g_array_unref(self->known);
    g_byte_array_unref(self->png);
    g_cond_clear(&self->changed);
    g_mutex_clear(&self->mutex);
    g_free(self);
}

void biqa_harvest_drain(BiqaHarvest *self)
{
    g_mutex_lock(&self->mutex);
    while (self->n_waiting > 0)
        g_cond_wait(&self->changed, &self->mutex);
    g_mutex_unlock(&self->mutex);
}

BiqaHarvestCounts biqa_harvest_counts(BiqaHarvest *self)
{
    BiqaHarvestCounts counts;

    g_mutex_lock(&self->mutex);
    counts = self->counts;
    counts.frames[BIQA_HARVEST_WAITING] = self->n_waiting;
    g_mutex_unlock(&self->mutex);
    return counts;
}
