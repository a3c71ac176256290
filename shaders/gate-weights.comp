#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One workgroup, from distances to the weights of tasks and the groups of their steps: the end of
 * biqa_model_weigh() (biqa/gating.c). Each invocation knows all weights. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Floats { float floats[]; };
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Words { uint words[]; };
layout(push_constant, std430) uniform Push { biqa_gate_weights_push push; };

/* As far as a task without centroids is. */
const float FAR = 1e30;

shared float nearest[BIQA_GATE_TASKS];
float shares[BIQA_GATE_TASKS];

void find_nearest(uint part, uint task)
{
    const uvec2 own = uvec2(WEIGHT(push.tasks + task).xy);

    nearest[task] = FAR;
    for (uint i = 0; i < own.y; i++)
        nearest[task] = min(nearest[task], ARENA(push.distances + part * push.n + own.x + i).x);
}

/* Adds the softmax of a part. */
void add_part()
{
    float least = nearest[0], sum = 0.;

    for (uint t = 1; t < push.n_tasks; t++)
        least = min(least, nearest[t]);
    for (uint t = 0; t < push.n_tasks; t++)
        sum += exp(-push.temperature * (nearest[t] - least));
    for (uint t = 0; t < push.n_tasks; t++)
        shares[t] += exp(-push.temperature * (nearest[t] - least)) / (sum * float(push.parts));
}

/* The heaviest stays whatever it weighs. */
void leave_out()
{
    float most = 0., sum = 0.;

    for (uint t = 0; t < push.n_tasks; t++)
        most = max(most, shares[t]);
    for (uint t = 0; t < push.n_tasks; t++) {
        shares[t] = shares[t] >= min(push.least_weight, most) ? shares[t] : 0.;
        sum += shares[t];
    }
    for (uint t = 0; t < push.n_tasks; t++)
        shares[t] /= sum;
}

void main()
{
    const uint lane = gl_LocalInvocationID.x;

    for (uint t = 0; t < BIQA_GATE_TASKS; t++)
        shares[t] = 0.;
    for (uint part = 0; part < push.parts; part++) {
        if (lane < push.n_tasks)
            find_nearest(part, lane);
        barrier();
        add_part();
        barrier();
    }
    leave_out();
    if (lane < push.n_tasks)
        floats[4 * push.target + lane] = shares[lane];
    for (uint i = lane; i < push.n_steps; i += BIQA_LINE) {
        const uvec4 step_ = uvec4(WEIGHT(push.steps + i));
        for (uint axis = 0; axis < 3; axis++)
            words[4 * (push.groups + i) + axis] = shares[step_.w] > 0. ? step_[axis] : 0u;
    }
}
