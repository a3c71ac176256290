/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to pictures: one table row a distortion type, TRAIN_LEVELS levels each. Rows lie in
 * one array a family (distort-private.h); names are unique over all. */
#pragma once

#include "image.h"

#define TRAIN_LEVELS 5

typedef struct {
    const char *name;            /* "blur", "tid-impulse", ... */
    const char *family;          /* "live", "video", ...: a name for several in a recipe */
    const char *title;           /* for people */
    const char *unit;            /* of the parameter */
    double levels[TRAIN_LEVELS]; /* mildest first, if not unordered */
    gboolean random;             /* another seed gives other pixels */
    gboolean unordered;          /* levels as a rated set has them, which cannot be ranked */
    /* (transfer full) the image distorted, same size; seed decides every random draw. */
    TrainImage *(*apply)(const TrainImage *image, double level, guint64 seed, GError **error);
} TrainDistortion;

/* All types, family after family. (transfer container) of static const TrainDistortion * */
GPtrArray *train_distortions(void);
const TrainDistortion *train_distortion_find(const char *name); /* NULL: none */

/* The types that a NULL-terminated list of names of types and families means, each once, in the
 * order of the list; NULL means all. Errors name what is neither. (transfer container) */
GPtrArray *train_distortions_named(const char *const *names, GError **error);

/* The same without those that are unordered. It is an error if none is left. */
GPtrArray *train_distortions_ranked(const char *const *names, GError **error);
