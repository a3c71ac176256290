#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which pixels of a large frame to look at: scores whole frames crop by crop and prints how far what
# a few crops say is from that. Each picture is cut to the frame's shape, scaled to it, and looked at
# as it is, coded and damaged.
#
#   training/studies/crops.sh BIQA-TRAIN MODEL OUT PICTURE...
#
# SIZE=1920x1080 is the default. OUT keeps everything; a second call makes only what is missing.
set -eu

[ $# -ge 4 ] || { echo "usage: ${0##*/} BIQA-TRAIN MODEL OUT PICTURE..." >&2; exit 2; }
train=$1 model=$2 out=$3
shift 3
size=${SIZE:-1920x1080}
width=${size%x*} height=${size#*x}
mkdir -p "$out"

# frame PICTURE NAME: the picture as a frame.
frame() {
    [ -e "$2" ] && return
    gst-launch-1.0 -q filesrc location="$1" ! decodebin ! videoconvert ! \
        aspectratiocrop aspect-ratio="$width/$height" ! videoscale method=lanczos ! \
        "video/x-raw,width=$width,height=$height" ! pngenc snapshot=true ! filesink location="$2.part"
    mv "$2.part" "$2"
}

# damage FRAME TYPE PARAMETER
damage() {
    [ -e "$1.$2.p$3.png" ] && return
    "$train" distort -y "$2" -p "$3" -o "$out" "$1" >/dev/null
}

for picture; do
    name=$(basename "$picture")
    name=$out/${name%.*}.$width.png
    frame "$picture" "$name"
    damage "$name" h264 32
    damage "$name" h264 42
    damage "$name" scale 2
    damage "$name" slice-loss 0.2
    for file in "$name" "$name.h264.p32.png" "$name.h264.p42.png" "$name.scale.p2.png" \
        "$name.slice-loss.p0.2.png"; do
        [ -e "$file.csv" ] && continue
        "$train" map "$model" --threads 1 -r 1 -r 2 -r 4 "$file" >"$file.part"
        "$train" score "$model" "$file" >"$file.score"
        mv "$file.part" "$file.csv"
    done
done
for map in "$out"/*."$width".*csv; do
    awk -v file="$map" -v centre="$(awk -F , 'NR == 2 { print $2 }' "${map%csv}score")" \
        -f "$(dirname "$0")/crops.awk" "$map"
done | tee "$out/frames.$width.txt" | awk '
    { name = $2; error = $3; n[name]++; square[name] += error * error; crops[name] = $4
      if (error < 0) error = -error
      if (error > worst[name]) worst[name] = error
      if (!(name in at)) { at[name] = ++names; list[names] = name } }
    END { printf "%-28s %7s %7s %7s\n", "looked at, of a frame", "crops", "RMS", "worst"
          for (i = 1; i <= names; i++) { name = list[i]
              printf "%-28s %7.1f %7.2f %7.2f\n", name, crops[name], sqrt(square[name] / n[name]), worst[name] } }'

# level KIND MAP...: mean score at each size, each frame counting alike.
level() {
    kind=$1
    shift
    awk -F , -v kind="$kind" '
        FNR == 1 { frames++; next }
        { sum[frames, $2] += $6; n[frames, $2]++ }
        END { for (f = 1; f <= frames; f++)
                  for (r = 1; r <= 4; r *= 2)
                      mean[r] += sum[f, r] / n[f, r] / frames
              printf "%-28s %7.1f %7.1f %7.1f\n", kind, mean[1], mean[2], mean[4] }' "$@"
}

printf '\n%-28s %7s %7s %7s\n' 'mean score over all crops' native half quarter
level 'as it is' "$out"/*."$width".png.csv
for kind in h264.p32 h264.p42 scale.p2 slice-loss.p0.2; do
    level "$kind" "$out"/*."$width.png.$kind".png.csv
done
