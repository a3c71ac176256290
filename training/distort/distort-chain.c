/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several distortions one after the other, in the order in which a video meets them. */
#include "distort-private.h"
#include "seed.h"

#define MAX_STEPS 3

typedef struct {
    const char *type;            /* name of a row */
    double levels[TRAIN_LEVELS]; /* that row's parameter at each level of the chain */
} Step;

typedef struct {
    double smaller[TRAIN_LEVELS]; /* above 0: the picture is so much smaller meanwhile */
    Step steps[MAX_STEPS];        /* up to the first without a type */
} Chain;

static TrainImage *run_steps(const Chain *chain, const TrainImage *image, guint level, guint64 seed,
                             GError **error)
{
    TrainImage *now = train_image_copy(image);
    for (guint s = 0; now && s < MAX_STEPS && chain->steps[s].type; s++) {
        g_autoptr(TrainImage) before = now;
        const Step *step = &chain->steps[s];
        now = train_distortion_find(step->type)
                  ->apply(before, step->levels[level], train_seed(seed, s, 0), error);
    }
    return now;
}

/* level is the chain's, from 1. */
static TrainImage *run(const Chain *chain, const TrainImage *image, double level, guint64 seed,
                       GError **error)
{
    guint at = (guint)level - 1;
    double smaller = chain->smaller[at];
    if (smaller == 0)
        return run_steps(chain, image, at, seed, error);
    g_autoptr(TrainImage) small =
        train_distort_resize(image, (guint)MAX(1, image->width / smaller + 0.5),
                             (guint)MAX(1, image->height / smaller + 0.5));
    g_autoptr(TrainImage) out = run_steps(chain, small, at, seed, error);
    return out ? train_distort_resize(out, image->width, image->height) : NULL;
}

/* A row's function knows its parameter only: here is one for each chain. */
#define CHAIN(name, ...)                                                                           \
    static TrainImage *name(const TrainImage *image, double level, guint64 seed, GError **error)   \
    {                                                                                              \
        static const Chain chain = {__VA_ARGS__};                                                  \
        return run(&chain, image, level, seed, error);                                             \
    }

/* clang-format off */
CHAIN(noise_h264, .steps = {
    {"noise", {.0002, .0005, .001, .002, .004}},
    {"h264", {24, 28, 32, 37, 43}},
})
CHAIN(noise_vp9, .steps = {
    {"noise", {.0002, .0005, .001, .002, .004}},
    {"vp9", {24, 34, 43, 51, 60}},
})
CHAIN(blur_jpeg, .steps = {
    {"blur", {5, 7, 11, 17, 27}},
    {"jpeg", {50, 35, 22, 14, 8}},
})
CHAIN(blur_noise, .steps = {
    {"blur", {5, 7, 11, 17, 27}},
    {"noise", {.0005, .001, .003, .008, .022}},
})
CHAIN(small_h264, .smaller = {1.25, 1.5, 2, 2.5, 3}, .steps = {
    {"h264", {24, 28, 31, 34, 38}},
})
CHAIN(small_sharp_hevc, .smaller = {1.25, 1.5, 2, 2.5, 3}, .steps = {
    {"kadid-sharpen", {.2, .35, .5, .8, 1.2}},
    {"hevc", {24, 28, 31, 34, 38}},
})
CHAIN(mpeg2_h264, .steps = {
    {"mpeg2", {3, 6, 10, 16, 25}},
    {"h264", {24, 28, 32, 37, 43}},
})
CHAIN(comb_mpeg2, .steps = {
    {"comb", {.7, 1.5, 3, 5, 8}},
    {"mpeg2", {3, 5, 8, 13, 20}},
})
CHAIN(tape_mpeg4, .steps = {
    {"line-jitter", {.2, .4, .7, 1.2, 2}},
    {"dropout", {.005, .01, .02, .05, .1}},
    {"mpeg4", {3, 5, 8, 12, 18}},
})
CHAIN(sharpen_hevc, .steps = {
    {"kadid-sharpen", {.4, .7, 1.1, 1.7, 2.6}},
    {"hevc", {26, 30, 34, 38, 43}},
})
CHAIN(dark_noise_jpeg, .steps = {
    {"kadid-darken", {.05, .1, .17, .27, .4}},
    {"noise", {.0003, .0007, .0015, .003, .006}},
    {"jpeg", {60, 45, 32, 22, 14}},
})
CHAIN(bright_noise_h264, .steps = {
    {"kadid-brighten", {.05, .1, .18, .3, .5}},
    {"noise", {.0002, .0005, .001, .002, .004}},
    {"h264", {24, 27, 30, 34, 39}},
})
CHAIN(jpeg_scale_jpeg, .steps = {
    {"jpeg", {70, 50, 35, 22, 14}},
    {"scale", {1.3, 1.7, 2.2, 3, 4}},
    {"jpeg", {70, 50, 35, 22, 14}},
})
CHAIN(hevc_scale_h264, .steps = {
    {"hevc", {26, 29, 32, 35, 39}},
    {"scale", {1.2, 1.5, 1.8, 2.2, 3}},
    {"h264", {25, 28, 31, 35, 40}},
})
/* clang-format on */

const TrainDistortion train_distort_chain[] = {
    {
        .name = "noise-h264",
        .family = "chain",
        .title = "noise, H.264",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = noise_h264,
    },
    {
        .name = "noise-vp9",
        .family = "chain",
        .title = "noise, VP9",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = noise_vp9,
    },
    {
        .name = "blur-jpeg",
        .family = "chain",
        .title = "blur, JPEG",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = blur_jpeg,
    },
    {
        .name = "blur-noise",
        .family = "chain",
        .title = "blur, noise",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = blur_noise,
    },
    {
        .name = "small-h264",
        .family = "chain",
        .title = "down, H.264, up",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = small_h264,
    },
    {
        .name = "small-sharp-hevc",
        .family = "chain",
        .title = "down, sharpened, HEVC, up",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = small_sharp_hevc,
    },
    {
        .name = "mpeg2-h264",
        .family = "chain",
        .title = "MPEG-2, H.264",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = mpeg2_h264,
    },
    {
        .name = "comb-mpeg2",
        .family = "chain",
        .title = "fields woven, MPEG-2",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = comb_mpeg2,
    },
    {
        .name = "tape-mpeg4",
        .family = "chain",
        .title = "tape, MPEG-4",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = tape_mpeg4,
    },
    {
        .name = "sharpen-hevc",
        .family = "chain",
        .title = "sharpened, HEVC",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = sharpen_hevc,
    },
    {
        .name = "dark-noise-jpeg",
        .family = "chain",
        .title = "too dark, noise, JPEG",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = dark_noise_jpeg,
    },
    {
        .name = "bright-noise-h264",
        .family = "chain",
        .title = "too bright, noise, H.264",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .random = TRUE,
        .apply = bright_noise_h264,
    },
    {
        .name = "jpeg-scale-jpeg",
        .family = "chain",
        .title = "JPEG, down and up, JPEG",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = jpeg_scale_jpeg,
    },
    {
        .name = "hevc-scale-h264",
        .family = "chain",
        .title = "HEVC, down and up, H.264",
        .unit = "level of the chain",
        .levels = {1, 2, 3, 4, 5},
        .apply = hevc_scale_h264,
    },
    {0},
};
