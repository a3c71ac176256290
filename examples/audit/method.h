/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How files were measured: the first line of a results file. Results stand side by side only where
 * the method was the same. */
#pragma once

#include "shard.h"
#include <json-glib/json-glib.h>

#define AUDIT_SCHEMA "biqa-audit/1"

typedef struct {
    char *element;      /* "biqafilter 0.1.0" */
    char *model;        /* its name, as the file says */
    char *model_digest; /* SHA-256 of the file, hexadecimal */
    char *model_data;   /* what it was trained on; may be NULL */
    char **settings;    /* of the element, "NAME=VALUE", sorted, without model and
                         * device; NULL-terminated */
    double below;       /* points; bound of the longest run */
    guint thumbnails;   /* of each kind, a file */
    AuditShard shard;
    char *started; /* the one wall-clock time in all results, ISO 8601, UTC */
} AuditMethod;

typedef struct {
    const char *const *settings;
    double below;
    guint thumbnails;
    AuditShard shard;
} AuditMethodParams;

struct _GstElement;

/* Opens the element to see what it runs: keep is set to the pipeline that holds it (see scorer.h).
 * started is now or, for builds that are to be reproducible, what SOURCE_DATE_EPOCH says.
 * (transfer full) Errors: there is no element, model or device; the settings are wrong. */
AuditMethod *audit_method_probe(const AuditMethodParams *params, struct _GstElement **keep,
                                GError **error);
void audit_method_free(AuditMethod *method);

/* TRUE if results by one may stand beside results by the other: all is the same but for shard
 * and time. On which device a file was measured, its result tells. Errors name the first
 * difference. */
gboolean audit_method_check(const AuditMethod *one, const AuditMethod *other, GError **error);

/* For both together: the earlier time, and no shard. */
void audit_method_merge(AuditMethod *method, const AuditMethod *other);

/* (transfer full) */
JsonObject *audit_method_to_json(const AuditMethod *method);

/* object may be NULL. Errors: it is no such line, or one of another schema. (transfer full) */
AuditMethod *audit_method_from_json(JsonObject *object, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditMethod, audit_method_free)
