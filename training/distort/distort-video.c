/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What video goes through: encoders and scalers. The frame judged is a predicted one, as most of a
 * video is. Encoders have one thread each: pictures are what runs in parallel. */
#include "distort-codec.h"
#include "distort-private.h"

/* Pixels of a side. mpeg2enc takes up to 4096 by its caps, but ends the program on meeting 4096. */
#define MPEG2_MAX 4080u

/* What most rows share: a short clip, level wherever launch has an @. */
static TrainImage *encode(const char *launch, guint block, double level, const TrainImage *image,
                          GError **error)
{
    g_autofree char *number = g_strdup_printf("%.0f", level);
    g_auto(GStrv) parts = g_strsplit(launch, "@", -1);
    g_autofree char *filled = g_strjoinv(number, parts);
    TrainCodec codec = {
        .launch = filled,
        .frames = 4,
        .block = block,
        .move = TRAIN_CODEC_MOVE,
    };
    return train_codec_apply(&codec, image, error);
}

TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return encode("video/x-raw,format=I420 ! x264enc pass=quant quantizer=@ tune=zerolatency "
                  "speed-preset=medium key-int-max=100 threads=1 sliced-threads=false ! "
                  "avdec_h264 max-threads=1",
                  16, level, image, error);
}

/* x264 holding a rate, level in thousandths of a bit for each pixel. Its control takes a few frames
 * to settle. */
static TrainImage *distort_rate(const TrainImage *image, double level, guint64 seed, GError **error)
{
    double pixels = (double)image->width * image->height;
    g_autofree char *launch = g_strdup_printf(
        "video/x-raw,format=I420 ! x264enc pass=cbr bitrate=%.0f vbv-buf-capacity=300 "
        "tune=zerolatency speed-preset=veryfast key-int-max=100 threads=1 sliced-threads=false ! "
        "avdec_h264 max-threads=1",
        MAX(1, pixels * 25 * level / 1e6));
    TrainCodec codec = {
        .launch = launch,
        .frames = 8,
        .block = 16,
        .move = TRAIN_CODEC_MOVE,
    };
    return train_codec_apply(&codec, image, error);
}

/* x265 takes no picture smaller than its coding tree units, and with only one of them in a row its
 * choices depend on what memory held before. */
static TrainImage *distort_hevc(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return encode("video/x-raw,format=I420 ! x265enc qp=@ tune=zerolatency speed-preset=veryfast "
                  "key-int-max=100 log-level=none "
                  "option-string=ctu=32:pools=none:frame-threads=1:no-wpp=1 ! "
                  "avdec_h265 max-threads=1",
                  64, level, image, error);
}

/* mpeg2enc, as libav's encoder takes no rate of frames from GStreamer 1.22. */
static TrainImage *distort_mpeg2(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    if (MAX(image->width, image->height) > MPEG2_MAX) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u x %u pixels are too many for MPEG-2: cut the picture to %u", image->width,
                    image->height, MPEG2_MAX);
        return NULL;
    }
    return encode("video/x-raw,format=I420 ! mpeg2enc format=3 quantisation=@ bitrate=40000 "
                  "bufsize=4000 constraints=false b-per-refframe=0 min-gop-size=50 "
                  "max-gop-size=50 disable-encode-retries=true motion-search-radius=8 ! "
                  "avdec_mpeg2video max-threads=1",
                  16, level, image, error);
}

static TrainImage *distort_mpeg4(const TrainImage *image, double level, guint64 seed,
                                 GError **error)
{
    return encode(
        "video/x-raw,format=I420 ! avenc_mpeg4 qmin=@ qmax=@ bitrate=100000000 gop-size=100 "
        "threads=1 ! avdec_mpeg4 max-threads=1",
        16, level, image, error);
}

static TrainImage *distort_vp8(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return encode("video/x-raw,format=I420 ! vp8enc min-quantizer=@ max-quantizer=@ cq-level=@ "
                  "deadline=1 cpu-used=4 threads=1 lag-in-frames=0 ! vp8dec threads=1",
                  16, level, image, error);
}

static TrainImage *distort_vp9(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return encode("video/x-raw,format=I420 ! vp9enc min-quantizer=@ max-quantizer=@ cq-level=@ "
                  "deadline=1 cpu-used=5 threads=1 lag-in-frames=0 ! vp9dec",
                  16, level, image, error);
}

static TrainImage *distort_av1(const TrainImage *image, double level, guint64 seed, GError **error)
{
    return encode("video/x-raw,format=I420 ! av1enc min-quantizer=@ max-quantizer=@ "
                  "usage-profile=realtime cpu-used=8 threads=1 lag-in-frames=0 ! av1dec",
                  16, level, image, error);
}

const TrainDistortion train_distort_video[] = {
    {
        .name = "h264",
        .family = "video",
        .title = "H.264",
        .unit = "quantiser",
        .levels = {28, 34, 39, 44, 50},
        .apply = train_distort_h264,
    },
    {
        .name = "h264-rate",
        .family = "video",
        .title = "H.264 at a rate",
        .unit = "1/1000 bit a pixel",
        .levels = {200, 110, 70, 45, 28},
        .apply = distort_rate,
    },
    {
        .name = "hevc",
        .family = "video",
        .title = "HEVC",
        .unit = "quantiser",
        .levels = {28, 34, 39, 44, 50},
        .apply = distort_hevc,
    },
    {
        .name = "mpeg2",
        .family = "video",
        .title = "MPEG-2",
        .unit = "quantiser",
        .levels = {4, 8, 13, 20, 31},
        .apply = distort_mpeg2,
    },
    {
        .name = "mpeg4",
        .family = "video",
        .title = "MPEG-4 part 2",
        .unit = "quantiser",
        .levels = {4, 8, 13, 20, 31},
        .apply = distort_mpeg4,
    },
    {
        .name = "vp8",
        .family = "video",
        .title = "VP8",
        .unit = "quantiser",
        .levels = {25, 36, 46, 55, 63},
        .apply = distort_vp8,
    },
    {
        .name = "vp9",
        .family = "video",
        .title = "VP9",
        .unit = "quantiser",
        .levels = {32, 42, 50, 57, 63},
        .apply = distort_vp9,
    },
    {
        .name = "av1",
        .family = "video",
        .title = "AV1",
        .unit = "quantiser",
        .levels = {32, 42, 50, 57, 63},
        .apply = distort_av1,
    },
    {
        .name = "scale",
        .family = "video",
        .title = "down and up again",
        .unit = "times smaller",
        .levels = {1.5, 2, 3, 4, 6},
        .apply = train_distort_scale,
    },
    {0},
};
