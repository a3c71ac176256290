/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train judge */
#include "command.h"
#include "judge-pairs.h"
#include "judge-private.h"
#include "metrics.h"
#include "rebuilt.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *kadid_path, *tid_path, *output;
static char **pictures, **held;
static int seed = 1, only_type;

static const GOptionEntry entries[] = {
    {"kadid", 'k', 0, G_OPTION_ARG_FILENAME, &kadid_path, "Ratings of KADID-10k's pictures",
     "TABLE"},
    {"tid", 't', 0, G_OPTION_ARG_FILENAME, &tid_path, "Ratings of TID2013's pictures", "TABLE"},
    {"pictures", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &pictures,
     "Pristine picture or folder of them; may be given several times", "PATH"},
    {"hold-out", 'x', 0, G_OPTION_ARG_STRING_ARRAY, &held,
     "Name of a picture that is only measured on; may be given several times", "NAME"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "The judge's file, or the rebuilt set's folder",
     "PATH"},
    {"type", 'y', 0, G_OPTION_ARG_INT, &only_type, "Of TID2013's types rebuild only this one (all)",
     "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of every draw (1)", "N"},
    {0},
};

static const char *const set_titles[TRAIN_JUDGE_N_SETS] = {
    [TRAIN_JUDGE_KADID] = "KADID-10k's table",
    [TRAIN_JUDGE_TID] = "rebuilt TID2013",
};

static void show_pairs(guint done, guint total, gpointer data)
{
    (void)data;
    fprintf(stderr, "\r%u of %u pictures distorted%s", done, total, done == total ? "\n" : "");
}

static gboolean show_fit(guint net, guint epoch, double error, gpointer data)
{
    (void)data;
    fprintf(stderr, "\rnetwork %u, epoch %u: %.2f points off ", net + 1, epoch + 1,
            TRAIN_JUDGE_UNIT * sqrt(error));
    return TRUE;
}

/* Held pairs of a set and the figures of one way to judge them. */
typedef struct {
    guint n;
    double *labels, *values;
} Column;

static void print_agreement(const char *name, Column *const columns)
{
    printf("%-10s", name);
    for (guint set = 0; set < TRAIN_JUDGE_N_SETS; set++)
        printf(" %8.3f (%u)",
               fabs(train_srcc(columns[set].values, columns[set].labels, columns[set].n)),
               columns[set].n);
    printf("\n");
}

/* annotator -1: the judge. */
static void fill_columns(Column *columns, const TrainJudge *judge, const GArray *pairs,
                         int annotator)
{
    for (guint set = 0; set < TRAIN_JUDGE_N_SETS; set++)
        columns[set].n = 0;
    for (guint i = 0; i < pairs->len; i++) {
        const TrainJudgePair *pair = &g_array_index(pairs, TrainJudgePair, i);
        Column *column = &columns[pair->set];
        if (!pair->held || pair->pristine)
            continue;
        column->labels[column->n] = pair->label;
        column->values[column->n++] =
            annotator < 0 ? train_judge_run(judge, pair->features) : pair->annotators[annotator];
    }
}

static void print_measured(const TrainJudge *judge, const GArray *pairs)
{
    Column columns[TRAIN_JUDGE_N_SETS];
    guint n;
    const TrainAnnotator *annotators = train_annotators(&n);
    for (guint set = 0; set < TRAIN_JUDGE_N_SETS; set++) {
        columns[set].labels = g_new(double, pairs->len);
        columns[set].values = g_new(double, pairs->len);
    }
    printf("SRCC (pairs) on held-out pictures: %s, %s\n", set_titles[0], set_titles[1]);
    fill_columns(columns, judge, pairs, -1);
    print_agreement("judge", columns);
    for (guint a = 0; a < n; a++) {
        fill_columns(columns, judge, pairs, (int)a);
        print_agreement(annotators[a].name, columns);
    }
    for (guint set = 0; set < TRAIN_JUDGE_N_SETS; set++) {
        g_free(columns[set].labels);
        g_free(columns[set].values);
    }
}

static void fit_pairs(TrainJudge *judge, const GArray *pairs)
{
    g_autofree TrainJudgeSample *samples = g_new0(TrainJudgeSample, pairs->len);
    TrainJudgeFit params = train_judge_fit_defaults();
    guint n = 0;

    for (guint i = 0; i < pairs->len; i++) {
        const TrainJudgePair *pair = &g_array_index(pairs, TrainJudgePair, i);
        if (pair->held)
            continue;
        samples[n++] = (TrainJudgeSample){
            .set = pair->set,
            .label = pair->label,
            .weight = train_judge_weight(pair),
            .features = pair->features,
        };
    }
    params.seed = (guint64)seed;
    params.progress = show_fit;
    train_judge_fit(judge, samples, n, &params);
    fprintf(stderr, "\n");
}

