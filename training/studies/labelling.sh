#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a round of labelling buys: trains on half of the rated training photographs, takes the other
# half for unlabelled, and goes on training with the MORE hardest of it (by the uncertainty, and by
# the disagreement), with as many at random, and with none. Prints SRCC and RMSE on the held-out
# fifth, a line a run.
#
#   training/studies/labelling.sh BIQA-TRAIN DATA OUT
#
# OUT keeps everything; a second call goes on where the first stopped. SEEDS='1 2 3' decide halves,
# draws and training; RECIPE=training/recipes/ohem-rated.ini, STEPS=400 before and FINE=100 after, MORE=60,
# THREADS=0 are the defaults. FINE_RATE=0.0002 and FINE_HEAD_RATE=1, afterwards, are a fifth of that recipe's
# rate and no faster head, as the network knows its task.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
recipe=$(realpath "${RECIPE:-$(dirname "$0")/../recipes/ohem-rated.ini}")
seeds=${SEEDS:-1 2 3}
steps=${STEPS:-400}
fine=${FINE:-100}
more=${MORE:-60}
threads=${THREADS:-0}
fine_rate=${FINE_RATE:-0.0002}
fine_head_rate=${FINE_HEAD_RATE:-1}
ratings=$data/clive-train/ratings.csv

# halves SEED DIR: half.csv, the labelled one with the validation part, and pool.csv. Held-out
# pictures (SHA-256 of the name modulo 5 is 0) are in neither, validation (modulo 10 is 1) is in the
# first; of the others the seed decides.
halves() {
    [ -e "$2/pool.csv" ] && return
    tail -n +2 "$ratings" | while IFS=, read -r image rest; do
        name=${image##*/}
        printf '%s %s %s\n' "$(printf %s "$name" | sha256sum)" \
            "$(printf %s "$1/$name" | sha256sum)" "$data/clive-train/$image,$rest"
    done | awk -v header="$(head -n 1 "$ratings")" -v half="$2/half.csv" -v pool="$2/pool.part" '
        function remainder(hex, modulus, i, rest) {
            for (i = 1; i <= length(hex); i++)
                rest = (rest * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1) % modulus
            return rest
        }
        BEGIN { print header >half; print header >pool }
        remainder($1, 5) { print $5 >(remainder($1, 10) != 1 && remainder($3, 2) ? pool : half) }'
    mv "$2/pool.part" "$2/pool.csv"
}

# train_on DIR LIST KIND STEPS SEED [MODEL]
train_on() {
    [ -e "$1/done" ] && return
    mkdir -p "$1"
    network=s/^$//
    [ $# = 6 ] && network="s|^backbone=.*|model=$6|;/^pooled=/d;
        s/^rate=.*/rate=$fine_rate/;s/^head-rate=.*/head-rate=$fine_head_rate/"
    sed -e "s|^ratings=.*|ratings=$2|" -e "s/^kind=.*/kind=$3/" -e "s/^steps=.*/steps=$4/" \
        -e "s/^seed=.*/seed=$5/" -e "$network" "$recipe" >"$1/recipe.ini"
    "$train" train "$1/recipe.ini" --resume --threads "$threads" --data "$data" --out "$1" \
        >"$1/run.log" 2>&1
    touch "$1/done"
}

# chosen HOW DIR SEED: names of pool images, first those to label.
chosen() {
    case $1 in
    random) tail -n +2 "$2/pool.csv" | while IFS=, read -r image rest; do
        echo "$(printf %s "$3/draw/${image##*/}" | sha256sum | cut -c 1-16),$image"
    done | sort | cut -d , -f 2 ;;
    *) awk -F , -v by="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { print $column[by] "," $column["image"] }' "$2/scored.csv" | sort -t , -k 1,1gr | cut -d , -f 2 ;;
    esac | head -n "$more"
}

# judge_run DIR: SRCC and RMSE of the full model on the held-out fifth.
judge_run() {
    "$train" eval "$1/model.gguf" --threads "$threads" --json --resamples 1 --ratings "$ratings" \
        --part 0/5 | awk '/"srcc"|"rmse"/ && n < 2 { getline; sub(",", "", $3); printf "%.4f ", $3; n++ }'
}

printf '%s %-13s %s\n' seed added 'SRCC RMSE'
for seed in $seeds; do
    dir=$out/$seed
    mkdir -p "$dir"
    halves "$seed" "$dir"
    train_on "$dir/base" "$dir/half.csv" ohem "$steps" "$seed"
    [ -e "$dir/scored.csv" ] || "$train" eval "$dir/base/model.gguf" --threads "$threads" \
        --resamples 1 --ratings "$dir/pool.csv" --csv "$dir/scored.csv" >/dev/null
    printf '%4s %-13s %s\n' "$seed" before "$(judge_run "$dir/base")"
    for how in none random disagreement uncertainty; do
        cp "$dir/half.csv" "$dir/$how.csv"
        [ $how = none ] || chosen $how "$dir" "$seed" | grep -F -f - "$dir/pool.csv" >>"$dir/$how.csv"
        train_on "$dir/$how" "$dir/$how.csv" tune "$fine" "$seed" "$dir/base/model.gguf"
        printf '%4s %-13s %s\n' "$seed" $how "$(judge_run "$dir/$how")"
    done
done
