/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A station that broadcasts noise on loopback, 64 x 48, ten frames a second, live. It is served by
 * the default main context, so whoever waits for its picture lets that run. */
#pragma once

#include <glib.h>

typedef enum { STATION_HLS, STATION_RTSP, STATION_SRT, STATION_N_KINDS } StationKind;

typedef struct Station Station;

/* "hls", ... */
const char *station_kind_name(StationKind kind);

/* What a station of that kind would need and is not here; NULL if nothing. */
const char *station_kind_missing(StationKind kind);

/* Off air yet, at a port that was free a moment ago. (transfer full) */
Station *station_new(StationKind kind);
void station_free(Station *station);

/* Where it is, on air or not. */
const char *station_uri(const Station *station);

/* From one moment to the next: those who watch are not told. */
void station_go_on_air(Station *station);
void station_go_off_air(Station *station);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Station, station_free)
