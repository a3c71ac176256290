/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

gboolean train_command_check(int argc, int low, int high, const char *wanted, GError **error)
{
    if (argc >= low && argc <= high)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "%s arguments: it takes %s (see --help)",
                argc < low ? "too few" : "too many", wanted);
    return FALSE;
}

gboolean train_scale_options_parse(TrainScaleOptions *options, TrainRatingsParams *params,
                                   GError **error)
{
    params->scale = options->ends || options->direction ? &options->scale : NULL;
    return train_rating_scale_parse(options->ends, options->direction, &options->scale, error);
}
