#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# improve.sh OUT: from hard frames of a pipeline to a model that has learned from them, in another
# pipeline that runs: watch, harvest, compete, rate, tune, swap. The videos are pans over photographs at
# falling bitrates, so that their originals are known, and a full-reference judge stands in for the
# people who would rate: it shows that the steps fit together, not that a model gets better by it.
#
# OUT keeps everything; frames and pictures that are there are not made again. With RATERS='ANN.csv
# BOB.csv' people's grades count, as the page OUT/gmad/gallery.html exports them. The defaults are
# BUILD=build, MODEL=FILE, PHOTOS='FILE.jpg...' (of different names), FRAMES=25 at each of KBITS='4000
# 1000 400 160', JUDGE=vsi (of `biqa-train compare`, one whose scores rise with quality), FILTER for
# properties of biqafilter, PAIRS for options of gmad, and STEPS=60 of tuning.
set -eu

[ $# = 1 ] || { echo "usage: ${0##*/} OUT" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "${BUILD:-$root/build}")
train=$build/training/biqa-train
model=$(realpath "${MODEL:-$root/models/biqa-video.gguf}")
nature=/usr/share/backgrounds/mate/nature
photos=${PHOTOS:-$nature/Dune.jpg $nature/Garden.jpg $nature/Storm.jpg $nature/Wood.jpg}
kbits=${KBITS:-4000 1000 400 160}
judge=${JUDGE:-vsi}
frames=${FRAMES:-25}
mkdir -p "$1"
out=$(realpath "$1")
export GST_PLUGIN_PATH="$build/plugin"

# clip PHOTO FILE KBITS...: every bitrate sees the same pan.
clip() {
    photo=$1
    file=$2
    shift 2
    [ -e "$file" ] && return
    "$build/examples/make-clip" "$photo" "$file.part" "$frames" "$@"
    mv "$file.part" "$file"
}

# stem FILE: "Dune" of /somewhere/Dune.jpg.
stem() {
    name=${1##*/}
    echo "${name%.*}"
}

# The list is complete when the last pipeline has ended.
harvest() {
    [ -e "$out/harvested" ] && return
    for photo in $photos; do
        video=$out/$(stem "$photo").mp4
        # shellcheck disable=SC2086 # a list
        clip "$photo" "$video" $kbits
        # shellcheck disable=SC2086 # a list
        gst-launch-1.0 -q filesrc location="$video" ! decodebin ! videoconvert ! biqafilter \
            model="$model" post-messages=false hard-frames="$out/hard" \
            ${FILTER-hard-threshold=5 hard-frames-interval=200000000} ! fakesink
    done
    touch "$out/harvested"
}

# Frames of the pans, at a bitrate that leaves nothing to see.
originals() {
    for photo in $photos; do
        folder=$out/originals/$(stem "$photo")
        [ -e "$folder" ] && continue
        mkdir -p "$folder.part"
        clip "$photo" "$folder.mp4" 50000
        gst-launch-1.0 -q filesrc location="$folder.mp4" ! decodebin ! videoconvert ! pngenc ! \
            multifilesink location="$folder.part/%05d.png"
        mv "$folder.part" "$folder"
    done
}

# For what the model was tuned on stands an original of each, at five levels of JPEG.
old_pictures() {
    [ -e "$out/old" ] && return
    mkdir -p "$out/old.part"
    for photo in $photos; do
        original=$out/old.part/$(stem "$photo").png
        cp "$out/originals/$(stem "$photo")/00000.png" "$original"
        "$train" distort --out "$out/old.part" --type jpeg "$original" >/dev/null
    done
    mv "$out/old.part" "$out/old"
}

echo "1. a pipeline keeps its hard frames: $out/hard"
harvest
echo "2. where does the model contradict its pruned self? $out/gmad"
# shellcheck disable=SC2086 # a list
"$train" gmad "$model" "$out/hard" --against self ${PAIRS---levels 3 --top 3 --tolerance 20} --out "$out/gmad"
"$train" gallery "$out/gmad"
echo "3. ratings: ${RATERS:-$judge stands in}"
originals
old_pictures
[ -n "${RATERS-}" ] && [ -e "$out/old.csv" ] ||
    "$root/examples/stand-in.py" "$out" "$train" "$judge" "$frames"
# shellcheck disable=SC2086 # a list
"$train" ratings --raters ${RATERS:-"$out/ratings-$judge.csv"} --csv "$out/gmad/mos.csv"
echo "4. tuning: $out/tuned"
rm -rf "$out/tuned"
"$train" tune "$model" --ratings "$out/old.csv" --add "$out/gmad/mos.csv" --steps "${STEPS:-60}" --out "$out/tuned"
echo "5. a running pipeline takes up the result"
"$root/examples/swap-model.py" "$out/$(stem "${photos%% *}").mp4" "$model" "$out/tuned/model.gguf"
