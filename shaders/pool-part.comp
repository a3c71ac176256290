#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* First half of POOL: mean and sum of squared deviations of a part of a map, four channels an
 * invocation. A few pixels at a time are read, and gone through twice, as one pass over x and x * x
 * cancels. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "moments.glsl"

#define FEW 8

layout(local_size_x = BIQA_LINE) in;
layout(push_constant, std430) uniform Push { biqa_pool_push push; };

/* Where the next pixel lies. */
uint texel, x;

vec4 next_pixel()
{
    const vec4 value = ARENA(texel);

    x++;
    texel += x < push.width ? 1 : push.source.row - push.width + 1;
    x = x < push.width ? x : 0;
    return value;
}

Moments next_few()
{
    vec4 values[FEW];
    Moments few = Moments(FEW, vec4(0), vec4(0));

    [[unroll]] for (uint i = 0; i < FEW; i++) {
        values[i] = next_pixel();
        few.mean += values[i] / FEW;
    }
    [[unroll]] for (uint i = 0; i < FEW; i++)
        few.squares += (values[i] - few.mean) * (values[i] - few.mean);
    return few;
}

void main()
{
    const uint at = gl_GlobalInvocationID.x;
    const uint part = at % push.parts, map = at / push.parts;
    const uint planes = (push.channels + 3) / 4;
    const uint plane = map % planes, n = map / planes;
    const uint first = part * push.part_pixels;
    const uint count = min(push.part_pixels, push.width * push.height - first);
    Moments sum = Moments(0, vec4(0), vec4(0));

    if (n >= push.samples)
        return;
    x = first % push.width;
    texel = view_texel(push.source, x, first / push.width, plane, n);
    for (uint i = 0; i < count / FEW; i++)
        sum = joined(sum, next_few());
    for (uint i = 0; i < count % FEW; i++)
        sum = joined(sum, Moments(1, next_pixel(), vec4(0)));
    arena[push.scratch + 2 * at] = sum.mean;
    arena[push.scratch + 2 * at + 1] = sum.squares;
}
