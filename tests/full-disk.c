/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A limit on the size of files. */
#include "full-disk.h"

#include <signal.h>
#include <sys/resource.h>

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = MIN(bytes, limit.rlim_max);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

void full_disk_begin(guint64 bytes)
{
    signal(SIGXFSZ, SIG_IGN); /* writing fails instead of killing */
    limit_files(bytes);
}

void full_disk_end(void)
{
    limit_files(RLIM_INFINITY);
    signal(SIGXFSZ, SIG_DFL);
}
