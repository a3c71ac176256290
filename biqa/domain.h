/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a frame is, as far as it decides whether a quality model should be asked about it. */
#pragma once

#include <glib.h>

typedef enum {
    BIQA_DOMAIN_PICTURE, /* something to score */
    BIQA_DOMAIN_BLACK,
    BIQA_DOMAIN_FLAT,      /* one colour, not black */
    BIQA_DOMAIN_FROZEN,    /* the frame before it, for so long that it is a fault */
    BIQA_DOMAIN_TEST_CARD, /* drawn by a generator: bars, grids */
    BIQA_DOMAIN_HDR,       /* PQ or HLG: the model saw neither */
    BIQA_N_DOMAINS
} BiqaDomain;

const char *biqa_domain_name(BiqaDomain domain); /* "test-card" */
