#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether a model learns more from the pictures that gMAD finds than from random ones: trains a model
# on KNOWN types of distortion, and lets `biqa-train loop` go ROUNDS rounds with pictures of KNOWN and
# MISSING types, once with gMAD's pictures and once with as many random ones. Prints, a line a round,
# the RMSE against the stand-in on the missing types of contents that nobody rated, and the SRCC on
# each test set of the known types.
#
#   training/studies/gmad.sh BIQA-TRAIN DATA OUT
#
# DATA holds pristine/bsds500 and backbones. OUT keeps everything; a second call goes on where the
# first stopped. SEEDS='1 2 3', ROUNDS=3, STEPS=500 of tuning before and TUNE=90 a round, THREADS=0 are the
# defaults. Needs ffmpeg.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
root=$(realpath "$(dirname "$0")/../..")
judge=$root/models/judge.gguf
seeds=${SEEDS:-1 2 3}
rounds=${ROUNDS:-3}
steps=${STEPS:-500}
tune=${TUNE:-90}
threads=${THREADS:-0}

# The known types are a test set a line.
compression='jpeg jpeg2000'
blur='blur kadid-motion kadid-pixelate'
noise='noise kadid-impulse kadid-denoise still-grain'
other='kadid-brighten kadid-darken kadid-sharpen still-fog line-jitter'
known="$compression $blur $noise $other"
# Of the known types those that compete: jpeg2000 and kadid-denoise take longest to make.
candidates="jpeg $blur noise kadid-impulse still-grain $other"
missing='kadid-blocks kadid-diffusion kadid-shift still-banding'

