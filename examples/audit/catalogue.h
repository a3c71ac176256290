/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What results files hold, by name: the results themselves stay in the files and are read one at a
 * time, so that ten thousand cost little memory. */
#pragma once

#include "method.h"
#include "result.h"

typedef struct {
    AuditEntry *entry;
    AuditState state;
    double worst; /* lowest score; NAN: none */
    guint file;   /* of the catalogue's */
    guint64 offset;
    gsize length; /* of the line, newline included */
} AuditRow;

typedef struct {
    AuditMethod *method; /* of all files together */
    GPtrArray *files;    /* char * */
    GPtrArray *rows;     /* AuditRow, sorted by path, each path once: the last one read counts */
    guint unread;        /* whole lines that are no result */
    gboolean torn;       /* a file ends in the middle of a line, which does not count */
    guint64 whole;       /* bytes up to there, of the last file */
} AuditCatalogue;

/* Reads files of one method; NULL-terminated, at least one. Errors name the file. (transfer full)
 */
AuditCatalogue *audit_catalogue_open(const char *const *files, GError **error);
void audit_catalogue_free(AuditCatalogue *catalogue);

/* Reads a result. Errors: the file changed meanwhile. (transfer full) */
AuditResult *audit_catalogue_read(const AuditCatalogue *catalogue, const AuditRow *row,
                                  GError **error);

/* Writes everything to one results file, in the order of paths: the file is either the old one or
 * the whole new one. */
gboolean audit_catalogue_save(const AuditCatalogue *catalogue, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditCatalogue, audit_catalogue_free)
