#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether tasks settle what one scalar output cannot: a base that knows ranks alone learns authentic and
# synthetic pictures as two tasks, and is set beside models that learned both in one.
#
#   training/studies/conflict.sh BIQA-TRAIN DATA OUT MODEL...
#
# DATA is a folder as training/recipes/biqa-video-start.ini has it; BASE=MODEL the base. OUT keeps
# everything, tasks.gguf among it; a second call goes on where the first stopped. VERSIONS=4 of each
# content are distorted, TYPES of distortions are judged on the held-out Kodak photographs, THREADS=0.
set -eu

[ $# -ge 4 ] || { echo "usage: ${0##*/} BIQA-TRAIN DATA OUT MODEL..." >&2; exit 2; }
train=$(realpath "$1")
data=$(realpath "$2")
mkdir -p "$3"
out=$(realpath "$3")
shift 3
here=$(realpath "$(dirname "$0")")
judge=$here/../../models/judge.gguf
ratings=$data/clive-train/ratings.csv
versions=${VERSIONS:-4}
threads=${THREADS:-0}
base=${BASE:?say which base learns: BASE=MODEL}
held='kodim03 kodim07 kodim10 kodim15 kodim20 kodim24'
types=$(sed -n 's/^types=//p' "$here/../recipes/biqa-video.ini" | tr ';' ' ')

# The training part of the rated photographs that are good enough to be contents, as that recipe has
# it: SHA-256 of the name modulo 5 is not 0 and modulo 10 not 1. 16 is 1 modulo 5, and 6 modulo 10, as
# are its powers.
good_photographs() {
    awk -F , 'NR > 1 && $2 >= 75 { print $1 }' "$ratings" | while read -r path; do
        echo "$(printf %s "$(basename "$path")" | sha256sum | cut -d ' ' -f 1) $data/clive-train/$path"
    done | awk '{
        sum = 0
        for (i = 1; i <= 63; i++) sum += index("0123456789abcdef", substr($1, i, 1)) - 1
        last = index("0123456789abcdef", substr($1, 64, 1)) - 1
        if ((sum + last) % 5 != 0 && (6 * sum + last) % 10 != 1) print $2
    }'
}

training_kodak() {
    find "$data/pristine/kodak" -name '*.png' | LC_ALL=C sort | grep -v "$(echo "$held" | tr ' ' '\n')"
}

# Of a content's versions each has a type and a level, drawn by the content's number.
draws() {
    awk -v seed="$1" -v n="$versions" -v list="$types" '
        function draw(n) { state = state * 16807 % 2147483647; return int(state / 2147483647 * n) }
        BEGIN {
            kinds = split(list, types, " ")
            state = seed * 7919 + 17
            for (i = 0; i < 9; i++) draw(1)
            first = draw(kinds)
            for (i = 0; i < n; i++) print types[(first + 7 * i) % kinds + 1], 1 + draw(5)
        }'
}

# OUT/synthetic.csv: the versions, and what the judge says of them on the scale that ratings have of
# distorted photographs, .85 of its own (docs/training.md).
make_list() {
    number=0
    mkdir -p "$out/pictures"
    for picture; do
        number=$((number + 1))
        [ -e "$out/pictures/$number.csv" ] && continue
        draws $number | while read -r type level; do
            "$train" distort -y "$type" -l "$level" -o "$out/pictures" "$picture"
        done >"$out/pictures/$number.files"
        # shellcheck disable=SC2046 # one word a file
        "$train" judge score "$judge" "$picture" $(sort -u "$out/pictures/$number.files") |
            awk -F , -v OFS=, -v content="$(basename "$picture")" \
                'NR > 1 { print $1, .85 * $2, content }' >"$out/pictures/$number.part"
        mv "$out/pictures/$number.part" "$out/pictures/$number.csv"
    done
    { echo image,mos,content; cat "$out/pictures"/[0-9]*.csv; } >"$out/synthetic.csv"
}

# recipe PARTS: stages of a task.
recipe() {
    cat <<END
$1
[optimiser]
average=0.98
[stage head]
kind=tune
head-only=true
steps=60
rated=16
rate=0.003
squared-weight=0.4
[stage norm]
kind=tune
freeze-convolutions=true
steps=240
rated=16
rate=0.008
head-rate=0.375
squared-weight=0.4
END
}

adapt() {
    "$train" adapt --base "$1" --name "$2" --without-base --recipe "$out/$2.ini" --threads "$threads" \
        --out "$3.part" "$4"
    mv "$3.part" "$3"
}

learn() {
    # The rated list in the parts of the recipe of the model that ships.
    recipe '' >"$out/authentic.ini"
    recipe '[rated]
split-shares=90;10;0' >"$out/synthetic.ini"
    [ -e "$out/one.gguf" ] || adapt "$base" authentic "$out/one.gguf" "$ratings"
    [ -e "$out/tasks.gguf" ] || adapt "$out/one.gguf" synthetic "$out/tasks.gguf" "$out/synthetic.csv"
}

# shellcheck disable=SC2046 # one word a file
{ make_list $(training_kodak) $(good_photographs); learn; } >&2
echo "authentic: the held-out fifth"
"$train" eval "$out/tasks.gguf" "$@" --ratings "$ratings" --part 0/5 --threads "$threads"
echo "synthetic: held-out contents"
# shellcheck disable=SC2046,SC2086 # one word an option
"$train" eval "$out/tasks.gguf" "$@" --pictures "$data/pristine/kodak" --judge "$judge" \
    --cache "$out/levels" --threads "$threads" $(printf -- ' --only %s.png' $held) \
    $(printf -- ' --types %s' ${TYPES:-$types})
