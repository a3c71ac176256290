/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean and sum of squared deviations of values, four channels at once. */

struct Moments {
    float n;
    vec4 mean, squares;
};

/* Those of two parts together (Chan, Golub, LeVeque 1979, eq. 2.1). */
Moments joined(Moments a, Moments b)
{
    const float n = a.n + b.n, share = b.n / n;
    const vec4 off = b.mean - a.mean;

    return Moments(n, a.mean + off * share, a.squares + b.squares + off * off * (a.n * share));
}
