#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run.sh: installs what is missing, builds twice (plain, and with AddressSanitizer and
# UndefinedBehaviorSanitizer), runs every test in both, installs and packages the last commit in a
# temporary folder, and ends with "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
. examples/setup.sh

# No leak check: GLib and libav keep memory to the end on purpose, under g_malloc() as we do, and their
# frames cannot be told from ours without an unwinder that is too slow for Mesa's compiler.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

passed=0
failed=0
skipped=0

# result NAME FOLDER prints that line of meson's closing summary as a number.
result() {
    sed -n "s/^$1: *\([0-9]*\) *$/\1/p" "$2/test.log" | tail -n 1 | grep . || echo 0
}

# failures FOLDER prints the end of what each test said that did not pass.
failures() {
    awk -v folder="$1" '
        function tell(from) {
            for (from = n > 30 ? n - 29 : 1; bad && from <= n; from++) print "  " substr(line[from], 1, 200)
            n = bad = 0
        }
        /^=+ [0-9]+\/[0-9]+ =+$/ { tell(); next }
        /^test: / { name = substr($0, 15) }
        /^result: / && !/exit status 0$/ || /^not ok/ || /^TAP parsing error/ {
            if (!bad) print folder ": " name; bad = 1 }
        { line[++n] = $0 }
        END { tell() }' "$1/meson-logs/testlog.txt"
}

# run_tests FOLDER MESON-OPTION... builds and adds up.
run_tests() {
    folder=$1
    build "$@"
    say "Testing $folder"
    if ! meson test -C "$folder" --no-rebuild --print-errorlogs --timeout-multiplier 3 >"$folder/test.log" 2>&1; then
        say "meson test in $folder did not pass:"
    fi
    cat "$folder/test.log"
    [ "$(result Ok "$folder")" -gt 0 ] || failed=$((failed + 1)) # it did not even run
    passed=$((passed + $(result Ok "$folder") + $(result 'Expected Fail' "$folder")))
    failed=$((failed + $(result Fail "$folder") + $(result Timeout "$folder") +
        $(result 'Unexpected Pass' "$folder")))
    skipped=$((skipped + $(result Skipped "$folder")))
}

# shellcheck disable=SC2086 # lists
need_packages $packages_build $packages_run $packages_photo $packages_test
run_tests build-test -Dbuildtype=debugoptimized -Dplugin=enabled -Dtraining=enabled -Dmonitor=enabled -Dwerror=true
run_tests build-sanitize -Dbuildtype=debugoptimized -Dplugin=enabled -Dtraining=enabled -Dmonitor=enabled -Db_sanitize=address,undefined

say "Installing and packaging"
mkdir -p build-test
tests/install.sh build-test | tee build-test/install.log
passed=$((passed + $(grep -c '^ok' build-test/install.log || :)))
failed=$((failed + $(grep -c '^not ok' build-test/install.log || :)))

if [ "$failed" != 0 ]; then
    say
    say "What did not pass:"
    failures build-test || :
    failures build-sanitize || :
    grep '^not ok' build-test/install.log || :
fi
say
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
