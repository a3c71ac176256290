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
    guint frame;
    GString *ran; /* the spots of this frame: "0123" */
    int broken;   /* this spot fails; -1: none */
    struct {
        guint frame, spot;
    } begun[BIQA_CYCLE_FRAMES]; /* the oldest first */
    guint n_begun;
} Told;

static gboolean tell(Told *told, guint frame, guint spot, BiqaResult *result, GError **error)
{
    if (told->broken == (int)spot) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "broken");
        return FALSE;
    }
    result->n_crops = 2;
    for (guint i = 0; i < 4; i++)
        result->crops[i / 2][i % 2] = spot + 10.f * frame + 100.f * i;
    return TRUE;
}

static gboolean told_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                         BiqaResult *result, GError **error)
{
    Told *told = (Told *)backend;

    g_assert_cmpuint(told->n_begun, ==, 0);
    g_string_append_printf(told->ran, "%u", spot);
    return tell(told, told->frame, spot, result, error);
}

static gboolean told_begin(BiqaBackend *backend, const BiqaFrame *frame, guint spot, GError **error)
{
    Told *told = (Told *)backend;

    g_assert_cmpuint(told->n_begun, <, backend->klass->in_flight);
    g_string_append_printf(told->ran, "b%u", spot);
    told->begun[told->n_begun].frame = told->frame;
    told->begun[told->n_begun++].spot = spot;
    return TRUE;
}

static gboolean told_end(BiqaBackend *backend, BiqaResult *result, GError **error)
{
    Told *told = (Told *)backend;
    const guint frame = told->begun[0].frame, spot = told->begun[0].spot;

    g_assert_cmpuint(told->n_begun, >, 0);
    g_string_append_printf(told->ran, "e%u", spot);
    told->n_begun--;
    memmove(told->begun, told->begun + 1, told->n_begun * sizeof told->begun[0]);
    return tell(told, frame, spot, result, error);
}

static guint64 told_ns(BiqaBackend *backend)
{
    return 7;
}

static const BiqaBackendClass told_class = {.name = "told", .run = told_run, .device_ns = told_ns};

/* The same, which can be at several frames. */
static const BiqaBackendClass flying_class = {
    .name = "told",
    .in_flight = BIQA_CYCLE_FRAMES,
    .run = told_run,
    .begin = told_begin,
    .end = told_end,
    .device_ns = told_ns,
};

static const BiqaInput told_input = {
    .size = 4,
    .n_crops = 2,
    .crops = {{1, .5f, .5f}, {2, .5f, .5f}},
    .n_spots = SPOTS,
    .spots = {{.25f, .25f}, {.75f, .75f}, {.75f, .25f}, {.25f, .75f}},
};

static Told told_new(const BiqaBackendClass *klass)
{
    return (Told){
        .base = {klass, &told_input},
        .ran = g_string_new(NULL),
        .broken = -1,
    };
}

