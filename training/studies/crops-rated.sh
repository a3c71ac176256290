#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which crops agree best with ratings: scores rated images all over and prints SRCC with the rating
# for the model's own crops and for means over the picture.
#
#   training/studies/crops-rated.sh BIQA-TRAIN MODEL RATINGS.csv PART OUT
#
# PART is as eval --part has it. To choose by, name a part that nothing is reported on.
set -eu

[ $# = 5 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL RATINGS.csv PART OUT" >&2; exit 2; }
train=$1 model=$2 ratings=$3 part=$4 out=$5
here=$(dirname "$0")
mkdir -p "$out"

"$train" eval "$model" --threads "${THREADS:-0}" --resamples 1 --ratings "$ratings" --part "$part" \
    --csv "$out/scores.csv" >/dev/null
# shellcheck disable=SC2046 # one word an image
"$train" map "$model" --threads "${THREADS:-0}" -r 1 -r 2 \
    $(tail -n +2 "$out/scores.csv" | cut -d , -f 2) >"$out/map.csv"
awk -F , '
    FNR == NR { if (FNR > 1) { sum[$1, $2] += $6; n[$1, $2]++ } next }
    FNR == 1 { print "rating,own,native,half,both"; next }
    { native = sum[$2, 1] / n[$2, 1]; half = sum[$2, 2] / n[$2, 2]
      print $3 "," $4 "," native "," half "," (native + half) / 2 }' "$out/map.csv" "$out/scores.csv" >"$out/ways.csv"
for way in own native half both; do
    printf '%-8s %s\n' $way "$(awk -v a=rating -v b=$way -f "$here/srcc.awk" "$out/ways.csv")"
done
