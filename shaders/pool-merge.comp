#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Second half of POOL: from the parts' means and squared deviations to those of the whole, and their
 * roots. Writes floats: a map's channels may start anywhere in a texel of the pooled vector. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "moments.glsl"

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
    Moments sum = Moments(0, vec4(0), vec4(0));
    for (uint part = 0; part < push.parts; part++) {
        const uint texel = push.scratch + 2 * (at * push.parts + part);
        const uint count = min(push.part_pixels, pixels - part * push.part_pixels);
        sum = joined(sum, Moments(count, ARENA(texel), ARENA(texel + 1)));
    }
    const vec4 deviation = sqrt(sum.squares / sum.n + push.epsilon);
    for (uint i = 0; i < 4; i++)
        if (4 * plane + i < push.channels) {
            write_channel(n, 4 * plane + i, sum.mean[i]);
            if (push.deviation != 0)
                write_channel(n, push.channels + 4 * plane + i, deviation[i]);
        }
}
