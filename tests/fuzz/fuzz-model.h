/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzzer calls with every input, and the replay test with every file of the corpus. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
