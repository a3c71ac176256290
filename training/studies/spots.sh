#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What spots are worth: how far a model's score of a large frame is from what all crops of it say,
# with its crops where they lie and at spots; and how much scores move from frame to frame in a clip.
#
#   training/studies/spots.sh BIQA-TRAIN MODEL OUT X,Y X,Y...
#
# OUT is what crops.sh filled, with the same MODEL and SIZE. CLIP=FILE also scores a video, by the
# element that GStreamer finds.
set -eu

[ $# -ge 5 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL OUT X,Y X,Y..." >&2; exit 2; }
train=$1 model=$2 out=$3
shift 3
size=${SIZE:-1920x1080}
width=${size%x*}

"$train" spots "$model" --out "$out/none.gguf"
"$train" spots "$model" --out "$out/spots.gguf" "$@"

# error WAY: RMS, worst and mean over the frames of the score's distance from all crops.
error() {
    for map in "$out"/*."$width".*csv; do
        "$train" score "$out/$1.gguf" "${map%.csv}" | cat - "$map"
    done | awk -F , -v way="$1" '
        function add() { e = score - ((sum[1] / n[1]) + (sum[2] / n[2])) / 2; frames++; total += e
                         squares += e * e; if (e < 0) e = -e; if (e > worst) worst = e }
        $2 == "score" { if (NR > 1) add(); split("", sum); split("", n); getline; score = $2; next }
        $2 == 1 || $2 == 2 { sum[$2] += $6; n[$2]++ }
        END { add(); printf "%-6s error RMS %.2f worst %.1f mean %.2f, %d frames\n", way,
                            sqrt(squares / frames), worst, total / frames, frames }'
}

# motion WAY: the standard deviation of the score from frame to frame, and of the score itself.
motion() {
    gst-launch-1.0 -q filesrc location="$CLIP" ! decodebin ! videoconvert ! \
        biqafilter model="$out/$1.gguf" post-messages=false \
        report="$out/$1.csv" report-format=csv ! fakesink
    awk -F , -v way="$1" '
        !column { for (i = 1; i <= NF; i++) if ($i == "score") column = i; next }
        /^#/ || $column == "" { next }
        { score = $column; n++; sum += score; squares += score * score
          if (n > 1) steps += (score - last) ^ 2
          last = score }
        END { printf "%-6s from frame to frame %.2f, deviation %.2f, mean %.2f, %d frames\n", way,
                     sqrt(steps / (n - 1)), sqrt(squares / n - (sum / n) ^ 2), sum / n, n }' "$out/$1.csv"
}

for way in none spots; do
    error $way
    [ -z "${CLIP:-}" ] || motion $way
done
