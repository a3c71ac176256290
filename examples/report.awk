# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads what gst-launch-1.0 -m -v says of a pipeline with a biqafilter and prints a line a second and
# a summary. steps, if not empty, is "FRAMES KBITS KBITS...": how the bitrate of the clip falls.
# Fails if gst-launch did, or if no frame was scored.

# The value of a field of a message: "score=(double)61.2," gives 61.2.
function field(name,    start, text) {
    start = index($0, ", " name "=(")
    if (!start)
        return ""
    text = substr($0, start + length(name) + 3)
    text = substr(text, index(text, ")") + 1)
    sub(/[,;].*/, "", text)
    return text
}

function interval() {
    if (!told)
        return ""
    return sprintf(" %13s", sprintf("%.1f..%.1f", field("score-low"), field("score-high")))
}

function clock(seconds) {
    return sprintf("%d:%02d", int(seconds / 60), seconds % 60)
}

# Ranks of v[1..n] into r, ties share their mean rank.
function rank(v, r, n,    i, j, below, same) {
    for (i = 1; i <= n; i++) {
        below = same = 0
        for (j = 1; j <= n; j++) {
            below += v[j] < v[i]
            same += v[j] == v[i]
        }
        r[i] = below + (same + 1) / 2
    }
}

function spearman(a, b, n,    i, ra, rb, mean, sab, saa, sbb) {
    split("", ra)
    split("", rb)
    rank(a, ra, n)
    rank(b, rb, n)
    mean = (n + 1) / 2
    for (i = 1; i <= n; i++) {
        sab += (ra[i] - mean) * (rb[i] - mean)
        saa += (ra[i] - mean) ^ 2
        sbb += (rb[i] - mean) ^ 2
    }
    return saa * sbb > 0 ? sab / sqrt(saa * sbb) : 0
}

function print_steps(    i, n) {
    printf "\n%10s  %10s\n", "kbit/s", "mean score"
    for (i = 2; i in step; i++) {
        if (!count[i])
            continue
        n++
        kbits[n] = step[i]
        mean[n] = total[i] / count[i]
        printf "%10d  %10.1f\n", kbits[n], mean[n]
    }
    printf "\nSpearman correlation of bitrate and score: %.3f\n", spearman(kbits, mean, n)
}

BEGIN {
    split(steps, step, " ")
    last = -1
}

/biqafilter.*: device-name = / && !/ = (NULL|\(null\))$/ {
    device = $0
    sub(/.*: device-name = /, "", device)
    print "Device: " device "\n"
}

/^Got message .* \(element\): biqa, .* origin=\(string\)skipped/ {
    printf "%8s %8d  not scored: %s\n", "", field("frame"), field("domain")
    next
}

/^Got message .* \(element\): biqa, / {
    frame = field("frame")
    score = field("score")
    hard = field("hard") == "true"
    # A stream without timestamps is counted as 25 frames a second.
    time = field("stream-time")
    second = time < 1e19 && time != "" ? int(time / 1e9) : int(frame / 25)
    if (!n_scored++) {
        minimum = score
        # A model may tell how far its scores can be off.
        told = field("score-low") != ""
        printf "%8s %8s %8s%s %11s %13s  %s\n", "time", "frame", "score",
               told ? sprintf(" %13s", "90 % interval") : "", "competitor", "disagreement", "hard"
    }
    if (second != last)
        printf "%8s %8d %8.1f%s %11.1f %13.1f  %s\n", clock(second), frame, score, interval(),
               field("competitor-score"), field("disagreement"), hard ? "yes" : "no"
    last = second
    n_hard += hard
    sum += score
    if (score + 0 <= minimum + 0) {
        minimum = score
        minimum_frame = frame
    }
    if (steps != "") {
        i = 2 + int(frame / step[1])
        total[i] += score
        count[i]++
    }
}

/^Execution ended after / {
    split($NF, part, ":")
    elapsed = part[1] * 3600 + part[2] * 60 + part[3]
}

/^ERROR|^WARNING: erroneous|^gst-launch failed/ {
    print
    failed = failed || /failed|^ERROR/
}

END {
    if (n_scored) {
        printf "\n%d frames scored, %d of them hard; mean score %.1f, lowest %.1f (frame %d)\n",
               n_scored, n_hard, sum / n_scored, minimum, minimum_frame
        if (elapsed > 0 && n_scored >= 25)
            printf "%.1f frames a second on %s, decoding included\n", n_scored / elapsed, device
        if (steps != "")
            print_steps()
    } else
        print "No frame was scored."
    exit failed || !n_scored
}
