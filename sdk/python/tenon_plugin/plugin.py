# SPDX-License-Identifier: Apache-2.0
"""plugin - what a plugin says of itself: name, configuration, methods, and the functions of its life.

    plugin = Plugin("hello", interface="service", version="1.0.0", doc="Greets people.", config=Config)

    @plugin.method(route="POST /api/v1/hello/greet", permission="read", idempotent=True)
    async def greet(call, args: GreetArgs) -> GreetResult: ...

Life     create(instance) once, before the first call; what it returns is `call.self`. drain(instance) when all calls are done.
Threads  An `async def` runs on the event loop and must not hold it: six seconds without a turn of the loop and the core takes the
         process for hung. A plain `def` runs in a thread (`threads` of them, for all methods together); there call.call() and
         the like wait by themselves.
"""
import inspect
import re
import typing

from .messages import EMIT, is_message, message, rows

WRITE, IDEMPOTENT, STREAM_IN, STREAM_OUT, _BLOCKING, PURE, HIDDEN = (1 << n for n in range(7))
WORD = re.compile(r"[a-z][a-z0-9_]{0,127}")


@message
class Empty:
    """A message without fields."""


class Method:
    """A row: one function, and how it is reached."""

    def __init__(self, fn, options):
        self.fn = fn
        self.name = options.pop("name") or fn.__name__
        self.is_async = inspect.iscoroutinefunction(fn)
        self.flags = 0
        for option, flag in (("write", WRITE), ("idempotent", IDEMPOTENT), ("stream_in", STREAM_IN), ("stream_out", STREAM_OUT),
                             ("hidden", HIDDEN)):
            self.flags |= flag if options.pop(option) else 0
        route = options.pop("route")
        self.routes = [route] if isinstance(route, (str, tuple)) else list(route or ())
        self.doc = options.pop("doc") or inspect.getdoc(fn)
        self.permission, self.cli, self.errors = options.pop("permission"), options.pop("cli"), options.pop("errors")
        self.deadline_ms, self.since = options.pop("deadline_ms"), options.pop("since")
        self.is_write = bool(self.flags & WRITE)
        self.args, self.result, self.takes_args = self.find_types()
        if not self.permission and not self.flags & HIDDEN:
            raise self.wrong("who may call it? permission=\"read\", \"edit\", or with what it is about: \"edit@run_id\"")
        self.emits = next((r for r in rows(self.result) if r.flags & EMIT), None)

    def wrong(self, what):
        return TypeError("method %s: %s" % (self.name, what))

    def find_types(self):
        if not WORD.fullmatch(self.name):
            raise self.wrong("a name has a-z, 0-9 and _ only, and begins with a letter")
        hints = typing.get_type_hints(self.fn)
        parameters = list(inspect.signature(self.fn).parameters.values())
        if not 1 <= len(parameters) <= 2:
            raise self.wrong("it takes (call) or (call, args: SomeMessage)")
        args = hints.get(parameters[1].name) if len(parameters) == 2 else Empty
        result = hints.get("return")
        if not is_message(args):
            raise self.wrong("its second parameter needs the type of a @message: def %s(call, args: SomeArgs)" % self.name)
        if result is None or result is type(None):
            result = Empty
        if not is_message(result):
            raise self.wrong("it returns a @message, or None")
        return args, result, len(parameters) == 2


class Plugin:
    """One plugin. `needs`: instances that it calls ("sql blob"); `builtin`: the name of an instance that is there without being
    configured (its own name by default; None: only those that the configuration names)."""

    def __init__(self, name, *, interface="service", version, doc=None, config=None, licence=None, needs=None, builtin="", threads=8):
        for what, word in (("name", name), ("interface", interface)):
            if not WORD.fullmatch(word):
                raise TypeError("Plugin: the %s %r is no word of a-z, 0-9 and _ that begins with a letter" % (what, word))
        if config is not None and not is_message(config):
            raise TypeError("Plugin: config is a class made by @message")
        if not 1 <= threads <= 128:
            raise TypeError("Plugin: threads=%d; it must be 1..128" % threads)
        self.name, self.interface, self.version, self.doc = name, interface, version, doc
        self.config, self.licence, self.needs, self.threads = config, licence, needs, threads
        self.builtin = name if builtin == "" else builtin
        self.methods = {}
        self.create_fn = self.drain_fn = None

    def method(self, *, route=None, permission=None, doc=None, name=None, cli=None, errors=None, idempotent=False, write=False,
               stream_in=False, stream_out=False, hidden=False, deadline_ms=0, since=1):
        """Makes a method of a function. route: "VERB /path", or several; permission: "read", "edit@run_id", ...; doc: by default the
        function's docstring; write: it changes something, and its caller hears what became of it however late; idempotent: it may be done
        twice; stream_in, stream_out: it takes or gives bytes; errors: codes that it may end with, "NOT_FOUND CONFLICT"."""
        options = {k: v for k, v in locals().items() if k != "self"}

        def add(fn):
            m = Method(fn, dict(options))
            if m.name in self.methods:
                raise m.wrong("there is one of this name already")
            self.methods[m.name] = m
            return fn
        return add

    def create(self, fn):
        """Decorator of the function that makes what handlers find as call.self. It gets the Instance."""
        self.create_fn = fn
        return fn

    def drain(self, fn):
        """Decorator of the function that is called when the last call is done, before the process ends. It gets the Instance."""
        self.drain_fn = fn
        return fn
