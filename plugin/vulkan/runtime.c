/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The register of runtimes, and a runtime's register of programs. */
#include "runtime.h"

#include "task.h"

#include <string.h>

/* How often who waits for a program that somebody else makes looks whether to stop, in us. */
#define LOOK_AGAIN 100000

/* The one place of the plugin with state of the process: elements know nothing of each other, so
 * who is to share must meet somewhere. */
static GMutex register_lock;
static GPtrArray *runtimes; /* of those in use and not lost; borrowed; NULL: none */

typedef struct {
    BiqaVkProgram program; /* the first member: what users hold */
    char *key;
    guint users;
} Entry;

static void runtime_free(BiqaVkRuntime *runtime)
{
    for (guint i = 0; i < BIQA_VK_N_PLANS; i++)
        biqa_vk_kernels_clear(&runtime->kernels[i]);
    g_ptr_array_unref(runtime->programs);
    biqa_vk_device_free(runtime->device);
    g_mutex_clear(&runtime->lock);
    g_cond_clear(&runtime->made);
    g_free(runtime);
}

/* Takes device over. */
static BiqaVkRuntime *runtime_new(BiqaVkDevice *device, gboolean validate)
{
    BiqaVkRuntime *runtime = g_new0(BiqaVkRuntime, 1);

    g_mutex_init(&runtime->lock);
    g_cond_init(&runtime->made);
    runtime->device = device;
    runtime->validate = validate;
    runtime->programs = g_ptr_array_new();
    return runtime;
}

/* Forgets a runtime: nobody will find it again. */
static void unregister(BiqaVkRuntime *runtime)
{
    if (!runtimes || !g_ptr_array_remove_fast(runtimes, runtime))
        return;
    if (runtimes->len == 0)
        g_clear_pointer(&runtimes, g_ptr_array_unref);
}

typedef struct {
    const guint8 *uuid; /* of the physical device, where it is ours to open */
    gboolean validate;
    const BiqaVkForeign *foreign; /* somebody else's, instead */
} Wanted;

static gboolean matches(const BiqaVkRuntime *runtime, const Wanted *wanted)
{
    const BiqaVkDevice *device = runtime->device;

    if (wanted->foreign || device->foreign.owner)
        return biqa_vk_device_serves(device, wanted->foreign);
    return runtime->validate == wanted->validate &&
           memcmp(device->uuid, wanted->uuid, sizeof device->uuid) == 0;
}

static BiqaVkRuntime *find_runtime(const Wanted *wanted)
{
    for (guint i = 0; runtimes && i < runtimes->len; i++) {
        BiqaVkRuntime *runtime = g_ptr_array_index(runtimes, i);

        if (!matches(runtime, wanted))
            continue;
        if (!biqa_vk_calls_lost(runtime->device->calls))
            return runtime;
        unregister(runtime);
        return NULL;
    }
    return NULL;
}

static void register_runtime(BiqaVkRuntime *runtime)
{
    if (!runtimes)
        runtimes = g_ptr_array_new();
    g_ptr_array_add(runtimes, runtime);
}

static BiqaVkRuntime *get_locked(const char *name, gboolean validate, BiqaVkFault *fault,
                                 GError **error)
{
    g_autoptr(BiqaVkDevice) device = biqa_vk_device_find(name, validate, error);
    BiqaVkRuntime *runtime;

    if (!device)
        return NULL;
    runtime = find_runtime(&(Wanted){.uuid = device->uuid, .validate = validate});
    if (!runtime) {
        if (!biqa_vk_device_open(device, fault, error))
            return NULL;
        runtime = runtime_new(g_steal_pointer(&device), validate);
        register_runtime(runtime);
    }
    runtime->users++;
    return runtime;
}

BiqaVkRuntime *biqa_vk_runtime_get(const char *name, gboolean validate, BiqaVkFault *fault,
                                   GError **error)
{
    BiqaVkRuntime *runtime;

    g_mutex_lock(&register_lock);
    runtime = get_locked(name, validate, fault, error);
    g_mutex_unlock(&register_lock);
    return runtime;
}

static BiqaVkRuntime *adopt_locked(const BiqaVkForeign *foreign, GError **error)
{
    BiqaVkRuntime *runtime = find_runtime(&(Wanted){.foreign = foreign});

    if (!runtime) {
        BiqaVkDevice *device = biqa_vk_device_adopt(foreign, error);

        if (!device)
            return NULL;
        runtime = runtime_new(device, FALSE);
        register_runtime(runtime);
    }
    runtime->users++;
    return runtime;
}

BiqaVkRuntime *biqa_vk_runtime_adopt(const BiqaVkForeign *foreign, GError **error)
{
    BiqaVkRuntime *runtime;

    g_mutex_lock(&register_lock);
    runtime = adopt_locked(foreign, error);
    g_mutex_unlock(&register_lock);
    return runtime;
}

void biqa_vk_runtime_put(BiqaVkRuntime *runtime)
{
    gboolean last;

    if (!runtime)
        return;
    g_mutex_lock(&register_lock);
    last = --runtime->users == 0;
    if (last)
        unregister(runtime);
    g_mutex_unlock(&register_lock);
    if (last && !runtime->stuck)
        runtime_free(runtime);
}

