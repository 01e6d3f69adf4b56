# SPDX-License-Identifier: Apache-2.0
"""testing - a plugin's methods without a server: what its unit tests use.

    from tenon_plugin.testing import MockHost

    with MockHost(plugin, config={"greeting": "Hi"}) as host:
        assert host.call("greet", {"name": "Ada"}).result.text == "Hi, Ada!"
        host.others["sql.query"] = lambda args: {"columns": 1, "values": [{"i": 1}]}
        out = host.call("export", body=b"...")      # out.bytes, out.content, out.items, out.calls

Arguments are checked as the core would, and go through the wire's form both ways; so does the result. A call that fails raises Failure;
an exception of a handler comes as it is.
"""
import asyncio
import concurrent.futures
import tempfile

import msgpack

from . import frames
from .call import Call, Instance
from .codec import check, decode, encode, encode_one
from .errors import CODES, Failure
from .host import Host
from .messages import ARRAY, JSON, MSG, rows


class Outcome:
    """What a call came to: its result (a message), and what it did on the way."""

    def __init__(self, body):
        self.result = None
        self.content, self.items, self.calls, self.parts = {}, [], [], []
        self.body = [body[i:i + frames.PART_MOST] for i in range(0, len(body), frames.PART_MOST)]

    bytes = property(lambda self: b"".join(self.parts))


class MockBus:
    """Answers what a handler asks for."""

    def __init__(self, host):
        self.host = host
        self.loop = asyncio.get_running_loop()
        self.out = Outcome(b"")
        self.span = None

    async def ask(self, *items):
        return await self.ask_packed(frames.pack(*items))

    async def ask_packed(self, packed):
        frame = frames.unpack(packed)
        kind = frame[0]
        if kind == frames.READ:
            return [frames.BYTES, 0, self.out.body.pop(0) if self.out.body else b""]
        if kind == frames.CONTENT:
            names = ("type", "filename", "etag", "size", "mtime")
            self.out.content = dict(zip(names, frame[3:8]))
            return [frames.SPAN, 0, None, *(self.span or (0, max(frame[6], 0)))]
        if kind == frames.PART:
            self.out.parts.append(frame[3])
        if kind == frames.ITEMS:
            self.out.items += frame[2]
        return self.call(frame) if kind == frames.UP else [frames.OK, 0]

    def call(self, frame):
        name, args = "%s.%s" % (frame[2], frame[3]), frame[6]
        self.out.calls.append((name, args))
        other = self.host.others.get(name)
        if other is None:
            return [frames.ANSWER, CODES["NO_ROUTE"], "%s is not there: MockHost(others={%r: ...})" % (name, name)]
        try:
            return [frames.ANSWER, 0, None, other(args)]
        except Failure as e:
            return [frames.ANSWER, CODES[e.code], e.message]


class MockHost:
    """others: {"sql.query": function of the arguments, a dict, that returns a dict or raises Failure}."""

    def __init__(self, plugin, *, config=None, others=None):
        self.plugin, self.settings = plugin, dict(config or {})
        self.others = dict(others or {})

    def __enter__(self):
        self.runner = asyncio.Runner()
        self.dir = tempfile.TemporaryDirectory()
        try:
            self.runner.run(self.open())
        except BaseException:
            self.dir.cleanup()
            self.runner.close()
            raise
        return self

    def __exit__(self, *_):
        self.runner.run(self.host.step(self.plugin.drain_fn))
        self.host.pool.shutdown()
        self.runner.close()
        self.dir.cleanup()

    async def open(self):
        self.bus = MockBus(self)
        self.host = Host({})
        self.host.bus, self.host.plugin = self.bus, self.plugin
        self.host.pool = concurrent.futures.ThreadPoolExecutor(self.plugin.threads)
        config = None
        if self.plugin.config is not None:
            check(self.plugin.config, self.settings)
            config = decode(self.plugin.config, wire(self.plugin.config, self.settings))
        self.host.instance = Instance(self.bus, self.plugin.name, self.dir.name, config)
        self.host.instance.self = await self.host.step(self.plugin.create_fn)

    def call(self, name, args=None, *, body=b"", principal="tester", span=None):
        """Runs a method to its end. body: the bytes of the request; span: (offset, length), what of the answer's bytes is asked for."""
        return self.runner.run(self.run(name, args or {}, body, principal, span))

    async def run(self, name, args, body, principal, span):
        method = self.plugin.methods.get(name)
        if method is None:
            raise Failure("NO_ROUTE", "%s has no method %s" % (self.plugin.name, name))
        check(method.args, args)
        out = Outcome(body)
        self.bus.out, self.bus.span = out, span
        call = Call(self.host.instance, method, [frames.CALL, 1, name, 0, -1, "0" * 32, "0" * 16, principal, "default"])
        result = await self.host.run(call, over_the_wire(wire(method.args, args)))
        out.result = decode(method.result, over_the_wire(encode(result, method.result)))
        if method.emits is not None:
            out.items = [decode(method.emits.sub, item) for item in out.items]
        return out


def over_the_wire(fields):
    return msgpack.unpackb(msgpack.packb(fields))


def wire(cls, args):
    """Arguments of a test, names of the rows to plain values, as the core sends them: free JSON as text."""
    out = {}
    for row in rows(cls):
        value = args.get(row.name)
        if value is None:
            continue
        if row.type == JSON:
            value = [encode_one(row, v, row.name) for v in value] if row.card == ARRAY else encode_one(row, value, row.name)
        if row.type == MSG:
            value = [wire(row.sub, v) for v in value] if row.card == ARRAY else wire(row.sub, value)
        out[row.name] = value
    return out
