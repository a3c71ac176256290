/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of the JSON object that a JsonBuilder has open. What is not known is null: JSON has no
 * NaN and no infinity. */
#pragma once

#include <json-glib/json-glib.h>

/* A builder with an object open. (transfer full) */
JsonBuilder *biqa_json_new(void);

/* A number in an array; one that is not finite is null. */
void biqa_json_add_value(JsonBuilder *builder, double value);

void biqa_json_add_number(JsonBuilder *builder, const char *name, double value);
void biqa_json_add_count(JsonBuilder *builder, const char *name, guint64 value);
void biqa_json_add_flag(JsonBuilder *builder, const char *name, gboolean value);
void biqa_json_add_text(JsonBuilder *builder, const char *name, const char *value); /* or NULL */

/* Open a member; json_builder_end_object() or json_builder_end_array() ends it. */
void biqa_json_begin_object(JsonBuilder *builder, const char *name);
void biqa_json_begin_array(JsonBuilder *builder, const char *name);

/* Ends the object of biqa_json_new(): its text, with no break at the end; in lines where it is for
 * people too, else in one. The builder stays the caller's. (transfer full) */
char *biqa_json_finish(JsonBuilder *builder, gboolean lines);
