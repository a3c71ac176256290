#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether a model learns more from the pictures that gMAD finds than from random ones. `biqa-train
# loop` goes ROUNDS rounds from MODEL with pictures of types of distortion that it has learned from and
# of MISSING ones, which it has not: once with gMAD's pictures and once with as many random ones.
# Prints, a line a round, the RMSE against the stand-in (vsi) on contents that nobody rated, of the
# missing and of the other types, before and after, and the SRCC on held-out photographs.
#
#   training/studies/gmad.sh BIQA-TRAIN DATA OUT
#
# DATA holds clive-train and pristine/bsds500. OUT keeps everything; a second call goes on where the
# first stopped. SEEDS='1 2 3', ROUNDS=3, TUNE=60 steps a round at RATE=0.0001 and THREADS=0 are the
# defaults; MODEL is models/biqa-video.gguf, whose recipe names what it has learned from. Needs ffmpeg.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
root=$(realpath "$(dirname "$0")/../..")
judge=$root/models/judge.gguf
model=$(realpath "${MODEL:-$root/models/biqa-video.gguf}")
seeds=${SEEDS:-1 2 3}
rounds=${ROUNDS:-3}
tune=${TUNE:-60}
rate=${RATE:-0.0001}
threads=${THREADS:-0}
known='blur noise jpeg kadid-lens kadid-motion kadid-impulse kadid-pixelate kadid-quantise
    kadid-patches kadid-jitter kadid-palette still-grain still-fog still-banding still-ringing line-jitter'
missing='tid-aberration still-chroma-411 still-halo freeze'

# cut: the middle of some photographs, dealt to four folders by turns.
cut() {
    n=0
    mkdir -p "$out/old" "$out/held-out" "$out/candidates" "$out/duel" "$out/rated"
    for picture in "$data"/pristine/bsds500/*.jpg; do
        n=$((n + 1))
        case $((n % 50)) in
        0 | 25) folder=old ;;
        1) folder=held-out ;;
        10 | 20 | 40) folder=candidates ;;
        30 | 45) folder=duel ;;
        *) continue ;;
        esac
        name=$out/$folder/$(basename "$picture" .jpg).png
        [ -e "$name" ] || ffmpeg -nostdin -v error -i "$picture" -vf crop=224:224 -pix_fmt rgb24 "$name"
    done
}

# deal LIST TEST: of the rated photographs, every fifth of those that training may use, and every
# other one of those that it may not (SHA-256 of the name modulo 5 is 0).
deal() {
    echo image,mos,content >"$1"
    echo image,mos >"$2"
    tail -n +2 "$data/clive-train/ratings.csv" | while IFS=, read -r image mos rest; do
        printf '%s %s\n' "$(printf %s "${image##*/}" | sha256sum)" "$data/clive-train/$image,$mos"
    done | awk -v list="$1" -v test="$2" '
        { for (i = rest = 0; i++ < 64;)
              rest = (rest * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1) % 5
          if (rest && ++n % 5 == 0) { split($3, cell, ","); print $3 "," cell[1] >>list }
          if (!rest && ++m % 2 == 0) print $3 >>test }'
}

# rate LIST: appends the old pictures after six of the known types each, as the fused judge rates them.
rate() {
    n=0
    for picture in "$out"/old/*.png; do
        files=$picture
        for type in $known; do
            n=$((n + 1))
            [ $((n % 8)) -lt 3 ] || continue
            level=$((n % 5 + 1))
            "$train" distort -o "$out/rated" -y "$type" -l $level "$picture" >/dev/null
            files="$files $out/rated/$(basename "$picture").$type.$level.png"
        done
        # shellcheck disable=SC2086 # one word a file
        "$train" judge score "$judge" "$picture" $files |
            awk -F , -v content="$picture" 'NR > 1 { print $1 "," $2 "," content }' >>"$1"
    done
}

# go MODEL SEED DIR OPTION...: a loop from that model.
go() {
    from=$1 seed=$2 dir=$3 types=''
    shift 3
    mkdir -p "$out/$seed"
    for type in $known $missing; do types="$types --types $type"; done
    # shellcheck disable=SC2086 # one word an option
    "$train" loop "$from" --ratings "$out/old.csv" $types --rater vsi --seed "$seed" \
        --threads "$threads" --out "$dir" "$@" >"$dir.log" 2>&1
}

# arm SEED ARM OPTION...: its rounds.
arm() {
    seed=$1 dir=$out/$1/$2
    shift 2
    go "$model" "$seed" "$dir" --originals "$out/candidates" --held-out "$out/held-out" \
        --test "$out/test.csv" --rounds "$rounds" --steps "$tune" --rate "$rate" "$@"
}

# duel SEED: the last model of gMAD's arm meets the first on photographs of their own. The one step of
# training is no part of it: what counts are the pairs as they were found.
duel() {
    dir=$out/$1/duel
    mkdir -p "$dir"
    cp "$model" "$dir/first.gguf"
    cp "$out/$1/gmad/round-$rounds/tuned/model.gguf" "$dir/last.gguf"
    go "$dir/last.gguf" "$1" "$dir/loop" --originals "$out/duel" --against "$dir/first.gguf" \
        --top 4 --steps 1
    awk -F , -v seed="$1" '
        function tell(who, right, n, found, m) {
            printf "%4s %-5s as defender wrong in %d of %d pairs, as attacker right in %d of %d\n",
                seed, who, n - right, n, found, m
        }
        NR > 1 { n[$2]++; last[$2] += $7; first[$2] += $9 }
        END { tell("last", last["defender"], n["defender"], last["attacker"], n["attacker"])
              tell("first", first["attacker"], n["attacker"], first["defender"], n["defender"]) }' \
        "$out/$1/duel/loop/round-1/replay.csv"
}

# figures SEED ARM ROUND: how many pictures were rated, of the missing types; RMSE of missing and of
# known types; SRCC of the test.
figures() {
    dir=$out/$1/$2/round-$3
    awk -F , -v missing=" $missing " 'NR > 1 { n++; m += index(missing, " " $2 " ") > 0 }
        END { printf "%3d %3d ", n, m }' "$dir/pictures.csv"
    awk -F , -v missing=" $missing " 'NR > 1 && $2 != "-" {
            m = index(missing, " " $2 " ") > 0; n[m]++
            before[m] += ($5 - $4) ^ 2; after[m] += ($6 - $4) ^ 2 }
        END { printf "%6.2f %6.2f %6.2f %6.2f", sqrt(before[1] / n[1]), sqrt(after[1] / n[1]),
            sqrt(before[0] / n[0]), sqrt(after[0] / n[0]) }' "$dir/survey.csv"
    awk -F , 'NR > 1 { printf "  %.4f %.4f", $3, $7 }' "$dir/tests.csv"
}

cut
if [ ! -e "$out/old.csv" ]; then
    deal "$out/old.part" "$out/test.csv"
    rate "$out/old.part"
    mv "$out/old.part" "$out/old.csv"
fi
printf '%s %-6s %s rated, missing; RMSE missing, known types; SRCC: each before and after\n' seed arm round
for seed in $seeds; do
    arm "$seed" gmad --against self --against "$judge" --against gmsd --against mdsi
    arm "$seed" random --random-like "$out/$seed/gmad"
    for arm in gmad random; do
        for round in $(seq "$rounds"); do
            printf '%4s %-6s %5s %s\n' "$seed" $arm "$round" "$(figures "$seed" $arm "$round")"
        done
    done
done
for seed in $seeds; do
    duel "$seed"
done
