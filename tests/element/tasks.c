/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model with tasks in the element: on every backend the blended score of the definition, weights
 * beside it, or one task by its name. */
#include "element-support.h"
#include "task-backend.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define AGREEMENT .05 /* points of 100 */

static BiqaBackend *open_reference(gpointer user, const BiqaModel *view, const BiqaBackend *first,
                                   GError **error)
{
    return biqa_reference_open(view);
}

/* A judge of a model with two tasks beside its own; task: as biqa_task_backend_open(). */
static Judge *judge_with_tasks(guint64 seed, int task)
{
    const BiqaTaskOpener opener = {open_reference, NULL};
    Judge *judge = judge_new(seed);

    tiny_tasks_add(judge->model, TRUE, seed);
    judge->model->tasks->gating.temperature = 2; /* so that all have a share */
    judge_save(judge);
    biqa_backend_free(judge->reference);
    judge->reference = biqa_task_backend_open(judge->model, task, &opener, NULL);
    return judge;
}

typedef struct {
    const char *backend, *task, *report;
} Wanted;

static void prepare(GstElement *element, gpointer user)
{
    const Wanted *wanted = user;

    gst_util_set_object_arg(G_OBJECT(element), "backend", wanted->backend);
    g_object_set(element, "task", wanted->task, "report", wanted->report, NULL);
}

static double weight_at(const GstStructure *report, guint i)
{
    return g_value_get_double(
        gst_value_array_get_value(gst_structure_get_value(report, "task-weights"), i));
}

static void check_weights(const GstStructure *report, const BiqaVerdict *expected)
{
    const GValue *names = gst_structure_get_value(report, "task-names");
    double sum = 0;

    g_assert_nonnull(names);
    g_assert_cmpuint(gst_value_array_get_size(names), ==, expected->n_tasks);
    for (guint i = 0; i < expected->n_tasks; i++) {
        g_assert_cmpstr(g_value_get_string(gst_value_array_get_value(names, i)), ==,
                        expected->tasks[i].name);
        g_assert_cmpfloat_with_epsilon(weight_at(report, i), expected->tasks[i].weight, 1e-3);
        sum += weight_at(report, i);
    }
    g_assert_cmpfloat_with_epsilon(sum, 1, 1e-5);
}

/* The element's answer for a few frames against the judge's. */
static void check(Judge *judge, const char *backend, const char *task)
{
    Wanted wanted = {backend, task, NULL};
    g_autoptr(Rig) rig = rig_new_with(judge, prepare, &wanted);
    GstVideoInfo info;

    g_test_message("backend %s, task %s", backend, task);
    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 62, 46, &info);
    for (guint i = 0; i < 2; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 7, i);
        const BiqaVerdict expected = judge_frame(judge, &info, buffer, -1);
        const GstStructure *report;

        buffer = gst_harness_push_and_pull(rig->harness, buffer);
        report = buffer_report(buffer, 0);
        g_assert_nonnull(report);
        g_assert_cmpfloat_with_epsilon(report_double(report, "score"), expected.score, AGREEMENT);
        g_assert_cmpfloat_with_epsilon(report_double(report, "competitor-score"),
                                       expected.competitor_score, AGREEMENT);
        check_weights(report, &expected);
        gst_buffer_unref(buffer);
    }
}

static void check_backend(const char *backend)
{
    g_autoptr(Judge) all = judge_with_tasks(21, -1), second = judge_with_tasks(21, 2),
                     base = judge_with_tasks(21, 0);

    check(all, backend, "auto");
    check(second, backend, "second");
    check(base, backend, "base");
}

static void test_reference(void)
{
    check_backend("reference");
}

static void test_cpu(void)
{
    check_backend("cpu");
}

static void test_vulkan(void)
{
    check_backend("vulkan");
}

/* A model that has learned nothing besides says nothing of tasks. */
static void test_without(void)
{
    g_autoptr(Judge) judge = judge_new(22);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstBuffer *buffer;

    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 40, 40, &info);
    buffer = gst_harness_push_and_pull(rig->harness, noise_frame_new(&info, 1, 0));
    g_assert_false(gst_structure_has_field(buffer_report(buffer, 0), "task-weights"));
    gst_buffer_unref(buffer);
}

static void test_unknown(void)
{
    g_autoptr(Judge) judge = judge_with_tasks(23, -1);
    GstElement *element = gst_object_ref_sink(gst_element_factory_make("biqafilter", NULL));
    GstBus *bus = gst_bus_new();
    g_autoptr(GstMessage) message = NULL;
    g_autoptr(GError) error = NULL;

    gst_element_set_bus(element, bus);
    g_object_set(element, "model", judge->path, "task", "cartoons", NULL);
    gst_util_set_object_arg(G_OBJECT(element), "backend", "reference");
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    message = bus_pop(bus, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, "cartoons"));
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
}

/* The report's header has the tasks' thresholds, its lines of frames an object of the weights. */
static void test_report(void)
{
    g_autoptr(Judge) judge = judge_with_tasks(24, -1);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "biqa-tasks-report.jsonl", NULL);
    Wanted wanted = {"reference", "auto", path};
    g_autofree char *text = NULL;
    BiqaVerdict expected;
    GstVideoInfo info;
    GstBuffer *buffer;
    Rig *rig;

    g_unlink(path);
    rig = rig_new_with(judge, prepare, &wanted);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 40, 40, &info);
    buffer = noise_frame_new(&info, 1, 0);
    expected = judge_frame(judge, &info, buffer, -1);
    gst_buffer_unref(gst_harness_push_and_pull(rig->harness, buffer));
    rig_free(rig);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_unlink(path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(JsonNode) root = json_from_string(lines[1], NULL);
    g_autoptr(JsonNode) header = json_from_string(lines[0], NULL);
    JsonObject *thresholds = json_object_get_object_member(json_node_get_object(header), "tasks");
    JsonObject *tasks = json_object_get_object_member(json_node_get_object(root), "tasks");

    g_assert_cmpuint(json_object_get_size(thresholds), ==, 3);
    g_assert_cmpfloat(json_object_get_double_member(
                          json_object_get_object_member(thresholds, "second"), "hard-threshold"),
                      ==, judge->model->tasks->items[2].uncertainty.hard_threshold);
    g_assert_cmpuint(json_object_get_size(tasks), ==, 3);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon(json_object_get_double_member(tasks, expected.tasks[i].name),
                                       expected.tasks[i].weight, 1e-5);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/tasks/reference", test_reference);
    g_test_add_func("/element/tasks/cpu", test_cpu);
    g_test_add_func("/element/tasks/vulkan", test_vulkan);
    g_test_add_func("/element/tasks/without", test_without);
    g_test_add_func("/element/tasks/unknown", test_unknown);
    g_test_add_func("/element/tasks/report", test_report);
    return g_test_run();
}
