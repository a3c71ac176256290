/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A recipe: everything that decides what a training run does, read from an ini file. */
#pragma once

#include "optim.h"
#include "preprocess.h"
#include "prune.h"
#include "ratings.h"

#define TRAIN_MAX_STAGES 8

/* One group [stage NAME] of a recipe; NAME is free, kind says what its steps do. */
typedef struct {
    char *name;
    char *kind;              /* "rank", "tune", "ohem" */
    guint steps;             /* optimiser steps */
    double rate;             /* peak learning rate */
    double head_rate;        /* the linear layers' rate is this many times as high */
    gboolean head_only;      /* train nothing but what follows the last pool */
    gboolean frozen;         /* train no convolution */
    guint groups;            /* ranked groups (content x type, all levels) in a step */
    guint types_per_content; /* of these, so many in a row share content and place of the crop */
    guint rated;             /* rated crops in a step */
    char *rank_loss;         /* "fidelity" or "hinge" */
    char *rank_pairs; /* "content": within a group; "type": all of a distortion, as RankIQA */
    double margin;    /* of the hinge */
    double rank_weight;
    double judged_weight;         /* fidelity to the judge over all pairs of ranked images */
    double judged_squared_weight; /* of (score - the judge's points)^2, in units of 12 points */
    double votes_weight;          /* of the annotators' likelihood over the same pairs */
    double reliability_rate;      /* peak rate of what is learned of the annotators */
    double anchor_weight;      /* unrated: of references' mean being a pristine picture's score */
    double fidelity_weight;    /* of the rated pairs */
    double sigma;              /* Thurstone's, in points of the scale; 0: binary labels */
    double squared_weight;     /* of (score - rating)^2, in units of 12 points */
    double teacher_weight;     /* of (score - the teachers' mean)^2 on all crops, as above */
    char *variance;            /* of Thurstone's model of the network: "fixed" or "learned" */
    double spread_weight;      /* learned: of the hinge that orders standard deviations */
    double spread_margin;      /* of that hinge, in units of raw scores */
    double own_norm_rate;      /* ohem: the competitor's own normalisation learns so much faster */
    double competitor_weight;  /* ohem: of the competitor's own losses, beside the full model's 1 */
    double consistency_weight; /* ohem */
    char *views;               /* ohem: the competitor's crops, "same" or "second" */
    char *mining;              /* ohem: of rated images, "none" or "disagreement" */
    char *mask_refresh;        /* ohem: "never", "epoch" or a number of steps */
} TrainStageRecipe;

/* What of [rated] is said in words: the scale of the list, and parts by a seed instead of by hash.
 */
typedef struct {
    char *ends, *direction, *shares; /* as written; NULL: not said */
    gboolean has_scale;
    TrainRatingScale scale;
    gboolean is_split;
    TrainSplit split;
} TrainRatedRecipe;

/* What `biqa-train adapt` goes by; in a model's own recipe, what it lets others do with it. */
typedef struct {
    gboolean adapt; /* the model may be given tasks */
    guint
        centroids; /* of the features of a task's pictures; fewer where there are fewer pictures */
    double temperature, least_weight; /* of the weights, see task.h */
    char **inputs; /* numbers of the last pool's inputs that features are of; NULL: the default */
} TrainTasksRecipe;

typedef struct {
    char *text; /* the file, for the model's record and to tell runs apart */

    /* [run] */
    char *name, *license, *description;
    char **datasets;
    guint64 seed;
    guint checkpoint_every; /* steps */
    guint validate_every;   /* steps; 0: at the end of a stage only */

    /* [network] one of backbone, graph and model */
    char *model;        /* file of this trainer to go on from */
    char **teachers;    /* files of models like it, for stages with a teacher_weight; NULL: none */
    char *backbone;     /* GGUF file of folded convolutions to start from */
    char **graph;       /* layer lines */
    char **pooled;      /* backbone: ids of the layers whose maps are pooled */
    guint hidden;       /* backbone: width of a layer between pool and output; 0: none */
    guint outputs;      /* backbone: 2 where a stage learns standard deviations */
    gboolean deviation; /* backbone: pool the standard deviation too */
    gboolean
        batch_norm; /* train with batch statistics; FALSE: they stay as measured at the start */

    /* [input] */
    BiqaInput input;
    guint rank_size; /* height and width of the crops of ranked groups */

    /* [ranked] */
    char **images; /* folders (or files) of pristine pictures */
    char **types;  /* distortions; all where not given */
    char *tail;    /* "head/middle/tail" numbers of types, see tail.h; NULL: all levels of all */
    guint side, cuts, sizes;
    char *tiles;        /* "random" or "sharpest": which cuts are taken from a picture */
    double rated_above; /* rated training images of at least this score are contents too */
    char *judge;        /* file of the judge that labels ranked images */
    char **annotators;  /* names of those whose votes ranked images get; NULL: none */
    char **hold_out;    /* names of pictures kept from training, for evaluation */

    /* [rated] */
    char *ratings;                                  /* CSV (image, mos, std), or a folder */
    guint hold_out_modulus;                         /* SHA-256 of the file name modulo this ... */
    guint hold_out_remainder;                       /* ... equal to this is held out */
    guint validation_modulus, validation_remainder; /* of the rest: for choosing and thresholds */
    TrainRatedRecipe rated;

    /* [competitor] */
    char *structure; /* "weights" or "channels" */
    BiqaPruneRule pruning;
    gboolean own_norm;
    double hard_share; /* the threshold is set so that this share of validation images is hard */

    /* [uncertainty] */
    char **figures; /* what the head looks at; NULL: the default, empty: there is no head */

    TrainTasksRecipe tasks; /* [tasks] */

    TrainOptimParams optim; /* [optimiser] */
    double clip;            /* gradient norm */
    double average;         /* of the exponential mean of the weights; 0: the last ones count */

    guint n_stages;
    TrainStageRecipe stages[TRAIN_MAX_STAGES];
} TrainRecipe;

/* Relative paths are looked for in folder data, then in the recipe's own. Unknown groups, keys and
 * values out of range are errors naming file, group and key. */
TrainRecipe *train_recipe_load(const char *path, const char *data, GError **error);
/* The same from its text; name is what errors call it. A relative path is looked for in each of
 * folders (NULL-terminated) and taken from the first where none has it. */
TrainRecipe *train_recipe_parse(const char *text, const char *name, const char *const *folders,
                                GError **error);
void train_recipe_free(TrainRecipe *recipe);

/* Understands the words of [rated], of which file is the recipe. */
gboolean train_recipe_read_rated(GKeyFile *file, TrainRatedRecipe *rated, GError **error);

gboolean train_stage_learns_variance(const TrainStageRecipe *stage);

/* SHA-256 (hex) of all in the recipe that decides the weights after its first n_stages: the seed
 * and every group but later stages. Comments, names, the order of keys and where files lie do not
 * count; a backbone's contents do. (transfer full) */
char *train_recipe_digest(const TrainRecipe *recipe, guint n_stages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRecipe, train_recipe_free)
