/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a network to the same one without the channels that are zero whatever the input. */
#pragma once

#include "graph.h"

/* net (transfer full) must be folded. What comes back (transfer full) has the same layers in the
 * same order and the same output; every set of channels (channels.h) has lost those whose filters
 * and biases are zero, but for its last one. Constants that such a channel has added behind a pool
 * (the root of the deviation's epsilon) are in the linear layer's bias. */
BiqaNet *biqa_narrow(BiqaNet *net);
