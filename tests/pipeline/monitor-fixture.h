/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A monitor within a test, which closes the seconds itself, as fast as it likes, until what it
 * waits for has come about. */
#pragma once

#include "monitor-support.h"
#include "monitor.h"

#define FIXTURE_GUARD (120 * G_USEC_PER_SEC) /* only a test that fails comes near it */

typedef struct {
    Stage *stage;
    MonitorSettings *settings;
    Monitor *monitor;
    guint shown; /* the channel that is looked at */
} Fixture;

/* For g_test_add(). tear_down fails where a pipeline hangs. */
void fixture_set_up(Fixture *f, gconstpointer data);
void fixture_tear_down(Fixture *f, gconstpointer data);

/* The monitor as after stage_arguments() and these. */
void fixture_start(Fixture *f, const char *format, ...) G_GNUC_PRINTF(2, 3);

MonitorChannel *fixture_channel(Fixture *f);

/* Fails after FIXTURE_GUARD; what completes "waited in vain until ...". */
typedef gboolean (*FixtureCondition)(Fixture *f);
void fixture_wait_until(Fixture *f, const char *what, FixtureCondition condition);

gboolean fixture_is_live(Fixture *f);
gboolean fixture_is_down(Fixture *f);

/* Whether a second in the channel's memory was so. */
gboolean fixture_had(Fixture *f, MonitorState state);
