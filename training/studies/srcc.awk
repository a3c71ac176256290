# SPDX-License-Identifier: LGPL-2.1-or-later
# SRCC of two columns of a CSV with a header: awk -v a=NAME -v b=NAME -f srcc.awk LIST.csv. Ties share
# their mean rank. With -v only=FILE only the rows that hold one of that file's words count, one word
# a line, and none do where the file is empty.
BEGIN {
    FS = ","
    while (only && (getline word < only) > 0)
        words[++n_words] = word
}

function is_wanted(line, i) {
    for (i = 1; i <= n_words; i++) {
        if (index(line, words[i]))
            return 1
    }
    return !only
}

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    if (!(a in column) || !(b in column)) {
        print "no column " (a in column ? b : a) > "/dev/stderr"
        exit failed = 1
    }
    next
}

is_wanted($0) { n++; x[n] = $column[a] + 0; y[n] = $column[b] + 0 }

function rank(values, i, k, r) {
    r = .5
    for (k = 1; k <= n; k++)
        r += (values[k] < values[i]) + (values[k] == values[i]) / 2
    return r
}

END {
    if (failed)
        exit 1
    for (i = 1; i <= n; i++) {
        u = rank(x, i) - (n + 1) / 2; v = rank(y, i) - (n + 1) / 2
        uu += u * u; vv += v * v; uv += u * v
    }
    if (uu > 0 && vv > 0)
        printf "%.4f\n", uv / sqrt(uu * vv)
    else
        print "nan"
}
