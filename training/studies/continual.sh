#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Four tasks learned one after the other, in two opposite orders, in the ways that biqa-train continual
# compares: photographs as people took and rated them, photographs distorted, frames of H.264, HEVC
# and VP9, and drawings distorted. All but the first are labelled by the full-reference judge.
#
#   training/studies/continual.sh BIQA-TRAIN DATA OUT
#
# DATA is a folder as training/recipes/biqa-video-start.ini has it, with pristine/bsds500 beside. OUT
# keeps everything, forward.html and backward.html among it; a second call goes on where the first
# stopped. The base that learns is what the first stage of that recipe ends in, or BASE=MODEL;
# CONTENTS=75 of each list are distorted, RECIPE=continual-task.ini, OTHERS=continual-others.ini for the
# ways that train convolutions, THREADS=0.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
here=$(realpath "$(dirname "$0")")
judge=$here/../../models/judge.gguf
contents=${CONTENTS:-75}
threads=${THREADS:-0}

# Of six versions of a content each has a type and a level, or a codec and a quantiser, drawn by the
# content's number: lines "type option value".
draws() {
    awk -v kind="$1" -v seed="$2" '
        function draw(n) { state = state * 16807 % 2147483647; return int(state / 2147483647 * n) }
        BEGIN {
            n = split(kind == "codec" ? "h264 hevc vp9" : kind == "drawings" ? \
                "jpeg kadid-jpeg2000 noise kadid-blur kadid-palette still-banding scale h264 mpeg2 kadid-motion still-halo kadid-impulse" : \
                "blur noise jpeg jpeg2000 kadid-lens kadid-motion kadid-shift kadid-palette kadid-colour-noise kadid-impulse " \
                "kadid-denoise kadid-brighten kadid-darken kadid-jitter kadid-patches kadid-pixelate kadid-quantise kadid-blocks " \
                "kadid-sharpen kadid-lab-saturation kadid-multiplicative still-grain still-fog still-scale-bicubic", types)
            state = seed * 7919 + 17
            for (i = 0; i < 9; i++) draw(1)
            first = draw(n)
            for (i = 0; i < 6; i++) {
                type = types[(first + i * (n > 6 ? 5 : 1)) % n + 1]
                if (kind == "codec")
                    print type, "-p", (type == "vp9" ? 24 + draw(40) : 22 + draw(29))
                else
                    print type, "-l", 1 + draw(5)
            }
        }' | sort -u
}

# distort_all KIND PICTURE...: OUT/KIND.csv with what the judge says of each version.
distort_all() {
    kind=$1 number=0
    shift
    mkdir -p "$out/$kind"
    for picture; do
        number=$((number + 1))
        [ -e "$out/$kind/$number.csv" ] && continue
        draws "$kind" $number | while read -r type option value; do
            "$train" distort -y "$type" "$option" "$value" -o "$out/$kind" "$picture"
        done >"$out/$kind/$number.files"
        # shellcheck disable=SC2046 # one word a file
        "$train" judge score "$judge" "$picture" $(cat "$out/$kind/$number.files") |
            sed -e 1d -e "s|\$|,$(basename "$picture")|" >"$out/$kind/$number.part"
        mv "$out/$kind/$number.part" "$out/$kind/$number.csv"
    done
    { echo image,mos,content; cat "$out/$kind"/[0-9]*.csv; } >"$out/$kind.csv"
}

# Photographs FIRST to LAST of the segmentation data set, in the order of their names.
photographs() {
    find "$data/pristine/bsds500" -name '*.jpg' | LC_ALL=C sort | sed -n "$1,$2p"
}

# shellcheck disable=SC2046 # one word a file
make_lists() {
    # Every second photograph, which makes the lists about as long.
    awk -F , -v OFS=, -v folder="$data/clive-train/" 'NR == 1 || NR % 2 == 0 { if (NR > 1) $1 = folder $1; print }' \
        "$data/clive-train/ratings.csv" >"$out/authentic.csv"
    distort_all synthetic $(photographs 1 "$contents")
    distort_all codec $(photographs $((contents + 1)) $((2 * contents)))
    mkdir -p "$out/svg"
    for seed in $(seq "$contents"); do
        awk -v seed="$seed" -f "$here/drawings.awk" >"$out/svg/$seed.svg"
    done
    distort_all drawings $(find "$out/svg" -name '*.svg' | LC_ALL=C sort)
}

# Ranks alone: what has been rated comes with the tasks.
make_base() {
    [ -e "$out/base/model.gguf" ] && return
    sed -e '/^\[stage tune\]/,$d' -e "s|^judge=.*|judge=$judge|" \
        "$here/../recipes/biqa-video-start.ini" >"$out/base.ini"
    "$train" train "$out/base.ini" --resume --data "$data" --out "$out/base" --threads "$threads"
}

# learn ORDER TASK...: the table on standard output, and the page.
learn() {
    order=$1
    shift
    echo "$order: $*"
    "$train" continual --base "$base" --recipe "${RECIPE:-$here/continual-task.ini}" \
        --others "${OTHERS:-$here/continual-others.ini}" --keep "$out/kept" --page "$out/$order.html" --threads "$threads" "$@"
}

make_lists >&2
base=${BASE:-}
[ -n "$base" ] || { make_base >&2; base=$out/base/model.gguf; }
authentic=authentic=$out/authentic.csv
learn forward "$authentic" "synthetic=$out/synthetic.csv" "codec=$out/codec.csv" "drawings=$out/drawings.csv"
learn backward "drawings=$out/drawings.csv" "codec=$out/codec.csv" "synthetic=$out/synthetic.csv" "$authentic"
