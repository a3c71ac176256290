#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How far a recipe's figures depend on which images it learns from: trains it on seeded splits of its
# rated list into 70, 10 and 20 % (by content where contents are known), judges each model on what its
# own split holds out, and prints SRCC and PLCC of full model and competitor, the AUROC of disagreement
# and uncertainty for the worst fifth of the errors, and the share of ratings in the interval: a line a
# split, then medians and ranges.
#
#   training/studies/splits.sh BIQA-TRAIN RECIPE.ini DATA OUT
#
# OUT keeps everything; a second call goes on where the first stopped. SPLITS='1 2 3 4 5 6 7 8 9 10' are
# the seeds, STEPS (of each stage, where given) takes the place of the recipe's, THREADS=0. With FOLDS=M
# names are dealt instead, and nothing is looked at of what the recipe holds out: split R learns from
# what has not R as SHA-256 of the name modulo M, and is judged on what has. Where RECIPE goes on from a
# model, that model must not have learned from the list.
set -eu

[ $# = 4 ] || { echo "usage: ${0##*/} BIQA-TRAIN RECIPE.ini DATA OUT" >&2; exit 2; }
train=$(realpath "$1")
recipe=$(realpath "$2")
data=$(realpath "$3")
mkdir -p "$4/cache"
out=$(realpath "$4")
splits=${SPLITS:-1 2 3 4 5 6 7 8 9 10}
threads=${THREADS:-0}

# The rated list: as the trainer looks for it, beside the data, then beside the recipe.
list=$(sed -n 's/^ratings=//p' "$recipe")
[ -n "$list" ] || { echo "$recipe names no ratings" >&2; exit 1; }
ratings=$(cd "$data" && realpath -e "$list" 2>/dev/null || realpath -e "$(dirname "$recipe")/$list")

if [ "${FOLDS:-}" ]; then
    : "${SPLITS:?FOLDS takes SPLITS, remainders below it}"
    if grep -q '^split-shares=' "$recipe"; then
        echo "$recipe holds out by seed; FOLDS takes one with hold-out-modulus" >&2
        exit 1
    fi
    part=validation drop='^\(validation\|split\)-' deal="validation-modulus=$FOLDS\nvalidation-remainder="
else
    part=held-out drop='^\(validation\|split\|hold-out\)-' deal='split-shares=70;10;20\nsplit-seed='
fi

# recipe_of SPLIT: the recipe with its parts dealt that way, on standard output. A judge is looked for
# beside the recipe that names it.
recipe_of() {
    sed -e "/$drop/d" -e "s|^ratings=.*|ratings=$ratings\n$deal$1|" \
        -e "${STEPS:+s/^steps=.*/steps=$STEPS/}" -e "s|^judge=\([^/]\)|judge=$(dirname "$recipe")/\1|" \
        "$recipe"
}

# run SPLIT: trains and judges unless that is done. Splits share what is made of pristine pictures.
run() {
    dir=$out/$1
    [ -e "$dir/$part.csv" ] && return
    mkdir -p "$dir"
    [ -e "$dir/cache" ] || ln -s ../cache "$dir/cache"
    recipe_of "$1" >"$dir/recipe.ini"
    "$train" train "$dir/recipe.ini" --resume --threads "$threads" --data "$data" --out "$dir" \
        >>"$dir/run.log" 2>&1
    "$train" eval "$dir/model.gguf" --threads "$threads" --json --resamples 1 --ratings "$ratings" \
        --part $part --csv "$dir/$part.part" >"$dir/$part.json"
    mv "$dir/$part.part" "$dir/$part.csv"
}

# figures SPLIT: number of images, SRCC and PLCC of full model and competitor, AUROC of disagreement and
# uncertainty, share in the interval; - for what the model does not have.
figures() {
    awk 'function number() { sub(",", "", $3); return $3 == "null" ? "-" : $3 }
        BEGIN { auroc[1] = auroc[2] = share = "-" }
        /"images"/ && !n++ { line = number() }
        /"(srcc|plcc)"/ && m < 4 { getline; line = line " " number(); m++ }
        /"auroc"/ { getline; auroc[++k] = number() }
        /"coverage"/ && number() != "-" { share = $3 }
        END { print line, auroc[1], auroc[2], share }' "$out/$1/$part.json"
}

for split in $splits; do
    run "$split"
done
printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s\n' '' '' full full comp. comp. disagr. uncert. interval
printf '%-8s %9s %9s %9s %9s %9s %9s %9s %9s\n' split images SRCC PLCC SRCC PLCC AUROC AUROC holds
for split in $splits; do
    echo "$split $(figures "$split")"
done | awk -v digits='0 3 3 3 3 3 3 3' -f "$(dirname "$0")/medians.awk"
