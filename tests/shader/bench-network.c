/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Process CPU time of a frame of 1280x720 NV12 on the Vulkan backend, and where the device's time
 * goes. bench-network [--size N] [--crops N] [--frames N] [--device NAME] [model file] */
#include "mobilenet.h"
#include "network.h"

#include <sys/resource.h>

#define WIDTH 1280
#define HEIGHT 720

typedef struct {
    int size, crops, n_frames;
    char *device;
    char **files;
} Options;

static double cpu_ms(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return 1e3 * (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-3 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Limited-range BT.709, as video is. */
static BiqaFrameFormat nv12_format(void)
{
    return (BiqaFrameFormat){
        .width = WIDTH,
        .height = HEIGHT,
        .n_planes = 2,
        .plane_height = {HEIGHT, HEIGHT / 2},
        .bytes = 1,
        .components = {{0, 0, 1, 0, 0}, {1, 0, 2, 1, 1}, {1, 1, 2, 1, 1}},
        .matrix = {{1.1644f, 0.f, 1.7927f, -248.10f},
                   {1.1644f, -.2132f, -.5329f, 76.88f},
                   {1.1644f, 2.1124f, 0.f, -289.02f}},
    };
}

/* The device's time by kernel and branch, and GFLOP/s of the dense and depthwise ones. */
static void print_profile(const BiqaModel *model, const char *device)
{
    const BiqaVkParams params = {.device = device, .profile = TRUE};
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = biqa_vk_backend_new(&params, model, &error);
    g_autofree guint8 *bytes = g_malloc0(WIDTH * HEIGHT * 2);
    const BiqaFrameFormat format = nv12_format();
    const BiqaFrame frame = {
        .format = &format, .planes = {bytes, bytes + WIDTH * HEIGHT}, .strides = {WIDTH, WIDTH}};
    BiqaNet *net = biqa_model_fold(model, BIQA_FULL, NULL);
    const guint n_layers = net->graph->n_layers;
    g_autofree double *us = g_new0(double, n_layers);
    g_autofree guint *steps = g_new0(guint, n_layers);
    g_autofree const char **names = g_new0(const char *, n_layers);
    BiqaResult result;
    const guint rounds = 10;

    g_assert_no_error(error);
    for (guint r = 0; r < rounds; r++) {
        biqa_backend_run(backend, &frame, &result, &error);
        g_assert_no_error(error);
        for (guint i = 0; r > 0 && i < biqa_vk_backend_n_steps(backend); i++) {
            const BiqaVkStepTime time = biqa_vk_backend_step_time(backend, i);

            us[time.layer] += time.ns / 1e3 / (rounds - 1);
            names[time.layer] = time.kernel;
            steps[time.layer] += r == 1;
        }
    }
    g_print("layer  kernel      steps       us   GF/s (device time, both branches)\n");
    for (guint i = 0; i < n_layers; i++) {
        const BiqaLayer *layer = &net->graph->layers[i];
        const BiqaShape in = net->graph->layers[layer->inputs[0]].shape;
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        const double flop = info->macs ? 4. * model->input.n_crops * info->macs(layer, &in) : 0;

        g_print("%5u  %-10s %6u %8.0f %6.1f  %u x %u x %u\n", i, names[i], steps[i], us[i],
                us[i] > 0 ? flop / us[i] * 1e-3 : 0, layer->shape.c, layer->shape.h,
                layer->shape.w);
    }
    biqa_net_free(net);
    biqa_backend_free(backend);
}

static void run_frame(BiqaBackend *backend, const BiqaFrame *frame, BiqaResult *result)
{
    g_autoptr(GError) error = NULL;

    biqa_backend_run(backend, frame, result, &error);
    g_assert_no_error(error);
}

/* Start-up, then frames one after the other. */
static void measure(const BiqaModel *model, const Options *options)
{
    g_autofree guint8 *bytes = g_malloc(WIDTH * HEIGHT * 2);
    const BiqaFrameFormat format = nv12_format();
    const BiqaFrame frame = {
        .format = &format, .planes = {bytes, bytes + WIDTH * HEIGHT}, .strides = {WIDTH, WIDTH}};
    double cpu = cpu_ms(), device = 0, best = G_MAXDOUBLE;
    gint64 wall = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    for (guint i = 0; i < WIDTH * HEIGHT * 2; i++)
        bytes[i] = (guint8)(i * 2654435761u >> 24);
    g_autoptr(BiqaBackend) backend = biqa_vk_backend_open(options->device, model, &error);
    g_assert_no_error(error);
    g_print("%s: opened in %.0f ms", biqa_backend_device_name(backend),
            (g_get_monotonic_time() - wall) / 1e3);
    run_frame(backend, &frame, &result);
    g_print(", first result after %.0f ms (%.0f ms of CPU)\n",
            (g_get_monotonic_time() - wall) / 1e3, cpu_ms() - cpu);

    cpu = cpu_ms();
    wall = g_get_monotonic_time();
    for (int i = 0; i < options->n_frames; i++) {
        const double start = cpu_ms();

        run_frame(backend, &frame, &result);
        device += biqa_vk_backend_device_ns(backend) / 1e6;
        best = MIN(best, cpu_ms() - start);
    }
    g_print("%.1f MFLOP a frame, %u steps: CPU %.2f ms (best %.2f), wall %.2f ms, device %.2f ms; "
            "raw %g %g\n",
            biqa_model_flop(model) / 1e6, biqa_vk_backend_n_steps(backend),
            (cpu_ms() - cpu) / options->n_frames, best,
            (g_get_monotonic_time() - wall) / 1e3 / options->n_frames, device / options->n_frames,
            biqa_result_raw(&result, BIQA_FULL), biqa_result_raw(&result, BIQA_COMPETITOR));
}

int main(int argc, char **argv)
{
    Options options = {.size = 224, .crops = 2, .n_frames = 40};
    const GOptionEntry entries[] = {
        {"size", 0, 0, G_OPTION_ARG_INT, &options.size, "Size of a crop", "N"},
        {"crops", 0, 0, G_OPTION_ARG_INT, &options.crops, "Crops of a frame", "N"},
        {"frames", 0, 0, G_OPTION_ARG_INT, &options.n_frames, "Frames to run", "N"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options.device, "Vulkan device", "NAME"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, "[MODEL]"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        g_error("%s", error->message);
    model = options.files ? biqa_model_load(options.files[0], &error)
                          : mobilenet_model_new(options.size, options.crops, 1, 1);
    if (!model)
        g_error("%s", error->message);
    measure(model, &options);
    print_profile(model, options.device);
    g_strfreev(options.files);
    g_free(options.device);
    return 0;
}
