/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train calibrate */
#include "command.h"
#include "errors.h"
#include "eval-hard.h"
#include "model-parts.h"

#include <math.h>
#include <stdio.h>

static char *ratings_path, *parts, *judged, *out, *figures, **others;
static TrainScaleOptions scale;
static double hard_share = -1;
static int threads, splits, resamples = 2000, seed = 1;

static const GOptionEntry entries[] = {
    {"ratings", 'r', 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "Rated list to calibrate on: CSV with image, mos, or a data set's folder", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"part", 'p', 0, G_OPTION_ARG_STRING, &parts,
     "Only this part: R/M[,R/M...] for file names with SHA-256 = R modulo M, or training, "
     "validation or held-out as the model's recipe deals",
     "PART"},
    {"judge", 'j', 0, G_OPTION_ARG_STRING, &judged,
     "Part to judge the new head by; it is not calibrated on", "PART"},
    {"errors-of", 'e', 0, G_OPTION_ARG_FILENAME_ARRAY, &others,
     "Weigh the figures by the errors of this model, trained alike, on what its recipe validates "
     "on (repeatable)",
     "MODEL"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write the model with its new head", "MODEL2"},
    {"figures", 'f', 0, G_OPTION_ARG_STRING, &figures,
     "What the head looks at (score,score-squared,crop-disagreement,spread)", "NAME,..."},
    {"hard-share", 0, 0, G_OPTION_ARG_DOUBLE, &hard_share,
     "Set the threshold so that this share of the images is hard (0.1)", "SHARE"},
    {"splits", 0, 0, G_OPTION_ARG_INT, &splits,
     "Judge by so many halvings of the images, heads fitted to one half", "N"},
    {"resamples", 0, 0, G_OPTION_ARG_INT, &resamples, "Bootstrap resamples (2000)", "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Of folds, halvings and resamples (1)", "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static gboolean parse_options(TrainCalibration *calibration, GError **error)
{
    g_auto(GStrv) names = figures ? g_strsplit(figures, ",", -1) : NULL;

    if (!ratings_path) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "nothing to calibrate on: give --ratings");
        return FALSE;
    }
    if (splits < 0 || splits > 10000 || resamples < 0 || resamples > 1000000) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "--splits is 0 to 10000, --resamples 0 to 1000000");
        return FALSE;
    }
    if (hard_share != -1) {
        if (!(hard_share >= 0 && hard_share <= 1)) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "--hard-share %g: it is 0 to 1",
                        hard_share);
            return FALSE;
        }
        calibration->hard_share = hard_share;
    }
    calibration->seed = (guint64)seed;
    return train_calibration_parse((const char *const *)names, calibration, error);
}

/* Whether image i is of one of the parts (NULL: all are); -1 and error where they make no sense. */
static int is_in(const TrainRatings *list, guint i, const char *parts_of, GError **error)
{
    g_auto(GStrv) pairs = parts_of ? g_strsplit(parts_of, ",", -1) : NULL;
    int wanted = !pairs;

    for (guint k = 0; pairs && pairs[k]; k++) {
        guint remainder, modulus;
        int end = 0;
        if (sscanf(pairs[k], "%u/%u%n", &remainder, &modulus, &end) != 2 || pairs[k][end] ||
            !modulus || remainder >= modulus) {
            g_set_error(
                error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "part \"%s\": write R/M with R below M, as 1/10, or several with commas, or "
                "training, validation or held-out",
                pairs[k]);
            return -1;
        }
        wanted |= train_ratings_part_of(list, i, modulus) == remainder;
    }
    return wanted;
}

/* What is calibrated, and by which images of the list. */
typedef struct {
    BiqaModel *model;
    const char *name; /* its file */
    TrainRatings *list;
    TrainWorkers *workers;
    gboolean *fitted, *judged; /* judged is NULL without --judge */
} Subject;

/* Marks the images of the list that are of the parts: those that the model's recipe deals, or the
 * pairs'. (transfer full) */
static gboolean *mark(const Subject *subject, const char *parts_of, GError **error)
{
    const TrainRatings *list = subject->list;
    g_autofree gboolean *marked = g_new(gboolean, list->n);
    g_autofree TrainPart *dealt = NULL;
    TrainPart part = 0;
    const gboolean named = parts_of && train_part_find(parts_of, &part);

    if (named && !(dealt = train_model_parts(subject->model, subject->name, list, error)))
        return NULL;
    for (guint i = 0; i < list->n; i++) {
        const int in = named ? dealt[i] == part : is_in(list, i, parts_of, error);
        if (in < 0)
            return NULL;
        marked[i] = in;
    }
    return g_steal_pointer(&marked);
}

static gboolean *mark_fitted(const Subject *subject, GError **error)
{
    gboolean *fitted = mark(subject, parts, error);

    for (guint i = 0; fitted && subject->judged && i < subject->list->n; i++)
        fitted[i] &= !subject->judged[i];
    return fitted;
}

