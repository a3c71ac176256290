/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a channel's pictures come from. */
#pragma once

#include <gst/gst.h>

/* The element that gives the pictures of address, on pads that may come later:
 *
 *   URI            anything uridecodebin opens: file, http, https, rtsp, rtspt, srt, udp ...
 *   PATH           a file
 *   test:PATTERN   a live videotestsrc: test:ball, test:smpte
 *   launch:LINE    what gst-launch-1.0 would run, ending in raw video: launch:v4l2src
 *
 * (transfer floating). Errors: a line that does not parse, an element that is not there. */
GstElement *monitor_address_open(const char *address, GError **error);

/* The address as it may be shown to anybody: without what may hold a password or a key, which is
 * user, query and fragment, and of a line all but its first element. (transfer full) */
char *monitor_address_shown(const char *address);

/* text with each address in it as it may be shown. (transfer full) */
char *monitor_address_hide(const char *address, const char *text);
