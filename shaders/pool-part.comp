#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* First half of POOL: mean and sum of squared deviations of a part of a map, four channels an
 * invocation. Two passes, as one pass over x and x * x cancels. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(push_constant, std430) uniform Push { biqa_pool_push push; };

void main()
{
    const uint at = gl_GlobalInvocationID.x;
    const uint part = at % push.parts, map = at / push.parts;
    const uint planes = (push.channels + 3) / 4;
    const uint plane = map % planes, n = map / planes;
    const uint first = part * push.part_pixels;
    const uint count = min(push.part_pixels, push.width * push.height - first);
    const uint y0 = first / push.width, x0 = first % push.width;

    if (n >= push.samples)
        return;
    const uint source = view_texel(push.source, x0, y0, plane, n);
    vec4 sum = vec4(0);
    for (uint i = 0, x = x0, texel = source; i < count; i++) {
        sum += ARENA(texel);
        x++;
        texel += x < push.width ? 1 : push.source.row - push.width + 1;
        x = x < push.width ? x : 0;
    }
    const vec4 mean = sum / float(count);
    vec4 squares = vec4(0);
    if (push.deviation != 0)
        for (uint i = 0, x = x0, texel = source; i < count; i++) {
            const vec4 off = ARENA(texel) - mean;
            squares += off * off;
            x++;
            texel += x < push.width ? 1 : push.source.row - push.width + 1;
            x = x < push.width ? x : 0;
        }
    arena[push.scratch + 2 * at] = mean;
    arena[push.scratch + 2 * at + 1] = squares;
}