# cut: the middle of each photograph at half its size, dealt to four folders by turns.
cut() {
    n=0
    mkdir -p "$out/old" "$out/held-out" "$out/candidates" "$out/last" "$out/rated"
    for picture in "$data"/pristine/bsds500/*.jpg; do
        n=$((n + 1))
        case $((n % 10)) in
        0 | 5) folder=old ;;
        1) folder=held-out ;;
        2 | 7) folder=candidates ;;
        3) folder=last ;;
        *) continue ;;
        esac
        name=$out/$folder/$(basename "$picture" .jpg).png
        [ -e "$name" ] || ffmpeg -nostdin -v error -i "$picture" -vf \
            'scale=iw/2:ih/2:flags=area,crop=144:144' -pix_fmt rgb24 "$name"
    done
}

# rate LIST FOLDER LEVEL TYPE...: the folder's pictures after each type, as the fused judge rates them.
# LEVEL: 0 all of them; any: one, another for each picture and type, and the picture itself.
rate() {
    list=$1 folder=$2 wanted=$3 n=0
    shift 3
    [ -e "$out/$list.csv" ] && return
    echo image,mos,content >"$out/$list.part"
    for picture in "$out/$folder"/*.png; do
        level=$wanted files=
        [ "$wanted" = any ] && files=$picture
        for type; do
            n=$((n + 1))
            [ "$wanted" = any ] && level=$((n * 7 % 5 + 1))
            "$train" distort -o "$out/rated" -y "$type" -l "$level" "$picture" >/dev/null
            made=$out/rated/$(basename "$picture").$type.
            case $level in
            0) files="$files ${made}1.png ${made}2.png ${made}3.png ${made}4.png ${made}5.png" ;;
            *) files="$files $made$level.png" ;;
            esac
        done
        # shellcheck disable=SC2086 # one word a file
        "$train" judge score "$judge" "$picture" $files |
            awk -F , -v content="$picture" 'NR > 1 { print $1 "," $2 "," content }' >>"$out/$list.part"
        n=$((n + 1))
    done
    mv "$out/$list.part" "$out/$list.csv"
}

cut
# shellcheck disable=SC2086 # one word a type
rate old old any $known
# shellcheck disable=SC2086
{
    rate compression held-out 0 $compression
    rate blur held-out 0 $blur
    rate noise held-out 0 $noise
    rate other held-out 0 $other
}

# base DIR SEED: a model of the known types.
base() {
    [ -e "$1/done" ] && return
    mkdir -p "$1"
    cat >"$1/recipe.ini" <<END
[run]
name=known
license=of the data and the backbone
seed=$2
[network]
backbone=backbones/mobilenet_v1_0.25_224.gguf
pooled=3;7;11;23;27
hidden=48
[input]
size=128
crop-reduce=1
crop-x=0.5
crop-y=0.5
[rated]
ratings=$out/old.csv
hold-out-modulus=1000
validation-modulus=20
[competitor]
ratio=0.7
[optimiser]
average=0.99
[stage start]
kind=ohem
steps=300
rated=32
rate=0.001
head-rate=3
[stage tune]
kind=tune
steps=$steps
rated=32
rate=0.002
squared-weight=0.5
[stage ohem]
kind=ohem
steps=50
rated=32
rate=0.0005
END
    "$train" train "$1/recipe.ini" --resume --threads "$threads" --data "$data" --out "$1" \
        >"$1/run.log" 2>&1
    touch "$1/done"
}

# sparse LIST NEW N: every Nth row of a list, which keeps what rounds cost small.
sparse() {
    [ -e "$out/$2.csv" ] || awk -v n="$3" 'NR == 1 || NR % n == 2' "$out/$1.csv" >"$out/$2.csv"
}

sparse old memory 4
for list in compression blur noise other; do
    sparse $list "test-$list" 3
done

# go MODEL SEED DIR ORIGINALS OPTION...: a loop from that model, with pictures of these originals.
go() {
    model=$1 seed=$2 dir=$3 originals=$4 options=
    shift 4
    for type in $candidates $missing; do options="$options --types $type"; done
    # shellcheck disable=SC2086 # one word an option
    "$train" loop "$model" --ratings "$out/memory.csv" --originals "$originals" $options \
        --rater vsi --rated 32 --rate 0.0003 --seed "$seed" --threads "$threads" \
        --cache "$out/$seed/scores.cache" --out "$dir" "$@" >"$dir.log" 2>&1
}

# arm SEED ARM OPTION...: its rounds.
arm() {
    start=$out/$1/base/model.gguf seed=$1 dir=$out/$1/$2 measured="" n=0
    shift 2
    for list in compression blur noise other; do measured="$measured --test $out/test-$list.csv"; done
    for picture in "$out"/held-out/*.png; do
        n=$((n + 1))
        [ $((n % 2)) = 0 ] || measured="$measured --held-out $picture"
    done
    # shellcheck disable=SC2086
    go "$start" "$seed" "$dir" "$out/candidates" --rounds "$rounds" --steps "$tune" $measured "$@"
}

# duel SEED: the last model of gMAD's arm meets the first on photographs that neither has seen. The
# one step of training is no part of it: what counts are the pairs as they were found.
duel() {
    dir=$out/$1/duel
    mkdir -p "$dir"
    cp "$out/$1/base/model.gguf" "$dir/first.gguf"
    cp "$out/$1/gmad/round-$rounds/tuned/model.gguf" "$dir/last.gguf"
    go "$dir/last.gguf" "$1" "$dir/loop" "$out/last" --against "$dir/first.gguf" --top 4 --steps 1
    awk -F , -v seed="$1" 'NR > 1 { n[$2]++; own[$2] += $7; other[$2] += $9 }
        END { printf "%4s last as defender falsified in %d of %d pairs, as attacker right in %d of %d\n",
                  seed, n["defender"] - own["defender"], n["defender"], own["attacker"], n["attacker"]
              printf "%4s first as defender falsified in %d of %d pairs, as attacker right in %d of %d\n",
                  seed, n["attacker"] - other["attacker"], n["attacker"], other["defender"], n["defender"] }' \
        "$dir/loop/round-1/replay.csv"
}

# figures SEED ARM ROUND: RMSE on the missing and on the other types, and SRCC of each test set.
figures() {
    dir=$out/$1/$2/round-$3
    awk -F , -v missing=" $missing " 'NR > 1 && $2 != "-" {
            m = index(missing, " " $2 " ") > 0; n[m]++
            before[m] += ($5 - $4) ^ 2; after[m] += ($6 - $4) ^ 2 }
        END { printf "%6.2f %6.2f %6.2f %6.2f", sqrt(before[1] / n[1]), sqrt(after[1] / n[1]),
            sqrt(before[0] / n[0]), sqrt(after[0] / n[0]) }' "$dir/survey.csv"
    awk -F , 'NR > 1 { printf "  %.4f %.4f", $3, $7 }' "$dir/tests.csv"
}

# drawn SEED ARM ROUND: how many pictures were rated, and how many of them are of the missing types.
drawn() {
    awk -F , -v missing=" $missing " 'NR > 1 { n++; m += index(missing, " " $2 " ") > 0 }
        END { printf "%3d %3d", n, m }' "$out/$1/$2/round-$3/pictures.csv"
}

printf '%s %-6s %s  %-7s  %-27s  %s\n' seed arm round rated 'RMSE missing, known types' \
    'SRCC of compression, blur, noise, other: each before and after'
for seed in $seeds; do
    base "$out/$seed/base" "$seed"
    arm "$seed" gmad --against self --against "$judge" --against gmsd --against mdsi
    arm "$seed" random --random-like "$out/$seed/gmad"
    for arm in gmad random; do
        for round in $(seq "$rounds"); do
            printf '%4s %-6s %5s  %s  %s\n' "$seed" $arm "$round" \
                "$(drawn "$seed" $arm "$round")" "$(figures "$seed" $arm "$round")"
        done
    done
done
for seed in $seeds; do
    duel "$seed"
done
