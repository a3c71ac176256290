#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How well a model's score follows an encoder's quantiser on contents it was not trained on: SRCC of
# score and quantiser for each content and codec, quantisers three apart.
#
#   training/studies/ladder.sh BIQA-TRAIN MODEL OUT PICTURE...
set -eu

[ $# -ge 4 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL OUT PICTURE..." >&2; exit 2; }
train=$1 model=$2 out=$3
shift 3
mkdir -p "$out"

# ladder PICTURE TYPE QUANTISER...: SRCC of minus the quantiser and the score.
ladder() {
    picture=$1 type=$2
    shift 2
    base=$out/$(basename "$picture").$type
    options=
    for q; do options="$options -p $q"; done
    # shellcheck disable=SC2086 # one word an option
    "$train" distort -y "$type" $options -o "$out" "$picture" >/dev/null
    echo image,mos >"$base.csv"
    for q; do echo "$(basename "$base").p$q.png,$((100 - q))" >>"$base.csv"; done
    "$train" eval "$model" --json --resamples 1 --ratings "$base.csv" |
        awk '/"srcc"/ { getline; sub(",", "", $3); printf "%.3f", $3; exit }'
}

printf '%-28s %6s %6s %6s\n' 'SRCC with the quantiser' h264 hevc vp9
for picture; do
    printf '%-28s %6s %6s %6s\n' "$(basename "$picture")" \
        "$(ladder "$picture" h264 20 23 26 29 32 35 38 41 44 47 50)" \
        "$(ladder "$picture" hevc 20 23 26 29 32 35 38 41 44 47 50)" \
        "$(ladder "$picture" vp9 20 23 26 29 32 35 38 41 44 47 50 53 56 59 62)"
done
