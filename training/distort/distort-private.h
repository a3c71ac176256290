/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Families of distortions, what their rows do (see TrainDistortion's apply), and what several of
 * those functions are made of. */
#pragma once

#include "distort.h"

/* Each ends with a row without a name. */
extern const TrainDistortion train_distort_live[];    /* RankIQA's four for LIVE */
extern const TrainDistortion train_distort_tid2013[]; /* RankIQA's seventeen for TID2013 */
extern const TrainDistortion train_distort_kadid[];   /* KADID-10k's 25, in its order */
extern const TrainDistortion train_distort_still[];   /* what pictures and video meet besides */
extern const TrainDistortion train_distort_video[];   /* what encoders and scalers do */
extern const TrainDistortion train_distort_transmission[]; /* fields, packets, tape */
extern const TrainDistortion train_distort_chain[];        /* several of them in a row */

TrainImage *train_distort_blur(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_scale(const TrainImage *image, double level, guint64 seed,
                                GError **error);
/* Each way by itself: smaller by area, larger by bicubic interpolation. */
TrainImage *train_distort_resize(const TrainImage *image, guint width, guint height);

TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_jpeg2000(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error);

/* H.264 of which each predicted frame has lost a share of its slices, at least one if any, or has
 * bytes of them changed; level 0 is the plain codec. */
TrainImage *train_distort_slice_loss(const TrainImage *image, double level, guint64 seed,
                                     GError **error);
TrainImage *train_distort_slice_damage(const TrainImage *image, double level, guint64 seed,
                                       GError **error);

/* Noise. level is the variance on a scale of 0..1, of impulses the share of values hit. */
TrainImage *train_distort_noise(const TrainImage *image, double level, guint64 seed,
                                GError **error);
TrainImage *train_distort_colour_noise(const TrainImage *image, double level, guint64 seed,
                                       GError **error);
TrainImage *train_distort_high_noise(const TrainImage *image, double level, guint64 seed,
                                     GError **error);
TrainImage *train_distort_multiplicative(const TrainImage *image, double level, guint64 seed,
                                         GError **error);
TrainImage *train_distort_impulse(const TrainImage *image, double level, guint64 seed,
                                  GError **error);

/* Colours. level: added to each value (0..255); factor of each value; factor of Cb and Cr; pixels
 * that red goes to the right, blue by half as many. */
TrainImage *train_distort_mean(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_contrast(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_saturation(const TrainImage *image, double level, guint64 seed,
                                     GError **error);
TrainImage *train_distort_aberration(const TrainImage *image, double level, guint64 seed,
                                     GError **error);

/* Colours left: level thresholds of Otsu for all channels together; level colours of a palette made
 * for the picture, dithered. */
TrainImage *train_distort_quantise(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_palette(const TrainImage *image, double level, guint64 seed,
                                  GError **error);

/* Places. level: patches of 15 x 15 that show what lies 5 pixels further right and down; blocks of
 * 32 x 32 in one colour. */
TrainImage *train_distort_patches(const TrainImage *image, double level, guint64 seed,
                                  GError **error);
TrainImage *train_distort_blocks(const TrainImage *image, double level, guint64 seed,
                                 GError **error);

/* White noise of variance level on 0..1 and a denoiser that is told of it, of a deviation of
 * 55 / 255 at most. */
TrainImage *train_distort_blind_denoise(const TrainImage *image, double level, guint64 seed,
                                        GError **error);

/* White noise of variance level on 0..1, more noise of deviation 25 / 255, and a denoiser that
 * takes that 25 / 255 to be all. */
TrainImage *train_distort_denoise(const TrainImage *image, double level, guint64 seed,
                                  GError **error);

/* Blurs. level: radius of a lens's disk in pixels; length of a motion in pixels, in a random
 * direction; of a path that bends. Edge values go on outside the picture. */
TrainImage *train_distort_lens(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_motion(const TrainImage *image, double level, guint64 seed,
                                 GError **error);
TrainImage *train_distort_shake(const TrainImage *image, double level, guint64 seed,
                                GError **error);

/* Tones. level: of the curves that distort-tone.c writes down; added to each value of 0..1, which
 * is then clipped there and stretched; factor of S of HSV; factor of a* and b*. */
TrainImage *train_distort_brighten(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_darken(const TrainImage *image, double level, guint64 seed,
                                 GError **error);
TrainImage *train_distort_curve_contrast(const TrainImage *image, double level, guint64 seed,
                                         GError **error);
TrainImage *train_distort_shift_stretch(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_hsv_saturation(const TrainImage *image, double level, guint64 seed,
                                         GError **error);
TrainImage *train_distort_lab_saturation(const TrainImage *image, double level, guint64 seed,
                                         GError **error);

/* Edges. level: how many times what a blur takes away is added to lightness, to luma; factor of
 * blurred a* and b*; pixels that green moves at edges, in a random direction between right and
 * down. */
TrainImage *train_distort_sharpen(const TrainImage *image, double level, guint64 seed,
                                  GError **error);
TrainImage *train_distort_diffusion(const TrainImage *image, double level, guint64 seed,
                                    GError **error);
TrainImage *train_distort_green_shift(const TrainImage *image, double level, guint64 seed,
                                      GError **error);
TrainImage *train_distort_halo(const TrainImage *image, double level, guint64 seed, GError **error);

/* Places. level: standard deviation of five moves of every pixel; patches of 16 x 16 copied to
 * 8 pixels off at most, and blocks of 32 x 32 in random colours, in every 512 x 384 pixels; of the
 * scale 0.95 - level^0.6 down and back. */
TrainImage *train_distort_jitter(const TrainImage *image, double level, guint64 seed,
                                 GError **error);
TrainImage *train_distort_nearby_patches(const TrainImage *image, double level, guint64 seed,
                                         GError **error);
TrainImage *train_distort_colour_blocks(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_pixelate(const TrainImage *image, double level, guint64 seed,
                                   GError **error);

/* Light. level: stops; stops of red and blue; share of light that comes through fog; factor of
 * values about the middle; deviation of film grain, of 255. */
TrainImage *train_distort_exposure(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_cast(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_fog(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_flat(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_grain(const TrainImage *image, double level, guint64 seed,
                                GError **error);

/* Sampling. level: luma's step, of 255; pixels that share chroma, across and down, and across; how
 * many times smaller and as large again; share of frequencies that a low pass leaves. */
TrainImage *train_distort_banding(const TrainImage *image, double level, guint64 seed,
                                  GError **error);
TrainImage *train_distort_chroma_square(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_chroma_wide(const TrainImage *image, double level, guint64 seed,
                                      GError **error);
TrainImage *train_distort_scale_nearest(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_scale_bilinear(const TrainImage *image, double level, guint64 seed,
                                         GError **error);
TrainImage *train_distort_scale_bicubic(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_scale_lanczos(const TrainImage *image, double level, guint64 seed,
                                        GError **error);
TrainImage *train_distort_ringing(const TrainImage *image, double level, guint64 seed,
                                  GError **error);

/* A picture as floats. Channels are R, G, B, or Y, Cb, Cr where a function says so. */
typedef struct {
    guint width, height;
    float *values; /* (H, W, 3), of 0..255 */
} TrainPlane;

void train_plane_init(TrainPlane *plane, const TrainImage *image);
void train_plane_clear(TrainPlane *plane);
TrainImage *train_plane_image(const TrainPlane *plane); /* (transfer full) rounded and clamped */

/* BT.601 at full range, as JPEG has it, in place: Y = 0.299 R + 0.587 G + 0.114 B,
 * Cb = 128 + (B - Y) / 1.772, Cr = 128 + (R - Y) / 1.402. Nothing is rounded or clamped. */
void train_plane_to_ycbcr(TrainPlane *plane);
void train_plane_to_rgb(TrainPlane *plane);

/* CIE L*a*b* of sRGB, white D65, in place: L* of 0..100. What sRGB cannot show is clamped on the
 * way back. */
void train_plane_to_lab(TrainPlane *plane);
void train_plane_from_lab(TrainPlane *plane);

/* sRGB's curve on 0..1: to linear light and from it. */
float train_srgb_decode(float v);
float train_srgb_encode(float v);

/* Gaussian of standard deviations across and down in pixels, each cut off at three of them (an odd
 * number of taps, nearest to six deviations); mirrored at the borders. In place. */
void train_plane_blur(TrainPlane *plane, double across, double down);

/* A filter of (2 radius + 1)^2 weights, all 0 at first. */
typedef struct {
    guint radius;
    float *weights; /* (2 radius + 1, 2 radius + 1) */
} TrainKernel;

void train_kernel_init(TrainKernel *kernel, guint radius);
void train_kernel_clear(TrainKernel *kernel);

/* Correlates plane with kernel, in place; edge values go on outside the picture. */
void train_plane_filter(TrainPlane *plane, const TrainKernel *kernel);

/* A sequence of random draws, decided by a seed. */
typedef struct {
    GRand *rand;
    double spare; /* normal number left over from a pair */
    gboolean has_spare;
} TrainDraws;

void train_draws_init(TrainDraws *draws, guint64 seed);
void train_draws_clear(TrainDraws *draws);
double train_draws_uniform(TrainDraws *draws);       /* 0 <= u < 1 */
guint train_draws_below(TrainDraws *draws, guint n); /* 0..n-1; n > 0 */
double train_draws_normal(TrainDraws *draws);        /* mean 0, variance 1 */

/* Which of n things are hit: a share of them, rounded up. With the same seed, a larger share hits
 * what a smaller one does and more. (transfer full), (n) */
gboolean *train_draws_pick(guint64 seed, guint n, double share);

typedef struct {
    guint x, y, width, height;
} TrainRect;

/* A place inside image, each as likely; no larger than image. */
TrainRect train_draws_rect(TrainDraws *draws, const TrainImage *image, guint width, guint height);

/* Paints rect, which must lie inside. */
void train_distort_fill(TrainImage *image, TrainRect rect, const guint8 rgb[3]);

#define TRAIN_OTSU_MAX 20

/* Otsu's n thresholds, ascending: classes v <= thresholds[0] < v <= thresholds[1] < ... whose
 * variance within is least over all choices. Each is a value that occurs. Returns how many there
 * are: n, or one less than there are different values. n <= TRAIN_OTSU_MAX. */
guint train_otsu(const gsize histogram[256], guint n, guint8 *thresholds);