static gboolean subject_load(Subject *subject, const char *name, const TrainRatingsParams *params,
                             GError **error)
{
    subject->name = name;
    subject->model = biqa_model_load(name, error);
    subject->list = subject->model ? train_ratings_open(ratings_path, params, error) : NULL;
    if (!subject->list)
        return FALSE;
    subject->workers = train_workers_new((guint)MAX(threads, 0));
    if (judged && !(subject->judged = mark(subject, judged, error)))
        return FALSE;
    subject->fitted = mark_fitted(subject, error);
    return subject->fitted != NULL;
}

static void subject_clear(Subject *subject)
{
    biqa_model_free(subject->model);
    train_ratings_free(subject->list);
    g_clear_pointer(&subject->workers, train_workers_free);
    g_free(subject->fitted);
    g_free(subject->judged);
}

static TrainErrors *score(const Subject *subject, const gboolean *marked, GError **error)
{
    return train_errors_score(subject->model, subject->list, marked, subject->workers, error);
}

/* What the other models are off by, on images that take no other part. */
static TrainErrors *score_others(const Subject *subject, GError **error)
{
    const TrainRatings *list = subject->list;
    g_autofree gboolean *taken = g_memdup2(subject->fitted, list->n * sizeof *taken);

    for (guint i = 0; subject->judged && i < list->n; i++)
        taken[i] |= subject->judged[i];
    return train_errors_score_others(others, list, taken, subject->workers, error);
}

static void print_head(const BiqaUncertainty *head, const TrainCalibration *calibration)
{
    printf("images       %u\n", head->n_images);
    if (calibration->others)
        printf("others       %u errors of other models say how much each figure tells\n",
               calibration->others->n);
    printf("uncertainty  %.2f points where every figure is at its mean\n", exp(head->bias));
    for (guint k = 0; k < head->n_terms; k++)
        printf("figure       %-18s mean %8.3f, deviation %7.3f: %+.1f %% a deviation\n",
               biqa_figure_name(head->terms[k].figure), head->terms[k].mean,
               head->terms[k].deviation, 100 * expm1(head->terms[k].weight));
    printf("interval     score -/+ %.3f uncertainties, to hold %g %% of the ratings\nhard above   "
           "%.2f points of uncertainty\n\n",
           head->quantile, 100 * head->coverage, head->hard_threshold);
}

/* The new head, and one without the competitor, on images that neither has seen. */
static gboolean judge(const Subject *subject, const TrainErrors *fitted,
                      const TrainCalibration *calibration, GError **error)
{
    const TrainCalibration less = train_calibration_without_competitor(calibration);
    BiqaUncertainty rest;

    if (!subject->judged)
        return TRUE;
    g_autoptr(TrainErrors) errors = score(subject, subject->judged, error);
    if (!errors || !train_calibrate(fitted, &less, &rest, error))
        return FALSE;
    if (errors->n < 5) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u rated images are too few to judge by: it takes 5", errors->n);
        return FALSE;
    }
    const TrainEvalHard eval = {subject->model, errors, calibration, (guint)resamples,
                                (guint64)seed};
    train_eval_hard_print(&eval, &rest);
    return TRUE;
}

static gboolean halve(const BiqaModel *model, const TrainErrors *errors,
                      const TrainCalibration *calibration, GError **error)
{
    const TrainEvalHard eval = {model, errors, calibration, 0, (guint64)seed};

    if (!splits)
        return TRUE;
    if (errors->n < 2 * TRAIN_CALIBRATE_LEAST) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u rated images are too few to halve: it takes %d", errors->n,
                    2 * TRAIN_CALIBRATE_LEAST);
        return FALSE;
    }
    train_eval_hard_print_splits(&eval, (guint)splits);
    return TRUE;
}

/* Fits, tells, judges; the model receives the new head. */
static gboolean calibrate(const Subject *subject, TrainCalibration calibration, GError **error)
{
    g_autoptr(TrainErrors) more = others ? score_others(subject, error) : NULL;
    g_autoptr(TrainErrors) errors = NULL;
    BiqaUncertainty *head = &subject->model->uncertainty;

    if (others && !more)
        return FALSE;
    calibration.others = more;
    errors = score(subject, subject->fitted, error);
    if (!errors || !train_calibrate(errors, &calibration, head, error))
        return FALSE;
    print_head(head, &calibration);
    return judge(subject, errors, &calibration, error) &&
           halve(subject->model, errors, &calibration, error);
}

static int run(int argc, char **argv, GError **error)
{
    TrainCalibration calibration = train_calibration_default();
    TrainRatingsParams params = {0};
    Subject subject = {0};

    if (!train_command_check(argc, 1, 1, "one model", error) ||
        !parse_options(&calibration, error) || !train_scale_options_parse(&scale, &params, error))
        return 2;
    const gboolean ok = subject_load(&subject, argv[0], &params, error) &&
                        calibrate(&subject, calibration, error) &&
                        (!out || biqa_model_save(subject.model, out, error));
    subject_clear(&subject);
    return ok ? 0 : 1;
}

const TrainCommand train_command_calibrate = {
    .name = "calibrate",
    .summary = "Fit uncertainty, interval and hard threshold to rated pictures",
    .arguments = "MODEL",
    .description =
        "The pictures must not be ones that the model was trained on. Scores stay as they are;\n"
        "without --out nothing is written.",
    .entries = entries,
    .run = run,
};
