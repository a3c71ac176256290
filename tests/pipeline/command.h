/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trainer as a user runs it. */
#pragma once

#include <glib.h>

/* biqa-train with these words, in folder; its exit status, 128 and more for a signal. out, err:
 * (transfer full) what it printed, or NULL. */
int command_run(const char *folder, const char *words, char **out, char **err);
