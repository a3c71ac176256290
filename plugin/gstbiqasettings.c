/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's properties as a table. */
#include "gstbiqasettings.h"
#include "cycle.h"

/* -- rows ---------------------------------------------------------------------------------- */

typedef enum { KIND_TEXT, KIND_UINT, KIND_UINT64, KIND_REAL, KIND_FLAG, KIND_CHOICE, N_KINDS } Kind;

typedef struct {
    const char *name, *nick, *blurb;
    GParamFlags mutability; /* the highest state in which a change takes effect */
    gsize offset;           /* of the field in GstBiqaSettings */
    Kind kind;
    union {
        const char *text;
        struct {
            guint64 least, most, initial;
        } whole;
        struct {
            double least, most, initial;
        } real;
        gboolean flag;
        struct {
            GType (*type)(void);
            gint initial;
        } choice;
    };
} Row;

#define WHEN_READY .mutability = GST_PARAM_MUTABLE_READY
#define WHEN_PLAYING .mutability = GST_PARAM_MUTABLE_PLAYING
/* Numbers take {least, most, initial}, choices {type, initial}. */
#define FIELD(field, what) .offset = G_STRUCT_OFFSET(GstBiqaSettings, field), .kind = what
#define TEXT(field, initial) FIELD(field, KIND_TEXT), .text = initial
#define UINT(field, ...) FIELD(field, KIND_UINT), .whole = {__VA_ARGS__}
#define UINT64(field, ...) FIELD(field, KIND_UINT64), .whole = {__VA_ARGS__}
#define REAL(field, ...) FIELD(field, KIND_REAL), .real = {__VA_ARGS__}
#define FLAG(field, initial) FIELD(field, KIND_FLAG), .flag = initial
#define CHOICE(field, ...) FIELD(field, KIND_CHOICE), .choice = {__VA_ARGS__}

