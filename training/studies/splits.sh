#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How far a recipe's figures depend on which images it learns from: trains it on seeded splits of its
# rated list into 70, 10 and 20 % (by content where contents are known), judges each model on what its
# own split holds out, and prints SRCC and PLCC of full model and competitor: a line a split, then
# medians and ranges.
#
#   training/studies/splits.sh BIQA-TRAIN RECIPE.ini DATA OUT
#
# OUT keeps everything; a second call goes on where the first stopped. SPLITS='1 2 3 4 5 6 7 8 9 10' are
# the seeds, STEPS (of each stage, where given) takes the place of the recipe's, THREADS=0.
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

# recipe_of SPLIT: the recipe with parts dealt by that seed, on standard output. A judge is looked for
# beside the recipe that names it.
recipe_of() {
    sed -e '/^hold-out-/d' -e '/^validation-/d' -e '/^split-/d' \
        -e "s|^ratings=.*|ratings=$ratings\nsplit-shares=70;10;20\nsplit-seed=$1|" \
        -e "${STEPS:+s/^steps=.*/steps=$STEPS/}" -e "s|^judge=\([^/]\)|judge=$(dirname "$recipe")/\1|" \
        "$recipe"
}

# run SPLIT: trains and judges unless that is done. Splits share what is made of pristine pictures.
run() {
    dir=$out/$1
    [ -e "$dir/held-out.csv" ] && return
    mkdir -p "$dir"
    [ -e "$dir/cache" ] || ln -s ../cache "$dir/cache"
    recipe_of "$1" >"$dir/recipe.ini"
    "$train" train "$dir/recipe.ini" --resume --threads "$threads" --data "$data" --out "$dir" \
        >>"$dir/run.log" 2>&1
    "$train" eval "$dir/model.gguf" --threads "$threads" --json --resamples 1 --ratings "$ratings" \
        --part held-out --csv "$dir/held-out.part" >"$dir/held-out.json"
    mv "$dir/held-out.part" "$dir/held-out.csv"
}

# figures SPLIT: number of images, then SRCC and PLCC of full model and competitor.
figures() {
    awk '/"images"/ { sub(",", "", $3); if (!n++) printf "%d", $3 }
        /"(srcc|plcc)"/ && m < 4 { getline; sub(",", "", $3); printf " %.4f", $3; m++ }
        END { print "" }' "$out/$1/held-out.json"
}

for split in $splits; do
    run "$split"
done
for split in $splits; do
    echo "$split $(figures "$split")"
done | awk '
    function sort(values, n, i, j, v) {
        for (i = 2; i <= n; i++) {
            v = values[i]
            for (j = i - 1; j && values[j] > v; j--)
                values[j + 1] = values[j]
            values[j + 1] = v
        }
    }
    BEGIN { printf "%-7s %6s  %9s %9s  %9s %9s\n", "split", "images", "full SRCC", "PLCC", "comp SRCC", "PLCC" }
    { printf "%-7s %6d  %9.3f %9.3f  %9.3f %9.3f\n", $1, $2, $3, $4, $5, $6
      for (f = 3; f <= 6; f++) all[f, NR] = $f + 0 }
    END { for (f = 3; f <= 6; f++) {
              for (i = 1; i <= NR; i++) one[i] = all[f, i]
              sort(one, NR)
              median[f] = (one[int((NR + 1) / 2)] + one[int(NR / 2) + 1]) / 2
              low[f] = one[1]; high[f] = one[NR] }
          printf "%-7s %6s  %9.3f %9.3f  %9.3f %9.3f\n", "median", "", median[3], median[4], median[5], median[6]
          printf "%-7s %6s  %9.3f %9.3f  %9.3f %9.3f\n", "lowest", "", low[3], low[4], low[5], low[6]
          printf "%-7s %6s  %9.3f %9.3f  %9.3f %9.3f\n", "highest", "", high[3], high[4], high[5], high[6] }'
