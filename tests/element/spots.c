/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model that looks at large frames spot by spot: which frames are looked at in one spot and which
 * in all, and what their scores are. */
#include "element-support.h"
#include "gate.h"

#define FRAME (40 * GST_MSECOND)

static const BiqaSpot spots[] = {{.125f, .25f}, {.875f, .75f}, {.75f, 0}, {.25f, 1}};

#define SPOTS G_N_ELEMENTS(spots)

/* A model with spots on an open gate, whose score of a spot is the red of the first pixel / 4. */
typedef struct {
    Judge *judge;
    Gate *gate;
    Rig *rig;
    GstVideoInfo info;
    guint runs; /* of the backend, up to the last frame */
} Stage;

static Judge *spotted_judge_new(guint64 seed)
{
    Judge *judge = judge_new(seed);

    judge->model->input.n_spots = SPOTS;
    memcpy(judge->model->input.spots, spots, sizeof spots);
    judge->model->uncertainty = tiny_head();
    judge_save(judge);
    return judge;
}

static void prepare(GstElement *element, gpointer gate)
{
    gate_install(gate, element);
}

static void prepare_deadline(GstElement *element, gpointer gate)
{
    gst_util_set_object_arg(G_OBJECT(element), "policy", "deadline");
    gate_install(gate, element);
}

static Stage *stage_new(void (*how)(GstElement *element, gpointer gate))
{
    Stage *stage = g_new0(Stage, 1);

    stage->judge = spotted_judge_new(91);
    stage->judge->model->scale = (BiqaScale){0, .25f};
    judge_save(stage->judge);
    stage->gate = gate_new();
    gate_open(stage->gate, 1000);
    stage->rig = rig_new_with(stage->judge, how, stage->gate);
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 160, 128, &stage->info);
    return stage;
}

static void stage_free(Stage *stage)
{
    rig_free(stage->rig);
    gate_free(stage->gate);
    judge_free(stage->judge);
    g_free(stage);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

/* A frame of noise at time, each of whose spots says score. */
static GstBuffer *frame_new(const Stage *stage, double score, GstClockTime time)
{
    GstBuffer *buffer = noise_frame_new(&stage->info, 91, (guint)score);

    gst_buffer_memset(buffer, 0, (guint8)(4 * score), 1);
    GST_BUFFER_PTS(buffer) = time;
    return buffer;
}

/* Shows a frame, which is to be looked at in so many spots and to come out with a score. */
static void show(Stage *stage, GstBuffer *frame, guint n_spots, double score)
{
    GstBuffer *buffer = gst_harness_push_and_pull(stage->rig->harness, frame);
    const GstStructure *report;

    g_assert_nonnull(buffer);
    report = buffer_report(buffer, 0);
    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, "inferred");
    g_assert_cmpuint(gate_begun(stage->gate) - stage->runs, ==, n_spots);
    g_assert_cmpfloat_with_epsilon(report_double(report, "score"), score, 1e-9);
    stage->runs += n_spots;
    gst_buffer_unref(buffer);
}

/* Of a change each frame shows a quarter more. */
static void show_turns(Stage *stage)
{
    show(stage, frame_new(stage, 20, 0), SPOTS, 20);
    for (guint i = 1; i <= 8; i++)
        show(stage, frame_new(stage, 40, i * FRAME), 1, 20 + 5 * MIN(i, 4));
}

static void test_every(void)
{
    g_autoptr(Stage) stage = stage_new(prepare);

    show_turns(stage);
}

static void test_deadline(void)
{
    g_autoptr(Stage) stage = stage_new(prepare_deadline);

    show_turns(stage);
}

/* Frames over a second apart, and such as have no time, each stand alone. */
static void test_alone(void)
{
    g_autoptr(Stage) stage = stage_new(prepare);
    const GstClockTime far = GST_SECOND + 1;

    show(stage, frame_new(stage, 20, 0), SPOTS, 20);
    show(stage, frame_new(stage, 30, far), SPOTS, 30);
    show(stage, frame_new(stage, 40, 2 * far), SPOTS, 40);
    show(stage, frame_new(stage, 50, GST_CLOCK_TIME_NONE), SPOTS, 50);
    show(stage, frame_new(stage, 60, GST_CLOCK_TIME_NONE), SPOTS, 60);
}