static const Row rows[] = {
    {"model", "Model",
     "File of the model, as biqa-train writes it. NULL is the default, biqa-video.gguf: looked for "
     "in the folders of BIQA_MODEL_PATH, in the build tree, and where it was installed. Set while "
     "frames "
     "flow, it is opened beside them; if it cannot be, the old one stays",
     WHEN_PLAYING, TEXT(setup.model, NULL)},
    {"device", "Device",
     "Vulkan device to run on: \"auto\" (a GPU before a software device), a number as vulkaninfo "
     "--summary counts them, or part of a name in any case",
     WHEN_READY, TEXT(setup.device, "auto")},
    {"task", "Task",
     "Of a model that has learned several kinds of pictures: the name of the one to judge by, or "
     "\"auto\": all that a frame is near to, weighed",
     WHEN_READY, TEXT(setup.task, "auto")},
    {"backend", "Backend", "What runs the networks", WHEN_READY,
     CHOICE(setup.backend, gst_biqa_backend_choice_get_type, GST_BIQA_BACKEND_AUTO)},
    {"policy", "Policy", "What is done when scores take longer than frames", WHEN_READY,
     CHOICE(setup.policy, gst_biqa_policy_get_type, GST_BIQA_POLICY_EVERY)},
    {"delay", "Delay",
     "With policy=deadline: how many frames' time a frame may wait for its score. The element adds "
     "it "
     "to the latency of a live pipeline",
     WHEN_READY, UINT(setup.delay, 0, 64, 2)},
    {"frames-in-flight", "Frames in flight",
     "With policy=every: how many frames may be on the Vulkan device at once, so that it works on "
     "one while the next are brought there. A frame leaves when so many less one have come after "
     "it, and the element adds their time to the latency of a live pipeline. Scores are the same. "
     "With policy=deadline, with map, on other backends and in Vulkan images there is one",
     WHEN_READY, UINT(setup.in_flight, 1, BIQA_CYCLE_FRAMES, 1)},
    {"interval", "Interval",
     "Score one frame of every n; 1 scores all of them. The frames between carry the last score, "
     "and "
     "post no message",
     WHEN_PLAYING, UINT(tuning.pace.interval, 1, G_MAXUINT, 1)},
    {"interval-time", "Interval in time",
     "Score one frame in so many nanoseconds of running time, in place of interval; 0: by interval",
     WHEN_PLAYING, UINT64(tuning.pace.time, 0, G_MAXUINT64, 0)},
    {"jitter", "Jitter",
     "Which share of an interval the places of the frames to score are spread over: 0 is the first "
     "frame of each, 1 any. Keeps sampling from meeting the same frame of every group of pictures",
     WHEN_PLAYING, REAL(tuning.pace.jitter, 0, 1, 0)},
    {"seed", "Seed", "What jitter draws its places from: the same seed, the same places",
     WHEN_PLAYING, UINT64(tuning.pace.seed, 0, G_MAXUINT64, 0)},
    {"freeze-time", "Freeze time",
     "A picture that does not change for so many nanoseconds is frozen, and is not scored again "
     "until it changes",
     WHEN_PLAYING, UINT64(tuning.mesh.freeze_time, 0, G_MAXUINT64, 2 * GST_SECOND)},
    {"any-domain", "Any domain",
     "Score also what no model of pictures should be asked about: black and flat frames, test "
     "cards, frozen pictures. (HDR is never scored: no model here has seen any)",
     WHEN_PLAYING, FLAG(tuning.mesh.any_domain, FALSE)},
    {"hard-threshold", "Hard threshold",
     "A frame is hard when its uncertainty is more than this many points (of 100), or its "
     "disagreement where the model tells no uncertainty; -1 takes the threshold from the model",
     WHEN_PLAYING, REAL(tuning.hard_threshold, -1, 100, -1)},
    {"post-messages", "Post messages",
     "Post an element message \"biqa\" for each frame that was scored, and for the first of "
     "each run of frames of another domain",
     WHEN_PLAYING, FLAG(tuning.post_messages, TRUE)},
    {"map", "Map",
     "Add to each frame that is scored the scores of 12 to 16 parts of it: map (a GstValueArray of "
     "gdouble, row by row), map-width and map-height (guint). Costs several times what the score "
     "does",
     WHEN_PLAYING, FLAG(tuning.map, FALSE)},
    {"hard-frames", "Hard frames",
     "Folder to keep hard frames in, as PNG files with the list hard-frames.csv, which biqa-train "
     "reads. It is made if it is not there; what is in it is not overwritten. NULL keeps none",
     WHEN_READY, TEXT(setup.harvest.folder, NULL)},
    {"hard-frames-interval", "Hard frames, interval",
     "Least running time between two frames that are kept, in nanoseconds", WHEN_READY,
     UINT64(setup.harvest.interval, 0, G_MAXUINT64, GST_SECOND)},
    {"hard-frames-max-files", "Hard frames, most files",
     "Keep no more frames once the folder holds so many, those of earlier runs included",
     WHEN_READY, UINT64(setup.harvest.max_files, 1, G_MAXUINT64, 1000)},
    {"hard-frames-max-bytes", "Hard frames, most bytes",
     "Keep no more frames once the next would make them more than so many bytes", WHEN_READY,
     UINT64(setup.harvest.max_bytes, 1, G_MAXUINT64, 1 << 30)},
    {"report", "Report",
     "Where a record of every frame is written: a file, \"-\" for standard output, \"fd:N\" for a "
     "descriptor that is open; NULL: nowhere",
     WHEN_READY, TEXT(setup.report, NULL)},
    {"report-format", "Report format", "How the report is written", WHEN_READY,
     CHOICE(setup.report_format, gst_biqa_report_format_get_type, GST_BIQA_FORMAT_JSONL)},
    {"report-frames", "Report frames",
     "Which frames the report has a record of; summaries and alarms are of all", WHEN_PLAYING,
     CHOICE(tuning.watch.frames, gst_biqa_report_frames_get_type, GST_BIQA_REPORT_ALL)},
    {"report-interval", "Report interval",
     "Sum up every so many nanoseconds of running time, in the report and by the message "
     "\"biqa-summary\"; 0: only where the stream ends, jumps or changes its format",
     WHEN_PLAYING, UINT64(tuning.watch.interval, 0, G_MAXUINT64, 0)},
    {"alarm-below", "Alarm below",
     "Start an alarm (message \"biqa-alarm\") when scores have been below this for alarm-hold; -1: "
     "no alarms",
     WHEN_PLAYING, REAL(tuning.watch.alarm.below, -1, 100, -1)},
    {"alarm-release", "Alarm release",
     "End an alarm when scores have been at or above this for alarm-hold; -1, or less than "
     "alarm-below: alarm-below",
     WHEN_PLAYING, REAL(tuning.watch.alarm.release, -1, 100, -1)},
    {"alarm-hold", "Alarm hold",
     "How many nanoseconds of running time scores must stay low to start an alarm, and high to end "
     "it",
     WHEN_PLAYING, UINT64(tuning.watch.alarm.hold, 0, G_MAXUINT64, GST_SECOND)},
    {"fail-on-alarm", "Fail on alarm",
     "Let an alarm stop the stream with an error, so that gst-launch-1.0 exits with 1",
     WHEN_PLAYING, FLAG(tuning.watch.fail_on_alarm, FALSE)},
};