static void fill_table(TrainJudge *judge, const TrainRatingTable *table, const GPtrArray *types)
{
    judge->n_types = types->len;
    judge->types = g_new0(char *, types->len);
    judge->table = g_new0(double, types->len *TRAIN_LEVELS);
    for (guint t = 0; t < types->len; t++) {
        const TrainDistortion *type = g_ptr_array_index(types, t);
        judge->types[t] = g_strdup(type->name);
        for (guint level = 0; level < TRAIN_LEVELS; level++)
            judge->table[t * TRAIN_LEVELS + level] = train_rating_table_mean(table, t, level);
    }
}

static int fit(int argc, char **argv, GError **error)
{
    (void)argv;
    if (argc || !kadid_path || !tid_path || !pictures || !output) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"judge fit\" takes --kadid, --tid, --pictures and --out (see --help)");
        return 2;
    }
    g_autoptr(TrainRatingTable) kadid =
        train_rating_table_load(kadid_path, &train_rating_kadid, error);
    g_autoptr(TrainRatingTable) tid =
        kadid ? train_rating_table_load(tid_path, &train_rating_tid, error) : NULL;
    if (!tid)
        return 1;
    const TrainJudgeSource source = {
        .pictures = (const char *const *)pictures,
        .held = (const char *const *)held,
        .kadid = kadid,
        .tid = tid,
        .seed = (guint64)seed,
        .progress = show_pairs,
    };
    g_autoptr(GPtrArray) types = train_judge_kadid_types(error);
    TrainWorkers *workers = train_workers_new(0);
    g_autoptr(GArray) pairs = types ? train_judge_pairs(&source, workers, error) : NULL;
    train_workers_free(workers);
    if (!pairs)
        return 1;
    g_autoptr(TrainJudge) judge = train_judge_new();
    judge->license = g_strdup("LGPL-2.1-or-later");
    judge->description = g_strdup("full-reference judge of biqa-train; see its card");
    fit_pairs(judge, pairs);
    fill_table(judge, kadid, types);
    if (!train_judge_save(judge, output, error))
        return 1;
    print_measured(judge, pairs);
    return 0;
}

static gboolean score_file(const TrainJudge *judge, const TrainImage *reference, const char *path,
                           GError **error)
{
    g_autoptr(TrainImage) image = train_image_load(path, error);
    if (!image)
        return FALSE;
    if (image->width != reference->width || image->height != reference->height) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'%s' is %u x %u, its reference %u x %u; they must be equal", path,
                    image->width, image->height, reference->width, reference->height);
        return FALSE;
    }
    printf("%s,%.2f\n", path, train_judge_score(judge, reference, image));
    return TRUE;
}

static int score(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 3, G_MAXINT, "a judge, a reference and pictures", error))
        return 2;
    g_autoptr(TrainJudge) judge = train_judge_load(argv[0], error);
    g_autoptr(TrainImage) reference = judge ? train_image_load(argv[1], error) : NULL;
    if (!reference)
        return 1;
    printf("file,score\n");
    for (int i = 2; i < argc; i++) {
        if (!score_file(judge, reference, argv[i], error))
            return 1;
    }
    return 0;
}

static int rebuild(int argc, char **argv, GError **error)
{
    guint n = 0;
    if (argc < 1 || !tid_path || !output) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"judge rebuild\" takes --tid, --out and Kodak's photographs (see --help)");
        return 2;
    }
    g_autoptr(TrainRatingTable) tid = train_rating_table_load(tid_path, &train_rating_tid, error);
    const TrainRebuilt rebuilt = {
        .tid = tid,
        .pictures = (const char *const *)argv,
        .type = (guint)MAX(only_type, 0),
        .seed = (guint64)seed,
        .folder = output,
    };
    if (!tid || !train_rebuilt_write(&rebuilt, &n, error))
        return 1;
    printf("%u pictures and ratings.csv in %s\n", n, output);
    return 0;
}

static int run(int argc, char **argv, GError **error)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv, GError **error);
    } kinds[] = {{"fit", fit}, {"score", score}, {"rebuild", rebuild}};
    for (guint k = 0; argc && k < G_N_ELEMENTS(kinds); k++) {
        if (g_str_equal(argv[0], kinds[k].name))
            return kinds[k].run(argc - 1, argv + 1, error);
    }
    g_set_error(
        error, BIQA_ERROR, BIQA_ERROR_VALUE, "%s%s%s: it is fit, score or rebuild (see --help)",
        argc ? "there is no \"judge " : "judge what", argc ? argv[0] : "", argc ? "\"" : "?");
    return 2;
}

const TrainCommand train_command_judge = {
    .name = "judge",
    .summary = "Judge pictures beside their originals, or fit the judge",
    .arguments = "fit | score JUDGE REFERENCE PICTURE... | rebuild KODAK...",
    .description =
        "`judge fit` distorts pristine pictures, fits a judge to published ratings and prints how "
        "well\nit and the annotators agree with those of held-out pictures. `judge score` prints "
        "CSV:\nfile,score, 0 to 100, higher is better; a picture equal to its reference gets about "
        "94.\n`judge rebuild` writes TID2013's distortions of Kodak's photographs at TID2013's "
        "PSNR, with its ratings.",
    .entries = entries,
    .run = run,
};
