#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""stand-in.py OUT BIQA-TRAIN JUDGE FRAMES: rates in the place of people, for improve.sh.

Looks at each picture beside its original with a full-reference judge of `biqa-train compare` whose scores
rise with quality, and puts all of them in one order, from 0 to 1. That order becomes points in old.csv and
grades from 1 to 5 in ratings-JUDGE.csv, whose columns are those of the page that `biqa-train gallery` makes.
"""

import csv
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

RATE = 25  # frames a second of the videos


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def old_pictures(out):
    """Pictures ORIGINAL.png.TYPE.LEVEL.png, and their originals."""
    for picture in sorted((out / "old").glob("*.png.*.png")):
        yield picture, out / "old" / (picture.name.split(".png.")[0] + ".png")


def new_pictures(out, frames):
    """Rows of images.csv, and the original of each: the frame of the pan, which starts anew at every bitrate."""
    moments = {row["file"]: row for row in read(out / "hard" / "hard-frames.csv")}
    for image in read(out / "gmad" / "images.csv"):
        moment = moments[Path(image["origin"]).name]
        video = Path(unquote(urlparse(moment["source"]).path)).stem
        frame = round(float(moment["time"]) * RATE) % frames
        yield image, out / "originals" / video / f"{frame:05d}.png"


def look(train, judge, seen):
    """What the judge says of pairs of original and picture, one command an original."""
    scores = {}
    for original in {original for original, _ in seen}:
        pictures = [picture for one, picture in seen if one == original]
        command = [train, "compare", "--with", judge, original, *pictures]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[1:]
        scores.update(zip(pictures, (float(line.split(",")[-1]) for line in said)))
    return [scores[picture] for _, picture in seen]


def main(out, train, judge, frames):
    old, new = list(old_pictures(out)), list(new_pictures(out, int(frames)))
    seen = [(original, picture) for picture, original in old]
    seen += [(original, out / "gmad" / image["image"]) for image, original in new]
    scores = look(train, judge, seen)
    order = sorted(scores)
    places = [order.index(score) / (len(order) - 1) for score in scores]

    rows = [[picture, f"{100 * place:.2f}", original.stem] for (picture, original), place in zip(old, places)]
    write(out / "old.csv", ["image", "mos", "content"], rows)
    pairs = {row[side]: row["pair"] for row in read(out / "gmad" / "pairs.csv") for side in ("better", "worse")}
    rows = [
        [judge, "absolute", "improve", pairs[image["image"]], image["image"], image["content"], "", "", f"{1 + 4 * place:.2f}"]
        for (image, _), place in zip(new, places[len(old) :])
    ]
    header = ["rater", "scale", "sitting", "pair", "image", "content", "other", "other-content", "grade"]
    write(out / f"ratings-{judge}.csv", header, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
