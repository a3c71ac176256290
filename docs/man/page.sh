#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# page.sh PROGRAM VERSION SUMMARY: the manual page of a program, of what its --help says and, where it
# has commands, what the --help of each says. So it is said once.
set -eu

program=$1 version=$2 summary=$3
name=$(basename "$program")
here=$(dirname "$0")
export LC_ALL=C.UTF-8

# body HEADING ARGUMENT... turns what the program prints into the sections of a page.
body() {
    heading=$1
    shift
    "$program" "$@" --help | sed 's/…/.../g' | awk -v heading="$heading" -f "$here/page.awk"
}

commands() {
    "$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

upper=$(echo "$name" | tr '[:lower:]' '[:upper:]')
echo ".TH $upper 1 \"\" \"biqafilter $version\" \"User Commands\""
echo ".SH NAME"
echo "$name \\- $summary"
body .SH
for command in $(commands); do
    echo ".SH \"$name $command\""
    body .SS "$command"
done
echo ".SH SEE ALSO"
echo ".BR gst\\-launch\\-1.0 (1),"
echo ".BR gst\\-inspect\\-1.0 (1)"
