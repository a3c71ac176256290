/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every subcommand of biqa-train is: a row for main.c. Each lives in command-NAME.c. */
#pragma once

#include "error.h"
#include "ratings.h"

typedef struct {
    const char *name, *summary;
    const char *arguments;   /* of the usage line: "RECIPE" */
    const char *description; /* below the options in --help */
    const GOptionEntry *entries;
    /* argv: what the options left over. Returns the exit status; an error is printed by main(). */
    int (*run)(int argc, char **argv, GError **error);
} TrainCommand;

extern const TrainCommand train_command_train, train_command_eval, train_command_score,
    train_command_compare, train_command_distort, train_command_info, train_command_judge,
    train_command_calibrate, train_command_ratings, train_command_report, train_command_bench,
    train_command_map, train_command_spots, train_command_gmad, train_command_gallery,
    train_command_adapt, train_command_tasks, train_command_continual, train_command_tune,
    train_command_loop;

/* `ratings --raters`: prints what the raters' files (NULL-terminated) come to, and writes it as a
 * list of rated images where csv is not NULL. Returns the exit status. */
int train_ratings_of_raters(char *const *files, const char *csv, GError **error);

/* FALSE and error unless argc lies in low..high. */
gboolean train_command_check(int argc, int low, int high, const char *wanted, GError **error);

/* What the options --scale and --direction say of a rated CSV. */
typedef struct {
    char *ends, *direction; /* as written; NULL: not given */
    TrainRatingScale scale;
} TrainScaleOptions;

/* Their rows of a command's table; options: a TrainScaleOptions at file scope. */
#define TRAIN_SCALE_ENTRIES(options)                                                               \
    {"scale",   0, 0, G_OPTION_ARG_STRING, &(options).ends, "Ends of the CSV's scale (0,100)",     \
     "LOW,HIGH"},                                                                                  \
    {                                                                                              \
        "direction", 0, 0, G_OPTION_ARG_STRING, &(options).direction,                              \
            "Which of the CSV's ratings are better: higher or lower (higher)", "WORD"              \
    }

/* Sets params->scale, which lives in options; to NULL where neither was given, so that a published
 * data set keeps its own. Errors: no scale, no direction. */
gboolean train_scale_options_parse(TrainScaleOptions *options, TrainRatingsParams *params,
                                   GError **error);
