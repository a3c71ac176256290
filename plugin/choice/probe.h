/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning of a network, which says how fast the rest would be. */
#pragma once

#include "backend.h"

/* Convolutions of a probe. */
#define BIQA_PROBE_CONVS 7

/* The first convolutions of a model, and what lies between them, on one crop, both branches;
 * NULL for a model that does not begin with any. (transfer full) */
BiqaModel *biqa_probe_new(const BiqaModel *model);

/* Milliseconds of wall clock that a frame takes, of a few that follow a first one; NAN where it
 * fails. */
double biqa_probe_run(BiqaBackend *backend, const BiqaModel *probe);
