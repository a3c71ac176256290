#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""read-metadata.py [URI|test [PROPERTY=VALUE]...]: prints what biqafilter says of each frame.

One JSON object a line: "from" is "buffer" for the metadata that a frame carries, read where the frame
arrives, and the message's name for what comes by the bus. Everything is read by GObject introspection, with
no header or module of biqafilter's: Debian's python3-gi and gir1.2-gstreamer-1.0 are all it needs.
"""

import json
import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

# Without GStreamer's overrides for Python an array of a structure is read by ValueArray.get_nth().
warnings.filterwarnings("ignore", message=".*get_nth", category=DeprecationWarning)


def to_dict(structure):
    """The fields of a Gst.Structure; a time that is not known is None."""
    fields = {}
    for i in range(structure.n_fields()):
        name = structure.nth_field_name(i)
        known, array = structure.get_array(name)
        if known:
            fields[name] = [array.get_nth(k) for k in range(array.n_values)]
            continue
        value = structure.get_value(name)
        fields[name] = None if value == Gst.CLOCK_TIME_NONE else value
    return fields


def show(where, structure):
    line = json.dumps({"from": where, **to_dict(structure)}, default=str)
    sys.stdout.write(line + "\n")  # in one go: buffers and messages come on threads of their own
    sys.stdout.flush()


def on_message(structure):
    if structure.get_name().startswith("biqa"):
        show(structure.get_name(), structure)


def on_buffer(pad, info):
    """A probe where frames arrive: the way to read metadata in any pipeline, with any sink."""
    meta = info.get_buffer().get_custom_meta("GstBiqaMeta")
    if meta:
        show("buffer", meta.get_structure())
    return Gst.PadProbeReturn.OK


def main(arguments):
    Gst.init(None)
    uri, properties = (arguments or ["test"])[0], " ".join(arguments[1:])
    source = "videotestsrc pattern=zone-plate kx2=5 ky2=5 num-buffers=5" if uri == "test" else f'uridecodebin uri="{uri}"'
    pipeline = Gst.parse_launch(
        f"{source} ! videoconvert ! biqafilter {properties} ! fakesink name=sink"
    )
    sink = pipeline.get_by_name("sink")
    sink.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, on_buffer)

    pipeline.set_state(Gst.State.PLAYING)
    wanted = Gst.MessageType.ELEMENT | Gst.MessageType.ERROR | Gst.MessageType.EOS
    status = None
    while status is None:
        message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, wanted)
        if message.type == Gst.MessageType.EOS:
            status = 0
        elif message.type == Gst.MessageType.ERROR:
            print(message.parse_error()[0].message, file=sys.stderr)
            status = 1
        else:
            on_message(message.get_structure())
    pipeline.set_state(Gst.State.NULL)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
