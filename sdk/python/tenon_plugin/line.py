# SPDX-License-Identifier: Apache-2.0
"""line - the REQ socket to the core, and the contexts on which questions are asked.

Model    A Line asks one question at a time; `done(answer)` is called on the event loop, with the packed frame. Bus.ask() takes a line
         from a pool and awaits. A question is never withdrawn: an asker that is cancelled leaves, and the line comes back with the answer.
Speed    One callback of nng into Python for each question, and one wake-up of the loop for all answers that came meanwhile. pynng's own
         coroutines take two of each, and a new nng_aio every time: 3 to 4 times as long. So this uses pynng's bindings of nng (hence the
         pinned minor version), with its completion function, which looks up what to call in pynng's map.
Failure  The core is gone: this process ends, in whatever it does.
"""
import asyncio
import collections
import os

from pynng import Req0, _aio
from pynng._nng import ffi, lib
from pynng.exceptions import check_err

from . import frames
from .errors import Failure

QUESTIONS_MOST = 512


class Line:
    def __init__(self, bus):
        self.bus = bus
        self.context = ffi.new("nng_ctx *")
        check_err(lib.nng_ctx_open(self.context, bus.socket.socket))
        self.sending, self.receiving = ffi.new("nng_aio **"), ffi.new("nng_aio **")
        check_err(lib.nng_aio_alloc(self.sending, ffi.NULL, ffi.NULL))
        check_err(lib.nng_aio_alloc(self.receiving, lib._async_complete, ffi.cast("void *", id(self))))
        self.done = None

    def ask(self, packed, done):
        self.done = done
        message = ffi.new("nng_msg **")
        check_err(lib.nng_msg_alloc(message, 0))
        check_err(lib.nng_msg_append(message[0], packed, len(packed)))
        lib.nng_aio_wait(self.sending[0])  # long over: the answer to it came
        lib.nng_aio_set_msg(self.sending[0], message[0])
        lib.nng_ctx_send(self.context[0], self.sending[0])
        _aio._aio_map[id(self)] = self.on_answer
        lib.nng_ctx_recv(self.context[0], self.receiving[0])

    def on_answer(self):
        """On a thread of nng's."""
        if lib.nng_aio_result(self.receiving[0]) != 0:
            return  # closed: the process ends
        message = lib.nng_aio_get_msg(self.receiving[0])
        body = bytes(ffi.buffer(lib.nng_msg_body(message), lib.nng_msg_len(message)))
        lib.nng_msg_free(message)
        self.bus.arrived(self.done, body)


class Bus:
    def __init__(self, address):
        self.loop = asyncio.get_running_loop()
        self.socket = Req0(resend_time=-1, recv_max_size=frames.FRAME_MOST)
        self.socket.add_post_pipe_remove_cb(lambda _: os._exit(0))
        self.socket.dial(address, block=True)
        self.free = []
        self.lines = 0
        self.answers = collections.deque()
        self.woken = False

    def arrived(self, done, body):
        """Any thread."""
        self.answers.append((done, body))
        if not self.woken:
            self.woken = True
            self.loop.call_soon_threadsafe(self.hand_over)

    def hand_over(self):
        self.woken = False
        while self.answers:
            done, body = self.answers.popleft()
            done(body)

    def take_line(self):
        if self.free:
            return self.free.pop()
        if self.lines == QUESTIONS_MOST:
            raise Failure("OVERLOADED", "more than %d questions to the core at once" % QUESTIONS_MOST)
        self.lines += 1
        return Line(self)

    async def ask(self, *items):
        """The frame that answers."""
        return await self.ask_packed(frames.pack(*items))

    async def ask_packed(self, packed):
        if len(packed) > frames.FRAME_MOST:
            raise Failure("TOO_LARGE", "%d bytes for one message, %d at most" % (len(packed), frames.FRAME_MOST))
        line, answer = self.take_line(), self.loop.create_future()

        def done(body):
            self.free.append(line)
            if not answer.done():
                answer.set_result(body)
        line.ask(packed, done)
        return frames.unpack(await answer)
