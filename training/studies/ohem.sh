#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What OHEM changes: trains with and without it, on balanced and long-tailed lists of distortions and
# on ratings of photographs, and judges every model on held-out distortions, held-out photographs and
# rebuilt TID2013. Prints SRCC of full model and competitor, mean and spread over the seeds.
#
#   training/studies/ohem.sh BIQA-TRAIN DATA OUT
#
# OUT keeps everything; a second call goes on where the first stopped. SEEDS='1 2 3', STEPS=400,
# LISTS='balanced tailed rated' (balanced needs tailed), KINDS='tune ohem' and THREADS=0 (as many as
# processors) are the defaults; RATE and HEAD_RATE stand in for what the recipes say. The third kind,
# tenth, is ohem whose competitor counts a tenth and has normalisation of its own.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
here=$(realpath "$(dirname "$0")")
recipes=$here/../recipes
judge=$here/../../models/judge.gguf
held='kodim03 kodim07 kodim10 kodim15 kodim20 kodim24'
seeds=${SEEDS:-1 2 3}
steps=${STEPS:-400}
threads=${THREADS:-0}
lists=${LISTS:-balanced tailed rated}
kinds=${KINDS:-tune ohem}

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

# The same contents as TID2013 has them, with its ratings: OUT/tid/ratings.csv.
make_tid() {
    [ -e "$out/tid/ratings.csv" ] && return
    # shellcheck disable=SC2046,SC2086 # one word a name
    (cd "$data/pristine/kodak" && "$train" judge rebuild -t "$data/tables/tid2013-mos.txt" \
        -o "$out/tid" $(printf "%s.png " $held) >/dev/null)
}

# recipe LIST KIND SEED: the recipe of a run on standard output.
recipe() {
    from=ohem tail='#' kind="s/^kind=ohem/kind=$2/"
    [ "$1" = rated ] && from=ohem-rated
    [ "$1" = tailed ] && tail=tail=8/8/7
    [ "$2" = tenth ] && kind='s/^ratio=.*/&\nown-norm=true/
        s/^consistency-weight=.*/consistency-weight=0.1\ncompetitor-weight=0.1\nown-norm-rate=20/'
    sed -e "s/^seed=.*/seed=$3/" -e "$kind" -e "s/^steps=.*/steps=$steps/" \
        -e "${RATE:+s/^rate=.*/rate=$RATE/}" -e "${HEAD_RATE:+s/^head-rate=.*/head-rate=$HEAD_RATE/}" \
        -e "s|^judge=.*|judge=$judge|" -e "s|^types=.*|&\n$tail|" "$recipes/$from.ini"
}

# run LIST KIND SEED: trains unless that is done. Runs share the pool of distorted pictures.
run() {
    dir=$out/$1-$2-$3
    [ -e "$dir/done" ] && return
    mkdir -p "$dir" "$out/cache"
    [ -e "$dir/cache" ] || ln -s ../cache "$dir/cache"
    recipe "$@" >"$dir/recipe.ini"
    "$train" train "$dir/recipe.ini" --resume --threads "$threads" --data "$data" --out "$dir" \
        >"$dir/run.log" 2>&1
    touch "$dir/done"
}

# score DIR NAME LIST [OPTION...]: DIR/NAME.csv, a row an image.
score() {
    csv=$1/$2.csv model=$1/model.gguf images=$3
    shift 3
    [ -e "$csv" ] ||
        "$train" eval "$model" --threads "$threads" --resamples 1 --ratings "$images" --csv "$csv" \
            "$@" >/dev/null
}

# types DIR PART: words that tell a long-tailed run's pictures of that part: DIR/PART.types.
types() {
    awk -v part="$2:" -F '[ :,;]+' '$0 ~ "^" part { for (i = 2; i <= NF; i++)
        if ($i != "") print "." $i "." }' "$1/run.log" >"$1/$2.types"
}

# say LIST KIND SEED JUDGED-ON CSV [TYPES]: a line with both branches' SRCC.
say() {
    echo "$1 $2 $3 $4" \
        "$(awk -v a=rating -v b=score -v only="${6-}" -f "$here/srcc.awk" "$5")" \
        "$(awk -v a=rating -v b=competitor-score -v only="${6-}" -f "$here/srcc.awk" "$5")"
}

# judge_run LIST KIND SEED: a line for every kind of picture. Parts of the balanced list are those
# of the long-tailed one of that seed.
judge_run() {
    dir=$out/$1-$2-$3
    score "$dir" synthetic "$out/synthetic.csv"
    score "$dir" authentic "$data/clive-train/ratings.csv" --part 0/5
    score "$dir" tid "$out/tid/ratings.csv"
    for on in synthetic authentic tid; do
        say "$1" "$2" "$3" "$on" "$dir/$on.csv"
    done
    [ "$1" = rated ] && return
    for on in head middle tail; do
        types "$out/tailed-$2-$3" $on
        say "$1" "$2" "$3" "$on" "$dir/synthetic.csv" "$out/tailed-$2-$3/$on.types"
    done
}

# each COMMAND: calls it with list, kind and seed of every run.
each() {
    for seed in $seeds; do
        for list in $lists; do
            for kind in $kinds; do
                "$1" "$list" "$kind" "$seed"
            done
        done
    done
}

make_synthetic
make_tid
each run
each judge_run >"$out/table.txt"
awk 'function spread(sum, squares, n) { return n > 1 ? sqrt((squares - sum * sum / n) / (n - 1)) : 0 }
    { key = $1 "," $4 "," $2
      if (!(key in n)) order[++keys] = key
      n[key]++; full[key] += $5; fulls[key] += $5 * $5; pruned[key] += $6; pruneds[key] += $6 * $6 }
    END { printf "%-9s %-10s %-5s %5s  %-14s %-14s\n", "trained", "judged on", "as", "seeds", "full model", "competitor"
          for (i = 1; i <= keys; i++) { key = order[i]; split(key, part, ",")
              printf "%-9s %-10s %-5s %5d  %.3f +- %.3f  %.3f +- %.3f\n", part[1], part[2], part[3],
                  n[key], full[key] / n[key], spread(full[key], fulls[key], n[key]),
                  pruned[key] / n[key], spread(pruned[key], pruneds[key], n[key]) } }' "$out/table.txt"