/* A frame of 64 x 64, in which all spots are. */
static BiqaFrame square_frame(BiqaFrameFormat *format)
{
    biqa_frame_format_rgb(format, 64, 64);
    return (BiqaFrame){.format = format};
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
    Told told = told_new(&told_class);
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
    Told told = told_new(&told_class);
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
    Told told = told_new(&told_class);
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
    Told told = told_new(&told_class);
    BiqaCycle cycle = {0};
    BiqaFrameFormat format;
    BiqaFrame frame = square_frame(&format);
    BiqaResult result;

    told.broken = 2;
    g_assert_false(biqa_cycle_run(&cycle, &told.base, &(BiqaSight){&frame, 0, 0}, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "broken");
    told.broken = -1;
    show(&cycle, &told, 64, 0, 1, "023"); /* 0 in its turn, 1 was seen */
    told_clear(&told);
}

/* Frames of a stream with all that changes which spots are due. */
static const struct {
    guint width, scene;
    guint64 time;
} shown[] = {
    {64, 0, 0},          {64, 0, SECOND / 25}, {64, 0, 2 * SECOND / 25}, {64, 1, 3 * SECOND / 25},
    {64, 1, SECOND / 5}, {64, 1, SECOND},      {64, 1, 5 * SECOND / 4},  {1, 1, 3 * SECOND / 2},
    {1, 2, 2 * SECOND},  {64, 2, 2 * SECOND},  {64, 2, NO_TIME},         {64, 2, 3 * SECOND},
    {64, 2, 4 * SECOND}, {64, 3, 4 * SECOND},  {64, 3, 4 * SECOND + 1},  {64, 3, 4 * SECOND + 2},
    {64, 3, 9 * SECOND},
};

/* The same, at two frames at most. */
static const BiqaBackendClass pair_class = {
    .name = "told",
    .in_flight = 2,
    .run = told_run,
    .begin = told_begin,
    .end = told_end,
    .device_ns = told_ns,
};

/* Shows them all with up to in_flight begun and not ended. */
static void show_all(const BiqaBackendClass *klass, guint in_flight, BiqaResult *results)
{
    const guint n = G_N_ELEMENTS(shown);
    g_autoptr(GError) error = NULL;
    Told told = told_new(klass);
    BiqaCycle cycle = {0};
    BiqaFrameFormat format;
    BiqaFrame frame = {.format = &format};

    for (guint i = 0; i < n + in_flight - 1; i++) {
        if (i < n) {
            told.frame = i;
            biqa_frame_format_rgb(&format, shown[i].width, 64);
            biqa_cycle_begin(&cycle, &told.base,
                             &(BiqaSight){&frame, shown[i].scene, shown[i].time}, &error);
            g_assert_no_error(error);
            g_assert_true(klass->begin || biqa_cycle_landed(&cycle));
        }
        if (i + 1 >= in_flight) {
            biqa_cycle_end(&cycle, &told.base, &results[i + 1 - in_flight], &error);
            g_assert_no_error(error);
        }
    }
    g_assert_cmpuint(told.n_begun, ==, 0);
    told_clear(&told);
}

/* How many frames are begun before one is ended does not change what is said of any. */
static void test_flight(void)
{
    static const BiqaBackendClass *const classes[] = {&told_class, &pair_class, &flying_class};
    BiqaResult alone[G_N_ELEMENTS(shown)], results[G_N_ELEMENTS(shown)];

    show_all(&told_class, 1, alone);
    for (guint n = 0; n < 3 * BIQA_CYCLE_FRAMES; n++) {
        show_all(classes[n % 3], 1 + n / 3, results);
        for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
            g_assert_cmpuint(results[i].n_spots, ==, alone[i].n_spots);
            g_assert_cmpuint(results[i].n_crops, ==, alone[i].n_crops);
            for (guint b = 0; b < BIQA_N_BRANCHES; b++)
                g_assert_cmpmem(results[i].crops[b], results[i].n_crops * sizeof(float),
                                alone[i].crops[b], alone[i].n_crops * sizeof(float));
        }
    }
}

/* One spot of each frame flies, those before it find nothing in the air. */
static void test_in_the_air(void)
{
    g_autoptr(GError) error = NULL;
    Told told = told_new(&flying_class);
    BiqaCycle cycle = {0};
    BiqaFrameFormat format;
    BiqaFrame frame = square_frame(&format);
    BiqaResult result;

    for (guint i = 0; i < 4; i++) {
        biqa_cycle_begin(&cycle, &told.base, &(BiqaSight){&frame, i / 3, i}, &error);
        g_assert_no_error(error);
        g_assert_cmpint(biqa_cycle_landed(&cycle), ==, i == 3);
    }
    g_assert_cmpstr(told.ran->str, ==, "012b3b0b1e3e0e1012b3");
    /* The second scene fails at its end, and what it knew is missing afterwards. */
    for (guint i = 0; i < 3; i++)
        g_assert_true(biqa_cycle_end(&cycle, &told.base, &result, &error));
    told.broken = 3;
    g_assert_false(biqa_cycle_end(&cycle, &told.base, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "broken");
    told.broken = -1;
    g_string_truncate(told.ran, 0);
    biqa_cycle_run(&cycle, &told.base, &(BiqaSight){&frame, 1, 4}, &result, NULL);
    g_assert_cmpstr(told.ran->str, ==, "0b3e3");
    told_clear(&told);
}

/* Where a frame needs the backend for itself, what fails of those before it fails at their end. */
static void test_late_failure(void)
{
    g_autoptr(GError) error = NULL;
    Told told = told_new(&flying_class);
    BiqaCycle cycle = {0};
    BiqaFrameFormat format;
    BiqaFrame frame = square_frame(&format);
    BiqaResult result;

    biqa_cycle_run(&cycle, &told.base, &(BiqaSight){&frame, 0, 0}, &result, &error);
    biqa_cycle_begin(&cycle, &told.base, &(BiqaSight){&frame, 0, 1}, &error);
    g_assert_no_error(error);
    told.broken = 0;
    g_assert_false(biqa_cycle_begin(&cycle, &told.base, &(BiqaSight){&frame, 1, 2}, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "broken");
    g_clear_error(&error);
    told.broken = -1;
    biqa_cycle_begin(&cycle, &told.base, &(BiqaSight){&frame, 1, 3}, &error);
    g_assert_no_error(error);
    g_assert_false(biqa_cycle_end(&cycle, &told.base, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "broken");
    g_clear_error(&error);
    g_assert_true(biqa_cycle_end(&cycle, &told.base, &result, &error));
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
    g_test_add_func("/cycle/flight", test_flight);
    g_test_add_func("/cycle/in-the-air", test_in_the_air);
    g_test_add_func("/cycle/late-failure", test_late_failure);
    g_test_add_func("/cycle/still", test_still);
    return g_test_run();
}
