/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of full-reference judges. */
#include "annotator.h"
#include "annotate.h"

#include <string.h>

static const TrainAnnotator annotators[] = {
    {"psnr", "luma", FALSE, train_annotate_psnr},
    {"psnr-colour", "R, G and B", FALSE, train_annotate_psnr_colour},
    {"ssim", "Wang, Bovik, Sheikh, Simoncelli 2004", FALSE, train_annotate_ssim},
    {"ms-ssim", "Wang, Simoncelli, Bovik 2003", FALSE, train_annotate_ms_ssim},
    {"gmsd", "Xue, Zhang, Mou, Bovik 2014", TRUE, train_annotate_gmsd},
    {"mdsi", "Nafchi, Shahkolaei, Hedjam, Cheriet 2016", TRUE, train_annotate_mdsi},
    {"vif", "Sheikh, Bovik 2006, in the pixel domain", FALSE, train_annotate_vif},
    {"nlpd", "Laparra, Balle, Berardino, Simoncelli 2016", TRUE, train_annotate_nlpd},
    {"vsi", "Zhang, Shen, Li 2014", FALSE, train_annotate_vsi},
};

const TrainAnnotator *train_annotators(guint *n)
{
    *n = G_N_ELEMENTS(annotators);
    return annotators;
}

const TrainAnnotator *train_annotator_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(annotators); i++) {
        if (g_str_equal(annotators[i].name, name))
            return &annotators[i];
    }
    return NULL;
}
