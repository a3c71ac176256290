/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A batch: crops in a net's input and what is known of each. */
#pragma once

#include "dataset.h"
#include "loss.h"
#include "net.h"
#include "verdict.h"

/* Raw scores count in standard deviations of 12 points around 50: score = 50 + 12 y. */
#define TRAIN_SCORE_OFFSET 50.f
#define TRAIN_SCORE_SCALE 12.f

/* What ranking alone takes a pristine picture to be worth, in points: ranks have no zero of their
 * own. */
#define TRAIN_PRISTINE_SCORE 85.f

static inline float train_raw_score(float points)
{
    return (points - TRAIN_SCORE_OFFSET) / TRAIN_SCORE_SCALE;
}

/* Where a crop comes from. */
typedef struct {
    const char *path;  /* the picture (borrowed) */
    guint content;     /* ranked: of the pool; rated: index into the ratings */
    guint type, level; /* of the pool; 0, 0 for ratings */
    BiqaPlace place;   /* in the content or picture, see biqa_crop_place() */
    gboolean flipped;
} TrainSample;

typedef struct {
    guint n;
    TrainSample *samples;            /* (n) */
    TrainNet *nets[BIQA_N_BRANCHES]; /* the competitor's: NULL where the stage has none */
    gboolean second_views;           /* the competitor's crops are others than the full model's */
    guint types_per_content;         /* of ranks: so many groups in a row share content and place */
    float *quality;                  /* of ranks: minus the level; of ratings: points */
    guint *group;                    /* of ranks: content x type; of ratings: all one */
    guint *type;                     /* of ranks: the distortion */
    float *judged;                   /* of ranks: the judge's points, NaN where there is none */
    guint n_annotators;
    float *votes;  /* of ranks: (n_annotators, n), see train_batch_take_votes() */
    guint *all;    /* zeros: everything may be compared */
    float *target; /* of ratings: in units of raw scores */
    float *spread; /* of ratings: the raters' standard deviation, in points */
    float *taught; /* raw scores that teachers gave the branch's crops, where a stage asks */
    gboolean has_spread;
    float *scores[BIQA_N_BRANCHES], *d_scores[BIQA_N_BRANCHES];
    float *second[BIQA_N_BRANCHES], *d_second[BIQA_N_BRANCHES]; /* the network's second output */
} TrainBatch;

/* Crops are size x size; graph may be inferred for any size. */
TrainBatch *train_batch_new(const BiqaGraph *graph, guint size, guint n, gboolean paired,
                            TrainWorkers *workers);
void train_batch_free(TrainBatch *batch);

/* From now on train_batch_fill_ranked() tells what so many annotators of the pool say too. */
void train_batch_take_votes(TrainBatch *batch, guint n_annotators);

/* n / (TRAIN_LEVELS + 1) groups, each one content with one distortion at all levels, reference
 * included, cut at one random place; types_per_content of them in a row share content and place.
 * seed decides all. */
void train_batch_fill_ranked(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                             guint64 seed, TrainWorkers *workers);

/* n crops of rated training images, the next n of a shuffled round: position counts crops since the
 * start of the stage. Each is cut at a random place, reduced as one of the model's crops is. */
void train_batch_fill_rated(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                            guint64 position, guint64 seed, TrainWorkers *workers);

/* The same for n images chosen by their index into the ratings. */
void train_batch_fill_chosen(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                             const guint *images, guint64 seed, TrainWorkers *workers);

/* Gives the competitor's net the same crops, where it has no second views of its own. */
void train_batch_share_input(TrainBatch *batch);

/* For inspection: every crop as the network sees it, FOLDER/NAME-SAMPLE.png, and FOLDER/NAME.csv
 * with each one's origin, labels and scores. */
gboolean train_batch_save(const TrainBatch *batch, const BiqaInput *input, const char *folder,
                          const char *name, GError **error);

TrainLabels train_batch_labels(const TrainBatch *batch);

/* Of ranks, over all pairs of the batch. */
TrainVotes train_batch_votes(const TrainBatch *batch);
