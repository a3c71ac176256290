/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What backends share, and what becomes of them when calls fail or the device is lost. All of it
 * under the validation layer, whose every word fails a test. */
#include "check.h"
#include "runtime.h"
#include "support.h"

#define SIZE 40

typedef struct {
    BiqaModel *model;
    BiqaFrameFormat format;
    BiqaFrame frame;
    BiqaResult expected;
} Fixture;

static void assert_equal(const BiqaResult *got, const BiqaResult *expected)
{
    g_assert_cmpuint(got->n_crops, ==, expected->n_crops);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_assert_cmpmem(got->crops[b], got->n_crops * sizeof(float), expected->crops[b],
                        got->n_crops * sizeof(float));
}

static BiqaBackend *open_with(const Fixture *fixture, BiqaVkFault *fault, GError **error)
{
    const BiqaVkParams params = {.validate = TRUE, .fault = fault};

    return biqa_vk_backend_new(&params, fixture->model, error);
}

static BiqaBackend *open_whole(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = open_with(fixture, NULL, &error);

    g_assert_no_error(error);
    return backend;
}

static BiqaVkFault *fault_new(const char *text)
{
    g_autoptr(GError) error = NULL;
    BiqaVkFault *fault = biqa_vk_fault_parse(text, &error);

    g_assert_no_error(error);
    return fault;
}

static void assert_runs(const Fixture *fixture, BiqaBackend *backend)
{
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    biqa_backend_run(backend, &fixture->frame, &result, &error);
    g_assert_no_error(error);
    assert_equal(&result, &fixture->expected);
}

static Fixture *fixture_new(guint64 seed)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autoptr(BiqaBackend) backend = NULL;
    g_autoptr(GError) error = NULL;

    fixture->model = mini_model_new(seed);
    biqa_frame_format_rgb(&fixture->format, SIZE, SIZE);
    fixture->frame = noise_frame(&fixture->format, (gsize[BIQA_MAX_PLANES]){3 * SIZE}, seed);
    backend = open_whole(fixture);
    biqa_backend_run(backend, &fixture->frame, &fixture->expected, &error);
    g_assert_no_error(error);
    return fixture;
}

