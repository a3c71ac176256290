#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# quickstart.sh [FILE-OR-URI]: installs what is missing, builds, and scores a video frame by frame.
# Without an argument it makes a clip of its own, whose bitrate falls step by step.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
cd "$OLDPWD"
. "$root/examples/setup.sh"

photo=/usr/share/backgrounds/mate/nature/Dune.jpg
bitrates='4000 2500 1600 1000 650 400 250 160 100'
step_frames=50
build=$root/build
steps=

# quote ARGUMENT... prints a command as one would type it.
quote() {
    for word; do
        case $word in
        *[!A-Za-z0-9_./:=!,+-]*) printf "'%s' " "$(printf %s "$word" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s ' "$word" ;;
        esac
    done
    echo
}

[ $# -le 1 ] || die "usage: quickstart.sh [FILE-OR-URI]"
# shellcheck disable=SC2086 # lists
need_packages $packages_build $packages_run $packages_photo
(cd "$root" && build build --buildtype=release -Dplugin=enabled -Dtraining=enabled -Dtests=false)

case ${1-} in
'')
    clip=$build/quickstart.mp4
    steps="$step_frames $bitrates"
    say "Making a clip: a slow pan over $photo, $step_frames frames each at $bitrates kbit/s"
    # shellcheck disable=SC2086 # one argument a bitrate
    "$build/examples/make-clip" "$photo" "$clip" $step_frames $bitrates
    set -- filesrc "location=$clip" ! decodebin
    ;;
*://*)
    set -- uridecodebin "uri=$1"
    ;;
*)
    [ -r "$1" ] || die "cannot read $1"
    set -- filesrc "location=$1" ! decodebin
    ;;
esac
set -- gst-launch-1.0 -m -v "$@" ! videoconvert ! biqafilter ! fakesink

say
quote "GST_PLUGIN_PATH=$build/plugin" "$@"
say
# The C locale, because the lines of gst-launch are read by a program here. mawk reads lines as they
# come only when told so.
interactive=
awk -W version 2>&1 </dev/null | grep -q '^mawk' && interactive='-W interactive'
# shellcheck disable=SC2086 # no word or two
{
    LC_ALL=C GST_PLUGIN_PATH=$build/plugin stdbuf -oL "$@" 2>&1 || echo "gst-launch failed"
} | awk $interactive -v steps="$steps" -f "$root/examples/report.awk"
