# SPDX-License-Identifier: Apache-2.0
"""frames - what is said between the core and this process: core/bus/frame.h. A frame is a msgpack array, its kind first."""
import msgpack

HELLO, STATE, ASK, RESULT, PART, READ, CONTENT, ITEMS, UP, CONTROL, EVENT = range(1, 12)
OK, CALL, BYE, BYTES, SPAN, ANSWER, ORDER = range(32, 39)
MANY = 64
STREAM_IN, STREAM_OUT = 1, 2
DRAIN, STOP = 1, 2
FRAME_MOST = 16 << 20
PART_MOST = 64 << 10
ITEM_MOST = FRAME_MOST - (64 << 10) - 64  # of a frame within a MANY


def pack(*items):
    return msgpack.packb(items)


def unpack(body):
    """A frame as a list that may end early: item(frame, 3) takes what is missing as None."""
    return msgpack.unpackb(body, strict_map_key=False)


def item(frame, i, otherwise=None):
    value = frame[i] if i < len(frame) else None
    return otherwise if value is None else value
