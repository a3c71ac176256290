/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of JSON objects that somebody else may have written: a member that is missing or of
 * another type is no error here, it reads as nothing. */
#pragma once

#include <json-glib/json-glib.h>

gint64 audit_member_int(JsonObject *object, const char *name);         /* else 0 */
double audit_member_double(JsonObject *object, const char *name);      /* else NAN */
const char *audit_member_string(JsonObject *object, const char *name); /* else NULL */
JsonArray *audit_member_array(JsonObject *object, const char *name);   /* else NULL */
JsonObject *audit_member_object(JsonObject *object, const char *name); /* else NULL */

/* The same of an array's element. */
double audit_element_double(JsonArray *array, guint i);      /* else NAN */
JsonObject *audit_element_object(JsonArray *array, guint i); /* else NULL */

/* Leaves the member out where value is not finite: JSON has no NaN. */
void audit_member_set_double(JsonObject *object, const char *name, double value);

/* One line of text as an object (transfer full); NULL if it is none. */
JsonObject *audit_line_parse(const char *line, gssize length);

/* An object as one line, with its newline. (transfer full) */
GString *audit_line_new(JsonObject *object);
