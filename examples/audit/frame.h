/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element says of a frame: the fields of its GstBiqaMeta. */
#pragma once

#include "pool.h"
#include <gst/gst.h>

typedef struct {
    BiqaMoment when;
    BiqaDomain domain;
    gboolean scored, inferred; /* has a verdict; it is this frame's own */
    gboolean alarm;
    BiqaVerdict verdict; /* set where scored; what was not told is NAN */
} AuditFrame;

/* FALSE if the structure is no record of a frame. */
gboolean audit_frame_read(const GstStructure *record, AuditFrame *frame);

/* The domain of that name; of a name that is none, BIQA_DOMAIN_PICTURE. */
BiqaDomain audit_domain_parse(const char *name);
