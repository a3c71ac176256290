/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring one file, in this process. */
#pragma once

#include "result.h"

typedef struct {
    const char *const *settings; /* of the element, "NAME=VALUE", NULL-terminated */
    double below;                /* points; bound of the longest run; negative: none */
    guint thumbnails;            /* of each kind */
    /* Called now and then while frames come; share: of the file, 0..1. */
    void (*progress)(double share, gpointer data);
    gpointer data;
} AuditMeasureParams;

/* Decodes and scores a file. What is wrong with the file is told in the result; error is set, and
 * NULL returned, where the element itself does not work. (transfer full) */
AuditResult *audit_measure(const AuditEntry *entry, const AuditMeasureParams *params,
                           GError **error);
