/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element's tests share: a model on disk, the score it should give, an element on a
 * harness with a bus to look at. */
#pragma once

#include "backend.h"
#include "gstbiqamaker.h"
#include "support.h"
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* GLib's test framework, GStreamer, the plugin of this build and the few others that are named. */
void element_test_init(int *argc, char ***argv);

/* One more of the system's plugins, by its file's name. */
void element_test_load(const char *name);

/* A tiny model, its file and the plain C reference that says what the element should say. */
typedef struct {
    BiqaModel *model;
    char *path;
    BiqaBackend *reference;
} Judge;

Judge *judge_new(guint64 seed);
void judge_free(Judge *judge);

/* Writes the model anew, after a test has changed it. */
void judge_save(Judge *judge);

/* What the element should say of a frame, to the bit: it calls the same functions. */
BiqaVerdict judge_frame(Judge *judge, const GstVideoInfo *info, GstBuffer *buffer,
                        double hard_threshold);

/* Makes an element, before it starts, run on the backends of maker. */
void maker_install(GstBiqaMaker *maker, GstElement *element);

/* A harness around an element that runs judge's model on the reference backend, and its bus. */
typedef struct {
    GstHarness *harness;
    GstElement *element; /* owned by the harness */
    GstBus *bus;
} Rig;

Rig *rig_new(const Judge *judge);

/* prepare sees the element before it starts. */
Rig *rig_new_with(const Judge *judge, void (*prepare)(GstElement *element, gpointer user),
                  gpointer user);
void rig_free(Rig *rig);
void rig_set_format(Rig *rig, GstVideoFormat format, guint width, guint height, GstVideoInfo *info);

/* A flush, as a seek brings it, and the segment of what comes after it. */
void rig_flush(const Rig *rig);

/* A count of the element's property stats. */
guint64 rig_stat(const Rig *rig, const char *name);

/* Asks for a judge's model while frames flow, and returns when the next frame to be scored will be
 * scored by it: it was opened, and after it another was tried, which is not there. What the element
 * said before is dropped. */
void rig_change_model(const Rig *rig, const Judge *judge);

/* Pops the next message of a type, NULL if there is none (transfer full). */
GstMessage *bus_pop(GstBus *bus, GstMessageType type);
guint bus_count(GstBus *bus, GstMessageType type); /* pops them all */

/* A frame of valid noise, pts and duration set from its number. (transfer full) */
GstBuffer *noise_frame_new(const GstVideoInfo *info, guint64 seed, guint number);

/* The n-th GstBiqaMeta of a buffer (borrowed), NULL if there are fewer. */
const GstStructure *buffer_report(GstBuffer *buffer, guint n);

/* Fields of a report. */
double report_double(const GstStructure *report, const char *field);
guint64 report_uint64(const GstStructure *report, const char *field);
gboolean report_hard(const GstStructure *report);
void report_check_verdict(const GstStructure *report, const BiqaVerdict *expected);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judge, judge_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)
