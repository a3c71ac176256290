#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# style.sh ROOT: the rules of CONTRIBUTING.md that a program can check, on every file of the project.
# A TAP test; prints each offence.
set -eu
cd "$1"

# In a checkout the files are those that git knows or would add, else all but the build folders.
files=$(git ls-files --cached --others --exclude-standard 2>/dev/null) ||
    files=$(find . -name 'build*' -prune -o -type f -print | sed 's|^\./||')
of_kind() { # of_kind PATTERN: the files whose names match and that are there
    printf '%s\n' "$files" | grep -E "$1" | while read -r file; do
        [ -f "$file" ] && printf '%s\n' "$file"
    done
    return 0
}
sources=$(of_kind '\.[ch]$')
shaders=$(of_kind '\.(comp|glsl)$')
scripts=$(of_kind '\.(sh|awk)$|^\.ci/run$')
texts=$(of_kind '\.(md|build|ini)$|^meson_options\.txt$|^NEWS$')

n=0
failures=0
# check NAME OFFENCES: a test that passes if there are none
check() {
    n=$((n + 1))
    if [ -z "$2" ]; then
        echo "ok $n $1"
        return
    fi
    echo "not ok $n $1"
    printf '%s\n' "$2" | sed 's/^/# /'
    failures=$((failures + 1))
}

# longer LIMIT FILE... prints files of more lines than that.
longer() {
    limit=$1
    shift
    for file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le "$limit" ] || echo "$file: $lines lines, at most $limit"
    done
}

[ -n "$sources" ] || { echo "Bail out! no sources under $1"; exit 1; }
all="$sources $shaders $scripts $texts"

unformatted() {
    for file; do
        clang-format --dry-run --Werror "$file" >/dev/null 2>&1 || echo "$file: run clang-format -i"
    done
}

no_newline() {
    for file; do
        [ -z "$(tail -c 1 "$file")" ] || echo "$file"
    done
}

# Without a match grep fails, which is what is wanted.
# shellcheck disable=SC2046,SC2086 # one word a file: no name has a space
{
    check "sources look as .clang-format says" "$(unformatted $sources)"
    check "C files have at most 600 lines" "$(longer 600 $(of_kind '\.c$'))"
    check "shaders have at most 100 lines" "$(longer 100 $(of_kind '\.comp$'))"
    check "no line ends in a space" "$(grep -nE '[[:space:]]+$' $all || :)"
    check "no tabs" "$(grep -nP '\t' $all || :)"
    check "files end in a newline" "$(no_newline $all)"
    check "sources say their licence" \
        "$(grep -L 'SPDX-License-Identifier: LGPL-2.1-or-later' $sources $shaders $scripts || :)"
    check "nothing is left to do" "$(grep -nE '\b(TODO|FIXME)\b' $sources $shaders || :)"
}
echo "1..$n"
exit "$((failures > 0))"
