/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report: one HTML file that needs nothing beside it. */
#pragma once

#include "totals.h"

/* What a page of thumbnails is to a browser before it gets slow. */
#define AUDIT_PAGE_PICTURE_BYTES (32 << 20)

typedef struct {
    const char *title;     /* NULL: a plain one */
    guint64 picture_bytes; /* how many bytes of thumbnails it may hold; those of the worst files */
} AuditPageParams;

/* Writes the catalogue's results, worst file first. The page is either the old file or the whole
 * new one. Errors: it cannot be written. */
gboolean audit_page_save(const AuditCatalogue *catalogue, const AuditTotals *totals,
                         const AuditPageParams *params, const char *path, GError **error);