GType gst_biqa_policy_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_BIQA_POLICY_EVERY, "Every frame waits for its score: same file, same report", "every"},
        {GST_BIQA_POLICY_DEADLINE,
         "No frame waits longer than delay; without a score in time it carries the last",
         "deadline"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstBiqaFilterPolicy", values));
    return type;
}

GType gst_biqa_backend_choice_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_BIQA_BACKEND_AUTO,
         "A GPU by Vulkan where there is one, else what is faster of cpu and Vulkan on the "
         "processor: measured at the first start, then remembered",
         "auto"},
        {GST_BIQA_BACKEND_VULKAN, "Vulkan compute shaders, on a GPU or a software device",
         "vulkan"},
        {GST_BIQA_BACKEND_CPU, "The processor's vectors, one core, no Vulkan", "cpu"},
        {GST_BIQA_BACKEND_REFERENCE, "Plain C on one core, seconds a frame, for checking",
         "reference"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstBiqaFilterBackend", values));
    return type;
}

GType gst_biqa_report_format_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_BIQA_FORMAT_JSONL, "An object of JSON a line, as it happens", "jsonl"},
        {GST_BIQA_FORMAT_CSV, "A line of comma-separated values a frame", "csv"},
        {GST_BIQA_FORMAT_JSON, "One document of JSON, laid out as libvmaf's", "json"},
        {GST_BIQA_FORMAT_SRT, "Subtitles with the score", "srt"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstBiqaFilterReportFormat", values));
    return type;
}

GType gst_biqa_report_frames_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_BIQA_REPORT_ALL, "Every frame", "all"},
        {GST_BIQA_REPORT_INFERRED, "Those that were scored themselves", "inferred"},
        {GST_BIQA_REPORT_NONE, "None: summaries and alarms alone", "none"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstBiqaFilterReportFrames", values));
    return type;
}

/* -- kinds --------------------------------------------------------------------------------- */

static GParamSpec *text_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_string(row->name, row->nick, row->blurb, row->text, flags);
}

static void text_set(gpointer field, const GValue *value)
{
    char **text = field;

    g_free(*text);
    *text = g_value_dup_string(value);
}

static void text_get(gconstpointer field, GValue *value)
{
    g_value_set_string(value, *(char *const *)field);
}

static GParamSpec *uint_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_uint(row->name, row->nick, row->blurb, (guint)row->whole.least,
                             (guint)row->whole.most, (guint)row->whole.initial, flags);
}

static void uint_set(gpointer field, const GValue *value)
{
    *(guint *)field = g_value_get_uint(value);
}

static void uint_get(gconstpointer field, GValue *value)
{
    g_value_set_uint(value, *(const guint *)field);
}

static GParamSpec *uint64_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_uint64(row->name, row->nick, row->blurb, row->whole.least, row->whole.most,
                               row->whole.initial, flags);
}

