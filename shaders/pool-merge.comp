#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Second half of POOL: the parts' means and squared deviations to those of the whole (Chan,
 * Golub, LeVeque 1979, eq. 2.1), and their roots. Writes floats: a map's channels may start
 * anywhere in a texel of the pooled vector. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Floats { float floats[]; };
layout(push_constant, std430) uniform Push { biqa_pool_push push; };

void write_channel(uint n, uint channel, float value)
{
    const uint to = push.first + channel;

    floats[4 * view_texel(push.target, 0, 0, to / 4, n) + to % 4] = value;
}

void main()
{
    const uint at = gl_GlobalInvocationID.x;
    const uint planes = (push.channels + 3) / 4;
    const uint plane = at % planes, n = at / planes;
    const uint pixels = push.width * push.height;

    if (n >= push.samples)
        return;
    vec4 mean = vec4(0), squares = vec4(0);
    float total = 0.;
    for (uint part = 0; part < push.parts; part++) {
        const uint texel = push.scratch + 2 * (at * push.parts + part);
        const float count = float(min(push.part_pixels, pixels - part * push.part_pixels));
        const vec4 off = ARENA(texel) - mean;
        mean += off * (count / (total + count));
        squares += ARENA(texel + 1) + off * off * (total * count / (total + count));
        total += count;
    }
    const vec4 deviation = sqrt(squares / total + push.epsilon);
    for (uint i = 0; i < 4; i++)
        if (4 * plane + i < push.channels) {
            write_channel(n, 4 * plane + i, mean[i]);
            if (push.deviation != 0)
                write_channel(n, push.channels + 4 * plane + i, deviation[i]);
        }
}
