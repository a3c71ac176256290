/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast a model runs here: what biqa-bench measures, and how it says so. */
#pragma once

#include "backend.h"
#include <math.h>

/* What to measure, as the command line says. */
typedef struct {
    char *model;   /* a file, or "plain" or "mobilenet" for a network made up here */
    char *backend; /* "vulkan", "cpu", "reference" */
    char *plan; /* of vulkan: "compact", "unrolled"; of cpu: "AVX-512", ...; NULL: its own choice */
    char *device; /* NULL: "auto" */
    char *prune;  /* "channels:0.5": the competitor's rule instead of the model's own; or NULL */
    int width, height, n_frames;
    int in_flight;    /* frames begun before the first is ended; 0 or 1: one after the other */
    int n_tasks;      /* made up, to measure what they cost; 0: measure the model as it is */
    double beside_ms; /* what another engine takes for both networks, to compare with; 0: unknown */
} BenchOptions;

/* A layer of the folded network, both branches. */
typedef struct {
    const char *kernel; /* NULL: no step of its own */
    BiqaShape shape;
    guint steps;
    double flop;                /* nominal (zeros counted), one branch, all crops */
    double us[BIQA_N_BRANCHES]; /* of the device's time; of a software device on one worker */
} BenchLayer;

/* Bytes that an element adds to a pipeline's peak, where nothing is cached and where all is. */
typedef struct {
    double cold, warm;
} BenchMemory;

/* Times are the lowest seen: other programs only add to them; but with several frames in flight a
 * frame's are means. What could not be measured is NaN. */
typedef struct {
    char *backend, *device, *model;
    guint width, height, n_crops;
    BenchLayer *layers;
    guint n_layers;
    gboolean gpu;
    double cpu_ms, wall_ms, device_ms; /* a frame: preprocessing and both branches */
    double branch_ms[BIQA_N_BRANCHES]; /* of CPU time, without preprocessing */
    double beside_ms;                  /* see BenchOptions; NaN: unknown */
    double flop;                       /* nominal, both branches, all crops */
    double flop_left;                  /* without the zeros */
    double products;                   /* FLOP/s of one core's matrix products (sgemm) */
    double cold_ms, warm_ms;           /* from the start of a process to its first score */
    BenchMemory memory;
} BenchReport;

/* Opens what options name. profile: so that it can tell what each layer took. (transfer full) */
BiqaBackend *bench_open(const BenchOptions *options, const BiqaModel *model, gboolean profile,
                        GError **error);

/* The model that options name, its competitor by their rule where they have one. (transfer full) */
BiqaModel *bench_model(const BenchOptions *options, GError **error);

/* A frame of noise in NV12; bench_frame_clear() frees what it points to. */
BiqaFrame bench_frame(BiqaFrameFormat *format, guint width, guint height);
void bench_frame_clear(BiqaFrame *frame);

/* Fills all of a report that this process can measure. */
gboolean bench_measure(const BenchOptions *options, const BiqaModel *model, BenchReport *report,
                       GError **error);
/* Fills what frames as a whole take. */
gboolean bench_measure_frames(const BenchOptions *options, const BiqaModel *model,
                              BenchReport *report, GError **error);
void bench_report_clear(BenchReport *report);

/* FLOP/s of a 512 x 512 x 512 product on one core; NaN where biqa-bench was built without OpenBLAS.
 */
double bench_products(void);

/* Fills cold_ms and warm_ms: runs program (this one, with --first) twice with caches of its own,
 * that are empty the first time. */
gboolean bench_first_scores(const char *program, const BenchOptions *options, BenchReport *report,
                            GError **error);
/* Milliseconds from now to the first score, to standard output. */
gboolean bench_print_first(const BenchOptions *options, GError **error);
/* NaN where that fails. Takes the element of this build, or of GST_PLUGIN_PATH, and caches of its
 * own. Call it first: what this process holds counts as its children's peak. */
BenchMemory bench_memory(const BenchOptions *options);

/* Gives a model without tasks n of them, which share no layer. */
gboolean bench_add_tasks(BiqaModel *model, guint n, GError **error);
/* The first n of such a model's tasks, its own included, weigh the same in every frame, the others
 * nothing. */
void bench_let_count(BiqaModel *model, guint n);
/* What a frame takes of the model as it is, and with options->n_tasks more, of which ever more
 * count. */
gboolean bench_print_tasks(const BenchOptions *options, BiqaModel *model, GError **error);

/* A figure that the project aims at, and what was measured. */
typedef struct {
    const char *what, *unit;
    double aim, measured; /* NaN: could not be measured */
    gboolean least;       /* the aim is to reach it, not to stay below */
} BenchTarget;
#define BENCH_MAX_TARGETS 10
/* Those of a report's backend and model, in order; returns how many. */
guint bench_targets(const BenchReport *report, BenchTarget targets[BENCH_MAX_TARGETS]);
gboolean bench_target_met(const BenchTarget *target); /* FALSE where nothing was measured */

void bench_print_table(const BenchReport *report);
void bench_print_targets(const BenchReport *report);
char *bench_json(const BenchReport *report); /* (transfer full) */
/* Its layers, one a line, as a model file has them, with shapes and multiply-accumulates. */
gboolean bench_export_graph(const BiqaModel *model, const char *path, GError **error);
