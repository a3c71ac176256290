/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of gst-launch-1.0, in this process. */
#pragma once

/* Plays it to its end, without an error or a warning. */
void play_line(const char *line);
