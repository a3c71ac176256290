#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The element on footage: scores every clip, keeps the frames that it calls worst, best and hardest as
# pictures, encodes FRAMES of it again by H.264 at quantisers three apart, and prints a line a clip with
# the SRCC of mean score and quantiser. GST_PLUGIN_PATH leads to the element. Needs ffmpeg.
#
#   training/studies/footage.sh OUT CLIP...
#
# OUT keeps everything; a second call goes on where the first stopped. EVERY=1 (of the clip itself one
# frame of so many is scored), FROM=0 (seconds into the clip), FRAMES=60 and QUANTISERS='17 20 ... 50'
# are the defaults; MODEL names a model other than the element's own.
set -eu

[ $# -ge 2 ] || { echo "usage: ${0##*/} OUT CLIP..." >&2; exit 2; }
mkdir -p "$1"
out=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
shift
every=${EVERY:-1}
from=${FROM:-0}
frames=${FRAMES:-60}
quantisers=${QUANTISERS:-17 20 23 26 29 32 35 38 41 44 47 50}
model=${MODEL:+model=$(realpath "$MODEL")}

# score CLIP REPORT EVERY: a CSV line a scored frame.
score() {
    [ -e "$2" ] && return
    # shellcheck disable=SC2086 # the model's property may be none
    gst-launch-1.0 -q filesrc "location=$1" ! decodebin ! videoconvert ! \
        biqafilter backend=cpu $model "interval=$3" post-messages=false report-format=csv \
        report-frames=inferred "report=$2.part" ! fakesink
    mv "$2.part" "$2"
}

# figures REPORT: number of frames, mean, lowest and highest score, share of hard frames; the number
# alone where it is 0.
figures() {
    awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { s = $column["score"]; sum += s; hard += $column["hard"] ~ /^(1|true)$/
          if (NR == 2 || s < low) low = s
          if (NR == 2 || s > high) high = s }
        END { if (NR < 2) { printf "%5d", 0; exit }
              printf "%5d %6.1f %6.1f %6.1f %5.0f%%", NR - 1, sum / (NR - 1), low, high,
                  100 * hard / (NR - 1) }' "$1"
}

# extreme REPORT FIELD SIGN: the frame with the most of SIGN times that field.
extreme() {
    awk -F , -v field="$2" -v sign="$3" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        NR == 2 || sign * $column[field] > most { most = sign * $column[field]; n = $column["frame"] }
        END { print n }' "$1"
}

# keep CLIP NUMBER PICTURE
keep() {
    [ -e "$3" ] ||
        ffmpeg -nostdin -v error -i "$1" -vf "select=eq(n\\,$2)" -frames:v 1 -vsync vfr "$3"
}

# encode CLIP QUANTISER FILE
encode() {
    [ -e "$3" ] && return
    ffmpeg -nostdin -v error -ss "$from" -i "$1" -frames:v "$frames" -an -c:v libx264 -preset veryfast -threads 1 \
        -qp "$2" -f matroska "$3.part"
    mv "$3.part" "$3"
}

# ladder CLIP NAME: SRCC of the mean score and minus the quantiser; OUT/NAME.ladder.csv has both. A
# quantiser at which the element scores no frame (all are black, say) is left out.
ladder() {
    for q in $quantisers; do
        encode "$1" "$q" "$out/$2.q$q.mkv"
        score "$out/$2.q$q.mkv" "$out/$2.q$q.csv" 1
    done
    {
        echo quality,score
        for q in $quantisers; do
            figures "$out/$2.q$q.csv" | awk -v q="$q" 'NF > 1 { print -q "," $2 }'
        done
    } >"$out/$2.ladder.csv"
    awk -v a=quality -v b=score -f "$here/srcc.awk" "$out/$2.ladder.csv"
}

printf '%-30s %5s %6s %6s %6s %6s %9s\n' clip n mean lowest highest hard 'SRCC q'
for clip; do
    name=$(basename "$clip")
    score "$clip" "$out/$name.csv" "$every"
    keep "$clip" "$(extreme "$out/$name.csv" score -1)" "$out/$name.worst.png"
    keep "$clip" "$(extreme "$out/$name.csv" score 1)" "$out/$name.best.png"
    keep "$clip" "$(extreme "$out/$name.csv" uncertainty 1)" "$out/$name.hardest.png"
    printf '%-30s %s %9s\n' "$name" "$(figures "$out/$name.csv")" "$(ladder "$clip" "$name")"
done
