/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The results file while an audit runs: lines are appended whole, each in one piece, so a killed
 * audit leaves all it had finished. */
#pragma once

#include "method.h"
#include "result.h"

typedef struct AuditStore AuditStore;

typedef enum {
    AUDIT_STORE_NEW,       /* there must be no file */
    AUDIT_STORE_OVERWRITE, /* what was there is lost */
    AUDIT_STORE_RESUME     /* what was there is kept, if it was measured in the same way */
} AuditStoreMode;

/* Opens the file for this process alone. Errors: see AuditStoreMode; the file cannot be written;
 * another audit writes it. (transfer full) */
AuditStore *audit_store_open(const char *path, const AuditMethod *method, AuditStoreMode mode,
                             GError **error);
void audit_store_free(AuditStore *store);

/* Whether there is a result of the very same file; with retry, one of a file that could be read. */
gboolean audit_store_knows(const AuditStore *store, const AuditEntry *entry, gboolean retry);

/* Errors: the disk is full; the file then still ends in a whole line. */
gboolean audit_store_append(AuditStore *store, const AuditResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditStore, audit_store_free)