static void fixture_free(Fixture *fixture)
{
    g_free((guint8 *)fixture->frame.planes[0]);
    biqa_model_free(fixture->model);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* A second backend on an equal model takes the memory of its frame, and makes nothing else that is
 * large. */
static void test_share(void)
{
    g_autoptr(Fixture) fixture = fixture_new(1);
    g_autoptr(Fixture) equal = fixture_new(1);
    g_autoptr(BiqaBackend) one = open_whole(fixture);
    const BiqaVkCalls *calls = biqa_vk_backend_calls(one);
    gint pipelines, memories;

    assert_runs(fixture, one);
    pipelines = calls->counts[BIQA_VK_CALL_CreateComputePipelines];
    memories = calls->counts[BIQA_VK_CALL_AllocateMemory];
    g_autoptr(BiqaBackend) other = open_whole(equal);
    assert_runs(equal, other);
    g_assert_true(biqa_vk_backend_calls(other) == calls);
    g_assert_cmpint(calls->counts[BIQA_VK_CALL_CreateComputePipelines], ==, pipelines);
    /* Its frame, the block that describes it, and its scores. */
    g_assert_cmpint(calls->counts[BIQA_VK_CALL_AllocateMemory], ==, memories + 3);
}

/* Backends on one arena, in turn: each reads the layers of its own frame, also when another's frame
 * was run since. */
static void test_turns(void)
{
    g_autoptr(Fixture) fixture = fixture_new(2);
    g_autoptr(Fixture) other_frame = fixture_new(3);
    g_autoptr(BiqaBackend) one = open_whole(fixture);
    g_autoptr(BiqaBackend) other = open_whole(fixture);
    const guint last = fixture->model->graph->n_layers;
    g_autoptr(BiqaNet) net = biqa_model_fold(fixture->model, BIQA_FULL, NULL);
    g_autoptr(GError) error = NULL;
    BiqaResult result;
    float raw[16];

    g_assert_cmpuint(net->graph->n_layers, <=, last);
    g_assert_cmpuint(biqa_shape_size(biqa_graph_output(net->graph)->shape), <=, G_N_ELEMENTS(raw));
    for (guint round = 0; round < 2; round++) {
        assert_runs(fixture, one);
        biqa_backend_run(other, &other_frame->frame, &result, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(result.crops[BIQA_FULL][0], !=, fixture->expected.crops[BIQA_FULL][0]);
        biqa_backend_tap(one, BIQA_FULL, 0, net->graph->n_layers - 1, raw, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(raw[0], ==, fixture->expected.crops[BIQA_FULL][0]);
    }
}

static gpointer run_often(gpointer data)
{
    const Fixture *fixture = data;

    for (guint round = 0; round < 3; round++) {
        g_autoptr(BiqaBackend) backend = open_whole(fixture);

        for (guint i = 0; i < 10; i++)
            assert_runs(fixture, backend);
    }
    return NULL;
}

/* Many at once, of two models, that come and go. */
static void test_threads(void)
{
    Fixture *fixtures[] = {fixture_new(4), fixture_new(5)};
    GThread *threads[8];

    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("run", run_often, fixtures[i % 2]);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    for (guint i = 0; i < G_N_ELEMENTS(fixtures); i++)
        fixture_free(fixtures[i]);
}

/* What a frame costs in calls: one submission, one fence; nothing is made. */
static void test_frame(void)
{
    g_autoptr(Fixture) fixture = fixture_new(6);
    g_autoptr(BiqaBackend) backend = open_whole(fixture);
    const BiqaVkCalls *calls = biqa_vk_backend_calls(backend);
    gint before[BIQA_VK_N_CALLS];

    assert_runs(fixture, backend);
    memcpy(before, calls->counts, sizeof before);
    for (guint i = 0; i < 5; i++)
        assert_runs(fixture, backend);
    for (guint i = 0; i < BIQA_VK_N_CALLS; i++) {
        const gint n = calls->counts[i] - before[i];

        if (i == BIQA_VK_CALL_WaitForFences) /* more often where the device is slow */
            g_assert_cmpint(n, >=, 5);
        else
            g_assert_cmpint(n, ==,
                            i == BIQA_VK_CALL_QueueSubmit || i == BIQA_VK_CALL_ResetFences ? 5 : 0);
    }
}

/* Lost at each of the calls that a frame makes, and at some of those that open the device. */
static void test_lost(gconstpointer data)
{
    g_autoptr(Fixture) fixture = fixture_new(7);
    BiqaVkFault *fault = fault_new(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) backend = open_with(fixture, fault, &error);

    g_assert_no_error(error);
    g_atomic_rc_box_release(fault);
    for (guint i = 0; i < 4; i++)
        assert_runs(fixture, backend);
    g_assert_cmpuint(biqa_backend_recoveries(backend), ==, 1);
}

/* Whoever shares the device finds a new one, the same for all. */
static void test_lost_together(void)
{
    g_autoptr(Fixture) fixture = fixture_new(8);
    BiqaVkFault *fault = fault_new("QueueSubmit:4:device-lost");
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) one = open_with(fixture, fault, &error);
    g_autoptr(BiqaBackend) other = open_whole(fixture);

    g_assert_no_error(error);
    g_atomic_rc_box_release(fault);
    for (guint i = 0; i < 3; i++) {
        assert_runs(fixture, one);
        assert_runs(fixture, other);
    }
    g_assert_cmpuint(biqa_backend_recoveries(one), ==, 1);
    g_assert_cmpuint(biqa_backend_recoveries(other), ==, 1);
    g_assert_true(biqa_vk_backend_calls(one) == biqa_vk_backend_calls(other));
}

/* A device that is lost again and again is an error in the end; one that then recovers serves. */
static void test_lost_for_good(void)
{
    g_autoptr(Fixture) fixture = fixture_new(9);
    BiqaVkFault *fault = fault_new("QueueSubmit:2:device-lost:5");
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) backend = open_with(fixture, fault, &error);
    BiqaResult result;

    g_assert_no_error(error);
    g_atomic_rc_box_release(fault);
    g_assert_false(biqa_backend_run(backend, &fixture->frame, &result, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, "lost");
    assert_runs(fixture, backend);
}

static void test_hang(void)
{
    g_autoptr(Fixture) fixture = fixture_new(10);
    BiqaVkFault *fault = fault_new("WaitForFences:3:timeout:1200");
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) backend = open_with(fixture, fault, &error);

    g_assert_no_error(error);
    g_atomic_rc_box_release(fault);
    for (guint i = 0; i < 3; i++)
        assert_runs(fixture, backend);
    g_assert_cmpuint(biqa_backend_recoveries(backend), ==, 1);
}

static VKAPI_ATTR VkResult VKAPI_CALL never_done(VkDevice device, uint32_t n, const VkFence *fences,
                                                 VkBool32 all, uint64_t timeout)
{
    return VK_TIMEOUT;
}

/* A device that never finishes the copies of a new program keeps their memory, and stays open. */
static void test_stuck(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(13);
    g_autoptr(GError) error = NULL;
    BiqaVkRuntime *runtime = biqa_vk_runtime_get(NULL, TRUE, NULL, &error);
    PFN_vkWaitForFences wait;

    g_assert_no_error(error);
    wait = runtime->device->calls->WaitForFences;
    runtime->device->calls->WaitForFences = never_done;
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*does not finish a copy*");
    g_assert_null(biqa_vk_runtime_program(runtime, BIQA_VK_COMPACT, model, NULL, &error));
    g_test_assert_expected_messages();
    assert_refused(error, BIQA_ERROR_DEVICE, "hangs");
    g_assert_true(runtime->stuck);
    biqa_vk_runtime_put(runtime);
    /* It was not freed: the device is still there to be waited for. */
    runtime->device->calls->WaitForFences = wait;
    g_assert_cmpint(vkDeviceWaitIdle(runtime->device->handle), ==, VK_SUCCESS);
}

/* Every call out of memory, from its first time to its last: an error or, where the backend could
 * help itself, a frame; and after it, a frame. */
static void test_out_of_memory(gconstpointer data)
{
    g_autoptr(Fixture) fixture = fixture_new(12);
    guint failures = 0;

    for (guint at = 1;; at++) {
        g_autofree char *text = g_strdup_printf("%s:%u:out-of-memory", (const char *)data, at);
        BiqaVkFault *fault = fault_new(text);
        g_autoptr(BiqaBackend) backend = open_with(fixture, fault, NULL);
        BiqaResult result;
        gboolean ok = backend && biqa_backend_run(backend, &fixture->frame, &result, NULL);
        const gboolean over = (guint)fault->seen < at;

        g_assert_true(ok || !over);
        if (backend && !over)
            assert_runs(fixture, backend);
        g_atomic_rc_box_release(fault);
        if (over)
            break;
        failures++;
    }
    g_assert_cmpuint(failures, >, 0);
}

static void test_fault_text(void)
{
    static const char *const wrong[] = {"",
                                        "QueueSubmit",
                                        "QueueSubmit:1",
                                        "Queue:1:timeout",
                                        "QueueSubmit:0:timeout",
                                        "QueueSubmit:1:tired",
                                        "QueueSubmit:1:timeout:x",
                                        "QueueSubmit:1:timeout:1:1"};
    BiqaVkFault *fault = fault_new("MapMemory:7:out-of-memory:2");

    g_assert_cmpuint(fault->call, ==, BIQA_VK_CALL_MapMemory);
    g_assert_cmpuint(fault->first, ==, 7);
    g_assert_cmpuint(fault->times, ==, 2);
    g_assert_cmpint(fault->result, ==, VK_ERROR_OUT_OF_DEVICE_MEMORY);
    g_atomic_rc_box_release(fault);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(biqa_vk_fault_parse(wrong[i], &error));
        assert_refused(error, BIQA_ERROR_VALUE, "QueueSubmit:3:device-lost");
    }
}

