/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several frames on the device before the first is ended: their scores are those of frames that run
 * alone, to the bit, whatever is lost meanwhile. All of it under the validation layer, whose every
 * word fails a test. */
#include "check.h"
#include "support.h"

#include <string.h>

#define FRAMES 5

typedef struct {
    BiqaModel *model;
    BiqaFrameFormat formats[2]; /* of even and odd frames */
    BiqaFrame frames[FRAMES];
    BiqaResult expected[FRAMES]; /* of each alone, at its first spot */
} Fixture;

static BiqaBackend *open_with(const Fixture *fixture, const char *fault)
{
    g_autoptr(GError) error = NULL;
    BiqaVkParams params = {.validate = TRUE};
    BiqaBackend *backend;

    if (fault)
        params.fault = biqa_vk_fault_parse(fault, &error);
    g_assert_no_error(error);
    backend = biqa_vk_backend_new(&params, fixture->model, &error);
    g_assert_no_error(error);
    g_clear_pointer(&params.fault, g_atomic_rc_box_release);
    return backend;
}

/* odd: pixels across of every second frame. */
static Fixture *fixture_new(guint64 seed, guint odd)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autoptr(BiqaBackend) backend = NULL;
    g_autoptr(GError) error = NULL;

    fixture->model = mini_model_new(seed);
    biqa_frame_format_rgb(&fixture->formats[0], 40, 40);
    biqa_frame_format_rgb(&fixture->formats[1], odd, 40);
    backend = open_with(fixture, NULL);
    for (guint i = 0; i < FRAMES; i++) {
        const BiqaFrameFormat *format = &fixture->formats[i % 2];

        fixture->frames[i] =
            noise_frame(format, (gsize[BIQA_MAX_PLANES]){3 * format->width}, seed + i);
        biqa_backend_run_spot(backend, &fixture->frames[i], 0, &fixture->expected[i], &error);
        g_assert_no_error(error);
    }
    g_assert_cmpfloat(fixture->expected[0].crops[BIQA_FULL][0], !=,
                      fixture->expected[1].crops[BIQA_FULL][0]);
    return fixture;
}

