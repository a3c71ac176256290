#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the hard flag is worth on images that neither network nor head has seen: for each model that
# splits.sh has made, the AUROC for the worst fifth of its errors on what its split holds out, of the
# plain disagreement and of uncertainty heads: fitted to its own validation part, and weighed by what
# the other models are off by on theirs; each with and without the competitor's figures. Then how many
# of the ratings the last head's interval holds, and its mean width.
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

# rows SPLIT [OPTION...]: AUROC of disagreement, head and head without the competitor, share in the
# interval, width.
rows() {
    split=$1
    shift
    "$train" calibrate "$out/$split/model.gguf" --ratings "$list" --part validation --judge held-out \
        --resamples 0 --threads "${THREADS:-0}" "$@" | awk '
        /^disagreement|^uncertainty .*\[|^without the competitor/ {
            value = $0
            sub(/ *\[.*/, "", value)
            sub(/.* /, "", value)
            line = line " " value
        }
        /^uncertainty .*%/ { share = $(NF - 2); width = $NF }
        END { print substr(line, 2), share, width }'
}

printf '%-8s %9s %9s %9s %9s %9s %9s %9s\n' '' '' own 'own, no' others 'oth., no' interval ''
printf '%-8s %9s %9s %9s %9s %9s %9s %9s\n' split disagr. head comp. too comp. 'holds, %' width
for model in "$out"/*/model.gguf; do
    split=$(basename "$(dirname "$model")")
    # shellcheck disable=SC2046 # an option a word
    echo "$split $(rows "$split") $(rows "$split" $(others "$split"))"
done | sort -n | cut -d' ' -f1-4,8- | awk -v digits='3 3 3 3 3 1 1' -f "$(dirname "$0")/medians.awk"
