#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What memory many candidates take: distorts the pictures of a folder by TYPES at five levels, lets a
# model meet its pruned self and a list of as many random scores, makes the gallery, and says after
# each command how much memory it had at most.
#
#   training/studies/candidates.sh BIQA-TRAIN MODEL PICTURES OUT
#
# A second call goes on where the first was stopped. TYPES='noise jpeg ...' (20 of them) and THREADS=1
# are the defaults.
set -eu

[ $# = 4 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL PICTURES OUT" >&2; exit 2; }
train=$(realpath "$1")
model=$(realpath "$2")
pictures=$(realpath "$3")
mkdir -p "$4"
out=$(realpath "$4")
types=${TYPES:-noise jpeg tid-noise tid-colour-noise tid-impulse tid-quantise tid-mean-up tid-mean-down
    tid-contrast-down tid-contrast-up tid-saturation kadid-hsv-saturation kadid-lab-saturation kadid-jpeg
    kadid-noise kadid-impulse kadid-brighten kadid-darken kadid-mean kadid-pixelate}

# measure COMMAND...: runs it, and prints the most memory that it had.
measure() {
    python3 -c '
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print("at most %.0f MiB" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
sys.exit(status)' "$@"
}

# A list of scores for each picture and all that comes of it, at random but always the same.
list() {
    for picture in "$pictures"/*; do
        echo "$picture"
    done | awk -v types="$types" '
        BEGIN { n = split(types, type, " "); srand(7); print "image,score" }
        {
            print $0 "," 100 * rand()
            for (i = 1; i <= n; i++)
                for (level = 1; level <= 5; level++)
                    print $0 "." type[i] "." level ".png," 100 * rand()
        }'
}

[ -e "$out/random.csv" ] || { list >"$out/random.part"; mv "$out/random.part" "$out/random.csv"; }
set --
for type in $types; do
    set -- "$@" --types "$type"
done
measure "$train" gmad "$model" --against self --scores random="$out/random.csv" --originals "$pictures" \
    "$@" --threads "${THREADS:-1}" --out "$out"
measure "$train" gallery "$out" --pairs 200
