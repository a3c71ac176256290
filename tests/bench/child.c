/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only a process of its own can tell: first scores and peaks of memory. */
#include "bench.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

gboolean bench_print_first(const BenchOptions *options, GError **error)
{
    const gint64 start = g_get_monotonic_time();
    g_autoptr(BiqaModel) model = bench_model(options, error);
    g_autoptr(BiqaBackend) backend = model ? bench_open(options, model, FALSE, error) : NULL;
    BiqaFrameFormat format;
    BiqaFrame frame = bench_frame(&format, options->width, options->height);
    BiqaResult result;
    const gboolean ok = backend && biqa_backend_run(backend, &frame, &result, error);

    bench_frame_clear(&frame);
    if (ok)
        printf("%.3f\n", 1e-3 * (g_get_monotonic_time() - start));
    return ok;
}

/* Takes an environment over and returns it with caches in folder. */
static char **set_caches(char **environment, const char *folder)
{
    environment = g_environ_setenv(environment, "MESA_SHADER_CACHE_DIR", folder, TRUE);
    return g_environ_setenv(environment, "XDG_CACHE_HOME", folder, TRUE);
}

/* Milliseconds that a child says its first score took, with caches in folder. */
static double first_score(const char *program, const BenchOptions *options, const char *folder,
                          GError **error)
{
    g_autofree char *size = g_strdup_printf("%dx%d", options->width, options->height);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const char *const always[] = {program,     "--first",        "--model", options->model,
                                  "--backend", options->backend, "--size",  size};
    const char *const sometimes[][2] = {{"--plan", options->plan}, {"--prune", options->prune}};
    g_auto(GStrv) environment = g_get_environ();
    g_autofree char *said = NULL;
    int status = 0;

    for (guint i = 0; i < G_N_ELEMENTS(always); i++)
        g_ptr_array_add(arguments, (gpointer)always[i]);
    for (guint i = 0; i < G_N_ELEMENTS(sometimes); i++)
        if (sometimes[i][1]) {
            g_ptr_array_add(arguments, (gpointer)sometimes[i][0]);
            g_ptr_array_add(arguments, (gpointer)sometimes[i][1]);
        }
    g_ptr_array_add(arguments, NULL);
    environment = set_caches(environment, folder);
    if (!g_spawn_sync(NULL, (char **)arguments->pdata, environment, G_SPAWN_DEFAULT, NULL, NULL,
                      &said, NULL, &status, error) ||
        !g_spawn_check_wait_status(status, error))
        return NAN;
    return g_ascii_strtod(said, NULL);
}

static void remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_folder(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

gboolean bench_first_scores(const char *program, const BenchOptions *options, BenchReport *report,
                            GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("biqa-bench-XXXXXX", error);

    if (!folder)
        return FALSE;
    report->cold_ms = first_score(program, options, folder, error);
    if (!isnan(report->cold_ms))
        report->warm_ms = first_score(program, options, folder, error);
    remove_folder(folder);
    return !isnan(report->warm_ms);
}

/* The peak of a command's memory in bytes, with caches in folder; NaN where it cannot be run or
 * fails. */
static double command_peak(const char *command, const char *folder)
{
    g_auto(GStrv) arguments = NULL, environment = g_get_environ();
    struct rusage usage;
    GPid pid;
    int status;

    environment = g_environ_setenv(environment, "GST_PLUGIN_PATH", PLUGIN_PATH, FALSE);
    environment = set_caches(environment, folder);
    if (!g_shell_parse_argv(command, NULL, &arguments, NULL) ||
        !g_spawn_async(NULL, arguments, environment,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                       NULL, NULL, &pid, NULL))
        return NAN;
    if (wait4(pid, &status, 0, &usage) != pid || status != 0)
        return NAN;
    return 1024. * usage.ru_maxrss;
}

/* Of a pipeline of a few frames of this size through an element. */
static double pipeline_peak(const BenchOptions *options, const char *element, const char *folder)
{
    g_autofree char *command =
        g_strdup_printf("gst-launch-1.0 -q videotestsrc num-buffers=4 pattern=snow ! "
                        "video/x-raw,format=NV12,width=%d,height=%d ! %s ! fakesink",
                        options->width, options->height, element);

    return command_peak(command, folder);
}

BenchMemory bench_memory(const BenchOptions *options)
{
    BenchMemory memory = {NAN, NAN};
    g_autofree char *folder = NULL, *element = NULL;
    double identity;

    /* A network made up here the element cannot load. */
    if (!g_file_test(options->model, G_FILE_TEST_EXISTS) ||
        !(folder = g_dir_make_tmp("biqa-bench-XXXXXX", NULL)))
        return memory;
    element = g_strdup_printf("biqafilter backend=%s model=%s", options->backend, options->model);
    /* Whoever is first may have to scan plugins. */
    pipeline_peak(options, "identity", folder);
    memory.cold = pipeline_peak(options, element, folder);
    memory.warm = pipeline_peak(options, element, folder);
    identity = pipeline_peak(options, "identity", folder);
    remove_folder(folder);
    return (BenchMemory){memory.cold - identity, memory.warm - identity};
}
