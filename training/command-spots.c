/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train spots */
#include "command.h"
#include "model.h"

#include <stdio.h>

static char *out;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write the model with its new spots", "MODEL2"},
    {0},
};

static gboolean parse_spot(const char *text, BiqaSpot *spot, GError **error)
{
    int end = 0;

    if (sscanf(text, "%f,%f%n", &spot->x, &spot->y, &end) == 2 && !text[end] && spot->x >= 0 &&
        spot->x <= 1 && spot->y >= 0 && spot->y <= 1)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "spot \"%s\": write X,Y, both 0 to 1, as .25,.75", text);
    return FALSE;
}

static gboolean set_spots(BiqaInput *input, char **texts, int n, GError **error)
{
    const guint most = BIQA_MAX_CROPS / input->n_crops;

    if (n == 1 || n > (int)most) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%d spots: this model takes 2 to %u, or none", n, most);
        return FALSE;
    }
    input->n_spots = (guint)n;
    for (int i = 0; i < n; i++)
        if (!parse_spot(texts[i], &input->spots[i], error))
            return FALSE;
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, G_MAXINT, "a model and spots", error))
        return 2;
    if (!out) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "nowhere to write the model to: give --out");
        return 2;
    }
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    return model && set_spots(&model->input, argv + 1, argc - 1, error) &&
                   biqa_model_save(model, out, error)
               ? 0
               : 1;
}

const TrainCommand train_command_spots = {
    .name = "spots",
    .summary = "Choose where a model looks at large pictures",
    .arguments = "MODEL [X,Y...]",
    .description =
        "The element takes the model's crops at one spot of a frame after the other. X and Y are\n"
        "the shares of the room left of and above a crop, .5,.5 is the centre. Without spots\n"
        "crops stay at the places that the model was trained with. Scores change, weights do not.",
    .entries = entries,
    .run = run,
};
