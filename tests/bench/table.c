/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for people. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

/* "-" for what could not be measured. */
static const char *number(char text[24], const char *format, double value)
{
    if (isfinite(value))
        g_snprintf(text, 24, format, value);
    else
        strcpy(text, "-");
    return text;
}

static void print_layer(const BenchReport *report, guint i)
{
    const BenchLayer *row = &report->layers[i];
    const double full = row->us[BIQA_FULL];
    char us[24], other[24], rate[24], share[24];

    if (!row->kernel)
        return;
    printf("%5u  %-12s %5u %9s %9s %7s %7s  %u x %u x %u\n", i, row->kernel, row->steps,
           number(us, "%.0f", full), number(other, "%.0f", i ? row->us[BIQA_COMPETITOR] : NAN),
           number(rate, "%.1f", row->flop > 0 ? row->flop / full * 1e-3 : NAN),
           number(share, "%.1f", row->flop > 0 ? row->flop / full * 1e8 / report->products : NAN),
           row->shape.c, row->shape.h, row->shape.w);
}

void bench_print_table(const BenchReport *report)
{
    char text[24];

    printf("%s on %s: %s, %u crops of a frame of %ux%u\n"
           "%.1f MFLOP a frame nominal, %.1f without the zeros; ",
           report->model, report->backend, report->device, report->n_crops, report->width,
           report->height, report->flop * 1e-6, report->flop_left * 1e-6);
    printf("sgemm: %s GFLOP/s on a core\n\n", number(text, "%.1f", report->products * 1e-9));
    printf("layer  kernel       steps   full us  comp. us  GF/s    %% of sgemm\n");
    for (guint i = 0; i < report->n_layers; i++)
        print_layer(report, i);
    printf("\nGF/s and share are nominal and of the full model; times are the device's.\n\n");
}

/* Device time of a branch in microseconds, preprocessing not counted. */
static double branch_us(const BenchReport *report, BiqaBranch branch)
{
    double sum = 0;

    for (guint i = 1; i < report->n_layers; i++)
        if (isfinite(report->layers[i].us[branch]))
            sum += report->layers[i].us[branch];
    return sum > 0 ? sum : NAN;
}

/* Of sgemm's rate, in percent: everything that a frame takes, by process CPU time. */
static double whole_share(const BenchReport *report)
{
    return 100. * report->flop / (1e-3 * report->cpu_ms) / report->products;
}

static void print_target(const char *what, const char *unit, double target, double measured,
                         gboolean lower)
{
    char text[24];

    printf("%-62s %8.2f %10s %-4s %s\n", what, target, number(text, "%.2f", measured), unit,
           !isfinite(measured)                                 ? ""
           : (lower ? measured <= target : measured >= target) ? "met"
                                                               : "missed");
}

void bench_print_targets(const BenchReport *report)
{
    const gboolean plain = g_strcmp0(report->model, "plain") == 0;

    printf("%-62s %8s %10s\n", "", "target", "measured");
    if (!plain)
        print_target("a frame, preprocessing and both networks, process CPU time", "ms", 33,
                     report->cpu_ms, TRUE);
    print_target(plain ? "share of sgemm, nominal, over 3x3 layers"
                       : "share of sgemm, nominal, over the network",
                 "%", plain ? 50 : 30, whole_share(report), FALSE);
    print_target("the competitor's time by the full model's", "", .35,
                 branch_us(report, BIQA_COMPETITOR) / branch_us(report, BIQA_FULL), TRUE);
    print_target("first score, caches empty", "s", 3, 1e-3 * report->cold_ms, TRUE);
    print_target("first score, caches warm", "s", .4, 1e-3 * report->warm_ms, TRUE);
    print_target("memory of an element beyond identity's, caches empty", "MiB", 120,
                 report->memory.cold / (1 << 20), TRUE);
    print_target("memory of an element beyond identity's, caches warm", "MiB", 120,
                 report->memory.warm / (1 << 20), TRUE);
    printf("\nThe frame took %.2f ms of wall clock", report->wall_ms);
    if (isfinite(report->device_ms))
        printf(", %.2f ms on the device", report->device_ms);
    printf(".\n");
}
