# SPDX-License-Identifier: Apache-2.0
"""plugin, describe and testing - what a plugin says of itself, and its methods run on the mock host."""
import asyncio
import os
import sys
import tempfile
import threading
import unittest

import msgpack

from tenon_plugin import Failure, Plugin, field, message
from tenon_plugin.describe import describe, pack
from tenon_plugin.load import load
from tenon_plugin.log import CONTROL
from tenon_plugin.testing import MockHost


@message
class Config:
    greeting: str = field(default="Hello", range="1..10")
    secret: str = field(default="", secret=True)


@message
class Args:
    name: str


@message
class Item:
    i: int


@message
class Items:
    items: list[Item] = field(emit=True)
    n: int = 0


plugin = Plugin("p", version="1", config=Config, needs="sql")


@plugin.create
def create(instance):
    return {"thread": threading.current_thread(), "drained": False}


@plugin.drain
async def drain(instance):
    instance.self["drained"] = True


@plugin.method(route=["GET /p/{name}", ("mlflow", "POST /p")], permission="read", idempotent=True, errors="NOT_FOUND")
async def greet(call, args: Args) -> Args:
    """Greets.

    More of it."""
    if args.name == "nobody":
        call.fail("NOT_FOUND", "nobody")
    return Args(name=call.config.greeting + " " + args.name)


@plugin.method(permission="edit", write=True)
def blocking(call, args: Args) -> Args:
    assert threading.current_thread() is not threading.main_thread()
    out = call.call("sql", "query", {"sql": args.name})
    return Args(name=out["name"])


@plugin.method(permission="edit", stream_in=True, stream_out=True)
async def copy(call):
    parts = [p async for p in call.read()]
    await call.answer(b"".join(parts), type="text/plain")


@plugin.method(permission="edit", stream_in=True, stream_out=True)
def copy_in_thread(call):
    call.answer(b"".join(call.read()))


@plugin.method(permission="read")
async def many(call, args: Args) -> Items:
    for i in range(int(args.name)):
        await call.emit(Item(i=i))
    return Items(n=int(args.name))


@plugin.method(permission="read")
async def wrong(call) -> Args:
    return {"name": "a dict"}


class Methods(unittest.TestCase):
    def test_calls(self):
        with MockHost(plugin, config={"greeting": "Hi"}, others={"sql.query": lambda args: {"name": args["sql"]}}) as host:
            self.assertEqual(host.call("greet", {"name": "Ada"}).result.name, "Hi Ada")
            self.assertEqual(host.call("blocking", {"name": "x"}).calls, [("sql.query", {"sql": "x"})])
            self.assertEqual([i.i for i in host.call("many", {"name": "9000"}).items], list(range(9000)))
            body = os.urandom(200000)
            for method in ("copy", "copy_in_thread"):
                self.assertEqual(host.call(method, body=body).bytes, body)
                self.assertEqual(host.call(method, body=body, span=(5, 7)).bytes, body[5:12])
            with self.assertRaises(Failure) as e:
                host.call("greet", {"name": "nobody"})
            self.assertEqual((e.exception.code, e.exception.message), ("NOT_FOUND", "nobody"))
            self.assertRaises(Failure, host.call, "greet")
            self.assertRaises(Failure, host.call, "nothing")
            self.assertRaises(TypeError, host.call, "wrong")
            del host.others["sql.query"]
            self.assertRaises(Failure, host.call, "blocking", {"name": "x"})
            state = host.host.instance.self
            self.assertIsNot(state["thread"], threading.main_thread())
        self.assertTrue(state["drained"])
        with self.assertRaises(Failure):
            MockHost(plugin, config={"greeting": ""}).__enter__()


class Description(unittest.TestCase):
    def test_it_is_what_the_core_reads(self):
        d = msgpack.unpackb(pack(plugin))
        self.assertEqual((d["abi"], d["name"], d["interface"], d["needs"], d["builtin"], d["starts"]), (0, "p", "service", "sql", "p", True))
        tables = {t["name"]: t for t in d["tables"]}
        self.assertEqual(set(tables), {"config", "args", "item", "items", "empty"})
        self.assertEqual(d["tables"][d["config"]]["name"], "config")
        greet = {m["name"]: m for m in d["methods"]}["greet"]
        self.assertEqual(greet["routes"], [{"dialect": "native", "path": "GET /p/{name}"}, {"dialect": "mlflow", "path": "POST /p"}])
        self.assertEqual((greet["flags"], greet["doc"], greet["errors"]), (2, "Greets.\n\nMore of it.", "NOT_FOUND"))
        self.assertEqual({m["name"]: m.get("flags", 0) for m in d["methods"]}["copy"], 12)
        rows = {r["name"]: r for r in tables["config"]["rows"]}
        self.assertEqual((rows["greeting"]["dflt"], rows["greeting"]["range"], rows["secret"]["flags"]), ("Hello", "1..10", 16))
        items = {r["name"]: r for r in tables["items"]["rows"]}["items"]
        self.assertEqual((items["type"], items["card"], items["flags"], d["tables"][items["table"]]["name"]), (8, 1, 2, "item"))

    def test_two_of_a_name(self):
        other = message(type("Args", (), {"__annotations__": {"x": int}}))
        p = Plugin("p", version="1")

        def f(call, args) -> None:
            pass
        for name, cls in (("a", Args), ("b", other)):
            f.__annotations__ = {"args": cls, "return": None}
            p.method(name=name, hidden=True)(f)
        self.assertRaises(TypeError, describe, p)

    def test_what_is_no_method_is_refused(self):
        p = Plugin("p", version="1")
        for fn in (lambda: 0, lambda a, b, c: 0, lambda call, args: 0):
            self.assertRaises(TypeError, p.method(name="x", permission="read"), fn)
        self.assertRaises(TypeError, p.method(permission="read"), lambda call: 0)  # no name
        self.assertRaises(TypeError, p.method(name="x"), lambda call: 0)  # no permission
        p.method(name="x", permission="read")(lambda call: 0)
        self.assertRaises(TypeError, p.method(name="x", permission="read"), lambda call: 0)  # twice
        for bad in (dict(name="Big", version="1"), dict(name="a-b", version="1"), dict(name="a", version="1", config=int), dict(name="a", version="1", threads=0)):
            self.assertRaises(TypeError, Plugin, **bad)


class Files(unittest.TestCase):
    def load(self, text, kind=None):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "json.py")  # a library's name does no harm
            with open(path, "w") as f:
                f.write(text)
            return load(path, kind)

    def test_load(self):
        import json
        one = "from tenon_plugin import Plugin\nx = Plugin('a', version='1')\n"
        self.assertEqual(self.load(one, "service/a").name, "a")
        self.assertIs(sys.modules["json"], json)
        for text, kind in ((one, "service/b"), ("", None), (one + "y = Plugin('b', version='1')\n", None)):
            self.assertRaises(ValueError, self.load, text, kind)
        self.assertEqual(self.load(one + "plugin = Plugin('b', version='1')\n").name, "b")
        self.assertRaises(SyntaxError, self.load, "def")

    def test_log_lines_cannot_be_forged(self):
        self.assertEqual(CONTROL.sub("?", "a\n<0>b\x1b[31m\ud800"), "a?<0>b?[31m?")


if __name__ == "__main__":
    unittest.main()
