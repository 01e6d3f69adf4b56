#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""python - plugins in Python: the runtime's own tests, the example served by a real tenond (everything that a method can do, and its
death), the sandbox, what is refused with words, and a new project from its template to its route."""
import base64
import collections
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import pyenv
import sdk
import server
import tap

PYTHON = None
BIG = 50 << 20

HARM = '''
import ctypes, os, socket, subprocess, sys, threading, time
from tenon_plugin import Plugin, field, message

plugin = Plugin("harm", version="1")
print("a line on stdout while it is loaded")


@message
class How:
    how: str


@message
class Got:
    got: str


def do(how):
    libc = ctypes.CDLL(None, use_errno=True)
    if how == "exec":
        os.execv("/bin/true", ["true"])
    if how == "run":
        return subprocess.run(["/bin/echo", "ran"], capture_output=True, text=True).stdout
    if how == "fork":
        return str(os.fork())
    if how == "memory":
        return str(open("/proc/%d/mem" % os.getppid(), "rb"))
    if how == "dumpable":
        return "%d %d" % (libc.prctl(3, 0, 0, 0, 0), libc.prctl(4, 1, 0, 0, 0))
    if how == "memfd":
        return str(os.memfd_create("x"))
    if how == "kill":
        os.kill(os.getppid(), 9)
    if how == "outside":
        open(os.path.join(os.path.dirname(os.getcwd()), "mine"), "w").write("x")
    if how == "inside":
        open("mine", "w").write("x")
        return open(os.path.join(os.environ["TMPDIR"], "mine")).read()
    if how == "env":
        return " ".join(sorted(os.environ))
    if how == "fds":
        return " ".join(sorted(os.readlink("/proc/self/fd/" + f).split(":")[0] for f in os.listdir("/proc/self/fd") if int(f) in (3, 4)))
    if how == "big":
        return str(len(bytearray(1 << 31)))
    if how == "status":
        return "".join(l for l in open("/proc/self/status") if l.startswith(("Seccomp:", "NoNewPrivs:", "CapEff:")))
    if how == "exit":
        os._exit(3)
    if how == "segv":
        ctypes.string_at(0)
    if how == "spin":
        while True:
            pass
    if how == "doze":
        while True:
            time.sleep(1)
    if how == "raise":
        raise KeyError("secret \\n<0>forged")
    if how == "exit politely":
        sys.exit(1)
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "deep":
        return do(how)
    if how == "surrogate":
        return "\\ud800"


@plugin.method(permission="edit", deadline_ms=3000)
def harm(call, args: How) -> Got:
    return Got(got=str(do(args.how)))


@plugin.method(permission="read")
async def quick(call, args: How) -> Got:
    return Got(got="here")


@plugin.method(permission="edit", deadline_ms=20000)
async def hold(call, args: How) -> Got:
    do(args.how)


@plugin.method(permission="read")
async def give_up(call) -> Got:
    call.fail("NOT_FOUND", "a" * 100000)


@plugin.method(permission="read")
async def strangers(call) -> None:
    await call.call("tracking", "search_experiments", {})
'''

ONE = """from tenon_plugin import Plugin, field, message
plugin = Plugin("%s", version="1", doc="x", licence="x")


@message
class Args:
    n: int = field(default=1, doc="x")


@plugin.method(permission="read@workspace", deadline_ms=1000)
def one(call, args: Args) -> None:
    '''One.'''
