# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads biqa-train map's CSV of one frame (reductions 1, 2 and 4) and prints a line for each way to
# look at it: file, way, points from what all crops at native and half size say, crops.
#   centre: the score of the model's own crops
# "moving" takes the points of a sequence that fills the plane evenly (its steps are powers of the
# inverse plastic number), one for each frame, the first in the middle.
BEGIN { FS = ","; PLASTIC = 1.324717957244746 }

NR > 1 {
    r = $2; n[r]++; score[r, n[r]] = $6; sum[r] += $6; square[r] += $6 * $6
    if (!((r, $3) in x)) { x[r, $3] = 1; columns[r]++ }
}

function say(name, value, crops) { printf "%s %s %.4f %.2f\n", file, name, value, crops }

# The crop of reduction r nearest to point t of the sequence.
function at(r, t, u, v) {
    u = .5 + t / PLASTIC; v = .5 + t / (PLASTIC * PLASTIC)
    u -= int(u); v -= int(v)
    return score[r, int(v * n[r] / columns[r]) * columns[r] + int(u * columns[r]) + 1]
}

# Mean over points first..first + count - 1.
function mean(r, first, count, t, total) {
    for (t = first; t < first + count; t++)
        total += at(r, t)
    return total / count
}

# The crop of reduction r nearest to spot (u, v).
function near(r, u, v) {
    return score[r, int(v * (n[r] / columns[r] - 1) + .5) * columns[r] + int(u * (columns[r] - 1) + .5) + 1]
}

# Means over the middles of the four borders, and over the corners.
function borders(r) { return (near(r, 0, .5) + near(r, 1, .5) + near(r, .5, 0) + near(r, .5, 1)) / 4 }
function corners(r) { return (near(r, 0, 0) + near(r, 1, 0) + near(r, 0, 1) + near(r, 1, 1)) / 4 }
function middle(r) { return near(r, .5, .5) }

# Standard deviation of one crop among all: the error of a crop at random.
function deviation(r) { return sqrt(square[r] / n[r] - (sum[r] / n[r]) ^ 2) }

END {
    native = sum[1] / n[1]; half = sum[2] / n[2]; all = (native + half) / 2
    say("all-native-and-half", 0, n[1] + n[2])
    say("centre-native-and-half", centre - all, 2)
    say("all-native", native - all, n[1])
    say("all-half", half - all, n[2])
    say("all-quarter", sum[4] / n[4] - all, n[4])
    say("random-native-and-half", sqrt(deviation(1) ^ 2 + deviation(2) ^ 2) / 2, 2)
    for (k = 1; k <= 8; k *= 2)
        say("spread-" k "-native-" k "-half", (mean(1, 0, k) + mean(2, 0, k)) / 2 - all, 2 * k)
    around = (borders(1) + borders(2)) / 2 - all
    say("borders-native-and-half", around, 8)
    say("borders-and-centre", (4 * around + (middle(1) + middle(2)) / 2 - all) / 5, 10)
    say("corners-native-and-half", (corners(1) + corners(2)) / 2 - all, 8)
    say("spread-half-alone", mean(2, 0, 4) - all, 4)
    say("spread-quarter-alone", mean(4, 0, 4) - all, 4)
    for (k = 5; k <= 25; k *= 5)
        say("moving-mean-of-" k "-frames", (mean(1, 0, k) + mean(2, 0, k)) / 2 - all, 2)
    # From frame to frame the score of a still clip moves by this much (standard deviation).
    for (t = 0; t < 25; t++) {
        value = (at(1, t) + at(2, t)) / 2; total += value; squares += value * value
    }
    say("moving-frame-to-frame", sqrt(squares / 25 - (total / 25) ^ 2), 2)
}
