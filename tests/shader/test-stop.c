/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Giving up: what is being opened for a user who stops ends without waiting for compilers, nor for
 * who else uses the device. Under the validation layer, whose every word fails a test. */
#include "check.h"
#include "runtime.h"
#include "support.h"

#include <string.h>

/* What stands in for the device's own functions, and stops the user when it is called. */
typedef struct {
    PFN_vkCreateComputePipelines create;
    PFN_vkWaitForFences wait;
    guint n_timeouts; /* waits that end in vain */
    GCancellable *stop;
} Stopper;

/* Vulkan's functions are called without a word of who replaced them. */
static Stopper *stopper(void)
{
    static Stopper only;

    return &only;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_and_stop(VkDevice device, VkPipelineCache cache,
                                                      uint32_t n,
                                                      const VkComputePipelineCreateInfo *infos,
                                                      const VkAllocationCallbacks *allocator,
                                                      VkPipeline *pipelines)
{
    g_cancellable_cancel(stopper()->stop);
    return stopper()->create(device, cache, n, infos, allocator, pipelines);
}

static VKAPI_ATTR VkResult VKAPI_CALL wait_and_stop(VkDevice device, uint32_t n,
                                                    const VkFence *fences, VkBool32 all,
                                                    uint64_t timeout)
{
    Stopper *self = stopper();

    g_cancellable_cancel(self->stop);
    if (self->n_timeouts == 0)
        return self->wait(device, n, fences, all, timeout);
    self->n_timeouts--;
    return VK_TIMEOUT;
}

typedef struct {
    BiqaModel *model;
    BiqaVkRuntime *runtime;
    GCancellable *stop;
    guint8 bytes[3 * 16 * 16];
    BiqaFrameFormat format;
    BiqaFrame frame; /* black */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->model = mini_model_new(21);
    fixture->stop = g_cancellable_new();
    fixture->runtime = biqa_vk_runtime_get(NULL, TRUE, NULL, &error);
    g_assert_no_error(error);
    biqa_frame_format_rgb(&fixture->format, 16, 16);
    fixture->frame = (BiqaFrame){&fixture->format, {fixture->bytes}, {3 * 16}};
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    biqa_vk_runtime_put(fixture->runtime);
    g_object_unref(fixture->stop);
    biqa_model_free(fixture->model);
}

static guint n_created(const Fixture *fixture)
{
    return (guint)fixture->runtime->device->calls->counts[BIQA_VK_CALL_CreateComputePipelines];
}

static guint n_pipelines(const Fixture *fixture)
{
    return fixture->runtime->kernels[BIQA_VK_COMPACT].pipelines->len;
}

static BiqaVkProgram *open_program(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    BiqaVkProgram *program =
        biqa_vk_runtime_program(fixture->runtime, BIQA_VK_COMPACT, fixture->model, NULL, &error);

    g_assert_no_error(error);
    return program;
}

/* A backend that gives up when the fixture's user stops. */
static BiqaBackend *open_backend(Fixture *fixture)
{
    const BiqaVkParams params = {.validate = TRUE, .stop = fixture->stop};
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = biqa_vk_backend_new(&params, fixture->model, &error);

    g_assert_no_error(error);
    return backend;
}

/* From now on the user stops at the first wait for the device, which takes long. */
static void stop_at_wait(Fixture *fixture)
{
    BiqaVkCalls *calls = fixture->runtime->device->calls;

    *stopper() = (Stopper){.wait = calls->WaitForFences, .n_timeouts = 60, .stop = fixture->stop};
    calls->WaitForFences = wait_and_stop;
}

static void assert_given_up(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(biqa_vk_runtime_program(fixture->runtime, BIQA_VK_COMPACT, fixture->model,
                                          fixture->stop, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Who has stopped already begins nothing, and its backend scores nothing. */
static void test_before(Fixture *fixture, gconstpointer data)
{
    const BiqaVkParams params = {.validate = TRUE, .stop = fixture->stop};
    g_autoptr(GError) error = NULL;

    g_cancellable_cancel(fixture->stop);
    g_assert_null(biqa_vk_backend_new(&params, fixture->model, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(n_created(fixture), ==, 0);
}

/* Who stops while pipelines are made waits for those that were begun, one a processor. They stay:
 * the next user makes the others. */
static void test_between(Fixture *fixture, gconstpointer data)
{
    BiqaVkCalls *calls = fixture->runtime->device->calls;
    BiqaVkProgram *program;

    *stopper() = (Stopper){.create = calls->CreateComputePipelines, .stop = fixture->stop};
    calls->CreateComputePipelines = create_and_stop;
    assert_given_up(fixture);
    g_assert_cmpuint(n_created(fixture), >, 0);
    g_assert_cmpuint(n_created(fixture), <=, g_get_num_processors());
    g_assert_cmpuint(n_created(fixture), ==, n_pipelines(fixture));
    program = open_program(fixture);
    g_assert_cmpuint(n_pipelines(fixture), >, 2);
    g_assert_cmpuint(n_created(fixture), ==, n_pipelines(fixture));
    biqa_vk_runtime_program_put(fixture->runtime, program);
}

/* Who stops while a frame is at work does not wait for it for long, and does not score another. */
static void test_waiting(Fixture *fixture, gconstpointer data)
{
    const BiqaVkCalls *calls = fixture->runtime->device->calls;
    g_autoptr(BiqaBackend) backend = open_backend(fixture);
    g_autoptr(GError) error = NULL;
    BiqaResult result;
    gint n_waits;

    stop_at_wait(fixture);
    n_waits = calls->counts[BIQA_VK_CALL_WaitForFences];
    g_assert_false(biqa_backend_run(backend, &fixture->frame, &result, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_nonnull(strstr(error->message, "stopped while"));
    g_assert_cmpint(calls->counts[BIQA_VK_CALL_WaitForFences], <=, n_waits + 60);
    n_waits = calls->counts[BIQA_VK_CALL_WaitForFences];
    g_clear_error(&error);
    g_assert_false(biqa_backend_run(backend, &fixture->frame, &result, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpint(calls->counts[BIQA_VK_CALL_WaitForFences], ==, n_waits);
}

/* The same with two in flight: the second is given up with the first, and no other device is opened
 * for it. */
static void test_in_flight(Fixture *fixture, gconstpointer data)
{
    const BiqaVkCalls *calls = fixture->runtime->device->calls;
    g_autoptr(BiqaBackend) backend = open_backend(fixture);
    g_autoptr(GError) error = NULL;
    BiqaResult result;
    gint n_fences;

    for (guint i = 0; i < 2; i++)
        g_assert_true(biqa_backend_begin_spot(backend, &fixture->frame, 0, &error));
    stop_at_wait(fixture);
    n_fences = calls->counts[BIQA_VK_CALL_CreateFence];
    for (guint i = 0; i < 2; i++) {
        g_assert_false(biqa_backend_end_spot(backend, (BiqaSpotOf){1, 0}, &result, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_clear_error(&error);
    }
    g_assert_cmpint(calls->counts[BIQA_VK_CALL_CreateFence], ==, n_fences);
}

static void set_making(BiqaVkRuntime *runtime, gboolean making)
{
    g_mutex_lock(&runtime->lock);
    runtime->making = making;
    g_cond_broadcast(&runtime->made);
    g_mutex_unlock(&runtime->lock);
}

static gpointer stop_thread(gpointer stop)
{
    g_cancellable_cancel(stop);
    return NULL;
}

/* While somebody else makes a program: who stops does not wait for that, and what is there already
 * can be had and given back. */
static void test_turn(Fixture *fixture, gconstpointer data)
{
    BiqaVkProgram *program = open_program(fixture);
    g_autoptr(BiqaModel) other = mini_model_new(22);
    g_autoptr(GError) error = NULL;
    GThread *thread;

    set_making(fixture->runtime, TRUE);
    g_assert_true(open_program(fixture) == program);
    biqa_vk_runtime_program_put(fixture->runtime, program);
    biqa_vk_runtime_program_put(fixture->runtime, program);
    g_assert_cmpuint(fixture->runtime->programs->len, ==, 0);
    thread = g_thread_new("stop", stop_thread, fixture->stop);
    g_assert_null(
        biqa_vk_runtime_program(fixture->runtime, BIQA_VK_COMPACT, other, fixture->stop, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_thread_join(thread);
    g_assert_true(fixture->runtime->making); /* it did not take somebody else's turn for its own */
    set_making(fixture->runtime, FALSE);
    biqa_vk_runtime_program_put(fixture->runtime, open_program(fixture));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/shader/stop/before", test_before},       {"/shader/stop/between", test_between},
        {"/shader/stop/in-flight", test_in_flight}, {"/shader/stop/turn", test_turn},
        {"/shader/stop/waiting", test_waiting},
    };

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
