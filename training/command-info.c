/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train info */
#include "command.h"
#include "model.h"

#include <math.h>
#include <stdio.h>

static gboolean show_graph, show_recipe;

static const GOptionEntry entries[] = {
    {"graph", 'g', 0, G_OPTION_ARG_NONE, &show_graph, "Also the layers", NULL},
    {"recipe", 'r', 0, G_OPTION_ARG_NONE, &show_recipe, "Also the recipe it was trained by", NULL},
    {0},
};

static const char *or_none(const char *text)
{
    return text && *text ? text : "(not said)";
}

static void print_crops(const BiqaInput *input)
{
    for (guint i = 0; i < input->n_crops; i++)
        printf("crop         %ux%u pixels, picture reduced %u times, at %g, %g of the free room\n",
               input->size, input->size, input->crops[i].reduce, input->crops[i].x,
               input->crops[i].y);
    for (guint i = 0; i < input->n_spots; i++)
        printf("spot         of large pictures, crops at %g, %g of the free room\n",
               input->spots[i].x, input->spots[i].y);
}

static void print_graph(const BiqaGraph *graph)
{
    g_auto(GStrv) lines = biqa_graph_format(graph);
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaShape shape = graph->layers[i].shape;
        printf("%4u  %ux%ux%u  %s\n", i, shape.c, shape.h, shape.w, lines[i]);
    }
}

static void print_head(const BiqaModel *model)
{
    const BiqaUncertainty *head = &model->uncertainty;
    if (!head->n_terms) {
        printf("uncertainty  not told\nhard above   %g points of disagreement\n",
               model->hard_threshold);
        return;
    }
    printf("uncertainty  %.2f points where all is as usual; it changes with", exp(head->bias));
    for (guint k = 0; k < head->n_terms; k++)
        printf("%s %s (%+.1f %% a deviation)", k ? "," : "",
               biqa_figure_name(head->terms[k].figure), 100 * expm1(head->terms[k].weight));
    printf("\nhard above   %.2f points of uncertainty\n", head->hard_threshold);
    if (head->n_images)
        printf("interval     score -/+ %.3f uncertainties, for %g %% of ratings, from %u images\n",
               head->quantile, 100 * head->coverage, head->n_images);
}

static void print_competitor(const BiqaModel *model)
{
    static const char *const what[] = {
        [BIQA_PRUNE_WEIGHTS] = "of the convolution weights",
        [BIQA_PRUNE_CHANNELS] = "of the channels of each map",
    };
    const double full = (double)biqa_graph_macs(model->graph, NULL);
    G_STATIC_ASSERT(G_N_ELEMENTS(what) == BIQA_N_PRUNE_STRUCTURES);

    printf("competitor   %g %s pruned, %.1f %% of the multiplications left, %s normalisation\n",
           model->pruning.ratio, what[model->pruning.structure],
           100 * biqa_graph_macs(model->graph, model->params[BIQA_COMPETITOR]) / full,
           model->competitor_norm ? "its own" : "the full model's");
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, 1, "one model", error))
        return 2;
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    if (!model)
        return 1;
    g_autofree char *datasets = model->datasets ? g_strjoinv("; ", model->datasets) : NULL;
    printf("name         %s\nlicense      %s\ndescription  %s\ndata         %s\nseed         "
           "%" G_GUINT64_FORMAT "\n",
           or_none(model->name), or_none(model->license), or_none(model->description),
           or_none(datasets), model->seed);
    printf("parameters   %" G_GSIZE_FORMAT "\nMFLOP/frame  %.1f\n", model->graph->n_params,
           biqa_model_flop(model) / 1e6);
    print_crops(&model->input);
    print_competitor(model);
    print_head(model);
    printf("validation   SRCC %.4f, PLCC %.4f\n", model->validation_srcc, model->validation_plcc);
    if (show_graph)
        print_graph(model->graph);
    if (show_recipe)
        printf("\n%s\n", or_none(model->recipe));
    return 0;
}

const TrainCommand train_command_info = {
    .name = "info",
    .summary = "Say what a model file holds",
    .arguments = "MODEL",
    .description = NULL,
    .entries = entries,
    .run = run,
};
