/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on from a model: its graph and its full branch, whatever crop size the recipe has. */
#include "start.h"
#include "support.h"

#include <glib/gstdio.h>

#define STAGE "[stage one]\nkind=tune\nrated=8\n[rated]\nratings=list.csv\n"

static TrainRecipe *recipe_from(const char *network, const char *input, GError **error)
{
    static const char *const folders[] = {"/", NULL};
    g_autofree char *text = g_strdup_printf("[network]\n%s\n[input]\n%s\n" STAGE, network, input);
    return train_recipe_parse(text, "recipe", folders, error);
}

static char *input_of(const BiqaModel *model, guint size, double mean)
{
    return g_strdup_printf("size=%u\nmean=%g;%g;%g\ndeviation=%g;%g;%g", size, mean,
                           (double)model->input.mean[1], (double)model->input.mean[2],
                           (double)model->input.deviation[0], (double)model->input.deviation[1],
                           (double)model->input.deviation[2]);
}

static void test_model(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5);
    g_autofree char *path = tiny_model_save(model), *network = g_strconcat("model=", path, NULL),
                    *input = input_of(model, 32, (double)model->input.mean[0]);
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRecipe) recipe = recipe_from(network, input, &error);
    g_assert_no_error(error);
    g_autoptr(BiqaGraph) graph = train_start_graph(recipe, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(graph->n_layers, ==, model->graph->n_layers);
    g_assert_cmpuint(graph->layers[0].shape.h, ==, 32);
    g_autoptr(TrainWeights) weights = train_weights_new(graph, &recipe->optim, FALSE);
    g_assert_true(train_start_values(recipe, weights, &error));
    g_assert_no_error(error);
    g_assert_cmpmem(weights->values[BIQA_FULL], weights->graph->n_params * sizeof(float),
                    model->params[BIQA_FULL], model->graph->n_params * sizeof(float));
    g_unlink(path);
}

/* A run from another model's weights is another run: they decide what the stages end in. */
static void test_digest(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5), other = tiny_model_new(6);
    g_autofree char *path = tiny_model_save(model), *second = tiny_model_save(other),
                    *network = g_strconcat("model=", path, NULL),
                    *changed = g_strconcat("model=", second, NULL);
    g_autoptr(TrainRecipe) recipe = recipe_from(network, "", NULL),
                           from_other = recipe_from(changed, "", NULL);
    g_autofree char *a = train_recipe_digest(recipe, 1), *b = train_recipe_digest(from_other, 1);
    g_assert_cmpstr(a, !=, b);
    g_assert_true(biqa_model_save(model, second, NULL));
    g_autofree char *moved = train_recipe_digest(from_other, 1);
    g_assert_cmpstr(a, ==, moved);
    g_unlink(path);
    g_unlink(second);
}

/* Where a model looks at large pictures is not learned: spots can be set on a run that is over. */
static void test_digest_spots(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5);
    g_autofree char *path = tiny_model_save(model), *network = g_strconcat("model=", path, NULL);
    g_autoptr(TrainRecipe) bare = recipe_from(network, "size=32\n", NULL),
                           spotted =
                               recipe_from(network, "size=32\nspot-x=0;1\nspot-y=0;1\n", NULL),
                           other = recipe_from(network, "size=48\n", NULL);
    g_autofree char *a = train_recipe_digest(bare, 1), *b = train_recipe_digest(spotted, 1),
                    *c = train_recipe_digest(other, 1);
    g_assert_cmpuint(spotted->input.n_spots, ==, 2);
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, !=, c);
    g_unlink(path);
}

static void test_refusals(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5);
    g_autofree char *path = tiny_model_save(model), *network = g_strconcat("model=", path, NULL),
                    *both = g_strconcat(network, "\nbackbone=b.gguf\npooled=1", NULL),
                    *input = input_of(model, 32, (double)model->input.mean[0] + 1);
    g_autoptr(GError) two = NULL, none = NULL, scaled = NULL, missing = NULL;
    g_assert_null(recipe_from(both, "", &two));
    assert_refused(two, BIQA_ERROR_VALUE, "one of backbone, graph and model");
    g_assert_null(recipe_from("", "", &none));
    assert_refused(none, BIQA_ERROR_VALUE, "one of backbone, graph and model");
    g_autoptr(TrainRecipe) recipe = recipe_from(network, input, NULL);
    g_assert_null(train_start_graph(recipe, &scaled));
    assert_refused(scaled, BIQA_ERROR_VALUE, "was trained with others");
    g_unlink(path);
    g_assert_null(train_start_graph(recipe, &missing));
    assert_refused(missing, BIQA_ERROR_FILE, path);
}

#define TAUGHT "\n[stage two]\nkind=tune\nrated=8\nteacher-weight=1\n"

static TrainRecipe *recipe_taught(const char *path, const char *teacher, const char *input)
{
    g_autofree char *network = g_strdup_printf("model=%s\nteachers=%s", path, teacher),
                    *both = g_strconcat(input, TAUGHT, NULL);
    return recipe_from(network, both, NULL);
}

/* Teachers are read, count in what a stage ends in, and are refused where they are of another
 * network or made for another input. */
static void test_teachers(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(5);
    g_autoptr(GError) another = NULL, scaled = NULL, missing = NULL;
    g_autofree char *path = tiny_model_save(model), *copy = tiny_model_save(model),
                    *input = input_of(model, 32, (double)model->input.mean[0]),
                    *shift = input_of(model, 32, (double)model->input.mean[0] + 1);
    g_autoptr(TrainRecipe) recipe = recipe_taught(path, path, input),
                           moved = recipe_taught(path, copy, input),
                           other = recipe_taught(path, "none.gguf", input),
                           shifted = recipe_taught(path, path, shift);
    g_autofree char *a = train_recipe_digest(recipe, 2), *b = train_recipe_digest(other, 2),
                    *c = train_recipe_digest(moved, 2);
    g_assert_cmpstr(a, !=, b);
    g_assert_cmpstr(a, ==, c); /* what counts is what a teacher knows */
    g_unlink(copy);
    g_autoptr(TrainTeachers) teachers = train_start_teachers(recipe, model->graph, NULL);
    g_assert_nonnull(teachers);
    g_autoptr(BiqaGraph) longer = biqa_graph_copy(model->graph);
    BiqaLayer relu = biqa_layer(BIQA_LAYER_RELU);
    relu.n_inputs = 1;
    relu.inputs[0] = longer->n_layers - 1;
    biqa_graph_add(longer, &relu);
    g_assert_null(train_start_teachers(recipe, longer, &another));
    assert_refused(another, BIQA_ERROR_GRAPH, path);
    g_assert_null(train_start_teachers(shifted, model->graph, &scaled));
    assert_refused(scaled, BIQA_ERROR_VALUE, "was trained with others");
    g_unlink(path);
    g_assert_null(train_start_teachers(recipe, model->graph, &missing));
    assert_refused(missing, BIQA_ERROR_FILE, path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/start/model", test_model);
    g_test_add_func("/start/digest", test_digest);
    g_test_add_func("/start/digest-spots", test_digest_spots);
    g_test_add_func("/start/refusals", test_refusals);
    g_test_add_func("/start/teachers", test_teachers);
    return g_test_run();
}