static void uint64_set(gpointer field, const GValue *value)
{
    *(guint64 *)field = g_value_get_uint64(value);
}

static void uint64_get(gconstpointer field, GValue *value)
{
    g_value_set_uint64(value, *(const guint64 *)field);
}

static GParamSpec *real_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_double(row->name, row->nick, row->blurb, row->real.least, row->real.most,
                               row->real.initial, flags);
}

static void real_set(gpointer field, const GValue *value)
{
    *(double *)field = g_value_get_double(value);
}

static void real_get(gconstpointer field, GValue *value)
{
    g_value_set_double(value, *(const double *)field);
}

static GParamSpec *flag_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_boolean(row->name, row->nick, row->blurb, row->flag, flags);
}

static void flag_set(gpointer field, const GValue *value)
{
    *(gboolean *)field = g_value_get_boolean(value);
}

static void flag_get(gconstpointer field, GValue *value)
{
    g_value_set_boolean(value, *(const gboolean *)field);
}

static GParamSpec *choice_spec(const Row *row, GParamFlags flags)
{
    return g_param_spec_enum(row->name, row->nick, row->blurb, row->choice.type(),
                             row->choice.initial, flags);
}

static void choice_set(gpointer field, const GValue *value)
{
    *(gint *)field = g_value_get_enum(value);
}

static void choice_get(gconstpointer field, GValue *value)
{
    g_value_set_enum(value, *(const gint *)field);
}

static const struct {
    GParamSpec *(*spec)(const Row *row, GParamFlags flags);
    void (*set)(gpointer field, const GValue *value);
    void (*get)(gconstpointer field, GValue *value);
} kinds[N_KINDS] = {
    [KIND_TEXT] = {text_spec, text_set, text_get},
    [KIND_UINT] = {uint_spec, uint_set, uint_get},
    [KIND_UINT64] = {uint64_spec, uint64_set, uint64_get},
    [KIND_REAL] = {real_spec, real_set, real_get},
    [KIND_FLAG] = {flag_spec, flag_set, flag_get},
    [KIND_CHOICE] = {choice_spec, choice_set, choice_get},
};

/* -- the table at work --------------------------------------------------------------------- */

static GParamSpec *row_spec(const Row *row)
{
    return kinds[row->kind].spec(row, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | row->mutability);
}

void gst_biqa_settings_install(GObjectClass *klass, guint first_id)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_object_class_install_property(klass, first_id + i, row_spec(&rows[i]));
}

gboolean gst_biqa_settings_set(GstBiqaSettings *settings, guint row, const GValue *value)
{
    if (row >= G_N_ELEMENTS(rows))
        return FALSE;
    kinds[rows[row].kind].set(G_STRUCT_MEMBER_P(settings, rows[row].offset), value);
    return TRUE;
}

gboolean gst_biqa_settings_get(const GstBiqaSettings *settings, guint row, GValue *value)
{
    if (row >= G_N_ELEMENTS(rows))
        return FALSE;
    kinds[rows[row].kind].get(G_STRUCT_MEMBER_P(settings, rows[row].offset), value);
    return TRUE;
}

/* A setting's default is its property's, so that the two cannot differ. */
void gst_biqa_settings_init(GstBiqaSettings *settings)
{
    *settings = (GstBiqaSettings){0};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GParamSpec *spec = g_param_spec_ref_sink(row_spec(&rows[i]));

        gst_biqa_settings_set(settings, i, g_param_spec_get_default_value(spec));
        g_param_spec_unref(spec);
    }
}

static char **text_field(GstBiqaSettings *settings, guint row)
{
    return G_STRUCT_MEMBER_P(settings, rows[row].offset);
}

void gst_biqa_settings_init_copy(GstBiqaSettings *settings, const GstBiqaSettings *from)
{
    *settings = *from;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == KIND_TEXT)
            *text_field(settings, i) = g_strdup(*text_field(settings, i));
    }
}

void gst_biqa_settings_clear(GstBiqaSettings *settings)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == KIND_TEXT)
            g_clear_pointer(text_field(settings, i), g_free);
    }
}
