/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for programs. */
#include "bench.h"
#include "builder.h"

static void add_layer(JsonBuilder *builder, const BenchLayer *layer)
{
    json_builder_begin_object(builder);
    biqa_json_add_text(builder, "kernel", layer->kernel);
    biqa_json_add_count(builder, "steps", layer->steps);
    biqa_json_add_count(builder, "channels", layer->shape.c);
    biqa_json_add_count(builder, "height", layer->shape.h);
    biqa_json_add_count(builder, "width", layer->shape.w);
    biqa_json_add_number(builder, "flop", layer->flop);
    biqa_json_add_number(builder, "full_us", layer->us[BIQA_FULL]);
    biqa_json_add_number(builder, "competitor_us", layer->us[BIQA_COMPETITOR]);
    json_builder_end_object(builder);
}

static void add_target(JsonBuilder *builder, const BenchTarget *target)
{
    json_builder_begin_object(builder);
    biqa_json_add_text(builder, "what", target->what);
    biqa_json_add_text(builder, "unit", target->unit);
    biqa_json_add_number(builder, "aim", target->aim);
    biqa_json_add_number(builder, "measured", target->measured);
    biqa_json_add_flag(builder, "met", bench_target_met(target));
    json_builder_end_object(builder);
}

char *bench_json(const BenchReport *report)
{
    g_autoptr(JsonBuilder) builder = biqa_json_new();
    BenchTarget targets[BENCH_MAX_TARGETS];
    const guint n_targets = bench_targets(report, targets);

    biqa_json_add_count(builder, "version", 1);
    biqa_json_add_text(builder, "backend", report->backend);
    biqa_json_add_text(builder, "device", report->device);
    biqa_json_add_text(builder, "model", report->model);
    biqa_json_add_count(builder, "width", report->width);
    biqa_json_add_count(builder, "height", report->height);
    biqa_json_add_count(builder, "crops", report->n_crops);
    biqa_json_add_number(builder, "flop", report->flop);
    biqa_json_add_number(builder, "flop_without_zeros", report->flop_left);
    biqa_json_add_number(builder, "sgemm_flops", report->products);
    biqa_json_add_number(builder, "cpu_ms", report->cpu_ms);
    biqa_json_add_number(builder, "full_cpu_ms", report->branch_ms[BIQA_FULL]);
    biqa_json_add_number(builder, "competitor_cpu_ms", report->branch_ms[BIQA_COMPETITOR]);
    biqa_json_add_number(builder, "wall_ms", report->wall_ms);
    biqa_json_add_number(builder, "device_ms", report->device_ms);
    biqa_json_add_number(builder, "first_score_cold_ms", report->cold_ms);
    biqa_json_add_number(builder, "first_score_warm_ms", report->warm_ms);
    biqa_json_add_number(builder, "cold_memory_bytes", report->memory.cold);
    biqa_json_add_number(builder, "memory_bytes", report->memory.warm);
    biqa_json_begin_array(builder, "layers");
    for (guint i = 0; i < report->n_layers; i++)
        add_layer(builder, &report->layers[i]);
    json_builder_end_array(builder);
    biqa_json_begin_array(builder, "targets");
    for (guint i = 0; i < n_targets; i++)
        add_target(builder, &targets[i]);
    json_builder_end_array(builder);
    return biqa_json_finish(builder, TRUE);
}
