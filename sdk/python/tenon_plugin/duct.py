# SPDX-License-Identifier: Apache-2.0
"""duct - calls one way, results the other: frames over the stream socket that tenond left as this process's stdin (core/bus/duct.h).

Model    A frame is its length (4 bytes, big-endian) and its bytes. All are MANY: several frames in one, each a bin. What was answered in a
         turn of the loop goes back together. Once a MANY was sent, of none at first, calls come.
Failure  The core's end is this process's end.
"""
import asyncio
import os
import socket

import msgpack

from . import frames


def take_stdin():
    """The socket, out of the plugin's reach: stdin is /dev/null from now on."""
    sock = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    sock.setblocking(False)
    return sock


class Duct(asyncio.Protocol):
    def __init__(self, begin):
        self.begin = begin  # called with each CALL
        self.loop = asyncio.get_running_loop()
        self.transport = None
        self.got = bytearray()
        self.results = []

    @classmethod
    async def open(cls, sock, begin):
        loop = asyncio.get_running_loop()
        _, duct = await loop.connect_accepted_socket(lambda: cls(begin), sock)
        duct.flush()
        return duct

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        os._exit(0)

    def data_received(self, data):
        got = self.got
        got += data
        at = 0
        while len(got) - at >= 4:
            n = int.from_bytes(got[at:at + 4], "big")
            if n > frames.FRAME_MOST:
                os._exit(1)
            if len(got) - at - 4 < n:
                break
            many = frames.unpack(got[at + 4:at + 4 + n])
            at += 4 + n
            for packed in many[1:] if many[0] == frames.MANY else ():
                frame = frames.unpack(packed)
                if frame[0] == frames.CALL:
                    self.begin(frame)
        del got[:at]

    def answer(self, packed):
        """A packed RESULT, at the end of this turn of the loop."""
        self.results.append(packed)
        if len(self.results) == 1:
            self.loop.call_soon(self.flush)

    async def end(self):
        """Until the core has all."""
        self.flush()
        while self.transport.get_write_buffer_size() > 0:
            await asyncio.sleep(0.01)

    def flush(self):
        """What there is, in as many frames as it takes."""
        results, self.results = self.results, []
        while True:
            n = size = 0
            while n < len(results) and (n == 0 or size + len(results[n]) < frames.ITEM_MOST):
                size += len(results[n])
                n += 1
            packed = msgpack.packb([frames.MANY, *results[:n]])
            self.transport.write(len(packed).to_bytes(4, "big") + packed)
            results = results[n:]
            if not results:
                return
