/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error domain of the shared library. */
#pragma once

#include <glib.h>

#define BIQA_ERROR (biqa_error_quark())

typedef enum {
    BIQA_ERROR_FILE,    /* cannot be opened, read or written */
    BIQA_ERROR_FORMAT,  /* not the format it should be */
    BIQA_ERROR_GRAPH,   /* layers that do not fit together */
    BIQA_ERROR_VALUE,   /* a number out of its range, a NaN among weights */
    BIQA_ERROR_DEVICE,  /* the compute device refused or is missing */
    BIQA_ERROR_SUPPORT, /* valid, but not something this build can do */
    BIQA_ERROR_SIZE,    /* valid, but larger than the compute device can take */
} BiqaErrorCode;

GQuark biqa_error_quark(void);