static void fixture_free(Fixture *fixture)
{
    for (guint i = 0; i < FRAMES; i++)
        g_free((guint8 *)fixture->frames[i].planes[0]);
    biqa_model_free(fixture->model);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static void begin(const Fixture *fixture, BiqaBackend *backend, guint i)
{
    g_autoptr(GError) error = NULL;
    /* The struct need not live on, its bytes must. */
    BiqaFrame frame = fixture->frames[i % FRAMES];

    biqa_backend_begin_spot(backend, &frame, 0, &error);
    g_assert_no_error(error);
}

static void end(const Fixture *fixture, BiqaBackend *backend, guint i)
{
    const BiqaResult *expected = &fixture->expected[i % FRAMES];
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    biqa_backend_end_spot(backend, (BiqaSpotOf){1, 0}, &result, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(result.n_crops, ==, fixture->model->input.n_crops);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_assert_cmpmem(result.crops[b], result.n_crops * sizeof(float), expected->crops[b],
                        result.n_crops * sizeof(float));
}

/* n frames, up to in_flight of them begun and not ended. */
static void stream(const Fixture *fixture, BiqaBackend *backend, guint n, guint in_flight)
{
    for (guint i = 0; i < n + in_flight - 1; i++) {
        if (i < n)
            begin(fixture, backend, i);
        if (i + 1 >= in_flight)
            end(fixture, backend, i + 1 - in_flight);
    }
}

static void test_same(void)
{
    g_autoptr(Fixture) fixture = fixture_new(21, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, NULL);

    g_assert_cmpuint(backend->klass->in_flight, >=, 4);
    for (guint n = 1; n <= 4; n++)
        stream(fixture, backend, 2 * FRAMES, n);
}

/* Each slot has a format of its own, and is recorded anew for another. */
static void test_formats(void)
{
    g_autoptr(Fixture) fixture = fixture_new(22, 57);
    g_autoptr(BiqaBackend) backend = open_with(fixture, NULL);

    stream(fixture, backend, FRAMES, 2);
    stream(fixture, backend, FRAMES, 3);
}

/* One more frame in flight takes the memory of a frame, once; one at a time takes none. */
static void test_memory(void)
{
    g_autoptr(Fixture) fixture = fixture_new(23, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, NULL);
    const gint *n = &biqa_vk_backend_calls(backend)->counts[BIQA_VK_CALL_AllocateMemory];
    gint before;

    stream(fixture, backend, FRAMES, 1);
    before = *n;
    stream(fixture, backend, FRAMES, 1);
    g_assert_cmpint(*n, ==, before);
    stream(fixture, backend, FRAMES, 2);
    /* The frame, the block that describes it, and its scores. */
    g_assert_cmpint(*n, ==, before + 3);
    stream(fixture, backend, FRAMES, 2);
    stream(fixture, backend, FRAMES, 1);
    g_assert_cmpint(*n, ==, before + 3);
}

/* Two users of one arena with two frames each; layers are those of the frame that was ended, though
 * others ran since. */
static void test_turns(void)
{
    g_autoptr(Fixture) fixture = fixture_new(24, 40);
    g_autoptr(BiqaBackend) one = open_with(fixture, NULL);
    g_autoptr(BiqaBackend) other = open_with(fixture, NULL);
    g_autoptr(BiqaNet) net = biqa_model_fold(fixture->model, BIQA_FULL, NULL);
    g_autoptr(GError) error = NULL;
    float raw[16];

    g_assert_cmpuint(biqa_shape_size(biqa_graph_output(net->graph)->shape), <=, G_N_ELEMENTS(raw));
    begin(fixture, one, 0);
    begin(fixture, other, 1);
    begin(fixture, one, 2);
    begin(fixture, other, 3);
    end(fixture, one, 0);
    biqa_backend_tap(one, BIQA_FULL, 0, net->graph->n_layers - 1, raw, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(raw[0], ==, fixture->expected[0].crops[BIQA_FULL][0]);
    end(fixture, other, 1);
    end(fixture, other, 3);
    end(fixture, one, 2);
}

/* What is in flight when its backend goes away is waited for. */
static void test_leave(void)
{
    g_autoptr(Fixture) fixture = fixture_new(25, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, NULL);

    begin(fixture, backend, 0);
    begin(fixture, backend, 1);
}

/* Lost at a call of the second of two frames, or of the first while the second is begun: both run
 * again, in their order, on the device in its place. Number 1 of each of these calls is the
 * program's, then each frame has one; of waits a slow device has more. */
static void test_lost(gconstpointer fault)
{
    g_autoptr(Fixture) fixture = fixture_new(26, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, fault);

    begin(fixture, backend, 0);
    begin(fixture, backend, 1);
    end(fixture, backend, 0);
    begin(fixture, backend, 2);
    end(fixture, backend, 1);
    end(fixture, backend, 2);
    g_assert_cmpuint(biqa_backend_recoveries(backend), ==, 1);
    stream(fixture, backend, FRAMES, 2);
}

/* Lost for whoever shares the device: who finds out last begins all it had in flight anew, too. */
static void test_lost_together(void)
{
    g_autoptr(Fixture) fixture = fixture_new(27, 40);
    g_autoptr(BiqaBackend) one = open_with(fixture, "ResetFences:2:device-lost");
    g_autoptr(BiqaBackend) other = open_with(fixture, NULL);

    begin(fixture, one, 0);
    begin(fixture, other, 1);
    begin(fixture, one, 2);
    begin(fixture, other, 3);
    end(fixture, one, 0);
    begin(fixture, other, 4);
    end(fixture, other, 1);
    end(fixture, one, 2);
    end(fixture, other, 3);
    end(fixture, other, 4);
    g_assert_cmpuint(biqa_backend_recoveries(one), ==, 1);
    g_assert_cmpuint(biqa_backend_recoveries(other), ==, 1);
}

/* A second frame that there is no memory for was not begun; the first goes on. */
static void test_out_of_memory(void)
{
    g_autoptr(Fixture) fixture = fixture_new(28, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, "QueueSubmit:3:out-of-memory");
    g_autoptr(GError) error = NULL;

    begin(fixture, backend, 0);
    g_assert_false(biqa_backend_begin_spot(backend, &fixture->frames[1], 0, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "memory");
    begin(fixture, backend, 2);
    end(fixture, backend, 0);
    end(fixture, backend, 2);
    g_assert_cmpuint(biqa_backend_recoveries(backend), ==, 0);
}

/* A device that is lost again and again fails the frame that waits for it, and no other. */
static void test_lost_for_good(void)
{
    g_autoptr(Fixture) fixture = fixture_new(29, 40);
    g_autoptr(BiqaBackend) backend = open_with(fixture, "ResetFences:2:device-lost:4");
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    begin(fixture, backend, 0);
    begin(fixture, backend, 1);
    g_assert_false(biqa_backend_end_spot(backend, (BiqaSpotOf){1, 0}, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "lost");
    begin(fixture, backend, 2);
    end(fixture, backend, 1);
    end(fixture, backend, 2);
}

int main(int argc, char **argv)
{
    static const char *const losses[] = {"QueueSubmit:3:device-lost", "QueueSubmit:4:device-lost",
                                         "WaitForFences:3:device-lost", "ResetFences:2:device-lost",
                                         "ResetFences:3:device-lost"};

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/flight/same", test_same);
    g_test_add_func("/shader/flight/formats", test_formats);
    g_test_add_func("/shader/flight/memory", test_memory);
    g_test_add_func("/shader/flight/turns", test_turns);
    g_test_add_func("/shader/flight/leave", test_leave);
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *name = g_strdup_printf("/shader/flight/lost/%s", losses[i]);

        g_test_add_data_func(name, losses[i], test_lost);
    }
    g_test_add_func("/shader/flight/lost-together", test_lost_together);
    g_test_add_func("/shader/flight/lost-for-good", test_lost_for_good);
    g_test_add_func("/shader/flight/out-of-memory", test_out_of_memory);
    return g_test_run();
}
