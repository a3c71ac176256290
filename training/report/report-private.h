/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a report's page; each appends one or more sections, or nothing where there is
 * nothing to show. */
#pragma once

#include "html.h"
#include "report.h"
#include "svg.h"

void train_report_curves(GString *out, const TrainReport *report);
void train_report_scatter(GString *out, const TrainReport *report);
void train_report_levels(GString *out, const TrainReport *report);
gboolean train_report_examples(GString *out, const TrainReport *report, GError **error);

/* The style sheet. */
const char *train_report_style(void);

/* What makes an image of the validation part hard: its uncertainty where the model tells one, else
 * its disagreement. */
double train_report_hardness(const BiqaVerdict *verdict);

/* The line under a chart that says which colour is whose. */
#define TRAIN_REPORT_LEGEND                                                                        \
    "<p class=\"legend\"><span class=\"key full\"></span>full model <span class=\"key "            \
    "competitor\"></span>self-competitor"
