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

static void print_target(const BenchTarget *target)
{
    char text[24];

    printf("%-62s %8.2f %10s %-4s %s\n", target->what, target->aim,
           number(text, "%.2f", target->measured), target->unit,
           !isfinite(target->measured) ? ""
           : bench_target_met(target)  ? "met"
                                       : "missed");
}

void bench_print_targets(const BenchReport *report)
{
    BenchTarget targets[BENCH_MAX_TARGETS];
    const guint n = bench_targets(report, targets);

    printf("%-62s %8s %10s\n", "", "target", "measured");
    for (guint i = 0; i < n; i++)
        print_target(&targets[i]);
    printf("\nThe frame took %.2f ms of wall clock", report->wall_ms);
    if (isfinite(report->device_ms))
        printf(", %.2f ms on the device", report->device_ms);
    printf(".\n");
}
