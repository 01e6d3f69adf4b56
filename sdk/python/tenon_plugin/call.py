# SPDX-License-Identifier: Apache-2.0
"""call - what a handler gets: who asks, how long it may take, and what it may ask for meanwhile.

    call.principal call.workspace call.trace call.deadline (loop time; None: no end) call.cancelled
    call.self (what create() returned) call.config call.data_dir call.instance (its name)
    call.fail("NOT_FOUND", "there is no such thing")        raises
    await call.call("sql", "query", {"sql": "SELECT 1"})    a dict; a Failure if it failed
    async for part in call.read(): ...                      the bytes of the request (stream_in)
    span = await call.content(type="text/csv", size=n)      before the bytes of an answer (stream_out): what is wanted of them
    await call.write(b"...")                                waits while the client is slow
    await call.emit(Item(...))                              one item of the result's emit=True field
    call.log.info("..."), call.metric("queue_length", 3)

A function that runs in a thread gets a ThreadCall: the same names, which wait by themselves (`for part in call.read()`).
"""
import asyncio
import concurrent.futures
import logging
import re
import typing

from . import frames
from .codec import encode
from .errors import CODES, Failure, failure_of

ITEMS_BYTES = 32 << 10


class Span(typing.NamedTuple):
    """The bytes that are wanted of an answer: all, a range, or none (length 0)."""
    offset: int
    length: int


def expect_ok(frame):
    code = frames.item(frame, 1, 0) if frame[0] in (frames.OK, frames.SPAN, frames.BYTES, frames.ANSWER) else CODES["INTERNAL"]
    if code < 0:
        text = frames.item(frame, 2, "")
        raise failure_of(code, text if isinstance(text, str) else "")
    return frame


class Instance:
    """What create() and drain() get, and what outlives a call."""

    def __init__(self, bus, name, data_dir, config):
        self._bus = bus
        self.name, self.data_dir, self.config = name, data_dir, config
        self.self = None
        self.log = logging.getLogger("tenon." + name)
        self.gauges = {}

    def metric(self, name, value):
        """A gauge, at /metrics as tenon_<interface>_<name>; the core fetches it within a second or two."""
        if not re.fullmatch(r"[a-z0-9_]{1,63}", name):
            raise ValueError("metric %r: a name has a-z, 0-9 and _ only" % name)
        if name not in self.gauges and len(self.gauges) >= 256:
            raise ValueError("metric %r: there are 256 already" % name)
        self.gauges[name] = float(value)

    async def call(self, instance, method, args=None, *, _id=0, _relay=False, _ms=-1):
        """Calls a method of another instance, for nobody in particular: not on behalf of a call."""
        frame = await self._bus.ask(frames.UP, _id, instance, method, int(_relay), _ms, args or {})
        return frames.item(expect_ok(frame), 3, {})