%s
"""

BAD = {
    "syntax": ("def", "SyntaxError"),
    "missing": ("import no_such_module", "No module named 'no_such_module'"),
    "nothing": ("x = 1", "it has no plugin"),
    "other": ("from tenon_plugin import Plugin\nplugin = Plugin('another', version='1')", "it calls itself service/another but lies at service/other"),
    "types": ("from tenon_plugin import Plugin, message\n@message\nclass M:\n    x: complex\nplugin = Plugin('types', version='1')\n"
              "@plugin.method(permission='read')\nasync def f(call, args: M) -> None: ...", "message M, field x: complex is no type of a message"),
    "quits": ("import os\nos._exit(7)", ""),
    "dies": ("import ctypes\nctypes.string_at(0)", "it died of signal 11"),
}
FAILS = '''
from tenon_plugin import Failure, Plugin, field, message
import time


@message
class Config:
    how: str = "fine"
    n: int = field(default=1, range="1..3")


plugin = Plugin("starts", version="1", config=Config)


@plugin.create
def create(instance):
    if instance.config.how == "fail":
        raise Failure("UNAVAILABLE", "the model is not there")
    if instance.config.how == "raise":
        raise FileNotFoundError("model.bin")
    if instance.config.how == "slow":
        time.sleep(8)


@plugin.method(permission="read")
async def ping(call) -> None:
    call.log.info("pinged by %s", call.principal)
    call.metric("pings", 3)


@plugin.drain
async def drain(instance):
    instance.log.info("drained")
'''


def call(t, path, args=None, verb=None, **headers):
    """(status, body)"""
    body = args if isinstance(args, bytes) else None if args is None else json.dumps(args).encode()
    r = urllib.request.Request(t.url + path, body, {"Content-Type": "application/json", **headers}, method=verb)
    try:
        with urllib.request.urlopen(r, timeout=60) as f:
            data = f.read()
            return f.status, json.loads(data) if f.headers.get_content_type() == "application/json" else data
    except urllib.error.HTTPError as e:
        return e.code, json.loads(e.read())


def hello(t, method, **args):
    return call(t, "/api/v1/hello/" + method, args)


def host_of(t):
    """the pid of the interpreter that tenond started"""
    for p in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if open("/proc/%s/stat" % p).read().rsplit(")", 1)[1].split()[1] == str(t.pid) and b"tenon_plugin" in open("/proc/%s/cmdline" % p, "rb").read():
                return int(p)
    return None


def peak(pid):
    return next(int(line.split()[1]) for line in open("/proc/%d/status" % pid) if line.startswith("VmHWM"))


def until(what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def tenond(plugins, *sets, python=None, **more):
    sets = ["plugin_dirs=[%s]" % plugins, "python=" + (python or PYTHON)] + list(sets)
    return server.Tenond([a for s in sets for a in ("--set", s)], **more)


# ---- the example ----

def messages(t):
    tap.is_(hello(t, "greet", name="Ada"), (200, {"text": "Hi, Ada!"}), "a REST call is answered, with the instance's configuration")
    tap.is_(hello(t, "greet", name="Ädä 🎉 \u2028", times=2, tone="cool"), (200, {"text": " ".join(["Hi, Ädä 🎉 \u2028."] * 2)}), "unicode, defaults, names of enums")
    for args, status, says in (({}, 400, "name: it is required"), ({"name": "x", "times": 11}, 400, "11; it must be 1 to 10"),
                               ({"name": "x", "tone": "hot"}, 400, "\"hot\" is none of its names: warm, cool"), ({"name": 5}, 400, "5 is not a string"),
                               ({"nam": "x"}, 400, "did you mean \"name\"?"), ({"name": "x" * 201}, 400, "201 characters; it must be 1 to 200"),
                               ({"name": "<b>"}, 400, "\"<b>\" is not allowed: it must match [^<>]+"), ({"name": "nobody"}, 404, "there is nobody to greet")):
        got, body = hello(t, "greet", **args)
        tap.ok(got == status and says in body["detail"], "refused as by a plugin in C: %s" % says, (got, body))
    all_of_it = {"b": True, "i": -2**63, "f": 1e300, "s": "ü\n", "raw": base64.b64encode(b"\0\xff").decode(), "colour": "green", "free": {"z": [1, None, "ä"]},
                 "one": {"a": 3, "words": {"k": "v"}}, "many": [{"a": 1}, {"a": 2}], "texts": ["a", ""], "words": {"x": "y"}, "absent": "here"}
    tap.is_(hello(t, "echo", **all_of_it), (200, all_of_it), "each type there and back")
    tap.is_(hello(t, "echo", s="x" * 8000000)[1]["s"], "x" * 8000000, "8 MB of text")
    tap.is_(hello(t, "echo", s="x" * 17000000)[0], 413, "and 17 MB are too large for a frame")
    tap.is_(hello(t, "sum", numbers=list(range(100000))), (200, {"sum": 4999950000.0, "cancelled": False}), "a function in a thread, and 100,000 numbers")
    tap.is_(hello(t, "visit", name="Bo"), (200, {"visits": 1}), "a transaction in the database")
    tap.is_(hello(t, "visit", name="Bo"), (200, {"visits": 2}), "and what it kept")
    tap.is_(hello(t, "fail")[1]["detail"], "ZeroDivisionError: integer division or modulo by zero", "an exception is INTERNAL, with type and message")
    tap.ok("return 1 // 0" in t.log() and "Traceback" in t.log(), "its traceback is in the log")
    paths = call(t, "/openapi.json")[1]["paths"]
    tap.ok({"get", "put"} <= set(paths["/api/v1/hello/bytes"]) and "post" in paths["/api/v1/hello/greet"], "OpenAPI has its routes", list(paths))
    tap.like(json.dumps(paths["/api/v1/hello/greet"]), "Greets somebody by name.", "with the docstring")


def streams(t):
    pid = host_of(t)
    before = peak(pid)
    body = os.urandom(1 << 20) * (BIG >> 20)
    tap.is_(call(t, "/api/v1/hello/bytes", body, "PUT"), (200, {"bytes": BIG, "sum": sum(body)}), "an upload of 50 MB")
    got = call(t, "/api/v1/hello/bytes?n=%d" % BIG)[1]
    tap.ok(len(got) == BIG and got == (bytes(range(251)) * (BIG // 251 + 1))[:BIG], "a download of 50 MB")
    got = call(t, "/api/v1/hello/bytes?n=100000", Range="bytes=70000-70099")
    tap.is_(got, (206, bytes(i % 251 for i in range(70000, 70100))), "a range of it")
    items = call(t, "/api/v1/hello/items?n=100000")[1]
    tap.ok(items["total"] == 100000 and [i["i"] for i in items["items"]] == list(range(100000)), "100,000 items, one by one")
    tap.ok(peak(pid) - before < 8 << 10, "all that took no memory", "%d KiB, then %d" % (before, peak(pid)))
    leaver = http.client.HTTPConnection("127.0.0.1", t.port)
    leaver.request("GET", "/api/v1/hello/bytes?n=%d" % (64 << 20))
    leaver.getresponse().read(1 << 20)
    leaver.close()
    tap.is_(hello(t, "greet", name="A")[0], 200, "a reader that leaves does no harm")


def cancels(t):
    leaver = http.client.HTTPConnection("127.0.0.1", t.port)
    leaver.request("POST", "/api/v1/hello/nap", '{"ms":4500}', {"Content-Type": "application/json"})
    time.sleep(0.2)
    leaver.close()
    tap.ok(until(lambda: hello(t, "nap", ms=1)[1]["cancelled"] == 1, 3), "a client that leaves cancels the task")
    start = time.monotonic()
    tap.is_(hello(t, "nap", ms=20000)[1]["code"], "DEADLINE_EXCEEDED", "so does the deadline")
    tap.ok(4.5 < time.monotonic() - start < 7 and until(lambda: hello(t, "nap", ms=1)[1]["cancelled"] == 2, 3), "in time")
    many = [threading.Thread(target=lambda: hello(t, "nap", ms=500)) for _ in range(100)]
    start = time.monotonic()
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()
    tap.ok(time.monotonic() - start < 3, "100 calls at once take two rounds of 64 lanes", time.monotonic() - start)


def storm(t):
    """callers that leave at once, before, while and after their call begins"""
    body = b'{"ms":1500}'
    for i in range(300):
        with socket.create_connection(("127.0.0.1", t.port)) as s:
            s.sendall(b"POST /api/v1/hello/nap HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            time.sleep(i % 3 / 1000)
    tap.ok(until(lambda: hello(t, "nap", ms=1)[0] == 200, 3), "300 callers that leave")
    many = [threading.Thread(target=lambda: hello(t, "nap", ms=300)) for _ in range(64)]
    start = time.monotonic()
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()
    tap.ok(time.monotonic() - start < 2, "leave all 64 lanes free", time.monotonic() - start)


def reloads(t, file):
    """a new file under load: no call fails"""
    got, stop = collections.Counter(), threading.Event()

    def ask():
        while not stop.is_set():
            status, body = hello(t, "greet", name="A")
            got[status, body.get("text")] += 1
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for thread in askers:
        thread.start()
    with open(file) as f:
        source = f.read()
    with open(file, "w") as f:
        f.write(source.replace('("!" if', '("?" if'))
    answer = call(t, "/api/v1/plugins/reload", {"instance": "hello"})
    tap.ok(answer[0] == 200, "reloaded", answer)
    with open(file, "w") as f:
        f.write("def")
    status, body = call(t, "/api/v1/plugins/reload", {"instance": "hello"})
    tap.ok(status == 400 and "SyntaxError" in body["detail"], "a file that cannot be read is refused", body)
    time.sleep(0.3)
    stop.set()
    for thread in askers:
        thread.join()
    with open(file, "w") as f:
        f.write(source)
    tap.is_(set(got), {(200, "Hi, A!"), (200, "Hi, A?")}, "no call failed, and the new file answers")


def dies(t):
    pid, answers = host_of(t), []
    waiting = [threading.Thread(target=lambda m=m: answers.append(hello(t, m[0], ms=3000, **m[1]))) for m in (("nap", {}), ("sum", {"numbers": []}))]
    for thread in waiting:
        thread.start()
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    tap.is_(hello(t, "greet", name="A")[0], 200, "killed: the next call works")
    tap.ok(host_of(t) not in (None, pid), "in another process")
    for thread in waiting:
        thread.join()
    tap.is_([a[1]["code"] for a in answers], ["UNAVAILABLE"] * 2, "the calls that it had are answered")
    tap.like(t.log(), "hello: its process was ended by SIGKILL", "the log says so")


def drains(t):
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(hello(t, "nap", ms=1000)))
    waiting.start()
    time.sleep(0.3)
    pid = host_of(t)
    tap.is_(t.stop(), 0, "SIGTERM: tenond ends well")
    waiting.join()
    tap.is_([a[0] for a in answers], [200], "with the call that ran answered")
    tap.ok(not os.path.exists("/proc/%d" % pid), "and the interpreter gone")


def example(where):
    plugins = os.path.join(where, "example")
    os.makedirs(plugins + "/service")
    shutil.copy("sdk/example/python/hello.py", plugins + "/service/")
    with tenond(plugins, "instances.hello.greeting=Hi") as t:
        messages(t)
        streams(t)
        cancels(t)
        storm(t)
        reloads(t, plugins + "/service/hello.py")
        dies(t)
        drains(t)


# ---- the sandbox ----

def harm(where):
    plugins = os.path.join(where, "harm")
    os.makedirs(plugins + "/service")
    with open(plugins + "/service/harm.py", "w") as f:
        f.write(HARM)
    with tenond(plugins, "instances.harm.process.memory=1GiB") as t:
        def do(how, method="harm"):
            status, body = call(t, "/api/v1/harm/" + method, {"how": how})
            return body["got"] if status == 200 else body["code"] + " " + body["detail"]
        for how, says in (("exec", "PermissionError"), ("run", "PermissionError"), ("fork", "PermissionError"), ("memory", "PermissionError"),
                          ("memfd", "PermissionError"), ("kill", "PermissionError"), ("outside", "PermissionError")):
            tap.like(do(how), "INTERNAL " + says, "the sandbox refuses: " + how)
        tap.is_(do("inside"), "x", "it writes to its own folder")
        tap.is_(do("dumpable"), "0 -1", "it is not dumpable, and cannot be again")
        tap.is_(do("env"), "HOME LC_CTYPE TMPDIR", "nothing of tenond's environment came to it")
        tap.ok("memfd" not in do("fds") and "pipe" not in do("fds"), "what was said on descriptors 3 and 4 is closed", do("fds"))
        tap.ok("Seccomp:\t2" in do("status") and "NoNewPrivs:\t1" in do("status") and "CapEff:\t0000000000000000" in do("status"), "a filter, no privileges", do("status"))
        tap.like(do("big"), "NO_MEMORY", "memory has a limit")
        tap.like(do("raise"), "INTERNAL KeyError: 'secret \\n<0>forged'", "an exception's message")
        tap.ok("\n<0>forged" not in t.log(), "which forges no line of the log")
        for how, says in (("exit politely", "SystemExit"), ("interrupt", "KeyboardInterrupt"), ("deep", "RecursionError"), ("surrogate", "UnicodeEncodeError")):
            tap.like(do(how), "INTERNAL " + says, "an answer all the same: " + how)
        tap.is_(len(call(t, "/api/v1/harm/give_up", {})[1]["detail"]), 4003, "an endless message is cut")
        tap.like(json.dumps(call(t, "/api/v1/harm/strangers", {})), "harm may not call tracking", "it may call only what it needs")
        tap.like(t.log(), "harm: ", "its lines are in the log under its name")
        pid = host_of(t)
        for how, says in (("exit", "ended by itself with status 3"), ("segv", "was ended by SIGSEGV")):
            tap.like(do(how), "UNAVAILABLE", "its process dies: " + how)
            tap.ok(until(lambda: host_of(t) not in (None, pid)), "and comes back")
            tap.like(t.log(), says, "with the reason in the log")
            pid = host_of(t)
        tap.like(t.log(), "in string_at", "and the line of Python where it crashed")
        tap.like(do("spin"), "DEADLINE_EXCEEDED", "an endless loop in a thread costs its call ...")
        tap.like(do("spin", "hold"), "UNAVAILABLE", "... and one on the event loop the process: it hangs and is ended")
        tap.like(t.log(), "in hold", "the log shows where the loop was held")
        tap.ok(until(lambda: host_of(t) not in (None, pid)) and do("inside") == "x", "then it serves again")
        pid = host_of(t)
        queued = [threading.Thread(target=do, args=("doze",)) for _ in range(80)]  # 8 threads, 64 lanes
        for thread in queued:
            thread.start()
        for thread in queued:
            thread.join()
        tap.is_(do("quick", "quick"), "here", "calls that wait for a thread leave when their time is over")
        tap.ok(until(lambda: host_of(t) not in (None, pid), 15) and do("inside") == "x", "a process whose threads are all lost is replaced")
        tap.like(t.log(), "all 8 threads are lost", "and says so")


# ---- what is refused ----

def starting(where):
    plugins = os.path.join(where, "starts")
    os.makedirs(plugins + "/service")
    with open(plugins + "/service/starts.py", "w") as f:
        f.write(FAILS)
    with tenond(plugins, "instances.starts.how=slow") as t:
        tap.is_(call(t, "/api/v1/starts/ping", {})[0], 200, "eight seconds of loading are no hanging")
        tap.like(t.log(), "starts: pinged by anonymous", "its log")
        tap.ok(until(lambda: b"tenon_service_pings" in call(t, "/metrics")[1], 5), "its gauge")
        t.stop()
        tap.like(t.log(), "starts: drained", "its drain function ran")
    for how, says in (("fail", "the model is not there"), ("raise", "FileNotFoundError: model.bin")):
        with tenond(plugins, "instances.starts.how=" + how) as t:
            tap.like(t.log(), "starts: did not start: " + says, "create %ss: the log says why" % how)
            tap.ok(call(t, "/api/v1/starts/ping", {})[0] == 503 and call(t, "/health")[0] == 200, "and the rest runs")
    for sets, says in ((["instances.starts.n=4"], "4; it must be 1 to 3"), (["instances.starts.placement=inline"], "is written in Python and runs in a process of its own"),
                       (["instances.starts.placement=thread"], "its placement is process"), (["instances.starts.colour=red"], "colour")):
        error = tap.raises(server.ServerError, "refused at start: %s" % sets[0], lambda: tenond(plugins, *sets).__enter__())
        tap.like(str(error), says, "with words")


def describing(where):
    plugins = os.path.join(where, "bad")
    os.makedirs(plugins + "/service")
    for name, (text, _) in BAD.items():
        with open("%s/service/%s.py" % (plugins, name), "w") as f:
            f.write(text)
    with tenond(plugins) as t:
        for name, (_, says) in BAD.items():
            tap.ok(any("/%s.py is left out: " % name in line and says in line for line in t.log().splitlines()), "left out, with the reason: " + name, t.log())
        tap.is_(call(t, "/health")[0], 200, "and the rest runs")
    shim = os.path.join(where, "shim")
    with open(shim, "w") as f:
        f.write("#!/bin/sh\nexec %s \"$@\"\n" % PYTHON)
    os.chmod(shim, 0o755)
    for python, says in (("/no/python", "/no/python cannot be run"), ("python3", "no absolute path"), (shim, "is a script, which may start nothing"),
                         (server.python("smtp"), "No module named")):
        with tenond(os.path.join(where, "example"), python=python) as t:
            tap.like(t.log(), says, "an interpreter that will not do: " + says)


# ---- the conformance suite ----

def check(s, *args):
    return s.run(["tenon", "plugin", "check", "--python", PYTHON] + list(args))


def conformance(s, where):
    code, text = check(s, os.path.join(where, "example/service/hello.py"), "--with", "sql=%s/lib/tenon/plugins/sql/sqlite.so" % s.prefix)
    bad = [line for line in text.splitlines() if not line.startswith("ok ")]
    tap.ok(code == 0 and text.count("\nok ") > 250 and "cancel, process: " in text, "the example passes tenon plugin check", "\n".join(bad[:40]))
    for name, body, says in (("deaf", "    while True:\n        __import__('time').sleep(1)", "it runs on"), ("dies", "    __import__('os')._exit(1)", "it ended the process"),
                             ("lies", "    call.fail('DATA_LOSS', 'x')", "DATA_LOSS, which its row does not list")):
        path = s.path(name + ".py")
        with open(path, "w") as f:
            f.write(ONE % (name, body))
        code, text = check(s, path)
        tap.ok(code == 1 and says in text, "and catches one that " + name, text[-3000:])
    code, text = check(s, path, "--placement", "inline")
    tap.ok(code == 2 and "placement process alone" in text, "no other placement is tried", text)
    with open(s.path("input"), "w") as f:
        f.write("greet name=Ada\n")
    code, text = s.run(["sh", "-c", "tenon plugin run --python %s %s/example/service/hello.py --with sql=%s/lib/tenon/plugins/sql/sqlite.so <input" % (PYTHON, where, s.prefix)])
    tap.ok(code == 0 and '{"text":"Hello, Ada!"}' in text, "tenon plugin run is its console", text)


# ---- an author's project ----

def project(s, where):
    code, text = s.run(["tenon", "plugin", "new", "my-greeter", "--lang", "python"])
    tap.ok(code == 0 and "make" in text, "tenon plugin new --lang python", text)
    at = s.path("my-greeter")
    tap.ok(os.path.exists(at + "/my_greeter.py") and os.path.exists(at + "/.github/workflows/ci.yml"), "a module of its name, CI")
    left = [f for top, _, files in os.walk(at) for f in files if "@NAME@" in open(os.path.join(top, f)).read() or "@IDENT@" in open(os.path.join(top, f)).read()]
    tap.is_(left, [], "every word is filled in")
    make = ["make", "-s", "PYTHON=" + PYTHON]
    code, text = s.run(["make", "-s", "PYTHON=" + server.python("tenon-plugin")], cwd=at)
    tap.ok(code == 0 and os.listdir(at + "/dist") == ["my_greeter-0.1.0-py3-none-any.whl"], "it builds a wheel", text)
    code, text = s.run(make + ["check"], cwd=at)
    tap.ok(code == 0 and "Ran 3 tests" in text, "its unit test passes", text)
    source = open(at + "/my_greeter.py").read()
    open(at + "/my_greeter.py", "w").write(source.replace('"nobody"', '"noone"'))
    tap.ok(s.run(make + ["check"], cwd=at)[0] != 0, "and fails when the plugin does what it should not")
    open(at + "/my_greeter.py", "w").write(source)
    code, text = s.run(make + ["conform"], cwd=at)
    tap.ok(code == 0 and "not ok" not in text and text.count("\nok ") > 40, "it passes the conformance suite", text[-3000:])
    code, text = s.run(make + ["install"], cwd=at)
    tap.ok(code == 0 and os.path.exists(s.prefix + "/lib/tenon/vendor/service/my_greeter.py"), "make install puts it where tenond looks", text)
    with tenond(os.path.join(where, "example"), "instances.my_greeter.greeting=Hi", build=s.prefix + "/bin") as t:
        tap.is_(call(t, "/api/v1/my_greeter/greet?name=Ada"), (200, {"text": "Hi, Ada!"}), "it serves its route, in the installed tenond")
        code, text = s.run(["tenon", "--server", t.url, "my_greeter", "greet", "Bo"])
        tap.ok(code == 0 and "Hi, Bo!" in text, "and is a command", text)


# ---- the page ----

def page(s, where):
    """docs/plugins/python.md does what it says: its files are written, its commands run, and what they print is what stands there"""
    at, port, daemon = s.path("page"), str(server.free_port()), None
    os.makedirs(at)
    os.symlink(os.path.join(where, "venv"), at + "/venv")
    text = open("docs/plugins/python.md").read().replace("5500", port)
    blocks = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```$", text, re.M | re.S)
    printed, ran = None, 0
    try:
        for kind, about, block in blocks:
            if kind == "python":
                with open(os.path.join(at, about.split("file=")[1]), "w") as f:
                    f.write(block)
            elif kind == "text":
                tap.is_(printed.strip(), block.strip(), "the page shows what is printed: %s" % block.strip()[:60])
            elif "server" in about:
                daemon = subprocess.Popen(block, shell=True, cwd=at, env=s.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
                tap.ok(until(lambda: answers("http://127.0.0.1:%s/health" % port)), "the page's server runs")
            else:
                lines = [line for line in block.splitlines() if not re.match("python3 -m venv|venv/bin/pip install", line)]  # pyenv.py did that
                code, printed = s.run(["sh", "-ec", "\n".join(lines)], cwd=at)
                ran += 1
                tap.ok(code == 0, "the page's commands: %s" % lines[0][:70], printed)
    finally:
        if daemon is not None:
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(20)
    tap.ok(ran >= 6, "they were all found", ran)


def answers(url):
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url).status == 200
    return False


def main():
    global PYTHON
    with tempfile.TemporaryDirectory(prefix="tenon-python-") as where, sdk.Installed() as s:
        PYTHON = pyenv.make(where, s.prefix + "/share/tenon/python")
        done = s.run([PYTHON, "-B", "-W", "error", "-m", "unittest", "discover", "-s", os.path.abspath("sdk/python/tests")])
        tap.ok(done[0] == 0 and "OK" in done[1], "the runtime's own tests", done[1])
        example(where)
        harm(where)
        starting(where)
        describing(where)
        conformance(s, where)
        project(s, where)
        page(s, where)
    tap.done_testing()


main()
