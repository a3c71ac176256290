# SPDX-License-Identifier: LGPL-2.1-or-later
# A table of figures, a line each: a name, then figures (- for one that there is not). Prints them, then
# median, lowest and highest of each column. -v digits='0 3 3' are the digits behind each column's point.

function row(name, figures, f) {
    printf "%-8s", name
    for (f = 1; f <= columns; f++)
        printf " %9s", figures[f] == "-" ? "-" : sprintf("%." digit[f] "f", figures[f])
    print ""
}

# The values of column f into sorted; returns their number.
function sort(f, i, j, v) {
    for (i = 1; i <= count[f]; i++) {
        v = all[f, i]
        for (j = i - 1; j && sorted[j] > v; j--)
            sorted[j + 1] = sorted[j]
        sorted[j + 1] = v
    }
    return count[f]
}

BEGIN {
    columns = split(digits, digit)
}

NF != columns + 1 {
    print "medians.awk: line " NR " has " NF " fields" >"/dev/stderr"
    failed = 1
    exit 1
}

{
    for (f = 1; f <= columns; f++) {
        one[f] = $(f + 1)
        if (one[f] != "-")
            all[f, ++count[f]] = one[f] + 0
    }
    row($1, one)
}

END {
    if (failed || !NR)
        exit 1
    for (f = 1; f <= columns; f++) {
        n = sort(f)
        median[f] = n ? (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 : "-"
        low[f] = n ? sorted[1] : "-"
        high[f] = n ? sorted[n] : "-"
    }
    row("median", median)
    row("lowest", low)
    row("highest", high)
}
