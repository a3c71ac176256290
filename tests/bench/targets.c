/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the project aims at. */
#include "bench.h"

#define MIB (1 << 20)

/* Of sgemm's rate, in percent: everything that a frame takes, by process CPU time. */
static double whole_share(const BenchReport *report)
{
    return 100. * report->flop / (1e-3 * report->cpu_ms) / report->products;
}

/* Times less CPU time than another engine takes. */
static BenchTarget beside(const BenchReport *report, gboolean plain)
{
    const double measured = report->beside_ms / report->cpu_ms;

    if (g_str_equal(report->backend, "cpu"))
        return (BenchTarget){"as fast as ncnn's path on one core (--beside)", "x", 1, measured,
                             TRUE};
    return (BenchTarget){"as fast as ncnn's Vulkan path on the same device (--beside)", "x",
                         plain ? 12 : 6, measured, TRUE};
}

guint bench_targets(const BenchReport *report, BenchTarget targets[BENCH_MAX_TARGETS])
{
    const gboolean plain = g_strcmp0(report->model, "plain") == 0;
    const double ratio = report->branch_ms[BIQA_COMPETITOR] / report->branch_ms[BIQA_FULL];
    guint n = 0;

    if (report->gpu)
        targets[n++] =
            (BenchTarget){"a frame on a data-centre GPU, device time", "ms", .5, report->device_ms};
    else if (!plain)
        targets[n++] = (BenchTarget){"a frame, preprocessing and both networks, process CPU time",
                                     "ms", 33, report->cpu_ms};
    targets[n++] = beside(report, plain);
    targets[n++] = (BenchTarget){plain ? "share of sgemm, nominal, over 3x3 layers"
                                       : "share of sgemm, nominal, over the network",
                                 "%", plain ? 50 : 30, whole_share(report), TRUE};
    targets[n++] = (BenchTarget){"the competitor's time by the full model's, process CPU time", "",
                                 .35, ratio};
    targets[n++] = (BenchTarget){"first score, caches empty", "s", 3, 1e-3 * report->cold_ms};
    targets[n++] = (BenchTarget){"first score, caches warm", "s", .4, 1e-3 * report->warm_ms};
    targets[n++] = (BenchTarget){"memory of an element beyond identity's, caches empty", "MiB", 120,
                                 report->memory.cold / MIB};
    targets[n++] = (BenchTarget){"memory of an element beyond identity's, caches warm", "MiB", 120,
                                 report->memory.warm / MIB};
    g_assert(n <= BENCH_MAX_TARGETS);
    return n;
}

gboolean bench_target_met(const BenchTarget *target)
{
    return target->least ? target->measured >= target->aim : target->measured <= target->aim;
}
