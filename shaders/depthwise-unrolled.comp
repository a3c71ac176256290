#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONV with a group for each channel, for CPUs: an invocation makes a block of BLOCK_W x BLOCK_H
 * pixels of four channels, so that neighbours share what they read. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "pixel.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(constant_id = BIQA_ID_KERNEL_H) const uint KERNEL_H = 3;
layout(constant_id = BIQA_ID_KERNEL_W) const uint KERNEL_W = 3;
layout(constant_id = BIQA_ID_STRIDE) const uint STRIDE = 1;
layout(constant_id = BIQA_ID_BLOCK_W) const uint BLOCK_W = 4;
layout(constant_id = BIQA_ID_BLOCK_H) const uint BLOCK_H = 2;
const uint SPAN_W = (BLOCK_W - 1) * STRIDE + KERNEL_W;
const uint SPAN_H = (BLOCK_H - 1) * STRIDE + KERNEL_H;
const uint TAPS = KERNEL_H * KERNEL_W;

layout(push_constant, std430) uniform Push { biqa_conv_push push; };

vec4 inputs[SPAN_H * SPAN_W];
vec4 taps[TAPS + 1]; /* the bias is the last */

vec4 make_pixel(uint bx, uint by)
{
    vec4 sum = taps[TAPS];

    [[unroll]] for (uint tap = 0; tap < TAPS; tap++)
        sum += taps[tap] * inputs[(by * STRIDE + tap / KERNEL_W) * SPAN_W + bx * STRIDE +
                                  tap % KERNEL_W];
    return clamp(sum, push.lo, push.hi);
}

void main()
{
    /* Blocks are counted along x, y, planes, samples; the push constants' inverses are of blocks. */
    const uint wide = (push.width + BLOCK_W - 1) / BLOCK_W;
    const uint high = (push.height + BLOCK_H - 1) / BLOCK_H;
    const uint planes = (push.outputs + 3) / 4;
    const uint at = min(gl_GlobalInvocationID.x, wide * high * planes * push.samples - 1);
    const uint map = quotient(at, push.inverse_pixels), block = at - map * wide * high;
    const uint n = quotient(map, 1. / float(planes)), plane = map - n * planes;
    const uint row = quotient(block, push.inverse_width);
    const uint x = (block - row * wide) * BLOCK_W, y = row * BLOCK_H;
    const uint source = view_texel(push.source, x * STRIDE, y * STRIDE, plane, n);
    const uint target = view_texel(push.target, x, y, plane, n);

    [[unroll]] for (uint i = 0; i < SPAN_H * SPAN_W; i++)
        inputs[i] = ARENA(source + i / SPAN_W * push.source.row + i % SPAN_W);
    [[unroll]] for (uint tap = 0; tap < TAPS; tap++)
        taps[tap] = WEIGHT(push.weights + plane * push.weights_row + tap);
    taps[TAPS] = WEIGHT(push.bias + plane);
    [[unroll]] for (uint by = 0; by < BLOCK_H; by++)
        [[unroll]] for (uint bx = 0; bx < BLOCK_W; bx++) {
            const vec4 value = make_pixel(bx, by);
            if (x + bx < push.width && y + by < push.height)
                arena[target + by * push.target.row + bx] = value;
        }
}
