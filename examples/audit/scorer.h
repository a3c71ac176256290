/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element biqafilter with the properties that an audit asks for. */
#pragma once

#include <gst/gst.h>

/* A new element; settings: "NAME=VALUE" each, NULL-terminated. Errors: the element is not there,
 * has no such property, or the property does not take the value. (transfer floating) */
GstElement *audit_scorer_new(const char *const *settings, GError **error);

/* A pipeline of the element alone, in PAUSED: says whether model and device work, and keeps what
 * elements share, so that the next one starts faster. (transfer full): gst_element_set_state() to
 * NULL before letting go. */
GstElement *audit_scorer_hold(const char *const *settings, GError **error);

/* The file of the model that the element of such a pipeline runs. (transfer full) */
char *audit_scorer_model(GstElement *pipeline, GError **error);

/* Name of the device that the element in a pipeline runs on; NULL in state NULL. (transfer full) */
char *audit_scorer_device(GstElement *pipeline);

/* Whether an error message tells of the element's surroundings (model, device), not of its input.
 */
gboolean audit_scorer_is_broken(GstMessage *message);
