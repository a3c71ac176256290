#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A model beside FFmpeg's blurdetect and blockdetect, and others, on rated images:
#
#   training/studies/judges.sh BIQA-TRAIN MODEL RATINGS.csv PART OUT [NAME=CSV...]
#
# PART is as eval --part has it, 0/5; each CSV holds figures of which lower is better. Needs ffmpeg.
set -eu

[ $# -ge 5 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL RATINGS.csv PART OUT [NAME=CSV...]" >&2; exit 2; }
train=$1 model=$2 ratings=$3 part=$4 out=$5
shift 5
mkdir -p "$out"

"$train" eval "$model" --resamples 1 --ratings "$ratings" --part "$part" --csv "$out/scores.csv" >/dev/null
echo image,score | tee "$out/blurdetect.csv" >"$out/blockdetect.csv"
tail -n +2 "$out/scores.csv" | cut -d , -f 2 | while read -r image; do
    ffmpeg -nostdin -v error -i "$image" \
        -vf "blurdetect,blockdetect,metadata=print:file=$out/figures.txt" -f null -
    for name in blur block; do
        echo "$image,$(sed -n "s/lavfi.$name=//p" "$out/figures.txt" | head -n 1)" >>"$out/${name}detect.csv"
    done
done
distances=
for list in "blurdetect=$out/blurdetect.csv" "blockdetect=$out/blockdetect.csv" "$@"; do
    distances="$distances --distances $list"
done
# shellcheck disable=SC2086 # one word an option
"$train" eval "$model" --ratings "$ratings" --part "$part" $distances
