#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# soak.sh BUILD-FOLDER [FRAMES [BACKEND]]: a long stream of small frames by each policy, 100,000
# unless told, on the processor unless told; fails where memory grows. Takes minutes: no suite has it.
set -eu
[ $# -ge 1 ] || { sed -n '3,4p' "$0" | cut -c 3- >&2; exit 2; }
build=$(realpath "$1")
shift
ninja -C "$build" tests/element/element-soak plugin/libgstbiqafilter.so >&2
registry=$(mktemp)
trap 'rm -f "$registry"' EXIT
GST_REGISTRY=$registry GST_REGISTRY_FORK=no GST_PLUGIN_PATH_1_0=$build/plugin GST_PLUGIN_SYSTEM_PATH_1_0='' \
    "$build/tests/element/element-soak" "$@"
