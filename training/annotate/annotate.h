/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formulas of the full-reference judges, one file each. Two pictures of one size, the reference
 * first; what a judge does where a picture is too small for it stands here. Only annotator.c and
 * tests call them by name. */
#pragma once

#include "image.h"

/* Identical pictures have no error to divide by; neither has anything better than this. */
#define TRAIN_PSNR_MOST 100.

/* dB: 10 log10(255^2 / MSE), at most TRAIN_PSNR_MOST; of luma, and of R, G and B together. */
double train_annotate_psnr(const TrainImage *reference, const TrainImage *distorted);
double train_annotate_psnr_colour(const TrainImage *reference, const TrainImage *distorted);

/* Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 2004: eq. 13 with K1 = .01, K2 = .03 under a Gaussian
 * of 11 x 11, sigma 1.5, of luma at the size it has (no reduction before), mean over the windows
 * inside the picture. A side shorter than 11 is mirrored. -1..1, 1 the same. */
double train_annotate_ssim(const TrainImage *reference, const TrainImage *distorted);

/* Wang, Simoncelli, Bovik, Asilomar 2003: contrast and structure at five scales, luminance at the
 * last, exponents .0448, .2856, .3001, .2363, .1333; a scale is 2 x 2 means of the one before.
 * Scales whose shorter side is below the window's 11 pixels are left out (all five from 161 pixels
 * up) and the exponents of the others raised to the same sum; the first is always there. A scale's
 * mean below 0 counts as 0. 0..1. */
double train_annotate_ms_ssim(const TrainImage *reference, const TrainImage *distorted);

/* Xue, Zhang, Mou, Bovik, IEEE TIP 2014: standard deviation (over all pixels, not one less) of the
 * likeness of Prewitt gradients, c = 170, of luma reduced by 2. 0 the same; at most 1/2. Pictures
 * of 2 x 2 and less have one pixel then, and deviate by 0. */
double train_annotate_gmsd(const TrainImage *reference, const TrainImage *distorted);

/* Nafchi, Shahkolaei, Hedjam, Cheriet, IEEE Access 2016: gradient likeness of the two and of each
 * with their mean, joint likeness of two chromaticities, .6 and .4 of them, deviation pooling with
 * rho = 1, q = 1/4, o = 1/4. 0 the same. */
double train_annotate_mdsi(const TrainImage *reference, const TrainImage *distorted);

/* Sheikh, Bovik, IEEE TIP 2006, in the pixel domain: information that the distorted picture still
 * has of the reference over what the reference has, four scales, Gaussian windows of 17, 9, 5, 3
 * taps, noise of variance 2. Scales that are smaller than their window are left out (all four from
 * 41 pixels up); the first is always there, a side shorter than its window mirrored. A reference
 * without any detail keeps all it has (1) if the other has none either, else 0. 1 the same; more
 * than 1 with more contrast. */
double train_annotate_vif(const TrainImage *reference, const TrainImage *distorted);

/* Laparra, Balle, Berardino, Simoncelli, Electronic Imaging 2016: luma in 0..1, Laplacian pyramid
 * of six levels, each divided by a constant and its neighbours' weighted magnitudes (the authors'
 * constants); the mean over levels of the root mean square difference. Levels of a side below 1 are
 * left out (all six from 32 pixels up); the last one there is treated as the sixth. 0 the same. */
double train_annotate_nlpd(const TrainImage *reference, const TrainImage *distorted);

/* Zhang, Shen, Li, IEEE TIP 2014: likeness of saliency, gradient and two chromaticities, weighted
 * by saliency. 1 the same, less otherwise. */
double train_annotate_vsi(const TrainImage *reference, const TrainImage *distorted);