/* One test for each word of a list. */
static void add_tests(const char *path, const char *const *words, GTestDataFunc test)
{
    for (; *words; words++) {
        g_autofree char *name = g_strdup_printf("%s/%s", path, *words);

        g_test_add_data_func(name, *words, test);
    }
}

int main(int argc, char **argv)
{
    static const char *const losses[] = {
        "QueueSubmit:3:device-lost",    "WaitForFences:3:device-lost",
        "ResetFences:3:device-lost",    "BeginCommandBuffer:2:device-lost",
        "AllocateMemory:4:device-lost", NULL};
    static const char *const calls[] = {
        "AllocateMemory", "CreateBuffer",       "CreateBufferView", "CreateComputePipelines",
        "QueueSubmit",    "BeginCommandBuffer", "WaitForFences",    "CreateDescriptorPool",
        "CreateFence",    "CreateShaderModule", "ResetFences",      NULL};

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/runtime/share", test_share);
    g_test_add_func("/shader/runtime/turns", test_turns);
    g_test_add_func("/shader/runtime/threads", test_threads);
    g_test_add_func("/shader/runtime/frame", test_frame);
    g_test_add_func("/shader/runtime/fault-text", test_fault_text);
    add_tests("/shader/runtime/lost", losses, test_lost);
    g_test_add_func("/shader/runtime/lost-together", test_lost_together);
    g_test_add_func("/shader/runtime/lost-for-good", test_lost_for_good);
    g_test_add_func("/shader/runtime/hang", test_hang);
    g_test_add_func("/shader/runtime/stuck", test_stuck);
    add_tests("/shader/runtime/out-of-memory", calls, test_out_of_memory);
    return g_test_run();
}
