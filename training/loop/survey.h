/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the models and the stand-in say of contents that nobody rates: all distortions of held-out
 * originals. */
#pragma once

#include "change.h"
#include "crew.h"
#include "stand-in.h"

typedef struct {
    const TrainStandIn *stand_in;
    TrainEntries *entries; /* of originals */
    const TrainCrewParams *scoring;
} TrainSurveyParams;

/* Root mean square distance from the stand-in, in points. */
typedef struct {
    const char *name; /* of a type, or "all": the originals as they are do not count */
    guint n;
    double error[TRAIN_N_TIMES];
} TrainSurveyRow;

typedef struct {
    const TrainEntries *entries; /* borrowed */
    double *rated;               /* by entry; NAN: it could not be read */
    double *seen[TRAIN_N_TIMES]; /* by entry */
    GArray *rows;                /* TrainSurveyRow: types in their order, and all of them last */
} TrainSurvey;

/* (transfer full) Errors: those of scoring. */
TrainSurvey *train_survey_new(const TrainSurveyParams *params, const TrainChange *change,
                              GError **error);
void train_survey_free(TrainSurvey *survey);

void train_survey_print(const TrainSurvey *survey);
/* survey.csv: image, type, level, rated, before, after. */
gboolean train_survey_save(const TrainSurvey *survey, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainSurvey, train_survey_free)