/* What decides which tasks run, and what runs then. */
static void add_tasks(GChecksum *sum, const BiqaModel *model)
{
    const BiqaTasks *tasks = model->tasks;
    const gsize features = biqa_gating_length(&tasks->gating, model->graph);

    g_checksum_update(sum, (const guchar *)&tasks->gating, sizeof tasks->gating);
    for (guint t = 0; t < tasks->n; t++) {
        const BiqaTask *task = &tasks->items[t];

        g_checksum_update(sum, (const guchar *)&task->n_centroids, sizeof task->n_centroids);
        g_checksum_update(sum, (const guchar *)task->centroids,
                          (gssize)(task->n_centroids * features * sizeof(float)));
        for (guint b = 0; t > 0 && b < BIQA_N_BRANCHES; b++)
            g_checksum_update(sum, (const guchar *)task->params[b],
                              (gssize)(model->graph->n_params * sizeof(float)));
    }
}

/* Equal for models that run alike. (transfer full) */
static char *model_key(BiqaVkPlan plan, const BiqaModel *model)
{
    const BiqaInput *input = &model->input;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_auto(GStrv) lines = biqa_graph_format(model->graph);
    g_autofree char *text = g_strjoinv("\n", lines);
    g_autofree char *head =
        g_strdup_printf("%d %u %u %u", plan, input->size, input->n_crops, input->n_spots);

    g_checksum_update(sum, (const guchar *)head, -1);
    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_update(sum, (const guchar *)input->crops, input->n_crops * sizeof input->crops[0]);
    g_checksum_update(sum, (const guchar *)input->spots, input->n_spots * sizeof input->spots[0]);
    g_checksum_update(sum, (const guchar *)input->mean, sizeof input->mean);
    g_checksum_update(sum, (const guchar *)input->deviation, sizeof input->deviation);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_checksum_update(sum, (const guchar *)model->params[b],
                          (gssize)(model->graph->n_params * sizeof(float)));
    if (model->tasks)
        add_tasks(sum, model);
    return g_strdup(g_checksum_get_string(sum));
}

static Entry *find_entry(const BiqaVkRuntime *runtime, const char *key)
{
    for (guint i = 0; i < runtime->programs->len; i++) {
        Entry *entry = g_ptr_array_index(runtime->programs, i);

        if (strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

static void entry_free(Entry *entry, const BiqaVkDevice *device)
{
    biqa_vk_program_clear(&entry->program, device);
    g_free(entry->key);
    g_free(entry);
}

/* Who makes it has the turn. NULL: error says why. */
static Entry *make_entry(BiqaVkRuntime *runtime, BiqaVkPlan plan, const BiqaModel *model,
                         GCancellable *stop, GError **error)
{
    BiqaVkKernels *kernels = &runtime->kernels[plan];
    Entry *entry;

    if (!kernels->device && !biqa_vk_kernels_init(kernels, runtime->device, plan, error)) {
        biqa_vk_kernels_clear(kernels);
        return NULL;
    }
    entry = g_new0(Entry, 1);
    if (!biqa_vk_program_init(&entry->program, kernels, model, stop, error)) {
        runtime->stuck |= entry->program.stuck;
        entry_free(entry, runtime->device);
        return NULL;
    }
    return entry;
}

/* Under lock: the entry of a key, or NULL and the turn to make it, or NULL and an error. */
static Entry *find_or_begin(BiqaVkRuntime *runtime, const char *key, GCancellable *stop,
                            GError **error)
{
    Entry *entry;

    while (!(entry = find_entry(runtime, key)) && runtime->making &&
           !g_cancellable_is_cancelled(stop))
        g_cond_wait_until(&runtime->made, &runtime->lock, g_get_monotonic_time() + LOOK_AGAIN);
    if (!entry && !g_cancellable_set_error_if_cancelled(stop, error))
        runtime->making = TRUE;
    return entry;
}

BiqaVkProgram *biqa_vk_runtime_program(BiqaVkRuntime *runtime, BiqaVkPlan plan,
                                       const BiqaModel *model, GCancellable *stop, GError **error)
{
    g_autofree char *key = model_key(plan, model);
    g_autoptr(GError) failure = NULL;
    Entry *entry;

    g_mutex_lock(&runtime->lock);
    entry = find_or_begin(runtime, key, stop, &failure);
    if (!entry && !failure) {
        g_mutex_unlock(&runtime->lock);
        entry = make_entry(runtime, plan, model, stop, &failure);
        g_mutex_lock(&runtime->lock);
        runtime->making = FALSE;
        g_cond_broadcast(&runtime->made);
        if (entry) {
            entry->key = g_steal_pointer(&key);
            g_ptr_array_add(runtime->programs, entry);
        }
    }
    if (entry)
        entry->users++;
    g_mutex_unlock(&runtime->lock);
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    return entry ? &entry->program : NULL;
}

void biqa_vk_runtime_program_put(BiqaVkRuntime *runtime, BiqaVkProgram *program)
{
    Entry *entry = (Entry *)program;

    if (!entry)
        return;
    g_mutex_lock(&runtime->lock);
    if (--entry->users == 0) {
        g_ptr_array_remove_fast(runtime->programs, entry);
        entry_free(entry, runtime->device);
    }
    g_mutex_unlock(&runtime->lock);
}
