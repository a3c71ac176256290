#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONV of one group for CPUs: a chunk of input channels to a block of output channels, straight on;
 * the workgroup's y is the number of the block, its z that of one of several such layers (Winograd's
 * components): samples of source and target, planes of weights and bias. Weights come from an address of
 * push constants and constants only, outside all control flow: so they become operands of multiplications.
 * Every input is read before any arithmetic, as a read spills all registers. */
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "pixel.glsl"

layout(local_size_x_id = BIQA_ID_LINE) in;
layout(constant_id = BIQA_ID_KERNEL_H) const uint KERNEL_H = 1;
layout(constant_id = BIQA_ID_KERNEL_W) const uint KERNEL_W = 1;
layout(constant_id = BIQA_ID_INPUTS) const uint INPUTS = 4;
layout(constant_id = BIQA_ID_OUTPUTS) const uint OUTPUTS = 2;
layout(constant_id = BIQA_ID_ACCUMULATE) const uint ACCUMULATE = 0;
const uint PLANES = (INPUTS + 3) / 4, TAPS = KERNEL_H * KERNEL_W;
const uint AT_ONCE = 2 - OUTPUTS % 2; /* planes of outputs that share an input in a register */

layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Values { vec4 v[]; };
layout(push_constant, std430) uniform Push { biqa_conv_push push; };

vec4 inputs[TAPS * PLANES];

/* The values from vec4 number index on. */
Values values_at(uint index)
{
    uint carry;
    const uint low = uaddCarry(push.address.x, 16 * index, carry);
    return Values(uvec2(low, push.address.y + carry));
}

/* The weights of an input channel. Each push.span (BIQA_SPAN, but the compiler must not know) of them have an
 * address of their own: what is added to it then fits into one byte of an instruction instead of four. */
vec4 weight(uint o, uint tap, uint i)
{
    const uint row = push.weights + o * push.weights_row + tap * ((push.inputs + 3) / 4 * 4);
    return values_at(row + i / BIQA_SPAN * push.span).v[i % BIQA_SPAN];
}

/* A number of up to three digits, made uniform. A push constant is the same in all lanes whatever its
 * index is made of, and compilers know: what was looked up at the workgroup's number is uniform to them. */
uint same_in_all(uint number)
{
    const uint high = push.digits[number / BIQA_DIGITS / BIQA_DIGITS];
    const uint middle = push.digits[number / BIQA_DIGITS % BIQA_DIGITS];
    return BIQA_DIGITS * (BIQA_DIGITS * high + middle) + push.digits[number % BIQA_DIGITS];
}

/* What a plane of outputs starts from; a branch would be slower. */
vec4 first_sum(uint o, uint target)
{
    const vec4 bias = values_at(push.bias + o).v[0];
    if (ACCUMULATE == 0)
        return bias;
    return mix(bias, ARENA(target), bvec4(push.accumulate != 0));
}

/* Planes o, ..., o + AT_ONCE - 1 of the outputs of all components. */
void make_planes(uint o, uint target)
{
    vec4 sums[AT_ONCE];

    [[unroll]] for (uint k = 0; k < AT_ONCE; k++)
        sums[k] = first_sum(o + k, target + k * push.target.plane);
    [[unroll]] for (uint tap = 0; tap < TAPS; tap++)
        [[unroll]] for (uint i = 0; i < INPUTS; i++)
            [[unroll]] for (uint k = 0; k < AT_ONCE; k++)
                sums[k] += weight(o + k, tap, i) * inputs[tap * PLANES + i / 4][i % 4];
    [[unroll]] for (uint k = 0; k < AT_ONCE; k++) {
        const vec4 value = clamp(sums[k], push.lo, push.hi);
        if (gl_GlobalInvocationID.x < push.width * push.height * push.samples)
            arena[target + k * push.target.plane] = value;
    }
}

void main()
{
    /* No early return: it would hide that the weights are uniform. Surplus lanes read the last pixel again, and
     * do not store: a chunk must be added once. */
    const uint pixels = push.width * push.height;
    const uint at = min(gl_GlobalInvocationID.x, pixels * push.samples - 1);
    const uint n = quotient(at, push.inverse_pixels), y = quotient(at - n * pixels, push.inverse_width);
    const uint x = at - n * pixels - y * push.width;
    const uint component = same_in_all(gl_WorkGroupID.z);
    const uint source = view_texel(push.source, x * push.stride, y * push.stride, 0, n + component);
    const uint plane = OUTPUTS * same_in_all(gl_WorkGroupID.y);
    const uint target = view_texel(push.target, x, y, plane, n + component);
    const uint first = component * ((push.outputs + 3) / 4) + plane;

    [[unroll]] for (uint tap = 0; tap < TAPS; tap++)
        [[unroll]] for (uint i = 0; i < PLANES; i++)
            inputs[tap * PLANES + i] = ARENA(source + tap / KERNEL_W * push.source.row +
                                             tap % KERNEL_W + i * push.source.plane);
    [[unroll]] for (uint o = 0; o < OUTPUTS; o += AT_ONCE)
        make_planes(first + o, target + o * push.target.plane);
}
