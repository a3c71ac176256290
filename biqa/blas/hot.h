/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BIQA_HOT before a function whose loops should be compiled once for every vector width and picked
 * when the program starts. */
#pragma once

/* clang 14 gives such functions clashing names; sanitizers start after the loader has picked, which
 * crashes some of them. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) &&   \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BIQA_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BIQA_HOT
#endif
