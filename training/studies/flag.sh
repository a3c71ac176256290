#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the hard flag is worth on images that neither network nor head has seen: for each model that
# splits.sh has made, the AUROC for the worst fifth of its errors on what its split holds out, of the
# plain disagreement and of uncertainty heads: fitted to its own validation part, and weighed by what
# the other models are off by on theirs; each with and without the competitor's figures. Of the last
# head also the bootstrap interval, the Spearman correlation with the error, the share of the ratings
# in the interval that it gives, and the mean width of that.
#
#   training/studies/flag.sh BIQA-TRAIN LIST OUT
#
# LIST and OUT are those of splits.sh. THREADS=0.
set -eu

[ $# = 3 ] || { echo "usage: ${0##*/} BIQA-TRAIN LIST OUT" >&2; exit 2; }
train=$1
list=$2
out=$3

# others SPLIT: options that name all models but its own.
others() {
    for model in "$out"/*/model.gguf; do
        [ "$model" = "$out/$1/model.gguf" ] || echo "--errors-of=$model"
    done
}

# rows SPLIT [OPTION...]: AUROC of the disagreement; of the head, with its bootstrap interval and its
# Spearman correlation with the error; share in its interval, width; AUROC of the head without the
# competitor.
rows() {
    split=$1
    shift
    "$train" calibrate "$out/$split/model.gguf" --ratings "$list" --part validation --judge held-out \
        --threads "${THREADS:-0}" "$@" | awk '
        /\[/ { name = $1; sub(/^[a-z ]+/, ""); gsub(/[][%]/, " ") }
        name == "disagreement" { plain = $1 }
        name == "uncertainty" { head = $1 " " $2 " " $3 " " $4 " " $7 " " $8 }
        name == "without" { rest = $1 }
        { name = "" }
        END { print plain, head, rest }'
}

printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n' '' '' own 'own, no' others '' '' '' interval '' 'oth., no'
printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n' split disagr. head comp. too low high Spearman 'holds, %' width comp.
for model in "$out"/*/model.gguf; do
    split=$(basename "$(dirname "$model")")
    # shellcheck disable=SC2046 # an option a word
    echo "$split $(rows "$split") $(rows "$split" $(others "$split"))"
done | sort -n | cut -d' ' -f1-3,9,11- |
    awk -v digits='3 3 3 3 3 3 3 1 1 3' -f "$(dirname "$0")/medians.awk"
