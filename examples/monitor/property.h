/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of biqafilter, as NAME=VALUE of the user's. */
#pragma once

#include <gst/gst.h>

typedef struct {
    char *name, *value;
} MonitorProperty;

void monitor_property_free(MonitorProperty *property);

/* "NAME=VALUE". (transfer full) Errors: no such form. */
MonitorProperty *monitor_property_parse(const char *text, GError **error);

MonitorProperty *monitor_property_new(const char *name, const char *value);

/* Sets properties, of MonitorProperty, on filter in their order. Errors name the first that filter
 * has not, or that does not take the value. */
gboolean monitor_property_apply(const GPtrArray *properties, GstElement *filter, GError **error);
