#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What OHEM changes: trains with and without it, on balanced and long-tailed lists of distortions,
# three seeds each, and judges every model on held-out distortions and photographs. Prints a
# line a model: trained on, with or without, seed, judged on, SRCC of full model and competitor.
#
#   training/studies/ohem.sh BIQA-TRAIN DATA OUT
#
# OUT keeps everything; a second call goes on where the first stopped. SEEDS='1 2 3' is the default.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
recipes=$(realpath "$(dirname "$0")/../recipes")
judge=$recipes/../../models/judge.gguf
held='kodim03 kodim07 kodim10 kodim15 kodim20 kodim24'
seeds=${SEEDS:-1 2 3}

# Held-out contents, distorted like KADID-10k's pictures and rated by the judge: OUT/synthetic.csv.
make_synthetic() {
    [ -e "$out/synthetic.csv" ] && return
    mkdir -p "$out/pictures"
    echo image,mos >"$out/part.csv"
    for name in $held; do
        "$train" distort -y kadid -o "$out/pictures" "$data/pristine/kodak/$name.png" >/dev/null
        rm -f "$out"/pictures/*kadid-mean.* "$out"/pictures/*kadid-contrast.*
        "$train" judge score "$judge" "$data/pristine/kodak/$name.png" \
            "$out/pictures/$name".png.*.png | tail -n +2 >>"$out/part.csv"
    done
    mv "$out/part.csv" "$out/synthetic.csv"
}

# recipe FROM LIST KIND SEED: the recipe of a run on standard output.
recipe() {
    tail='#'
    [ "$2" = tailed ] && tail=tail=8/8/7
    sed -e "s/^seed=.*/seed=$4/" -e "s/^kind=ohem/kind=$3/" -e "s|^judge=.*|judge=$judge|" \
        -e "s|^types=.*|&\n$tail|" "$1"
}

# run FROM LIST KIND SEED: trains unless that is done. Runs share the pool of distorted pictures.
run() {
    dir=$out/$2-$3-$4
    [ -e "$dir/done" ] && return
    mkdir -p "$dir" "$out/cache"
    [ -e "$dir/cache" ] || ln -s ../cache "$dir/cache"
    recipe "$@" >"$dir/recipe.ini"
    "$train" train "$dir/recipe.ini" --resume --data "$data" --out "$dir" >"$dir/run.log" 2>&1
    touch "$dir/done"
}

# srcc MODEL LIST [OPTION...]: SRCC of full model and competitor.
srcc() {
    model=$1 list=$2
    shift 2
    "$train" eval "$model" --json --resamples 1 --ratings "$list" "$@" |
        awk '/"srcc"/ { getline; sub(",", "", $3); printf "%.4f ", $3; if (++n == 2) exit }'
}

# part DIR NAME: the held-out pictures of a long-tailed run's head, middle or tail: DIR/NAME.csv.
part() {
    awk -v part="$2:" -F '[ :,;]+' '$0 ~ "^" part { for (i = 2; i <= NF; i++) if ($i != "") print "." $i "." }' \
        "$1/run.log" >"$1/$2.types"
    { head -n 1 "$out/synthetic.csv"; grep -F -f "$1/$2.types" "$out/synthetic.csv"; } >"$1/$2.csv"
}

# judge LIST KIND SEED: a line for every kind of picture.
judge_run() {
    dir=$out/$1-$2-$3
    say() { printf '%-9s %-5s %s  %-12s %s\n' "$list" "$kind" "$seed" "$1" "$2"; }
    list=$1 kind=$2 seed=$3
    say synthetic "$(srcc "$dir/model.gguf" "$out/synthetic.csv")"
    say authentic "$(srcc "$dir/model.gguf" "$data/clive-train/ratings.csv" --part 0/5)"
    [ "$list" = tailed ] || return 0
    for name in head middle tail; do
        part "$dir" $name
        say $name "$(srcc "$dir/model.gguf" "$dir/$name.csv")"
    done
}

make_synthetic
for seed in $seeds; do
    for list in balanced tailed; do
        for kind in tune ohem; do
            run "$recipes/ohem.ini" $list $kind "$seed"
        done
    done
done
printf '%-9s %-5s %s  %-12s %s\n' trained as seed 'judged on' 'full competitor (SRCC)'
for seed in $seeds; do
    for list in balanced tailed; do
        for kind in tune ohem; do
            judge_run "$list" $kind "$seed"
        done
    done
done