static void push_flush(Stage *stage)
{
    rig_flush(stage->rig);
}

static void push_segment(Stage *stage)
{
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_segment(&segment)));
}

static void change_caps(Stage *stage)
{
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 128, 160, &stage->info);
}

static void keep_on(Stage *stage)
{
}

/* After what breaks a stream nothing of the frames before counts. */
static void test_breaks(void)
{
    static const struct {
        const char *name;
        void (*happen)(Stage *stage);
        gboolean discont;
        guint n_spots;
        double score;
    } cases[] = {
        {"nothing", keep_on, FALSE, 1, 25},          {"flush", push_flush, FALSE, SPOTS, 40},
        {"segment", push_segment, FALSE, SPOTS, 40}, {"caps", change_caps, FALSE, SPOTS, 40},
        {"discont", keep_on, TRUE, SPOTS, 40},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Stage) stage = stage_new(prepare);
        GstBuffer *next;

        g_test_message("%s", cases[i].name);
        show(stage, frame_new(stage, 20, 0), SPOTS, 20);
        cases[i].happen(stage);
        next = frame_new(stage, 40, FRAME);
        if (cases[i].discont)
            GST_BUFFER_FLAG_SET(next, GST_BUFFER_FLAG_DISCONT);
        show(stage, next, cases[i].n_spots, cases[i].score);
    }
}

/* The first frame of another scene is looked at in all spots. */
static void test_cut(void)
{
    g_autoptr(Stage) stage = stage_new(prepare);
    GstBuffer *frame = frame_new(stage, 40, 2 * FRAME);
    GstMapInfo map;

    show(stage, frame_new(stage, 20, 0), SPOTS, 20);
    show(stage, frame_new(stage, 40, FRAME), 1, 25);
    g_assert_true(gst_buffer_map(frame, &map, GST_MAP_READWRITE));
    for (gsize i = 1; i < map.size; i++)
        map.data[i] /= 2;
    gst_buffer_unmap(frame, &map);
    show(stage, frame, SPOTS, 40);
}

/* A small frame is looked at once, where the model's crops lie. */
static void test_small(void)
{
    g_autoptr(Stage) stage = stage_new(prepare);

    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 96, 96, &stage->info);
    show(stage, frame_new(stage, 20, 0), 1, 20);
    show(stage, frame_new(stage, 40, FRAME), 1, 40);
}

/* What every frame of a still clip says is what the picture says by itself, uncertainty and all. */
static void test_still(void)
{
    Judge *judge = spotted_judge_new(92);
    BiqaBackend *reference = biqa_reference_open(judge->model);
    Rig *rig = rig_new(judge);
    GstVideoInfo info;

    biqa_backend_free(judge->reference);
    judge->reference = reference;
    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 160, 128, &info);
    for (guint i = 0; i < 6; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 92, 0);
        const BiqaVerdict expected = judge_frame(judge, &info, buffer, -1);

        GST_BUFFER_PTS(buffer) = i * FRAME;
        buffer = gst_harness_push_and_pull(rig->harness, buffer);
        report_check_verdict(buffer_report(buffer, 0), &expected);
        g_assert_cmpfloat(report_double(buffer_report(buffer, 0), "uncertainty"), ==,
                          expected.uncertainty);
        gst_buffer_unref(buffer);
    }
    rig_free(rig);
    judge_free(judge);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/spots/every", test_every);
    g_test_add_func("/element/spots/deadline", test_deadline);
    g_test_add_func("/element/spots/alone", test_alone);
    g_test_add_func("/element/spots/breaks", test_breaks);
    g_test_add_func("/element/spots/cut", test_cut);
    g_test_add_func("/element/spots/small", test_small);
    g_test_add_func("/element/spots/still", test_still);
    return g_test_run();
}