class Call:
    def __init__(self, instance, method, frame):
        self._instance, self._bus, self._method = instance, instance._bus, method
        self._id, self._flags = frame[1], frames.item(frame, 3, 0)
        ms = frames.item(frame, 4, -1)
        self.trace, self.span = frames.item(frame, 5, ""), frames.item(frame, 6, "")
        self.principal, self.workspace = frames.item(frame, 7, ""), frames.item(frame, 8, "")
        self.method = method.name
        self.deadline = None if ms < 0 else self._bus.loop.time() + ms / 1000
        self.cancelled = False
        self._task = self._job = None  # what runs it; of a function in a thread: its place in the pool
        self._left = None  # loop time at which it was cancelled
        self._items, self._items_bytes, self._part = [], 0, 0

    instance = property(lambda self: self._instance.name)
    config = property(lambda self: self._instance.config)
    data_dir = property(lambda self: self._instance.data_dir)
    self = property(lambda self: self._instance.self)

    @property
    def log(self):
        """A logger whose lines go to tenond's log, with this call's trace id."""
        return logging.LoggerAdapter(self._instance.log, {"trace": self.trace})

    def metric(self, name, value):
        self._instance.metric(name, value)

    def fail(self, code, message="") -> typing.NoReturn:
        """Ends the call with an error; the client sees code and message."""
        raise Failure(code, message)

    @property
    def remaining(self):
        """Seconds until the deadline; None: no end."""
        return None if self.deadline is None else max(0.0, self.deadline - self._bus.loop.time())

    def _ms(self):
        return -1 if self.deadline is None else int(self.remaining * 1000)

    async def call(self, instance, method, args=None):
        """Calls a method of another instance, for whom this call is for. Raises Failure with what it answered."""
        return await self._instance.call(instance, method, args, _id=self._id, _ms=self._ms())

    async def relay(self, instance, method, args=None):
        """As call(), and hands the streams of this call over: the last act on bytes that need not pass through Python."""
        return await self._instance.call(instance, method, args, _id=self._id, _ms=self._ms(), _relay=True)

    # ---- bytes ----

    async def read(self):
        """The parts of the request's bytes."""
        while True:
            frame = await self._bus.ask(frames.READ, self._id, frames.PART_MOST)
            part = frames.item(expect_ok(frame), 2, b"")
            if not part:
                return
            yield part

    async def content(self, *, type=None, filename=None, etag=None, size=-1, mtime=-1):
        """Says what the bytes of the answer are. filename makes it a download; size -1: not known. Write only what the Span says."""
        frame = expect_ok(await self._bus.ask(frames.CONTENT, self._id, 1, type, filename, etag, size, mtime))
        return Span(frames.item(frame, 3, 0), frames.item(frame, 4, 0))

    async def write(self, data):
        """Bytes of the answer. Returns when the core has room for more."""
        data = memoryview(data).cast("B")
        for at in range(0, len(data), frames.PART_MOST):
            part, self._part = self._part, self._part + 1
            expect_ok(await self._bus.ask(frames.PART, self._id, part, bytes(data[at:at + frames.PART_MOST])))

    async def answer(self, data, **content):
        """All bytes of a small answer, or what is wanted of them."""
        span = await self.content(size=len(data), **content)
        await self.write(memoryview(data)[span.offset:span.offset + span.length])

    # ---- items ----

    async def emit(self, item):
        """Hands over one item of the result's field that has emit=True."""
        row = self._method.emits
        if row is None:
            raise TypeError("method %s: its result has no field with emit=True" % self.method)
        packed = frames.msgpack.packb(encode(item, row.sub, row.name))
        self._items.append(packed)
        self._items_bytes += len(packed)
        if self._items_bytes >= ITEMS_BYTES:
            await self._send_items()

    async def _send_items(self):
        items, self._items, self._items_bytes = self._items, [], 0
        if items:
            pack = frames.msgpack.Packer(autoreset=False)
            pack.pack_array_header(3)
            pack.pack(frames.ITEMS)
            pack.pack(self._id)
            pack.pack_array_header(len(items))
            expect_ok(await self._bus.ask_packed(pack.bytes() + b"".join(items)))

    # ---- the end ----

    def _cancel(self):
        """Its asker is gone, or its time is over. A write goes on: its caller hears what became of it."""
        self.cancelled = True
        self._left = self._bus.loop.time()
        if self._job is not None:
            self._job.cancel()  # if it waits for a thread; what runs there goes on
        elif self._task is not None and not self._method.is_write:
            self._task.cancel()


class ThreadCall:
    """A Call for a function in a thread: what parks there, waits here."""

    def __init__(self, call):
        self._call = call

    def __getattr__(self, name):
        return getattr(self._call, name)

    def _wait(self, coroutine):
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._call._bus.loop).result()
        except concurrent.futures.CancelledError:  # no asyncio.CancelledError: this is a thread's future
            raise Failure("CANCELLED") from None

    def call(self, instance, method, args=None):
        return self._wait(self._call.call(instance, method, args))

    def relay(self, instance, method, args=None):
        return self._wait(self._call.relay(instance, method, args))

    def read(self):
        parts = self._call.read()
        while True:
            part = self._wait(anext(parts, None))
            if part is None:
                return
            yield part

    def content(self, **about):
        return self._wait(self._call.content(**about))

    def write(self, data):
        self._wait(self._call.write(data))

    def answer(self, data, **content):
        self._wait(self._call.answer(data, **content))

    def emit(self, item):
        self._wait(self._call.emit(item))
