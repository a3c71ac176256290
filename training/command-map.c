/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train map */
#include "command.h"
#include "score-map.h"

#include <stdio.h>

#define LARGEST_REDUCTION 16

static char **reductions;
static int threads;

static const GOptionEntry entries[] = {
    {"reduce", 'r', 0, G_OPTION_ARG_STRING_ARRAY, &reductions,
     "Look at the picture this many times smaller (repeatable; 1)", "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

typedef struct {
    const BiqaModel *model;
    const TrainScorer *scorer;
    TrainWorkers *workers;
    GArray *reductions; /* of guint */
} Map;

static GArray *parse_reductions(GError **error)
{
    static char *const natural[] = {(char *)"1", NULL};
    g_autoptr(GArray) parsed = g_array_new(FALSE, FALSE, sizeof(guint));
    for (char *const *text = reductions ? reductions : natural; *text; text++) {
        guint64 value = 0;
        if (!g_ascii_string_to_unsigned(*text, 10, 1, LARGEST_REDUCTION, &value, NULL)) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "--reduce %s: give a whole number, 1 to %d", *text, LARGEST_REDUCTION);
            return NULL;
        }
        const guint reduce = (guint)value;
        g_array_append_val(parsed, reduce);
    }
    return g_steal_pointer(&parsed);
}

static void map_frame(const Map *map, const char *path, const BiqaFrame *frame)
{
    const guint size = map->model->input.size;
    for (guint r = 0; r < map->reductions->len; r++) {
        const guint reduce = g_array_index(map->reductions, guint, r);
        g_autoptr(GArray) windows =
            train_map_windows(size, reduce, frame->format->width, frame->format->height);
        train_map_score(windows, map->scorer, frame, map->workers);
        for (guint i = 0; i < windows->len; i++) {
            const TrainMapWindow *window = &g_array_index(windows, TrainMapWindow, i);
            printf("%s,%u,%d,%d,%u,%.4f\n", path, reduce, window->place.x, window->place.y,
                   size * reduce, window->score);
        }
    }
}

static gboolean map_files(const Map *map, char **paths, int n, GError **error)
{
    printf("file,reduce,x,y,side,score\n");
    for (int i = 0; i < n; i++) {
        g_autoptr(TrainPicture) picture = train_picture_load(paths[i], error);
        if (!picture)
            return FALSE;
        map_frame(map, paths[i], train_picture_frame(picture));
    }
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 2, G_MAXINT, "a model and pictures", error))
        return 2;
    g_autoptr(GArray) parsed = parse_reductions(error);
    if (!parsed)
        return 2;
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    if (!model)
        return 1;
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    const Map map = {model, scorer, train_workers_new((guint)MAX(threads, 0)), parsed};
    const gboolean ok = map_files(&map, argv + 1, argc - 1, error);
    train_workers_free(map.workers);
    return ok ? 0 : 1;
}

const TrainCommand train_command_map = {
    .name = "map",
    .summary = "Score a picture all over, crop by crop",
    .arguments = "MODEL PICTURE...",
    .description =
        "Prints CSV: file,reduce,x,y,side,score: the full model's score of each square of side x "
        "side\npixels from (x, y) on, seen reduce times smaller. The squares cover the picture and "
        "overlap\nas little as that takes; one that does not fit the picture is left out with its "
        "reduction.\nScores are not clamped to 0..100.",
    .entries = entries,
    .run = run,
};
