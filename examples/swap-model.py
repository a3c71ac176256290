#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""swap-model.py VIDEO OLD NEW: gives a running pipeline another model.

Plays VIDEO, a file or a URI, through a biqafilter whose model is the file OLD, from the start again
whenever it ends. Once SCORES frames are scored, sets the element's property "model" to NEW while frames
flow, and stops after as many scores of the new one. Prints a JSON object a line: a score with the model
it comes from, or the element's word that the new model has taken over. Exit status 1 where it does not.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

SCORES = 3


def say(**fields):
    print(json.dumps(fields), flush=True)


class Swap:
    """The pipeline, and which of the two models its scores come from."""

    def __init__(self, video, old, new):
        self.pipeline = Gst.parse_launch(
            "uridecodebin name=source ! videoconvert ! biqafilter name=filter ! fakesink"
        )
        uri = video if "://" in video else Gst.filename_to_uri(video)
        self.pipeline.get_by_name("source").set_property("uri", uri)
        self.filter = self.pipeline.get_by_name("filter")
        self.filter.set_property("model", old)
        self.model, self.new = old, new
        self.scores = 0  # of the model
        self.passed = 0  # frames scored since the video began

    def on_score(self, frame):
        self.scores += 1
        self.passed += 1
        say(model=self.model, frame=frame.get_value("frame"), score=round(frame.get_value("score"), 2))
        if self.scores == SCORES and self.model != self.new:
            self.filter.set_property("model", self.new)

    def on_model(self, name):
        say(takes_over=name)
        self.model, self.scores = name, 0

    def on_element(self, structure):
        if structure.get_name() == "biqa-model":
            self.on_model(structure.get_string("model"))
        elif structure.get_name() == "biqa" and structure.get_string("origin") == "inferred":
            self.on_score(structure)

    def on_message(self, message):
        """What is wrong, if anything."""
        if message.type == Gst.MessageType.ELEMENT:
            self.on_element(message.get_structure())
        elif message.type == Gst.MessageType.EOS and not self.passed:
            return "no frame of the video is scored"
        elif message.type == Gst.MessageType.EOS:
            self.passed = 0
            self.pipeline.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH, 0)
        elif message.type == Gst.MessageType.WARNING and message.src == self.filter:
            return message.parse_warning()[0].message
        elif message.type == Gst.MessageType.ERROR:
            return message.parse_error()[0].message
        return None

    def run(self):
        wanted = Gst.MessageType.ELEMENT | Gst.MessageType.EOS | Gst.MessageType.WARNING | Gst.MessageType.ERROR
        bus, wrong = self.pipeline.get_bus(), None
        self.pipeline.set_state(Gst.State.PLAYING)
        while wrong is None and not (self.model == self.new and self.scores >= SCORES):
            wrong = self.on_message(bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, wanted))
        self.pipeline.set_state(Gst.State.NULL)
        return wrong


def main(arguments):
    Gst.init(None)
    if len(arguments) != 3 or arguments[1] == arguments[2]:
        sys.exit("usage: swap-model.py VIDEO OLD NEW, two files of models")
    wrong = Swap(*arguments).run()
    sys.exit(f"swap-model.py: {wrong}" if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
