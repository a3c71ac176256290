#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the hard flag is worth on images that a network was not trained on and no head was fitted to (of
# the other networks most were trained on them): for each model that splits.sh has made, the AUROC for
# the worst fifth of its errors on what its split holds out, of the plain disagreement and of uncertainty
# heads: fitted to its own validation part, and weighed by what the other models are off by on theirs;
# each with and without the competitor's figures. Of the last head also the bootstrap interval, the
# Spearman correlation with the error, the share of the ratings in the interval that it gives, and the
# mean width of that.
#
#   training/studies/flag.sh BIQA-TRAIN LIST OUT
#
# LIST and OUT are those of splits.sh. THREADS=0.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN LIST OUT" >&2; exit 2; }
train=$1
list=$2
out=$3

# ask SPLIT WHOSE: judges its heads, of its own errors or with the others', into its folder.
ask() {
    split=$1 whose=$2
    set --
    for model in "$out"/*/model.gguf; do
        if [ "$whose" = others ] && [ "$model" != "$out/$split/model.gguf" ]; then
            set -- "$@" --errors-of "$model"
        fi
    done
    "$train" calibrate "$out/$split/model.gguf" --ratings "$list" --part validation \
        --judge held-out --threads "${THREADS:-0}" "$@" >"$out/$split/flag-$whose.txt"
}

# row SPLIT: AUROC of the disagreement, of its own head with and without the competitor; of the head
# with the others' errors AUROC, interval, Spearman correlation, share in its interval and width; AUROC
# without the competitor.
row() {
    awk -v who="$1" '
        FNR == 1 { heads = files++ ? "others" : "own" }
        /\[/ { name = $1; sub(/^[a-z ]+/, ""); gsub(/[][%]/, " ") }
        name == "disagreement" { plain = $1 }
        name == "uncertainty" { head[heads] = $1; more[heads] = $2 " " $3 " " $4 " " $7 " " $8 }
        name == "without" { rest[heads] = $1 }
        { name = "" }
        END { print who, plain, head["own"], rest["own"], head["others"], more["others"], rest["others"] }
        ' "$out/$1/flag-own.txt" "$out/$1/flag-others.txt"
}

splits=$(for model in "$out"/*/model.gguf; do basename "$(dirname "$model")"; done | sort -n)
[ "$(echo "$splits" | wc -l)" -gt 1 ] || { echo "$out has too few models to ask others" >&2; exit 1; }
for split in $splits; do
    ask "$split" own
    ask "$split" others
done
printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n' '' '' own 'own, no' others '' '' '' interval '' 'oth., no'
printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n' split disagr. head comp. too low high Spearman 'holds, %' width comp.
for split in $splits; do
    row "$split"
done | awk -v digits='3 3 3 3 3 3 3 1 1 3' -f "$(dirname "$0")/medians.awk"
