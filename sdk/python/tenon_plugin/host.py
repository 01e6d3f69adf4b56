# SPDX-License-Identifier: Apache-2.0
"""host - one instance of a plugin in this process, as sdk/host/main.c does it for one in C.

    read what to host (fd 3) -> greet -> load, create -> say so -> calls come by the duct -> order to stop -> calls end -> drain -> exit

Model    A call is a task. As many come at once as tenond gave lanes; one question waits for orders.
Threads  The event loop; functions that are no coroutines run in a pool.
Failure  An exception of a handler is INTERNAL with its type and message for the client, and a traceback for the log. The core's end is
         this process's end, at once: what is acknowledged is durable.
"""
import asyncio
import concurrent.futures
import faulthandler
import inspect
import logging
import os
import sys

import msgpack

from . import frames, log
from .call import Call, Instance, ThreadCall, expect_ok
from .codec import decode, encode
from .describe import ABI
from .errors import CODES, Failure, clip
from .duct import Duct, take_stdin
from .line import Bus
from .load import load

HOSTING_FD = 3
BLOCKED_S = 4  # the core answers each second
LOST_S = 5


def read_hosting():
    """The map that tenond left on fd 3 (core/plug/hosting.h)."""
    try:
        with os.fdopen(HOSTING_FD, "rb") as f:
            packed = f.read()
    except OSError:
        packed = b""
    if not packed:
        raise Failure("INVALID_ARGUMENT", "it is started by tenond, which says on descriptor %d what to host" % HOSTING_FD)
    return msgpack.unpackb(packed)


class Host:
    def __init__(self, hosting):
        self.hosting = hosting
        self.bus = self.duct = self.plugin = self.instance = self.pool = None
        self.running = {}  # id: Call
        self.idle = asyncio.Event()
        self.ended = asyncio.get_running_loop().create_future()

    # ---- one call ----

    def begin(self, frame):
        method = self.plugin.methods.get(frame[2])
        if method is None:
            self.duct.answer(frames.pack(frames.RESULT, frame[1], CODES["NO_ROUTE"], "its host does not know this method"))
            return
        call = Call(self.instance, method, frame)
        self.running[call._id] = call
        asyncio.ensure_future(self.serve(call, frames.item(frame, 9, {})))

    async def serve(self, call, fields):
        call._task = asyncio.current_task()  # from here on it may be cancelled: a task that has not begun would end without a word
        try:
            if call.cancelled and not call._method.is_write:
                raise Failure("CANCELLED")
            result = await self.run(call, fields)
            packed = frames.pack(frames.RESULT, call._id, 0, None, encode(result, call._method.result))
            if len(packed) > frames.ITEM_MOST:
                raise Failure("TOO_LARGE", "its answer is too large: %d bytes, %d at most" % (len(packed), frames.ITEM_MOST))
        except BaseException as e:
            packed = frames.pack(frames.RESULT, call._id, *self.explain(call, e))
        del self.running[call._id]
        if not self.running:
            self.idle.set()
        self.duct.answer(packed)

    async def run(self, call, fields):
        method = call._method
        args = (decode(method.args, fields),) if method.takes_args else ()
        if method.is_async:
            result = await method.fn(call, *args)
        else:
            call._job = self.pool.submit(call._method.fn, ThreadCall(call), *args)
            result = await asyncio.wrap_future(call._job)
        await call._send_items()
        if result is None and not (method.result.__dataclass_fields__ and method.emits is None):
            result = method.result()
        return result

    def explain(self, call, e):
        """(code, text) of what a handler raised."""
        if isinstance(e, Failure):
            return CODES[e.code], clip(e.message)
        if isinstance(e, asyncio.CancelledError) and call.cancelled:
            return CODES["CANCELLED"], ""
        call.log.error("%s.%s failed", self.instance.name, call.method, exc_info=e)
        if isinstance(e, MemoryError):
            return CODES["NO_MEMORY"], "no memory left for this request"
        return CODES["INTERNAL"], clip("%s: %s" % (type(e).__name__, e))

    # ---- orders ----

    def look_at_threads(self):
        """A thread whose call is over cannot be taken back. When no other is left, a new process is better than this one."""
        late = self.bus.loop.time() - LOST_S
        lost = [c for c in self.running.values() if c._job is not None and c._left is not None and c._left < late and c._job.running()]
        if len(lost) >= self.plugin.threads:
            self.instance.log.error("all %d threads are lost to calls that ended long ago (%s) and run on: look at call.cancelled in loops; ending", len(lost),
                                    ", ".join(sorted({c.method for c in lost})))
            faulthandler.dump_traceback()
            os._exit(1)

    async def await_orders(self):
        while True:
            faulthandler.dump_traceback_later(BLOCKED_S)  # where the loop is held, before the core ends this process for it
            self.look_at_threads()
            frame = await self.bus.ask(frames.CONTROL, len(self.running), self.instance.gauges)
            if frame[0] != frames.ORDER:
                continue
            for number in frames.item(frame, 2, ()):
                call = self.running.get(number)
                if call is not None:
                    call._cancel()
            if frames.item(frame, 1, 0) & frames.STOP and not self.ended.done():
                self.ended.set_result(None)

    async def stop(self):
        while self.running:
            self.idle.clear()
            await self.idle.wait()
        try:
            await self.step(self.plugin.drain_fn)
        except Exception as e:
            self.instance.log.warning("drain: %s", e, exc_info=e)

    # ---- the instance ----

    async def step(self, fn):
        if fn is None:
            return None
        if inspect.iscoroutinefunction(fn):
            return await fn(self.instance)
        return await self.bus.loop.run_in_executor(self.pool, fn, self.instance)

    async def create(self):
        h = self.hosting
        faulthandler.enable()  # a crash leaves its line of Python in the log
        self.plugin = load(h["path"], h["kind"])
        config = None
        if self.plugin.config is not None:
            config = decode(self.plugin.config, msgpack.unpackb(h.get("config") or b"\x80"))
        self.pool = concurrent.futures.ThreadPoolExecutor(self.plugin.threads, "handler")
        self.instance = Instance(self.bus, h["instance"], h["data_dir"], config)
        self.instance.self = await self.step(self.plugin.create_fn)

    async def start(self):
        """(code, why)"""
        try:
            await self.create()
            return 0, ""
        except Failure as e:
            return CODES[e.code], clip(e.message)
        except BaseException as e:
            logging.getLogger("tenon").error("it does not start", exc_info=e)
            return CODES["INTERNAL"], clip("%s: %s" % (type(e).__name__, e))

    async def serve_all(self):
        self.stdin = take_stdin()
        self.bus = Bus(self.hosting["address"])
        expect_ok(await self.bus.ask(frames.HELLO, ABI, self.hosting["token"]))
        code, why = await self.start()
        expect_ok(await self.bus.ask(frames.STATE, code, why))
        if code < 0:
            return 1
        self.duct = await Duct.open(self.stdin, self.begin)
        orders = asyncio.ensure_future(self.await_orders())
        await self.ended
        await self.stop()
        await self.duct.end()
        del orders
        return 0


async def host():
    hosting = read_hosting()
    log.setup(hosting.get("log_level", 2))
    try:
        return await Host(hosting).serve_all()
    except Exception as e:
        logging.getLogger("tenon").error("%s: %s", type(e).__name__, e, exc_info=e)
        return 1


def main():
    try:
        status = asyncio.run(host())
    except Failure as e:
        print("tenon_plugin: %s" % e.message, file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # threads of handlers and of nng are not waited for
