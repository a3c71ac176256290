/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames begun and ended, and notes of them. */
#include "tower.h"
#include "element-support.h"

#include <string.h>

#define FRAMES 4

typedef struct {
    BiqaBackend base;
    Tower *tower;
    const char *name; /* of the model */
    guint n_crops;
    BiqaFrame begun[FRAMES]; /* the oldest first */
    guint n_begun;
} Towered;

static float red_of(const BiqaFrame *frame)
{
    float rgb[3];

    biqa_frame_pixel(frame, 0, 0, rgb);
    return rgb[0];
}

static int number_of(const BiqaFrame *frame)
{
    return (int)red_of(frame) / 4 - 10;
}

static void note(Towered *towered, char what, const BiqaFrame *frame)
{
    g_string_append_printf(towered->tower->notes, "%s%c%d ", towered->name, what, number_of(frame));
}

static void tell(const Towered *towered, const BiqaFrame *frame, BiqaResult *result)
{
    result->n_crops = towered->n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < towered->n_crops; i++)
            result->crops[b][i] = red_of(frame);
}

static gboolean towered_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                            BiqaResult *result, GError **error)
{
    Towered *towered = (Towered *)backend;

    g_assert_cmpuint(towered->n_begun, ==, 0);
    note(towered, 'r', frame);
    tell(towered, frame, result);
    return TRUE;
}

static gboolean towered_begin(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                              GError **error)
{
    Towered *towered = (Towered *)backend;

    g_assert_cmpuint(towered->n_begun, <, FRAMES);
    note(towered, 'b', frame);
    towered->begun[towered->n_begun++] = *frame;
    return TRUE;
}

static gboolean towered_end(BiqaBackend *backend, BiqaResult *result, GError **error)
{
    Towered *towered = (Towered *)backend;
    const BiqaFrame frame = towered->begun[0];

    g_assert_cmpuint(towered->n_begun, >, 0);
    note(towered, 'e', &frame);
    memmove(towered->begun, towered->begun + 1, --towered->n_begun * sizeof frame);
    tell(towered, &frame, result);
    if (number_of(&frame) != towered->tower->broken)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "the tower is broken");
    return FALSE;
}

static const char *towered_device_name(BiqaBackend *backend)
{
    return "tower";
}

static void towered_free(BiqaBackend *backend)
{
    g_assert_cmpuint(((Towered *)backend)->n_begun, ==, 0);
    g_free(backend);
}

static const BiqaBackendClass towered_class = {
    .name = "tower",
    .in_flight = FRAMES,
    .run = towered_run,
    .begin = towered_begin,
    .end = towered_end,
    .device_name = towered_device_name,
    .free = towered_free,
};

static BiqaBackend *towered_open(gpointer user, const BiqaModel *model, GCancellable *stop,
                                 GError **error)
{
    Towered *towered = g_new0(Towered, 1);

    towered->base = (BiqaBackend){&towered_class, &model->input};
    towered->tower = user;
    towered->name = model->name ? model->name : "";
    towered->n_crops = model->input.n_crops;
    return &towered->base;
}

Tower *tower_new(void)
{
    Tower *tower = g_new0(Tower, 1);

    tower->maker = (GstBiqaMaker){towered_open, tower};
    tower->notes = g_string_new(NULL);
    tower->broken = -1;
    return tower;
}

void tower_free(Tower *tower)
{
    g_string_free(tower->notes, TRUE);
    g_free(tower);
}

void tower_install(Tower *tower, GstElement *element)
{
    maker_install(&tower->maker, element);
}
