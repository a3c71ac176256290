#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# readme.sh ROOT PAGE...: runs every command of README.md and of the pages after it, as it stands
# there, one after the other in one shell, from the root of the project. A TAP test.
#
# A command is a line of a block marked sh. A block after a line <!-- readme-test: REASON --> is not
# run but reported as skipped, with the reason. What a command says goes to readme-test.log in build/.
set -u
cd "$1" || exit 1
shift
commands=$(mktemp)
trap 'rm -f "$commands"' EXIT

# One line a command: "run COMMAND", or "skip REASON" for a whole block.
awk '
/^<!-- readme-test: / { reason = $0; sub(/^<!-- readme-test: /, "", reason); sub(/ -->$/, "", reason); next }
/^```sh$/ { inside = 1; if (reason != "") print "skip " reason; next }
/^```/ { inside = 0; reason = ""; next }
inside && NF && reason == "" { print "run " $0 }
' README.md "$@" >"$commands"

total=$(wc -l <"$commands")
echo "1..$((total + 1))"
[ "$total" -gt 0 ] || { echo "Bail out! no commands in README.md"; exit 1; }
mkdir -p build
log=build/readme-test.log
: >"$log"
rm -rf build/own-pictures build/copy.mkv

n=0
failures=0
# result STATUS NAME prints one line of TAP, and the log where it failed.
result() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        tail -n 40 "$log" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

# The list comes by descriptor 3, so that no command reads it; an export stays for the next.
while read -r what line <&3; do
    if [ "$what" = skip ]; then
        n=$((n + 1))
        echo "ok $n - # SKIP $line"
        continue
    fi
    printf '\n$ %s\n' "$line" >>"$log"
    eval "$line" >>"$log" 2>&1 </dev/null
    result $? "$line"
done 3<"$commands"

# The promise of the first command: scores fall as the bitrate falls.
spearman=$(sed -n 's/^Spearman correlation of bitrate and score: //p' "$log" | head -n 1)
awk -v spearman="$spearman" 'BEGIN { exit !(spearman >= 0.9) }'
result $? "Spearman of bitrate and score is 0.9 or more: ${spearman:-not printed}"
exit "$((failures > 0))"
