/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores frames: a model, the backend that runs it, and another model in its place while frames
 * flow. The new one is opened by a thread beside the stream and takes over between two frames. */
#pragma once

#include "entry.h"
#include "gstbiqamapper.h"

typedef struct GstBiqaScorer GstBiqaScorer;

/* What became of a change of model: called once for each that was tried, without locks held. model:
 * the file that runs now, as it was asked for (NULL: the one that ships). error: NULL, or why asked
 * does not. Without one it comes from the begin of model's first frame, and may end those begun
 * before, which have their scores by then. */
typedef void (*GstBiqaScorerChanged)(GstElement *element, const char *asked, const char *model,
                                     const GError *error);

/* element is borrowed: whose plugin's folder is searched for models, and who posts errors. */
GstBiqaScorer *gst_biqa_scorer_new(GstElement *element, GstBiqaScorerChanged changed);
void gst_biqa_scorer_free(GstBiqaScorer *scorer);

/* Opens the model of settings. FALSE: the error has been posted. */
gboolean gst_biqa_scorer_start(GstBiqaScorer *scorer, const GstBiqaSettings *settings);

/* Closes everything. A model that is being opened is given up: the next start opens the one that
 * its settings name. */
void gst_biqa_scorer_stop(GstBiqaScorer *scorer);

/* The element stops: until the next start what is opened is given up, and frames and maps fail
 * soon, with G_IO_ERROR_CANCELLED. From any thread. */
void gst_biqa_scorer_interrupt(GstBiqaScorer *scorer);
gboolean gst_biqa_scorer_interrupted(const GstBiqaScorer *scorer);

/* Frames to come lie in images on a device: where the backend was chosen by itself and does not
 * take them, Vulkan's takes its place, and that of a model being opened. FALSE: the error has been
 * posted; TRUE without effect after an interrupt. Between two frames. */
gboolean gst_biqa_scorer_take_images(GstBiqaScorer *scorer);

/* Asks for another model; of several asked for while one is being opened the last counts. From any
 * thread. Where a start is under way its settings' model comes first; while stopped there is only
 * the next start's. */
void gst_biqa_scorer_change_model(GstBiqaScorer *scorer, const char *model);

/* What is asked about a frame, and what the answer is. */
typedef struct {
    double hard_threshold; /* as biqa_model_verdict() takes it */
    gboolean map;          /* is wanted, too */
    guint scene;           /* frames of one are scored together, see biqa/cycle.h */
    GstClockTime time;     /* running time; NONE: this frame is scored alone */
} GstBiqaQuestion;

typedef struct {
    BiqaVerdict verdict;
    BiqaMap map;      /* empty where it was not wanted */
    guint generation; /* of the model that says so */
} GstBiqaAnswer;

/* Errors as of biqa_backend_run(). By one thread at a time, where no frame is begun. */
gboolean gst_biqa_scorer_run(GstBiqaScorer *scorer, const BiqaFrame *frame,
                             const GstBiqaQuestion *question, GstBiqaAnswer *answer,
                             GError **error);

/* The same in two halves, so that the device works on up to BIQA_CYCLE_FRAMES frames while others
 * come: end answers for the one that was begun first. A frame stays as it is until its end, in
 * every respect but the place of its struct. A frame whose begin fails was not begun, one whose end
 * fails is ended. */
gboolean gst_biqa_scorer_begin(GstBiqaScorer *scorer, const BiqaFrame *frame,
                               const GstBiqaQuestion *question, GError **error);
gboolean gst_biqa_scorer_end(GstBiqaScorer *scorer, GstBiqaAnswer *answer, GError **error);

/* Whether the device is done with the frame that ends next. Backends on the processor always are;
 * Vulkan's is not, unless the frame lies in images. */
gboolean gst_biqa_scorer_landed(const GstBiqaScorer *scorer);

/* From any thread, from start to stop: a count that grows with each change of model; the device's
 * name (transfer full). */
guint gst_biqa_scorer_generation(GstBiqaScorer *scorer);
char *gst_biqa_scorer_device_name(GstBiqaScorer *scorer);

/* What a report says of the model of a generation, for frames of caps: frames that waited may be of
 * one that is gone. Generations before the one asked for are forgotten. (transfer full) */
GstBiqaHeader *gst_biqa_scorer_describe(GstBiqaScorer *scorer, guint generation, GstCaps *caps);

/* How often a device was lost and opened again since the start. From any thread. */
guint gst_biqa_scorer_lost(GstBiqaScorer *scorer);

/* Of the last ten frames scored since the start; zeros while there are none. From any thread. */
typedef struct {
    guint64 latency;   /* mean time from a frame's begin to its end, us */
    double throughput; /* frames a second of real time, from the first's end to the last's */
    guint64 device;    /* mean time the device worked on a frame, ns; 0: it cannot say */
} GstBiqaSpeed;

GstBiqaSpeed gst_biqa_scorer_speed(GstBiqaScorer *scorer);
