#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a map to Winograd's components: a tile's patch as a polynomial in each direction, seen at
 * each of the points. */
#extension GL_GOOGLE_include_directive : require
#include "winograd.glsl"

/* Values at, at + pitch, ... The row of a point p has the coefficients of the product of all (x - q)
 * with q another finite point, that of infinity those of all: opposite points share even and odd
 * terms. */
void transform(uint at, uint pitch)
{
    const float near = NEAR * NEAR, far = FAR * FAR;
    const vec4 d0 = values[at], d1 = values[at + pitch], d2 = values[at + 2 * pitch];
    const vec4 d3 = values[at + 3 * pitch], d4 = values[at + 4 * pitch], d5 = values[at + 5 * pitch];
    const vec4 near_even = d4 - far * d2, near_odd = NEAR * (d3 - far * d1);
    const vec4 far_even = d4 - near * d2, far_odd = FAR * (d3 - near * d1);

    values[at] = near * far * d0 - (near + far) * d2 + d4;
    values[at + pitch] = near_even + near_odd;
    values[at + 2 * pitch] = near_even - near_odd;
    values[at + 3 * pitch] = far_even + far_odd;
    values[at + 4 * pitch] = far_even - far_odd;
    values[at + 5 * pitch] = near * far * d1 - (near + far) * d3 + d5;
}

void main()
{
    const Lane lane = find_lane();

    /* Beyond the last kernel the last row and column are repeated: what they are does not count, but
     * must not depend on what else lies in the arena. */
    [[unroll]] for (uint i = 0; i < SIDE * SIDE; i++)
        values[i] = ARENA(view_texel(push.map, min(lane.x + i % SIDE, push.width + 1),
                                     min(lane.y + i / SIDE, push.height + 1), lane.plane, lane.n));
    [[unroll]] for (uint i = 0; i < SIDE; i++)
        transform(i * SIDE, 1);
    [[unroll]] for (uint i = 0; i < SIDE; i++)
        transform(i, SIDE);
    if (gl_GlobalInvocationID.x < push.tiles * push.planes)
        [[unroll]] for (uint i = 0; i < SIDE * SIDE; i++)
            arena[lane.texel + i * push.components.sample_stride] = values[i];
}
