#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From Winograd's components, multiplied, to a tile of outputs: bias and clamp. */
#extension GL_GOOGLE_include_directive : require
#include "winograd.glsl"

/* Values at, at + pitch, ...: the first four become outputs. Output k adds up what each finite point
 * p has, times p^k; the last takes infinity's, too. */
void transform(uint at, uint pitch)
{
    const float near = NEAR * NEAR, far = FAR * FAR;
    const vec4 near_even = values[at + pitch] + values[at + 2 * pitch];
    const vec4 near_odd = NEAR * (values[at + pitch] - values[at + 2 * pitch]);
    const vec4 far_even = values[at + 3 * pitch] + values[at + 4 * pitch];
    const vec4 far_odd = FAR * (values[at + 3 * pitch] - values[at + 4 * pitch]);

    values[at] += near_even + far_even;
    values[at + pitch] = near_odd + far_odd;
    values[at + 2 * pitch] = near * near_even + far * far_even;
    values[at + 3 * pitch] = near * near_odd + far * far_odd + values[at + 5 * pitch];
}

void main()
{
    const Lane lane = find_lane();
    const uint target = view_texel(push.map, lane.x, lane.y, lane.plane, lane.n);
    const vec4 bias = WEIGHT(push.bias + lane.plane);

    [[unroll]] for (uint i = 0; i < SIDE * SIDE; i++)
        values[i] = ARENA(lane.texel + i * push.components.sample_stride);
    [[unroll]] for (uint i = 0; i < SIDE; i++)
        transform(i, SIDE);
    [[unroll]] for (uint i = 0; i < TILE; i++)
        transform(i * SIDE, 1);
    [[unroll]] for (uint i = 0; i < TILE * TILE; i++) {
        const uint x = i % TILE, y = i / TILE;
        const vec4 value = clamp(values[y * SIDE + x] + bias, push.lo, push.hi);
        if (lane.x + x < push.width && lane.y + y < push.height &&
            gl_GlobalInvocationID.x < push.tiles * push.planes)
            arena[target + y * push.map.row + x] = value;
    }
}
