/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for programs. */
#include "bench.h"

#include <json-glib/json-glib.h>

/* Numbers that could not be measured are null. */
static void add(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void add_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void add_count(JsonBuilder *builder, const char *name, guint value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

static void add_layer(JsonBuilder *builder, const BenchLayer *layer)
{
    json_builder_begin_object(builder);
    add_text(builder, "kernel", layer->kernel);
    add_count(builder, "steps", layer->steps);
    add_count(builder, "channels", layer->shape.c);
    add_count(builder, "height", layer->shape.h);
    add_count(builder, "width", layer->shape.w);
    add(builder, "flop", layer->flop);
    add(builder, "full_us", layer->us[BIQA_FULL]);
    add(builder, "competitor_us", layer->us[BIQA_COMPETITOR]);
    json_builder_end_object(builder);
}

char *bench_json(const BenchReport *report)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonNode) root = NULL;

    json_builder_begin_object(builder);
    add_count(builder, "version", 1);
    add_text(builder, "backend", report->backend);
    add_text(builder, "device", report->device);
    add_text(builder, "model", report->model);
    add_count(builder, "width", report->width);
    add_count(builder, "height", report->height);
    add_count(builder, "crops", report->n_crops);
    add(builder, "flop", report->flop);
    add(builder, "flop_without_zeros", report->flop_left);
    add(builder, "sgemm_flops", report->products);
    add(builder, "cpu_ms", report->cpu_ms);
    add(builder, "wall_ms", report->wall_ms);
    add(builder, "device_ms", report->device_ms);
    add(builder, "first_score_cold_ms", report->cold_ms);
    add(builder, "first_score_warm_ms", report->warm_ms);
    add(builder, "memory_bytes", report->memory);
    json_builder_set_member_name(builder, "layers");
    json_builder_begin_array(builder);
    for (guint i = 0; i < report->n_layers; i++)
        add_layer(builder, &report->layers[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    root = json_builder_get_root(builder);
    return json_to_string(root, TRUE);
}
