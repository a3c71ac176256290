#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether a model learns more from the pictures that gMAD finds than from random ones. A base learns
# from photographs as people rated them and from pictures of 29 KNOWN types of distortion as the
# fused judge rates them, on which it and vsi agree: it never meets what is lost on the way or has
# blocks in its place. Then `biqa-train loop` goes rounds from it, with pictures of the known types, of
# 20 OTHERS that it scores as well unseen, and of three MISSING ones, 15 of 261 that each square of a
# photograph makes: once with gMAD's, once with as many random ones, rated by vsi.
#
#   training/studies/gmad.sh BIQA-TRAIN DATA OUT
#
# Prints, a line a round, how many pictures were rated, and of the missing types; the RMSE against vsi on
# photographs that nobody rated, of missing and of known types, and SRCC on two earlier test sets: each
# before and after. Then the first and the last model meet on other photographs.
#
# DATA holds clive-train, pristine/bsds500 and backbones/mobilenet_v1_0.25_224.gguf. OUT keeps
# everything; a second call goes on where the first stopped. SEEDS='1 2 3', each with photographs of
# its own, and THREADS=1 are the defaults. Needs ffmpeg.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
judge=$(realpath "$(dirname "$0")/../../models/judge.gguf")
seeds=${SEEDS:-1 2 3}
rounds=3
threads=${THREADS:-1}
known='blur noise jpeg jpeg2000 tid-noise tid-colour-noise tid-high-noise tid-multiplicative tid-quantise tid-denoise
    tid-contrast-down kadid-lens kadid-motion kadid-jpeg2000 kadid-noise kadid-palette kadid-denoise kadid-quantise
    kadid-contrast kadid-sharpen still-banding still-chroma-420 still-chroma-411 still-ringing still-grain still-fog
    still-scale-bilinear still-scale-bicubic still-scale-lanczos'
missing='tid-blocks kadid-blocks dropout'
others='h264 hevc mpeg2 mpeg4 vp8 vp9 av1 h264-rate scale mpeg2-h264 hevc-scale-h264 small-h264 noise-h264 noise-vp9
    jpeg-scale-jpeg blur-jpeg blur-noise small-sharp-hevc kadid-impulse tid-impulse'
surveyed='blur jpeg still-fog tid-noise' # of the known types

# deal REMAINDER FOLDER FIRST LAST PLACE [SUFFIX]: a square of every tenth photograph, from the FIRST of
# them on; it lies at that part of the way from the top left corner to the bottom right one.
deal() {
    n=0
    tenths=0
    mkdir -p "$out/$2"
    for picture in "$data"/pristine/bsds500/*.jpg; do
        n=$((n + 1))
        [ $(((n - 1) % 10)) = "$1" ] || continue
        tenths=$((tenths + 1))
        if [ $tenths -lt "$3" ] || [ $tenths -gt "$4" ]; then continue; fi
        name=$out/$2/$(basename "$picture" .jpg)${6:-}.png
        [ -e "$name" ] || ffmpeg -nostdin -v error -i "$picture" -pix_fmt rgb24 \
            -vf "crop=176:176:(iw-176)*$5:(ih-176)*$5" "$name"
    done
}

# rate FOLDER LIST FIRST: its pictures after five of the known types at each level, in their order from
# the FIRST on, as the judge rates them.
rate() {
    k=$3
    mkdir -p "$out/rated"
    : >"$out/$2.part"
    # shellcheck disable=SC2086 # one word a type
    set -- "$1" "$2" $known
    folder=$1 list=$2
    shift 2
    for picture in "$out/$folder"/*.png; do
        files=$picture
        for level in 1 2 3 4 5; do
            for i in 0 1 2 3 4; do
                eval "type=\${$(((k + i) % $# + 1))}"
                # shellcheck disable=SC2154 # eval gives it
                "$train" distort -o "$out/rated" -y "$type" -l $level "$picture" >/dev/null
                files="$files $out/rated/$(basename "$picture").$type.$level.png"
            done
            k=$((k + 7))
        done
        # shellcheck disable=SC2086 # one word a file
        "$train" judge score "$judge" "$picture" $files |
            awk -F , -v content="$picture" 'NR > 1 { print $1 "," $2 "," content }' >>"$out/$list.part"
    done
    mv "$out/$list.part" "$out/$list"
}

# photographs REMAINDER...: the rated photographs whose name's SHA-256 modulo 5 is one of these, as
# lines "path,rating".
photographs() {
    tail -n +2 "$data/clive-train/ratings.csv" | while IFS=, read -r image mos rest; do
        printf '%s %s\n' "$(printf %s "${image##*/}" | sha256sum)" "$data/clive-train/$image,$mos"
    done | awk -v wanted=" $* " '
        { for (i = rest = 0; i++ < 64;)
              rest = (rest * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1) % 5
          if (index(wanted, " " rest " ")) print $3 }'
}

# old TIMES LIST: what is rated to begin with, each photograph counting that often.
old() {
    { echo image,mos,times,content
      photographs 1 2 3 4 | awk -F , -v times="$1" '{ print $1 "," $2 "," times "," $1 }'
      awk -F , '{ print $1 "," $2 ",1," $3 }' "$out/made-old.csv"; } >"$out/$2"
}

