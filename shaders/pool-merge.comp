#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Second half of POOL: from the parts' means and squared deviations to those of the whole, and their
 * roots, for all inputs. Writes floats: a map's channels may start anywhere in a texel of the pooled vector. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "moments.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(constant_id = BIQA_ID_INPUTS) const uint INPUTS = 1;
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Floats { float floats[]; };
layout(push_constant, std430) uniform Push { biqa_merge_push push; };

/* A map that is pooled. */
struct Input {
    uint start;          /* the first invocation that works on it: four channels of a sample each */
    uint scratch, first; /* texel of its parts, channel of target */
    uint pixels, part_pixels, channels;
};

uint divide_up(uint all, uint part)
{
    return (all + part - 1) / part;
}

/* Of the invocation; false for surplus ones. Constants are indices here, as compilers take what is read
 * from push constants for the same in all lanes. */
bool find_input(out Input mine)
{
    Input next = Input(0, push.scratch, 0, 0, 0, 0);

    mine = next;
    [[unroll]] for (uint k = 0; k < INPUTS; k++) {
        const uint channels = push.channels[k], lanes = divide_up(channels, 4) * push.samples;
        next.pixels = push.pixels[k];
        next.part_pixels = push.part_pixels[k];
        next.channels = channels;
        if (gl_GlobalInvocationID.x >= next.start)
            mine = next;
        next.start += lanes;
        next.scratch += 2 * divide_up(next.pixels, next.part_pixels) * lanes;
        next.first += push.deviation != 0 ? 2 * channels : channels;
    }
    return gl_GlobalInvocationID.x < next.start;
}

void write_channel(uint n, uint channel, float value)
{
    floats[4 * view_texel(push.target, 0, 0, channel / 4, n) + channel % 4] = value;
}

void main()
{
    Input mine;
    if (!find_input(mine))
        return;
    const uint at = gl_GlobalInvocationID.x - mine.start;
    const uint planes = divide_up(mine.channels, 4), parts = divide_up(mine.pixels, mine.part_pixels);
    const uint plane = at % planes, n = at / planes;
    Moments sum = Moments(0, vec4(0), vec4(0));

    for (uint part = 0; part < parts; part++) {
        const uint texel = mine.scratch + 2 * (at * parts + part);
        const uint count = min(mine.part_pixels, mine.pixels - part * mine.part_pixels);
        sum = joined(sum, Moments(count, ARENA(texel), ARENA(texel + 1)));
    }
    const vec4 deviation = sqrt(sum.squares / sum.n + push.epsilon);
    for (uint i = 0; i < 4; i++)
        if (4 * plane + i < mine.channels) {
            write_channel(n, mine.first + 4 * plane + i, sum.mean[i]);
            if (push.deviation != 0)
                write_channel(n, mine.first + mine.channels + 4 * plane + i, deviation[i]);
        }
}
