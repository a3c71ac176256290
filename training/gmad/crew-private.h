/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a judge is made of. */
#pragma once

#include "annotator.h"
#include "crew.h"
#include "judge.h"

/* A picture as it is shown to the judges. */
typedef struct {
    const BiqaFrame *frame;
    const TrainImage *image, *reference; /* reference: NULL where there is none */
    const TrainScorer *seen_by;          /* whose verdict it is: a run gives both branches */
    BiqaVerdict verdict;
} TrainExhibit;

typedef struct {
    gboolean needs_reference;
    double (*score)(const TrainMember *member, TrainExhibit *exhibit);
} TrainMemberKind;

struct TrainMember {
    const TrainMemberKind *kind; /* NULL: a list */
    char *name;
    char *key;        /* changes with whatever changes a score; NULL: not to be kept */
    BiqaModel *model; /* NULL where the scorer is another member's */
    TrainScorer *scorer;
    BiqaBranch branch;
    TrainJudge *judge;
    const TrainAnnotator *annotator;
    char *list;
    gboolean distance;
};
