/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which spots of a frame are looked at, and what its score is then the mean of. */
#include "cycle.h"
#include "support.h"

#include <string.h>

#define SPOTS 4
#define SECOND G_GUINT64_CONSTANT(1000000000)
#define NO_TIME G_MAXUINT64

/* A backend whose crops say which spot they are of, and of which frame: spot + 10 * frame; the
 * second crop and the competitor differ by constants. */
typedef struct {
    BiqaBackend base;
    BiqaInput input;
    guint frame;
    GString *ran; /* the spots of this frame: "0123" */
    int broken;   /* this spot fails; -1: none */
} Told;

static gboolean told_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                         BiqaResult *result, GError **error)
{
    Told *told = (Told *)backend;

    g_string_append_printf(told->ran, "%u", spot);
    if (told->broken == (int)spot) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "broken");
        return FALSE;
    }
    result->n_crops = 2;
    for (guint i = 0; i < 4; i++)
        result->crops[i / 2][i % 2] = spot + 10.f * told->frame + 100.f * i;
    return TRUE;
}

static guint64 told_ns(BiqaBackend *backend)
{
    return 7;
}

static const BiqaBackendClass told_class = {.name = "told", .run = told_run, .device_ns = told_ns};

static Told told_new(void)
{
    return (Told){
        .base = {.klass = &told_class},
        .input = {.size = 4,
                  .n_crops = 2,
                  .crops = {{1, .5f, .5f}, {2, .5f, .5f}},
                  .n_spots = SPOTS,
                  .spots = {{.25f, .25f}, {.75f, .75f}, {.75f, .25f}, {.25f, .75f}}},
        .ran = g_string_new(NULL),
        .broken = -1,
    };
}

