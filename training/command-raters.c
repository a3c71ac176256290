/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train ratings --raters */
#include "command.h"
#include "opinions.h"

#include <math.h>
#include <stdio.h>

static void print_raters(const TrainGrades *grades, const TrainOpinions *opinions)
{
    printf("%-20s %6s %9s\n", "rater", "grades", "agreement");
    for (guint r = 0; r < opinions->n_raters; r++) {
        const TrainRater *rater = &opinions->raters[r];
        printf("%-20s %6u ", (const char *)g_ptr_array_index(grades->raters, r), rater->n);
        if (isnan(rater->agreement))
            printf("%9s", "-");
        else
            printf("%9.3f", rater->agreement);
        printf(rater->why_not ? "  left out: %s\n" : "\n", rater->why_not);
    }
}

static void print_opinions(const TrainGrades *grades, const TrainOpinions *opinions)
{
    double half = 0;
    guint known = 0;
    for (guint i = 0; i < opinions->n_images; i++) {
        const TrainOpinion *image = &opinions->images[i];
        if (isnan(image->std))
            continue;
        half += (image->high - image->low) / 2;
        known++;
    }
    printf("scale        %s\nimages       %u\n", grades->comparison ? "comparison" : "absolute",
           opinions->n_images);
    if (known)
        printf("interval     +- %.2f points (95 %%), mean of %u images\n", half / known, known);
    if (!isnan(opinions->alpha))
        printf("alpha        %.3f (Krippendorff's, of raters that count)\n", opinions->alpha);
    if (opinions->n_groups > 1)
        printf("groups       %u: only within one can scores be compared\n", opinions->n_groups);
}

int train_ratings_of_raters(char *const *files, const char *csv, GError **error)
{
    g_autoptr(TrainGrades) grades = train_grades_load(files, error);
    if (!grades)
        return 1;
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    print_raters(grades, opinions);
    print_opinions(grades, opinions);
    return !csv || train_opinions_save(opinions, grades, csv, error) ? 0 : 1;
}