# lists: what the base is tuned on, what rounds go on with (the same, with the contents of a fourth of
# the photographs: vsi gets its scale from the others), and the two tests.
lists() {
    [ -e "$out/made-old.csv" ] || rate old made-old.csv 0
    [ -e "$out/made-test.csv" ] || rate test made-test.csv 36
    old 3 old-base.csv
    old 7 old-rounds.csv
    awk -F , '!($4 in number) { number[$4] = $3 == 1 ? n++ : 0 }
        number[$4] % 4 { sub(/[^,]*$/, "") } { print }' "$out/old-rounds.csv" >"$out/old.csv"
    { echo image,mos; photographs 0; } >"$out/photographs.csv"
    { echo image,mos; cut -d , -f 1,2 "$out/made-test.csv"; } >"$out/known.csv"
}

base() {
    [ -e "$out/base/model.gguf" ] && return
    cat >"$out/base.ini" <<EOF
[run]
name=without-loss
[network]
backbone=backbones/mobilenet_v1_0.25_224.gguf
pooled=3;7;11;23;27
deviation=true
hidden=48
batch-norm=false
[input]
size=160
crop-reduce=2
crop-x=0.5
crop-y=0.5
[rated]
ratings=$out/old-base.csv
hold-out-modulus=1000
validation-modulus=16
[competitor]
structure=channels
ratio=0.5
[optimiser]
kind=adam
beta2=0.99
decay=0.01
decoupled=true
clip=5
average=0.998
[stage tune]
kind=tune
steps=2600
rated=32
rate=0.001
head-rate=3
squared-weight=0.4
[stage ohem]
kind=ohem
steps=150
rated=24
rate=0.0002
squared-weight=0.4
competitor-weight=0.25
consistency-weight=0.25
EOF
    "$train" train "$out/base.ini" --data "$data" --out "$out/base" --resume --threads "$threads" >"$out/base.log" 2>&1
}

# go MODEL SEED DIR OPTION...: a loop from that model.
go() {
    from=$1 run_seed=$2 run=$3 types=''
    shift 3
    for type in $known $others $missing; do types="$types --types $type"; done
    # shellcheck disable=SC2086 # one word an option
    "$train" loop "$from" --ratings "$out/old.csv" $types --rater vsi --raters 15 --seed "$run_seed" \
        --threads "$threads" --out "$run" "$@" >"$run.log" 2>&1
}

# arm SEED ARM OPTION...: its rounds.
arm() {
    seed=$1 dir=$out/$1/$2 surveys=''
    shift 2
    mkdir -p "$out/$seed"
    for type in $missing $surveyed; do surveys="$surveys --held-out-types $type"; done
    # shellcheck disable=SC2086 # one word an option
    go "$out/base/model.gguf" "$seed" "$dir" --originals "$out/candidates-$seed" --held-out "$out/held-out" \
        $surveys --test "$out/photographs.csv" --test "$out/known.csv" --rounds $rounds \
        --from-first --steps 1000 --rate 0.0005 --share 0.2 "$@"
}

# duel SEED: the last model of gMAD's arm meets the first on photographs of their own. The one step of
# training is no part of it: what counts are the pairs as they were found.
duel() {
    dir=$out/$1/duel
    mkdir -p "$dir"
    cp "$out/base/model.gguf" "$dir/first.gguf"
    cp "$out/$1/gmad/round-$rounds/tuned/model.gguf" "$dir/last.gguf"
    go "$dir/last.gguf" "$1" "$dir/loop" --originals "$out/duel" --against "$dir/first.gguf" \
        --cache "$out/duel.cache" --top 20 --steps 1
    awk -F , -v seed="$1" '
        function tell(who, role) {
            printf "%4s %-5s defends: attacker right in %d of %d pairs, the other way round in %d\n",
                seed, who, found[role], n[role], turned[role]
        }
        NR > 1 { n[$2]++; found[$2] += $4 >= 12.5; turned[$2] += $4 <= -12.5 }
        END { tell("first", "attacker"); tell("last", "defender") }' \
        "$dir/loop/round-1/replay.csv"
}

# figures SEED ARM ROUND: how many pictures were rated, of the missing types; RMSE of missing and of
# known types; SRCC of the tests.
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

while read -r folder; do
    # shellcheck disable=SC2086 # five or six words
    deal $folder
done <<EOF
0 old 1 30 .5
1 old 1 30 .5
2 old 1 30 .5
9 test 1 30 .5
3 candidates-1 1 20 .1 -a
3 candidates-1 1 20 .9 -b
4 candidates-2 1 20 .1 -a
4 candidates-2 1 20 .9 -b
5 candidates-3 1 20 .1 -a
5 candidates-3 1 20 .9 -b
8 held-out 1 20 .5
3 duel 21 30 .5
4 duel 21 30 .5
5 duel 21 30 .5
6 duel 1 30 .5
8 duel 21 30 .5
EOF
lists
base
printf '%s %-6s %s rated, missing; RMSE missing, known types; SRCC photographs, known types\n' seed arm round
for seed in $seeds; do
    arm "$seed" gmad --against "$judge" --against gmsd --top 3
    arm "$seed" random --random-like "$out/$seed/gmad" --cache "$out/$seed/gmad/scores.cache"
    for arm in gmad random; do
        for round in $(seq $rounds); do
            printf '%4s %-6s %5s %s\n' "$seed" $arm "$round" "$(figures "$seed" $arm "$round")"
        done
    done
done
for seed in $seeds; do
    duel "$seed"
done
