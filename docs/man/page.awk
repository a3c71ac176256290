# SPDX-License-Identifier: LGPL-2.1-or-later
# From what --help prints to the body of a manual page. heading: the macro of its sections.

function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}

function close_block() {
    if (block)
        print ".fi\n.RE"
    block = 0
}

function paragraph() {
    close_block()
    if (!begun && part == "text")
        print heading " DESCRIPTION"
    else
        print ".PP"
    begun = 1
}

BEGIN { part = "text"; gap = 1 }

/^Usage:/ {
    print heading " SYNOPSIS"
    if (NF > 1)
        print plain(substr($0, 8))
    else if ((getline line) > 0)
        print plain(substr(line, 3))
    next
}

# What every program of GLib has is not said again.
/^Help Options:/ { part = "skip"; next }

/ Options:$/ {
    close_block()
    part = "options"
    print heading " OPTIONS"
    next
}

/^$/ {
    if (part != "text" && part != "after")
        part = "after"
    close_block()
    gap = 1
    next
}

part == "skip" { next }

part == "options" {
    split(substr($0, 3), halves, /   +/)
    match($0, /^  [^ ]+( [^ ]+)?  +/)
    print ".TP\n.B " plain(halves[1])
    print plain(halves[2])
    next
}

/^  / {
    if (!block)
        print (gap ? ".PP\n" : "") ".RS\n.nf"
    block = 1
    gap = 0
    print plain(substr($0, 3))
    next
}

{
    if (gap || block)
        paragraph()
    gap = 0
    print plain($0)
}

END { close_block() }
