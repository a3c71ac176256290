/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that measures files one after the other for another one (crew.h). Decoders crash and
 * hang on damaged files; here they do so alone.
 *
 * It reads an entry's JSON object a line from standard input, and writes objects to standard
 * output:
 * {"ready":true} once; then for each entry any number of {"share":0.25}, how far it is, and one
 * {"result":{...}}; or {"failed":"reason"}, its last, where the element does not work. */
#pragma once

#include "measure.h"

/* Serves until standard input ends; the exit status. */
int audit_worker_run(const AuditMeasureParams *params);