/* Shows the next frame, of width x 64, to the cycle, which runs the spots that are expected. */
static BiqaResult show(BiqaCycle *cycle, Told *told, guint width, guint scene, guint64 time,
                       const char *expected)
{
    g_autoptr(GError) error = NULL;
    BiqaFrameFormat format;
    BiqaFrame frame = {.format = &format};
    BiqaResult result;

    biqa_frame_format_rgb(&format, width, 64);
    told->base.input = &told->input;
    told->frame++;
    g_string_truncate(told->ran, 0);
    biqa_cycle_run(cycle, &told->base, &(BiqaSight){&frame, scene, time}, &result, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(told->ran->str, ==, expected);
    g_assert_cmpuint(cycle->device_ns, ==, 7 * told->ran->len);
    return result;
}

static void told_clear(Told *told)
{
    g_string_free(told->ran, TRUE);
}

/* The first frame is seen whole, then one spot a frame, each crop in its place. */
static void test_turns(void)
{
    Told told = told_new();
    BiqaCycle cycle = {0};
    BiqaResult result = show(&cycle, &told, 64, 0, 0, "0123");

    g_assert_cmpuint(result.n_spots, ==, SPOTS);
    g_assert_cmpuint(result.n_crops, ==, 2 * SPOTS);
    for (guint i = 0; i < 2 * SPOTS; i++) {
        g_assert_cmpfloat(result.crops[BIQA_FULL][i], ==, 10 + i / 2 + 100 * (i % 2));
        g_assert_cmpfloat(result.crops[BIQA_COMPETITOR][i], ==, 210 + i / 2 + 100 * (i % 2));
    }
    show(&cycle, &told, 64, 0, SECOND / 25, "0");
    show(&cycle, &told, 64, 0, 2 * SECOND / 25, "1");
    result = show(&cycle, &told, 64, 0, 3 * SECOND / 25, "2");
    g_assert_cmpfloat(result.crops[BIQA_FULL][0], ==, 20);
    g_assert_cmpfloat(result.crops[BIQA_FULL][2], ==, 31);
    g_assert_cmpfloat(result.crops[BIQA_FULL][4], ==, 42);
    g_assert_cmpfloat(result.crops[BIQA_FULL][6], ==, 13);
    show(&cycle, &told, 64, 0, 4 * SECOND / 25, "3");
    show(&cycle, &told, 64, 0, 5 * SECOND / 25, "0");
    told_clear(&told);
}

/* What is more than a second old is looked at again, and what is as old to the nanosecond is not.
 */
static void test_age(void)
{
    Told told = told_new();
    BiqaCycle cycle = {0};

    show(&cycle, &told, 64, 0, 5 * SECOND, "0123");
    show(&cycle, &told, 64, 0, 6 * SECOND, "0");
    show(&cycle, &told, 64, 0, 6 * SECOND + 1, "123");
    show(&cycle, &told, 64, 0, 7 * SECOND + 1, "0"); /* at 6 s, the others a second ago */
    show(&cycle, &told, 64, 0, 9 * SECOND, "0123");
    show(&cycle, &told, 64, 0, 8 * SECOND, "0123"); /* time went back */
    told_clear(&told);
}

/* Frames without a time, of another scene, or of a picture that has another number of spots. */
static void test_strangers(void)
{
    Told told = told_new();
    BiqaCycle cycle = {0};

    show(&cycle, &told, 64, 0, NO_TIME, "0123");
    show(&cycle, &told, 64, 0, NO_TIME, "0123");
    show(&cycle, &told, 64, 0, 0, "0123");
    show(&cycle, &told, 64, 0, 1, "0");
    show(&cycle, &told, 64, 1, 2, "0123");
    show(&cycle, &told, 64, 1, 3, "0");
    g_assert_cmpuint(show(&cycle, &told, 1, 1, 4, "0").n_crops, ==, 2); /* small */
    show(&cycle, &told, 1, 1, 5, "0");
    g_assert_cmpuint(show(&cycle, &told, 64, 1, 6, "0123").n_crops, ==, 2 * SPOTS);
    told_clear(&told);
}

/* A spot that failed is missing afterwards. */
static void test_failure(void)
{
    g_autoptr(GError) error = NULL;
    Told told = told_new();
    BiqaCycle cycle = {0};
    BiqaFrameFormat format;
    BiqaFrame frame = {.format = &format};
    BiqaResult result;

    biqa_frame_format_rgb(&format, 64, 64);
    told.base.input = &told.input;
    told.broken = 2;
    g_assert_false(biqa_cycle_run(&cycle, &told.base, &(BiqaSight){&frame, 0, 0}, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "broken");
    told.broken = -1;
    show(&cycle, &told, 64, 0, 1, "023"); /* 0 in its turn, 1 was seen */
    told_clear(&told);
}

/* With a real network: of a still picture every frame says what the picture says alone. */
static void test_still(void)
{
    static const BiqaSpot spots[] = {{.125f, .25f}, {.875f, .75f}, {.625f, 0}};
    g_autoptr(BiqaModel) model = mini_model_new(31);
    g_autoptr(BiqaBackend) backend = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *pixels = g_malloc(200 * 30 * 3);
    BiqaFrameFormat format;
    BiqaFrame frame = {&format, {pixels}, {600}};
    BiqaCycle cycle = {0};
    BiqaResult whole, result;

    for (guint i = 0; i < 200 * 30 * 3; i++)
        pixels[i] = (guint8)(i * 2654435761u >> 24);
    biqa_frame_format_rgb(&format, 200, 30);
    model->input.n_spots = G_N_ELEMENTS(spots);
    memcpy(model->input.spots, spots, sizeof spots);
    backend = biqa_reference_open(model);
    biqa_backend_run(backend, &frame, &whole, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(whole.n_crops, ==, 6);
    g_assert_cmpfloat(whole.crops[BIQA_FULL][0], !=, whole.crops[BIQA_FULL][2]);
    for (guint i = 0; i < 8; i++) {
        const BiqaSight sight = {&frame, 0, i * SECOND / 3};

        g_assert_true(biqa_cycle_run(&cycle, backend, &sight, &result, &error));
        for (guint k = 0; k < 12; k++)
            g_assert_cmpfloat(result.crops[k / 6][k % 6], ==, whole.crops[k / 6][k % 6]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cycle/turns", test_turns);
    g_test_add_func("/cycle/age", test_age);
    g_test_add_func("/cycle/strangers", test_strangers);
    g_test_add_func("/cycle/failure", test_failure);
    g_test_add_func("/cycle/still", test_still);
    return g_test_run();
}
