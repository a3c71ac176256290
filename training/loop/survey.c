/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring on contents that nobody rates. */
#include "survey.h"

#include "csv.h"
#include <math.h>
#include <stdio.h>

/* The scores of one judge. (transfer full) */
static double *ask(const TrainSurveyParams *params, const char *judge, GError **error)
{
    g_autoptr(TrainCrew) crew = train_crew_new();
    return train_crew_add(crew, judge, error)
               ? train_crew_score(crew, params->entries, params->scoring, error)
               : NULL;
}

static const char *type_of(const TrainEntries *entries, guint i)
{
    const TrainEntry *entry = train_entries_at(entries, i);
    return entry->type < 0
               ? "-"
               : ((const TrainDistortion *)g_ptr_array_index(entries->types, entry->type))->name;
}

/* Of the entries of that type, or of all types, without the originals, where it is -1. */
static void add_row(const TrainSurvey *survey, const char *name, int type)
{
    TrainSurveyRow row = {.name = name};
    for (guint i = 0; i < survey->entries->entries->len; i++) {
        const int own = train_entries_at(survey->entries, i)->type;
        if (own < 0 || (type >= 0 && own != type) || isnan(survey->rated[i]))
            continue;
        row.n++;
        for (guint t = 0; t < TRAIN_N_TIMES; t++)
            row.error[t] += pow(survey->seen[t][i] - survey->rated[i], 2);
    }
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        row.error[t] = sqrt(row.error[t] / row.n);
    g_array_append_val(survey->rows, row);
}

TrainSurvey *train_survey_new(const TrainSurveyParams *params, const TrainChange *change,
                              GError **error)
{
    g_autoptr(TrainSurvey) survey = g_new0(TrainSurvey, 1);
    const GPtrArray *types = params->entries->types;
    survey->entries = params->entries;
    survey->rows = g_array_new(FALSE, FALSE, sizeof(TrainSurveyRow));
    survey->rated = ask(params, train_stand_in_name(params->stand_in), error);
    for (guint t = 0; t < TRAIN_N_TIMES && (t ? survey->seen[t - 1] : survey->rated); t++)
        survey->seen[t] = ask(params, change->files[t], error);
    if (!survey->seen[TRAIN_AFTER])
        return NULL;
    for (guint i = 0; i < params->entries->entries->len; i++)
        survey->rated[i] = isnan(survey->rated[i])
                               ? NAN
                               : train_stand_in_points(params->stand_in, survey->rated[i]);
    for (guint t = 0; t < types->len; t++)
        add_row(survey, ((const TrainDistortion *)g_ptr_array_index(types, t))->name, (int)t);
    add_row(survey, "all", -1);
    return g_steal_pointer(&survey);
}

void train_survey_free(TrainSurvey *survey)
{
    if (!survey)
        return;
    g_free(survey->rated);
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        g_free(survey->seen[t]);
    g_array_unref(survey->rows);
    g_free(survey);
}

void train_survey_print(const TrainSurvey *survey)
{
    printf("%-20s %6s %12s %11s\n", "not rated", "images", "error before", "error after");
    for (guint r = 0; r < survey->rows->len; r++) {
        const TrainSurveyRow *row = &g_array_index(survey->rows, TrainSurveyRow, r);
        printf("%-20s %6u %12.2f %11.2f\n", row->name, row->n, row->error[TRAIN_BEFORE],
               row->error[TRAIN_AFTER]);
    }
}

gboolean train_survey_save(const TrainSurvey *survey, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new("image,type,level,rated,before,after\n");
    for (guint i = 0; i < survey->entries->entries->len; i++) {
        g_autofree char *name = train_entries_name(survey->entries, i);
        const double figures[] = {survey->rated[i], survey->seen[TRAIN_BEFORE][i],
                                  survey->seen[TRAIN_AFTER][i]};
        if (isnan(figures[0]))
            continue;
        train_csv_append(text, name);
        g_string_append_printf(text, ",%s,%u", type_of(survey->entries, i),
                               train_entries_at(survey->entries, i)->level);
        for (guint k = 0; k < G_N_ELEMENTS(figures); k++) {
            char digits[G_ASCII_DTOSTR_BUF_SIZE];
            g_string_append_printf(text, ",%s",
                                   g_ascii_formatd(digits, sizeof digits, "%.4f", figures[k]));
        }
        g_string_append_c(text, '\n');
    }
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}
