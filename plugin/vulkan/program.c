/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a model to buffers and steps. */
#include "program.h"

/* Lays out the branches one behind the other; returns the texels of the arena, scratch included. */
static gsize lay_out(BiqaVkProgram *program, gsize scratch[BIQA_N_BRANCHES])
{
    gsize end = 0, slack = 0;

    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaGraph *graph = program->nets[b]->graph;

        program->maps[b] = g_new0(BiqaVkMap, graph->n_layers);
        biqa_vk_arena_add(graph, program->input.n_crops, &end, program->maps[b]);
        slack = MAX(slack, biqa_vk_arena_slack(program->maps[b], graph->n_layers));
    }
    end += slack;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        scratch[b] = end;
        end += biqa_vk_steps_scratch(program->nets[b]->graph, program->input.n_crops);
    }
    program->scratch_texels = end - scratch[BIQA_FULL];
    /* One graph, folded twice: the branches differ in values only, and read the same crops. */
    g_assert(program->maps[BIQA_FULL]->view.plane == program->maps[BIQA_COMPETITOR]->view.plane &&
             program->maps[BIQA_FULL]->view.row == program->maps[BIQA_COMPETITOR]->view.row);
    program->maps[BIQA_COMPETITOR][0] = program->maps[BIQA_FULL][0];
    return end;
}

static gboolean check_size(const BiqaVkKernels *kernels, gsize vec4s, const char *what,
                           GError **error)
{
    const VkPhysicalDeviceLimits *limits = &kernels->device->properties.limits;

    if (vec4s <= limits->maxStorageBufferRange / 16 &&
        (kernels->plan != BIQA_VK_UNROLLED || vec4s <= limits->maxTexelBufferElements))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                "the model's %s take %" G_GSIZE_FORMAT
                " MiB, more than %s can address in one buffer",
                what, vec4s >> 16, kernels->device->properties.deviceName);
    return FALSE;
}

static gboolean create_buffers(BiqaVkProgram *program, const BiqaVkKernels *kernels, gsize texels,
                               gsize vec4s, GError **error)
{
    const BiqaVkDevice *device = kernels->device;

    if (!check_size(kernels, texels, "activations", error) ||
        !check_size(kernels, vec4s, "parameters", error) ||
        !biqa_vk_buffer_init(&program->arena, device, 16 * texels, BIQA_VK_DEVICE_MEMORY, error) ||
        !biqa_vk_buffer_init(&program->weights, device, 16 * vec4s, BIQA_VK_DEVICE_MEMORY, error))
        return FALSE;
    if (kernels->plan != BIQA_VK_UNROLLED)
        return TRUE;
    program->arena_texels =
        biqa_vk_buffer_texels(&program->arena, device, VK_FORMAT_R32G32B32A32_SFLOAT, error);
    if (!program->arena_texels)
        return FALSE;
    program->weights_texels =
        biqa_vk_buffer_texels(&program->weights, device, VK_FORMAT_R32G32B32A32_SFLOAT, error);
    return program->weights_texels != VK_NULL_HANDLE;
}

static gboolean make_steps(BiqaVkProgram *program, const BiqaVkKernels *kernels,
                           const gsize scratch[BIQA_N_BRANCHES], GArray *values, GError **error)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        const BiqaVkStepContext context = {
            .plan = kernels->plan,
            .branch = b,
            .net = program->nets[b],
            .maps = program->maps[b],
            .scratch = scratch[b],
            .weights = values,
        };

        for (guint i = 0; i < context.net->graph->n_layers; i++)
            if (!biqa_vk_steps_add(&context, i, program->steps, error))
                return FALSE;
    }
    return TRUE;
}

/* A GPU runs both branches at once, layer by layer, to fill itself; a CPU has its caches warm when
 * it runs one after the other. */
static gint compare_layers(gconstpointer a, gconstpointer b)
{
    const BiqaVkStep *one = a, *other = b;

    return one->layer < other->layer ? -1 : one->layer > other->layer;
}

/* The order of execution, and no barrier between the branches of a layer. */
static void order_steps(GArray *steps, VkPhysicalDeviceType type)
{
    if (type != VK_PHYSICAL_DEVICE_TYPE_CPU)
        g_array_sort(steps, compare_layers);
    for (guint i = 1; i < steps->len; i++) {
        const BiqaVkStep *before = &g_array_index(steps, BiqaVkStep, i - 1);
        BiqaVkStep *step = &g_array_index(steps, BiqaVkStep, i);

        if (step->layer == before->layer && step->branch != before->branch)
            step->barrier = FALSE;
    }
}

static gboolean finish_steps(BiqaVkProgram *program, BiqaVkKernels *kernels, GError **error)
{
    for (guint i = 0; i < program->steps->len; i++) {
        BiqaVkStep *step = &g_array_index(program->steps, BiqaVkStep, i);

        if (step->kernel == BIQA_VK_DENSE) {
            step->push.conv.address[0] = (uint32_t)program->weights.address;
            step->push.conv.address[1] = (uint32_t)(program->weights.address >> 32);
        }
        step->pipeline = biqa_vk_kernels_pipeline(kernels, step->kernel, step->constants, error);
        if (!step->pipeline)
            return FALSE;
    }
    order_steps(program->steps, kernels->device->properties.deviceType);
    return TRUE;
}

gboolean biqa_vk_program_init(BiqaVkProgram *program, BiqaVkKernels *kernels,
                              const BiqaModel *model, GArray **values, GError **error)
{
    g_autoptr(GArray) packed = g_array_new(FALSE, TRUE, sizeof(float));
    gsize scratch[BIQA_N_BRANCHES], texels;

    *program = (BiqaVkProgram){
        .input = model->input,
        .steps = g_array_new(FALSE, FALSE, sizeof(BiqaVkStep)),
    };
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        program->nets[b] = biqa_model_fold(model, b, NULL);
    texels = lay_out(program, scratch);
    if (!make_steps(program, kernels, scratch, packed, error) ||
        !create_buffers(program, kernels, texels, packed->len / 4 + 1, error) ||
        !finish_steps(program, kernels, error))
        return FALSE;
    *values = g_steal_pointer(&packed);
    return TRUE;
}

void biqa_vk_program_clear(BiqaVkProgram *program, const BiqaVkDevice *device)
{
    if (!program->steps)
        return;
    vkDestroyBufferView(device->handle, program->weights_texels, NULL);
    vkDestroyBufferView(device->handle, program->arena_texels, NULL);
    biqa_vk_buffer_clear(&program->weights, device);
    biqa_vk_buffer_clear(&program->arena, device);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_free(program->maps[b]);
        biqa_net_free(program->nets[b]);
    }
    g_array_unref(program->steps);
    *program = (BiqaVkProgram){0};
}

const BiqaVkMap *biqa_vk_program_output(const BiqaVkProgram *program, BiqaBranch branch)
{
    return &program->maps[branch][program->nets[branch]->graph->n_layers - 1];
}
