/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user can set on the element: one table, a row a property. A new property is a field here
 * and a row in gstbiqasettings.c; setting, getting and gst-inspect-1.0 follow from the row. */
#pragma once

#include "gstbiqaharvest.h"
#include "gstbiqamaker.h"
#include "gstbiqaschedule.h"
#include "gstbiqasieve.h"
#include "gstbiqawatch.h"

typedef enum {
    GST_BIQA_BACKEND_AUTO,
    GST_BIQA_BACKEND_VULKAN,
    GST_BIQA_BACKEND_CPU,
    GST_BIQA_BACKEND_REFERENCE
} GstBiqaBackendChoice;

typedef enum {
    GST_BIQA_POLICY_EVERY,   /* every frame waits for its score */
    GST_BIQA_POLICY_DEADLINE /* none waits longer than delay */
} GstBiqaPolicy;

GType gst_biqa_policy_get_type(void);
GType gst_biqa_backend_choice_get_type(void);
GType gst_biqa_report_format_get_type(void);
GType gst_biqa_report_frames_get_type(void);

/* What is read when the element starts. */
typedef struct {
    char *model, *device;
    char *task; /* "auto" or NULL: weighed */
    GstBiqaBackendChoice backend;
    GstBiqaPolicy policy;
    guint delay;               /* frames, DEADLINE only */
    guint in_flight;           /* frames, EVERY only */
    const GstBiqaMaker *maker; /* instead of backend; NULL: none; borrowed */
    GCancellable *stop;        /* of the run that they are copied for; NULL: none; borrowed */
    GstBiqaHarvestSetup harvest;
    char *report; /* NULL: none */
    GstBiqaFormatKind report_format;
} GstBiqaSetup;

/* What the streaming thread copies for each frame: plain values only. */
typedef struct {
    GstBiqaPace pace;
    GstBiqaMesh mesh;
    double hard_threshold; /* negative: the model's */
    gboolean post_messages, map;
    GstBiqaWatchRules watch;
} GstBiqaTuning;

typedef struct {
    GstBiqaSetup setup;
    GstBiqaTuning tuning;
} GstBiqaSettings;

/* Every setting at its default, or as in another. Settings own their strings. */
void gst_biqa_settings_init(GstBiqaSettings *settings);
void gst_biqa_settings_init_copy(GstBiqaSettings *settings, const GstBiqaSettings *from);
void gst_biqa_settings_clear(GstBiqaSettings *settings);

/* Installs a property for every row, with the ids first_id, first_id + 1, ... */
void gst_biqa_settings_install(GObjectClass *klass, guint first_id);

/* The row of a property by its place in the table (id - first_id). FALSE: there is none. Locking is
 * the caller's. */
gboolean gst_biqa_settings_set(GstBiqaSettings *settings, guint row, const GValue *value);
gboolean gst_biqa_settings_get(const GstBiqaSettings *settings, guint row, GValue *value);
